"""Strangers' bytes into clean pictures: `bytes => PNG without metadata`, in children that may die.

Asked for that, a child hands out what a file of ours says of how it was made: a few KB of text under our own key
(`engine.files.generation_metadata`), and no other metadata.

    whose turn it is      one picture of a person at a time, in the order in which they came
    two quick children    a picture has `QUICK_S` of CPU time
    one slow child        what took longer has `SECONDS` here, so that nobody else waits behind it

What a child answers is not believed: anything but a plain PNG of the right size, or the name of a refusal, is as good
as a crash. Whoever sent what a child died of waits for a while (`engine.files.decoder_strikes`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import struct
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from engine import errors
from engine.files import generation_metadata as imprint
from engine.files import picture_size
from engine.files.decoder_child import GRACE_S, NICE
from engine.files.decoder_strikes import Strikes
from engine.files.file_formats import PNG
from engine.files.fingerprint import UNKNOWN, Fingerprint
from engine.files.keyed_lock import KeyedLock
from engine.files.sanitizer import MOST_FRAMES
from engine.platform import framing as frames
from engine.platform import subprocesses
from engine.platform.units import MEGABYTE

log = logging.getLogger(__name__)
A = TypeVar("A")

CHILD = "engine.files.decoder_child"
CHILDREN = 2
"""Quick ones."""
QUICK_S, SECONDS = 2.0, 8.0
"""CPU time of a picture in the quick lane and in the slow one."""
SLOW_LANE_S = 1.0
"""CPU time; whoever sent a picture that took longer goes to the slow lane with the next ones."""
CLOCK_FACTOR = 4.0
"""So many times its CPU time a picture may take by the clock: the machine has other work, too."""
START_S = 60.0
"""For a process to load its libraries, on a machine that has much else to do."""
ENDING_S = 2.0
"""Between the end of a process's pipe and its own."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""For numpy, whose threads would take a child's address space and are of no use to it."""
LONGEST_S = CLOCK_FACTOR * (QUICK_S + SECONDS + 2 * GRACE_S)
"""Nobody waits longer for a picture whose turn has come."""


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture that is safe to open."""

    png: bytes
    """RGB, 8 bit, no metadata."""
    width: int
    height: int
    frame: int = 1
    """Which one of its frames it is, from 1 on ..."""
    frames: int = 1
    """... and how many there are."""
    fingerprint: Fingerprint = UNKNOWN
    """By what it is known again; of nothing where it was not opened just now."""
    nsfw: float | None = None
    """How likely it is not safe for work, from 0 to 1, by `engine.files.nsfw_scorer`; None: nobody asked."""

    @property
    def animated(self) -> bool:
        """It had more frames than this one."""
        return self.frames > 1


class ChildTooSlow(Exception):
    """The picture needs more CPU time than it had."""


class ChildDied(Exception):
    """The child gave no answer of ours and is gone."""

    def __init__(self, status: int = 0) -> None:
        """Its exit status, as `subprocess` has it."""
        super().__init__(status)
        self.by_others = status == -signal.SIGKILL
        """Nobody but us kills it over a picture."""


AnswerCheck = Callable[[dict[str, Any], bytes], A | errors.Refusal]
"""What an answer means. Raises ValueError for one that is none of ours."""


