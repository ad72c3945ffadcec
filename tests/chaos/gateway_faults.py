"""What goes wrong with the line to Discord: `(seed) => nothing, or AssertionError`.

Whatever happens, the bot stays, every accepted job is answered once, and a session is begun anew only where the old
one cannot be resumed: Discord allows 1,000 IDENTIFYs a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from unittest import mock

from bot import app
from bot.gateway.connect_limits import ReconnectBackoff
from bot.playground.gateway import HELLO, IDENTIFY, RESUME
from bot.playground.send_queue import ABNORMAL
from tests.chaos.in_process_bot import PATIENCE_S, Bench, opened

UNKNOWN_ERROR, GOING_AWAY = 4000, 1001


async def _busy(bench: Bench, jobs: int = 2) -> list[str]:
    """Some dreams are under way."""
    ids = await bench.accepted(*[bench.ask(slow=True) for _ in range(jobs)])
    await bench.running(ids[0])
    return ids


async def _back(bench: Bench, sessions: int) -> None:
    """Until a dropped bot is there again, then ask it something."""
    gateway = bench.gateway
    await bench.world.until(lambda: bench.world.online and gateway.identified + gateway.resumed >= sessions, PATIENCE_S)
    await bench.accepted(bench.ask())


async def _ends_well(bench: Bench, identified: int) -> None:
    await bench.all_answered()
    assert bench.bot_lives
    verdict = bench.verdict()
    assert verdict.flawless, str(verdict)
    assert verdict.results == verdict.accepted, str(verdict)
    assert bench.gateway.identified == identified, f"{bench.gateway.identified} IDENTIFYs instead of {identified}"


async def dropped_and_resumed(seed: str) -> None:
    """Close codes after which a session can be resumed, a line that is cut, and a polite request to reconnect."""
    drops: Sequence[int | None] = [UNKNOWN_ERROR, GOING_AWAY, ABNORMAL, None]
    async with opened() as bench:
        await _busy(bench)
        for count, code in enumerate(Random(seed).sample(drops, len(drops))):
            if code is None:
                bench.gateway.ask_reconnect()
            else:
                await bench.gateway.close(code)
            await _back(bench, count + 2)
        await _ends_well(bench, identified=1)
        assert bench.gateway.resumed == len(drops)


async def what_was_missed_comes_with_the_resume(seed: str) -> None:
    """A command that is sent while the line is down reaches the bot when it resumes."""
    async with opened() as bench:
        bench.gateway.drops.extend([(RESUME, UNKNOWN_ERROR)] * Random(seed).randint(1, 3))
        await bench.gateway.close(UNKNOWN_ERROR)
        bench.world.set_online(True)  # Discord delivers to a session that may still be resumed
        await bench.accepted(bench.ask())
        await _ends_well(bench, identified=1)


async def resume_refused(seed: str) -> None:
    """An invalid session: one IDENTIFY, and nothing is lost of what was accepted before."""
    async with opened() as bench:
        await _busy(bench)
        bench.gateway.forget()
        await bench.gateway.close(Random(seed).choice([UNKNOWN_ERROR, GOING_AWAY, ABNORMAL]))
        await _back(bench, 2)
        await _ends_well(bench, identified=2)


async def dropped_in_the_middle_of_ready(seed: str) -> None:
    """The line breaks between IDENTIFY and READY, more than once, and between HELLO and IDENTIFY."""
    async with opened() as bench:
        await _busy(bench)
        bench.gateway.forget()
        bench.gateway.drops.extend([(IDENTIFY, UNKNOWN_ERROR), (HELLO, ABNORMAL), (IDENTIFY, ABNORMAL)])
        await bench.gateway.close(Random(seed).choice([UNKNOWN_ERROR, ABNORMAL]))
        await _back(bench, 4)
        await _ends_well(bench, identified=4)


async def out_of_reach_at_first(_seed: str) -> None:
    """The very first connection fails: the bot tries again instead of ending."""
    async with opened() as bench:
        await bench.stop_bot()
        bench.gateway.drops.extend([(HELLO, ABNORMAL), (HELLO, UNKNOWN_ERROR)])
        with mock.patch.object(app, "LOGIN_PAUSE_S", 0.01):
            await bench.start_bot()
        await bench.accepted(bench.ask())
        await _ends_well(bench, identified=2)


async def heartbeats_unanswered(_seed: str) -> None:
    """The gateway falls silent without closing: the bot notices, closes, resumes."""
    async with opened() as bench:
        await _busy(bench)
        bench.client._connection.heartbeat_timeout = 0.5
        bench.gateway.heartbeat_ms = 100
        await bench.gateway.close(UNKNOWN_ERROR)  # the new heartbeat is told when a connection begins
        await _back(bench, 2)
        bench.gateway.deaf = True
        await bench.world.until(lambda: not bench.world.online, PATIENCE_S)
        bench.gateway.deaf = False
        await _back(bench, 3)
        await _ends_well(bench, identified=1)


async def told_to_stop_while_out_of_reach(_seed: str) -> None:
    """SIGTERM while the bot waits for its next try: it does not wait for that, and the next one finishes everything."""
    async with opened() as bench:
        await _busy(bench)
        with mock.patch.object(ReconnectBackoff, "pause_s", return_value=1e9):
            await bench.gateway.close(UNKNOWN_ERROR)
            await bench.world.until(lambda: not bench.world.online, PATIENCE_S)
            await bench.stop_bot()
        await bench.start_bot()
        await _ends_well(bench, identified=2)


SCENARIOS = (
    dropped_and_resumed,
    what_was_missed_comes_with_the_resume,
    resume_refused,
    dropped_in_the_middle_of_ready,
    out_of_reach_at_first,
    heartbeats_unanswered,
    told_to_stop_while_out_of_reach,
)
