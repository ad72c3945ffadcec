"""How long people wait in the chat, and how much of that is the bot's doing: `python -m tests.chat_times [--rounds 5]`.

`--cases dream subject large zoom busy` takes only some of it.

The real bot and the real engine, warm, with the default network, before the stand-in Discord, which enforces Discord's
limits. Each command is sent when its channel has been quiet for a while, and gives three kinds of times, in seconds:
when its message changed, as the stand-in saw it; when its job was written down, began and ended, as the ledger says;
and what lies between. Busy is the same while the engine works on somebody else's dream. Numbers and what is aimed at,
no verdict; the load of the machine stands below them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from bot.playground import samples
from bot.playground.stopwatch import stages
from bot.playground.world import Attachment
from engine.queue.job import JobRow, State
from tests.load.process_gauges import quantile
from tests.playground_bot import PATIENCE, Room, job_of, open_room

ANSWERED: Final = "answered"
ENGINE_NICE: Final = 10
"""As it is by default: how much the engine gives way is a part of how soon the bot answers. On a machine that others
use they get nearly everything then, and only the times of the bot mean anything."""
PREVIEW, DREAM, SUBJECT, LARGE, ZOOM = "first preview", "dream", "subject", "large dream", "zoom"
START, POST = "command to engine start", "engine end to posted edit"
BUSY_ROW, BUSY_POST = "command to row in the queue, engine busy", "engine end to posted edit, engine busy"
AIMS_S: Final = {
    PREVIEW: 0.5, DREAM: 3.5, SUBJECT: 10.0, LARGE: 9.0, ZOOM: 20.0,
    START: 0.1, POST: 0.1, BUSY_ROW: 0.1, BUSY_POST: 0.1,
}  # fmt: skip
"""At most, p95."""
CASES: Final = ("dream", "subject", "large", "zoom", "busy")
"""What can be asked for by itself: a dream of 512 px, one of a subject, one of 1024 px, a zoom; and the bot while the
engine works."""
Found = dict[str, list[float]]


SMALL: Final = 256
"""Pixels, where only the bot's times are asked for."""


class Sizes(NamedTuple):
    """How large everything is, in pixels of the long side, and how long one waits before each command."""

    dream: int | None = None
    """None: as the command has it, 512."""
    large: int = 1024
    zoom: int = 480
    frames: int = 30
    quiet_s: float = 6.0
    """A channel takes about five edits in five seconds."""


@dataclass
class Times:
    """Of one command; Unix seconds."""

    row: JobRow
    """As it is in the end."""
    asked: float
    seen: dict[str, float] = field(default_factory=dict)
    """When its message came to each stage: acknowledged, previewed, answered."""

    def after(self, stage: str) -> float:
        """Seconds from the command to a stage; of what was done before its first preview, to the answer."""
        return self.seen.get(stage, self.seen[ANSWERED]) - self.asked

    @property
    def to_start(self) -> float:
        """Seconds until the engine began."""
        return _known(self.row.started) - self.asked

    @property
    def to_row(self) -> float:
        """Seconds until the job stood in the queue."""
        return self.row.created - self.asked

    @property
    def to_post(self) -> float:
        """Seconds from the engine's end to the answer."""
        return self.seen[ANSWERED] - _known(self.row.finished)


class Clock:
    """Watches all of the bot's messages, and asks."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self._seen: dict[str, dict[str, float]] = defaultdict(dict)
        self.picture: Attachment = room.playground.upload("cat.png", samples.sample_png("cat"))

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While it does."""
        stop = self.room.world.listen(self._look)
        try:
            yield
        finally:
            stop()

    def _look(self, event: Any) -> None:
        message = event.facts.get("message")
        if message is None or message.author_id != self.room.world.bot.id:
            return
        seen, now = self._seen[message.id], stages(message)
        for stage in now:
            seen.setdefault(stage, time.time())
        if "acknowledged" in seen and "acknowledged" not in now:
            seen.setdefault(ANSWERED, time.time())

    async def ask(self, persona: str, channel: str, name: str, **options: Any) -> Times:
        """A command with a picture, until it is answered. Raises `RuntimeError` where it is not by a result."""
        asked = time.time()
        sent = self.room.playground.command(persona, channel, name, image=self.picture, **options)
        status = await self.room.response_to(sent)
        await self.room.world.until(lambda: "acknowledged" in self._seen[status.id], PATIENCE)
        job = job_of(status)
        await self.room.world.until(lambda: ANSWERED in self._seen[status.id], PATIENCE)
        row = await asyncio.to_thread(self.room.row, job)
        if row.state is not State.DONE:
            raise RuntimeError(f"{name} {options}: {row.state}, {row.error}")
        return Times(row, asked, self._seen[status.id])


