"""The decoder under attack: `files => what became of them`, or a `Finding` that says how to see it again.

What must hold for every file: an answer within the limit, which is a clean PNG or a `Refusal` with code and sentence;
the child inside its memory, whoever asks no larger than before. A child may die of a file, as that is what it is for;
it must be replaced, and deaths are counted.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import resource
import struct
import tempfile
import time
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from engine import errors
from engine.catalog.catalog import shipped_catalog
from engine.files import decoder, decoder_child, generation_metadata
from engine.files.decoder import Decoder

LONG_SIDE = 32
LIMIT_S = decoder.LONGEST_S + 4
"""An answer that takes longer is a hang: the decoder's own limit, and time to kill on a busy machine."""
PARENT_MB = 150
"""Whoever asks may grow by this: one large file and its answer."""


class Finding(AssertionError):
    """A file that broke a promise."""


@dataclass
class Report:
    """What became of the files."""

    answers: Counter[str] = field(default_factory=Counter)
    """How often each answer came: "clean", "imprint", or the name of a refusal."""
    deaths: int = 0
    slowest_s: float = 0.0
    child_mb: float = 0.0
    """The most memory that a child ever held (resident) ..."""
    child_space_mb: float = 0.0
    """... and had mapped."""
    grown_mb: float = 0.0
    """How much whoever asks has grown."""
    seconds: float = 0.0

    @property
    def cases(self) -> int:
        """Files."""
        return self.answers.total()

    def __add__(self, other: Report) -> Report:
        return Report(
            self.answers + other.answers,
            self.deaths + other.deaths,
            max(self.slowest_s, other.slowest_s),
            max(self.child_mb, other.child_mb),
            max(self.child_space_mb, other.child_space_mb),
            max(self.grown_mb, other.grown_mb),
            max(self.seconds, other.seconds),
        )

    def __str__(self) -> str:
        answers = ", ".join(f"{name} {count}" for name, count in self.answers.most_common())
        return (
            f"{self.cases} files in {self.seconds:.0f} s: {answers}; {self.deaths} children died of one; slowest answer"
            f" {self.slowest_s:.2f} s; a child held at most {self.child_mb:.0f} MB (mapped {self.child_space_mb:.0f} of"
            f" {decoder_child.MEMORY >> 20}), the asking process grew by {self.grown_mb:.0f} MB"
        )


class Siege:
    """One warm decoder, asked from outside of any event loop."""

    def __init__(self) -> None:
        self.report = Report()
        self._loop = asyncio.new_event_loop()
        self._decoder = Decoder(children=1)
        self._pids: tuple[int, ...] = ()

    def __enter__(self) -> Siege:
        self._loop.run_until_complete(self._decoder.clean(_tiny(), LONG_SIDE))
        self._pids = self._decoder.pids
        self._began, self._held = time.monotonic(), _own_mb()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._look_at_child()
        self.report.seconds = time.monotonic() - self._began
        self.report.grown_mb = _own_mb() - self._held
        self._loop.run_until_complete(self._decoder.__aexit__())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()
        if error is None and self.report.grown_mb > PARENT_MB:
            raise Finding(f"whoever asks grew by {self.report.grown_mb:.0f} MB")

    def judge(self, data: bytes, long_side: int = LONG_SIDE) -> str:
        """Ask about one file; the name of the answer. Raises `Finding`."""
        return self._judged(data, self._answer(data, long_side))

    def judge_imprint(self, data: bytes) -> str:
        """Ask how a file was made; the name of the answer, "imprint" where it could be read. Raises `Finding`."""
        return self._judged(data, self._imprint(data))

    def _judged(self, data: bytes, asked: Coroutine[None, None, str]) -> str:
        before = self._pids
        began = time.perf_counter()
        answer = self._loop.run_until_complete(asked)
        took = time.perf_counter() - began
        self.report.slowest_s = max(self.report.slowest_s, took)
        self.report.answers[answer] += 1
        self._pids = self._decoder.pids
        if not set(before) <= set(self._pids):
            self.report.deaths += 1
        elif self.report.cases % 500 == 0:
            self._look_at_child()
        if took > LIMIT_S:
            raise Finding(f"{took:.1f} s for {_kept(data)}")
        return answer

    async def _answer(self, data: bytes, long_side: int) -> str:
        try:
            clean = await self._decoder.clean(data, long_side)
        except Exception as error:
            return _refusal(error, data)
        if chunks(clean.png) != ["IHDR", "IDAT", "IEND"] or clean.png[24:26] != b"\x08\x02":
            raise Finding(f"more than pixels in the answer to {_kept(data)}")
        return "clean"

    async def _imprint(self, data: bytes) -> str:
        try:
            generation_metadata.read(await self._decoder.imprint(data), shipped_catalog())
        except Exception as error:
            return _refusal(error, data)
        return "imprint"

    def child_seconds(self) -> float:
        """CPU time of the child so far; 0 where there is no /proc."""
        path = Path(f"/proc/{self._decoder.pids[0]}/stat")
        if not path.exists():
            return 0.0
        fields = path.read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _look_at_child(self) -> None:
        """Its peak memory, where there is a /proc."""
        for path in (Path(f"/proc/{pid}/status") for pid in self._decoder.pids):
            if path.exists():
                lines = dict(line.split(":", 1) for line in path.read_text("utf-8").splitlines())
                held, mapped = (int(lines[name].split()[0]) / 1024 for name in ("VmHWM", "VmPeak"))
                self.report.child_mb = max(self.report.child_mb, held)
                self.report.child_space_mb = max(self.report.child_space_mb, mapped)


def chunks(png: bytes) -> list[str]:
    """The kinds of chunks in a PNG, neighbours of one kind counted once."""
    kinds: list[str] = []
    at = 8
    while at + 8 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        if not kinds or kinds[-1] != kind.decode("ascii"):
            kinds.append(kind.decode("ascii"))
        at += 12 + length
    return kinds


def _refusal(error: Exception, data: bytes) -> str:
    """The name of a refusal with a sentence. Raises `Finding` for anything else."""
    if not isinstance(error, errors.Refusal):
        raise Finding(f"{type(error).__name__} for {_kept(data)}") from error
    if len(str(error)) < 40 or not str(error).endswith(".") or error.code == errors.Refusal.code:
        raise Finding(f"no sentence for {_kept(data)}") from error
    return type(error).__name__


def _kept(data: bytes) -> str:
    """Where a file was put for whoever looks into it."""
    path = Path(tempfile.gettempdir()) / f"fuzz-{hashlib.sha256(data).hexdigest()[:16]}"
    path.write_bytes(data)
    return f"{path} ({len(data)} bytes)"


def _own_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _tiny() -> bytes:
    return b"GIF87a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
