"""No file and nobody blocks the decoder for others: a slow lane, one picture of a person at a time, a pause."""

from __future__ import annotations

import asyncio
import functools
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image

from engine import errors
from engine.files import decoder as decoding
from engine.files.decoder import Child, CleanPicture, Decoder
from tests.engine.files.broken_files import photo, saved

pytestmark = pytest.mark.process

SMALL = saved(photo((60, 40)), "PNG")
DEADLY = b"GIF89a deadly"
"""The children here die of it, as real ones would of a hole in a library."""
A_CHILD = """
import os
from engine.files import sanitizer as cleaning, decoder_child
clean = cleaning.clean

def cleaned(data, size, megapixels, **which):
    if data == b"GIF89a deadly":
        os.abort()
    if data.startswith(b"wait"):
        open(data[4:].decode(), "rb").read()
        raise cleaning.errors.BrokenPicture()
    return clean(data, size, megapixels, **which)

decoder_child.seal = lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
cleaning.clean = cleaned
decoder_child.serve()
"""


@functools.cache
def large() -> bytes:
    """Takes 0.06 s and more, in steps of the library between which an alarm is heard."""
    return saved(Image.effect_noise((3000, 3000), 90), "PNG")


@pytest.fixture
async def decoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Decoder]:
    """With children that die when they are asked to, and wait for a pipe where they are told one."""
    (tmp_path / "a_child.py").write_text(A_CHILD)
    monkeypatch.setattr(decoding, "CHILD", "a_child")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{os.environ.get('PYTHONPATH', '.')}:{Path.cwd()}")
    async with Decoder() as decoder:
        first = [*decoder._quick, decoder._slow]
        yield decoder
        for child in {*first, *decoder._quick, decoder._slow}:  # tests put others in their places
            await child.kill()


def pipe(folder: Path, name: str) -> tuple[bytes, Callable[[], Awaitable[None]]]:
    """A file that keeps a child busy, and what ends that once the child has begun."""
    os.mkfifo(folder / name)

    async def end() -> None:
        await asyncio.to_thread(lambda: os.close(os.open(folder / name, os.O_WRONLY)))

    return b"wait" + bytes(folder / name), end


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


def clean_of(decoder: Decoder, data: bytes, person: str) -> asyncio.Task[CleanPicture]:
    return asyncio.create_task(decoder.clean(data, 60, person))


async def refused(task: asyncio.Task[CleanPicture]) -> type[errors.Refusal]:
    with pytest.raises(errors.Refusal) as caught:
        await task
    return type(caught.value)


# two children, one picture of a person


async def test_one_picture_of_a_person_is_decoded_at_a_time(decoder: Decoder, tmp_path: Path) -> None:
    (slow, end), (other, end_other) = pipe(tmp_path, "one"), pipe(tmp_path, "two")
    held = [clean_of(decoder, slow, "1"), clean_of(decoder, other, "1")]
    await until(lambda: len(decoder._free) == 1)
    assert (await decoder.clean(SMALL, 60, "2")).width == 60
    assert len(decoder._free) == 1, "the second picture of the same person waits for the first"
    await end()
    assert await refused(held[0]) is errors.BrokenPicture
    await end_other()
    assert await refused(held[1]) is errors.BrokenPicture


async def test_who_gives_up_leaves_nothing_behind(decoder: Decoder, tmp_path: Path) -> None:
    slow, _ = pipe(tmp_path, "one")
    given_up = clean_of(decoder, slow, "1")
    await until(lambda: len(decoder._free) == 1)
    given_up.cancel()
    await asyncio.wait({given_up})
    assert (await decoder.clean(SMALL, 60, "1")).width == 60
    assert len(decoder._free) == 2


# what takes long