class Child:
    """One warm process; started when needed, replaced when it dies."""

    def __init__(self, seconds: float, *arguments: str, module: str = "") -> None:
        """`seconds` of CPU time for each picture; `module` is what is run in place of the decoder's child."""
        self._seconds = seconds
        self._arguments = arguments
        self._module = module
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process is not None else None

    async def ask(
        self, question: dict[str, Any], data: bytes, check: AnswerCheck[A]
    ) -> tuple[A | errors.Refusal, float]:
        """Its answer and the CPU time it took; one question at a time. Raises `ChildTooSlow` and `ChildDied`."""
        unharmed = False
        try:
            process = await self.warm()
            async with asyncio.timeout(CLOCK_FACTOR * (self._seconds + GRACE_S)):
                frame = await self._exchange(process, question, data)
            if unharmed := _is_slow(frame):
                raise ChildTooSlow
            answer = check(*frame)
            unharmed = True
            return answer, _seconds(frame)
        except TimeoutError:
            raise ChildTooSlow from None
        except ConnectionError:
            status = await self._exit_status()
            raise (ChildTooSlow if status == -signal.SIGXCPU else ChildDied(status)) from None
        except ValueError:
            raise ChildDied from None
        finally:  # also when we are cancelled in the middle: an answer nobody read must not become the next one's
            if not unharmed:
                log.info("%s gave no answer to this picture and is replaced", self._module or "the decoder")
                await self.kill()

    async def _exchange(
        self, process: asyncio.subprocess.Process, question: dict[str, Any], data: bytes
    ) -> frames.Frame:
        assert process.stdin is not None
        assert process.stdout is not None
        await frames.send(process.stdin, {**question, "seconds": self._seconds}, data)
        frame = await frames.receive(process.stdout)
        if frame is None:
            raise ConnectionError("no answer")
        return frame

    async def warm(self) -> asyncio.subprocess.Process:
        """The process, started if there is none. Raises `ChildDied` where it does not start."""
        if self._process is not None and self._process.returncode is not None:
            await self.kill()
        if self._process is None:
            self._process = await self._start()
        return self._process

    async def _start(self) -> asyncio.subprocess.Process:
        """A process that has loaded its libraries, which is no part of a picture's time."""
        from engine.settings import without_secrets

        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self._module or CHILD, *self._arguments, env={**without_secrets(), **ONE_THREAD},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**20,
        )  # fmt: skip
        assert process.stdout is not None
        ready = None
        try:
            async with asyncio.timeout(START_S):
                ready = await frames.receive(process.stdout)
        except TimeoutError:
            log.warning("a decoder did not start in %.0f s", START_S)
        finally:
            if ready is None:
                await _kill_process(process)
        if ready is None:
            raise ChildDied(-signal.SIGKILL)
        return process

    async def kill(self) -> None:
        """End it."""
        if self._process is None:
            return
        process, self._process = self._process, None
        await _kill_process(process)

    async def _exit_status(self) -> int:
        """The exit status of a process that closed its pipe, as `subprocess` has it; 0 if it lives on.

        Asked before it is killed: what asks whether there is anything to kill takes the status along.
        """
        assert self._process is not None
        try:
            async with asyncio.timeout(ENDING_S):
                return await self._process.wait()
        except TimeoutError:
            return 0


async def _kill_process(process: asyncio.subprocess.Process) -> None:
    status = await subprocesses.kill(process)
    log.debug("decoder %d is gone (%s)", process.pid, status)