async def measure(room: Room, rounds: int, sizes: Sizes, cases: Collection[str] = CASES) -> Found:
    """All times in seconds of some cases, by name. One dream first warms the engine and is not counted."""
    clock, found = Clock(room), defaultdict[str, list[float]](list)
    small = {} if sizes.dream is None else {"size": sizes.dream}
    alone: dict[str, tuple[str, str, dict[str, Any]]] = {
        "dream": (DREAM, "dream", small),
        "subject": (SUBJECT, "dream", {"subject": "castles", **small}),
        "large": (LARGE, "dream", {"size": sizes.large}),
        "zoom": (ZOOM, "zoom", {"size": sizes.zoom, "frames": sizes.frames}),
    }
    with clock.watching():
        await clock.ask("Sam", "dreams", "dream", **small)
        for case in (one for one in CASES if one in cases for _ in range(rounds)):
            await asyncio.sleep(sizes.quiet_s)
            if case == "busy":
                await _busy(clock, found, small, sizes.large)
            else:
                name, command, options = alone[case]
                _note_alone(found, name, await clock.ask("Sam", "dreams", command, **options))
    return found


def _note_alone(found: Found, name: str, times: Times) -> None:
    found[name].append(times.after(ANSWERED))
    if name == DREAM:
        found[PREVIEW].append(times.after("previewed"))
    found[START].append(times.to_start)
    found[POST].append(times.to_post)


async def _busy(clock: Clock, found: Found, small: dict[str, int], large: int) -> None:
    """Three dreams of three people; the first and the second one are answered while the next is being dreamed."""
    first = asyncio.create_task(clock.ask("Sam", "dreams", "dream", size=large))
    while not any(row.state is State.RUNNING for row in await asyncio.to_thread(clock.room.list_unposted)):
        await asyncio.sleep(0.05)
    waiting = asyncio.create_task(clock.ask("Ada", "lab", "dream", **small))
    last = asyncio.create_task(clock.ask("You", "dm", "dream", **small))
    answered, second, third = await asyncio.gather(first, waiting, last)
    found[BUSY_ROW] += [second.to_row, third.to_row]
    found[BUSY_POST] += [one.to_post for one in sorted((answered, second, third), key=lambda one: one.to_start)[:2]]


def table(found: Found) -> str:
    """A line for each time: p50, p95, what is aimed at, and of how many."""
    lines = [f"| {'seconds':<42} | p50 | p95 | aimed at | of |", "|---|---|---|---|---|"]
    for name, aim in AIMS_S.items():
        times = found.get(name, [])
        middle, high = (f"{quantile(times, share):.2f}" if times else "" for share in (0.5, 0.95))
        lines.append(f"| {name:<42} | {middle} | {high} | {aim} | {len(times)} |")
    return "\n".join(lines)


def _known(moment: float | None) -> float:
    if moment is None:
        raise ValueError("it has not been there yet")
    return moment


async def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="of each kind of command")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=CASES, help="only these")
    parser.add_argument("--bot-only", action="store_true", help="small pictures, for the times of the bot alone")
    parser.add_argument("--nice", type=int, default=ENGINE_NICE, help="how much the engine gives way to everybody")
    asked = parser.parse_args(arguments)
    before = os.getloadavg()
    async with open_room(nice=asked.nice) as room:
        sizes = Sizes(SMALL, 2 * SMALL, SMALL, 8) if asked.bot_only else Sizes()
        found = await measure(room, asked.rounds, sizes, asked.cases)
    if asked.bot_only:
        found = {name: times for name, times in found.items() if name not in (PREVIEW, DREAM, LARGE, ZOOM)}
    print(table(found))
    after = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"load before: {before[0]:.1f}; after, of 1, 5 and 15 minutes: {after}; engine's niceness {asked.nice}")


if __name__ == "__main__":
    asyncio.run(main())