async def test_what_takes_longer_than_its_time_is_opened_in_the_slow_lane(decoder: Decoder) -> None:
    decoder._quick = [Child(0.01)]
    decoder._free = [*decoder._quick]
    assert (await decoder.clean(large(), 60, "1")).width == 60
    assert decoder._strikes.is_slow("1")
    pid, slow = decoder._quick[0].pid, decoder._slow.pid
    assert slow is not None
    assert (await decoder.clean(large(), 60, "1")).width == 60
    assert (decoder._quick[0].pid, decoder._slow.pid) == (pid, slow), "both heard the alarm, or had no need of it"
    await decoder._quick[0].kill()


async def test_a_child_that_does_not_hear_the_alarm_is_ended_and_the_picture_goes_on(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "CLOCK_FACTOR", 0.05)
    decoder._slow = Child(200.0)
    decoder._quick = [Child(0.1)]
    decoder._free = [*decoder._quick]
    assert (await decoder.clean(large(), 60, "1")).width == 60
    assert decoder._quick[0].pid is None


async def test_while_the_slow_lane_is_busy_others_are_served(decoder: Decoder, tmp_path: Path) -> None:
    hold, end = pipe(tmp_path, "one")
    for person in ("1", "2", "3", "4"):
        decoder._strikes.count_slow(person)
    held = [clean_of(decoder, hold, person) for person in ("1", "2", "3", "4")]
    await until(lambda: decoder._slow_turn.locked())
    assert (await decoder.clean(SMALL, 60, "5")).width == 60
    assert not any(task.done() for task in held)
    for task in held:
        await end()
        assert await refused(task) is errors.BrokenPicture


async def test_who_sent_what_took_a_second_is_in_the_slow_lane_next(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "SLOW_LANE_S", 0.02)
    await decoder.clean(SMALL, 60, "1")
    assert not decoder._strikes.is_slow("1")
    await decoder.clean(large(), 60, "1")
    assert decoder._strikes.is_slow("1")


async def test_what_is_too_slow_for_the_slow_lane_is_refused_and_its_sender_waits(decoder: Decoder) -> None:
    decoder._quick, decoder._slow = [Child(0.01)], Child(0.01)
    decoder._free = [*decoder._quick]
    with pytest.raises(errors.DecoderDied):
        await decoder.clean(large(), 60, "1")
    with pytest.raises(errors.DecoderResting):
        await decoder.clean(SMALL, 60, "1")
    for child in (*decoder._quick, decoder._slow):
        await child.kill()


# what a child dies of


async def test_who_sent_what_a_decoder_died_of_waits_and_nobody_else_does(decoder: Decoder) -> None:
    with pytest.raises(errors.DecoderDied):
        await decoder.clean(DEADLY, 60, "1")
    with pytest.raises(errors.DecoderResting, match="for about 1 min"):
        await decoder.clean(SMALL, 60, "1")
    with pytest.raises(errors.DecoderResting):
        await decoder.imprint(SMALL, "1")
    assert (await decoder.clean(SMALL, 60, "2")).width == 60
    assert (await decoder.clean(SMALL, 60)).width == 60


async def test_a_decoder_that_somebody_kills_is_nobodys_fault(decoder: Decoder, tmp_path: Path) -> None:
    hold, _ = pipe(tmp_path, "one")
    held = clean_of(decoder, hold, "1")
    await until(lambda: len(decoder._free) == 1)
    busy = next(child for child in decoder._quick if child not in decoder._free)
    await until(lambda: busy.pid is not None)
    os.kill(busy.pid or 0, signal.SIGKILL)
    assert await refused(held) is errors.DecoderDied
    assert (await decoder.clean(SMALL, 60, "1")).width == 60


async def test_a_real_child_is_ended_by_the_system_where_it_does_not_listen() -> None:
    """A library that never comes back to Python: the alarm is not heard, the limit of CPU time is."""
    deaf = "import signal, sys, re; from engine.files import decoder_child as it; it._limit_cpu_time(0.1);"
    deaf += "signal.signal(signal.SIGPROF, signal.SIG_IGN); re.match(r'(a+)+b', 'a' * 60)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", deaf)
    assert await process.wait() == -signal.SIGXCPU