class Decoder:
    """All children, and whose turn it is."""

    def __init__(self, megapixels: float = 50.0, megabytes: float = 25.0, children: int = CHILDREN) -> None:
        self.megapixels = megapixels
        self.megabytes = megabytes
        self._quick = [Child(QUICK_S) for _ in range(children)]
        self._slow = Child(SECONDS, NICE)
        self._free = self._quick[::-1]
        self._quick_turn, self._slow_turn = asyncio.Semaphore(children), asyncio.Semaphore(1)
        self._turns = KeyedLock()
        self._strikes = Strikes()

    async def __aenter__(self) -> Decoder:
        await self._quick[0].warm()
        return self

    async def __aexit__(self, *_: object) -> None:
        for child in (*self._quick, self._slow):
            await child.kill()

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that there are."""
        return tuple(child.pid for child in (*self._quick, self._slow) if child.pid is not None)

    async def warm(self) -> None:
        """Start all quick children and have their libraries loaded, so that the first picture does not wait for it."""
        tiny = b"GIF87a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
        await asyncio.gather(*(self.clean(tiny, 8) for _ in self._quick))

    async def clean(self, data: bytes, size: int = 1024, person: str = "", *, last: bool = False) -> CleanPicture:
        """Decode, orient, convert to sRGB, resize to `size` as `engine.files.picture_size` says. Raises a `Refusal`.

        Small pictures are enlarged, too: the status message shows the picture at the size that its dream will have.
        `person` is who sent it; nobody for what is our own. Of an animation it is the first frame in which there is
        something to see, or the `last`.
        """
        return await self._ask(
            {"size": size, "last": last}, data, lambda header, png: _check_picture(header, png, size), person
        )

    async def imprint(self, data: bytes, person: str = "") -> bytes:
        """What a file of ours says of how it was made, for `generation_metadata.read`; empty where it says nothing.

        Raises a `Refusal` with a sentence.
        """
        return await self._ask({"imprint": True}, data, _check_imprint, person)

    async def _ask(self, question: dict[str, Any], data: bytes, check: AnswerCheck[A], person: str) -> A:
        if not data:
            raise errors.EmptyFile()
        if len(data) > self.megabytes * MEGABYTE:
            raise errors.FileTooLarge(megabytes=f"{len(data) / MEGABYTE:.0f}", limit=f"{self.megabytes:g}")
        async with self._turns.of(person) if person else contextlib.nullcontext():
            self._strikes.check(person)
            answer, seconds = await self._ask_child({**question, "megapixels": self.megapixels}, data, check, person)
        if seconds > SLOW_LANE_S:
            self._strikes.count_slow(person)
        if isinstance(answer, errors.Refusal):
            raise answer
        return answer

    async def _ask_child(
        self, question: dict[str, Any], data: bytes, check: AnswerCheck[A], person: str
    ) -> tuple[A | errors.Refusal, float]:
        """By a quick child, else by the slow one; with the CPU time that it took."""
        try:
            if not self._strikes.is_slow(person):
                with contextlib.suppress(ChildTooSlow):
                    async with self._quick_child() as child:
                        return await child.ask(question, data, check)
            self._strikes.count_slow(person)
            async with self._slow_turn:
                return await self._slow.ask(question, data, check)
        except ChildTooSlow:
            self._strikes.count_death(person)
        except ChildDied as died:
            if not died.by_others:
                self._strikes.count_death(person)
        return errors.DecoderDied(), 0.0

    @contextlib.asynccontextmanager
    async def _quick_child(self) -> AsyncIterator[Child]:
        async with self._quick_turn:
            child = self._free.pop()
            try:
                yield child
            finally:
                self._free.append(child)


def _is_slow(frame: frames.Frame) -> bool:
    return isinstance(frame[0], dict) and frame[0].get("slow") is True


def _seconds(frame: frames.Frame) -> float:
    said = frame[0].get("seconds")
    return said if isinstance(said, float) else 0.0


def _check_picture(header: dict[str, Any], png: bytes, size: int) -> CleanPicture | errors.Refusal:
    """The child's answer, which strangers' bytes may have forged. Raises ValueError if it is none of ours."""
    try:
        if refused := _refusal(header):
            return refused
        edges, frame, count = (header["width"], header["height"]), header["frame"], header["frames"]
        if png[:8] != PNG or struct.unpack(">II", png[16:24]) != edges or not picture_size.is_fitted(edges, size):
            raise ValueError("not the picture that was announced")
        if not (type(frame) is type(count) is int and 1 <= frame <= count <= MOST_FRAMES):
            raise ValueError("not a frame of ours")
        known = Fingerprint(**header["known"])
        if not known.sha256:
            raise ValueError("not a fingerprint of ours")
        return CleanPicture(png, *edges, frame, count, known)
    except (KeyError, TypeError, AttributeError, struct.error) as error:
        raise ValueError("not an answer of ours") from error


def _check_imprint(header: dict[str, Any], text: bytes) -> bytes | errors.Refusal:
    """The child's answer; its text is a stranger's in any case. Raises ValueError if it is none of ours."""
    try:
        if refused := _refusal(header):
            return refused
        if header["imprint"] != len(text) or len(text) > imprint.LIMIT + 1:
            raise ValueError("not the text that was announced")
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not an answer of ours") from error
    return text


def _refusal(header: dict[str, Any]) -> errors.Refusal | None:
    refused = header.get("refused")
    return REFUSALS[refused](**header["facts"]) if refused else None


REFUSALS: dict[str, type[errors.Refusal]] = {
    kind.__name__: kind
    for kind in (errors.NotAPicture, errors.BrokenPicture, errors.TooManyPixels, errors.TooManyFrames,
                 errors.TooManyScans, errors.ExtremeShape, errors.DecoderDied)
}  # fmt: skip
"""All that a child may refuse with."""
