"""People with hostile files beside people with plain ones: `(seed, minutes) => how long the plain ones waited`.

The way of a picture from its bytes to a clean blob is the real one: the line, the two quick decoders and the slow lane.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import cast

import aiohttp
from PIL import Image

from bot.requests.downloader import Downloader, Link
from bot.requests.submission import Request, Submitter
from engine.errors import Refusal
from engine.files.decoder import Decoder
from engine.params import Dream
from engine.queue.in_memory_dispatch import MemoryDispatch
from engine.queue.job import Limits
from tests.engine.files.broken_files import animated, chunk, photo, saved, scans, with_chunk, with_scans
from tests.load.process_gauges import quantile

PLAIN_PEOPLE, HOSTILE_PEOPLE = 20, 4
LIMIT_S = 1.0
"""In which everybody else's picture is opened, in 95 of 100 cases."""
PAUSE_S = (1.0, 9.0)
"""Between two pictures of somebody with plain ones; who is hostile makes none."""


class Files(Downloader):
    """Files that were fetched already."""

    def __init__(self, decoder: Decoder, files: dict[str, bytes]) -> None:
        super().__init__(cast("aiohttp.ClientSession", None), decoder)
        self._files = files

    async def file(self, link: Link) -> bytes:
        return self._files[link.url]


@dataclass
class Siege:
    """How it went."""

    waits: list[float] = field(default_factory=list)
    """Seconds until a plain picture was opened."""
    answers: Counter[str] = field(default_factory=Counter)
    """What the hostile files got."""
    lost: Counter[str] = field(default_factory=Counter)
    """What plain pictures were refused with."""

    @property
    def p95_s(self) -> float:
        """What 95 of 100 plain pictures did not wait longer for."""
        return quantile(self.waits, 0.95)

    @property
    def flawless(self) -> bool:
        """Whether nobody was kept waiting or refused."""
        return bool(self.waits) and not self.lost and self.p95_s <= LIMIT_S

    def __str__(self) -> str:
        answers = ", ".join(f"{name} {count}" for name, count in self.answers.most_common())
        return (
            f"siege: {len(self.waits)} plain pictures, opened after {quantile(self.waits, 0.5):.2f} s (median),"
            f" {self.p95_s:.2f} s (p95), {max(self.waits, default=0):.2f} s (most), {self.lost.total()} refused;"
            f" hostile files: {answers or 'none'}; {'held' if self.flawless else 'BROKEN'}"
        )


async def besiege(seed: str, seconds: float, hostile: int = HOSTILE_PEOPLE, plain: int = PLAIN_PEOPLE) -> Siege:
    """Everybody sends pictures for so long."""
    found, until = Siege(), time.monotonic() + seconds
    files = {**plain_files(), **(hostile_files() if hostile else {})}
    dispatch = MemoryDispatch(Limits(per_user=100, total=10_000))
    async with Decoder() as decoder:
        await decoder.warm()
        submitter = Submitter(dispatch, Files(decoder, files))
        async with asyncio.TaskGroup() as people:
            for number in range(plain):
                people.create_task(_send_plain(submitter, f"plain {number}", Random(f"{seed}/{number}"), until, found))
            for number in range(hostile):
                people.create_task(_send_hostile(submitter, f"hostile {number}", number, until, found))
    await dispatch.close()
    return found


async def _send_plain(submitter: Submitter, person: str, random: Random, until: float, found: Siege) -> None:
    while True:
        await asyncio.sleep(random.uniform(*PAUSE_S))
        if time.monotonic() > until:
            return
        began = time.monotonic()
        try:
            await submitter.open(Request(Dream(), person, Link(random.choice([*plain_files()]), 100_000)))
        except Refusal as refusal:
            found.lost[type(refusal).__name__] += 1
        found.waits.append(time.monotonic() - began)


async def _send_hostile(submitter: Submitter, person: str, number: int, until: float, found: Siege) -> None:
    """One file after the other, everybody beginning with another one; who is refused asks again at once."""
    names = [*hostile_files()]
    while time.monotonic() < until:
        name = names[number % len(names)]
        number += 1
        try:
            await submitter.open(Request(Dream(), person, Link(name, len(hostile_files()[name]))))
            found.answers["opened"] += 1
        except Refusal as refusal:
            found.answers[type(refusal).__name__] += 1
            await asyncio.sleep(0.05)


@cache
def plain_files() -> dict[str, bytes]:
    """What most people send."""
    large = photo((1200, 900))
    return {f"plain {kind}": saved(large, kind) for kind in ("PNG", "JPEG", "WEBP")} | {
        "plain GIF": saved(photo((400, 300)), "GIF")
    }


@cache
def hostile_files() -> dict[str, bytes]:
    """Files that are small and cost much, of every format."""
    plain, wide = Image.new("RGB", (5000, 5000), "red"), Image.new("RGB", (2600, 2600), "blue")
    made: dict[str, Callable[[], bytes]] = {
        "a JPEG of 400 scans": lambda: with_scans(400, (800, 600)),
        "a JPEG of 64 scans": lambda: _of_64_scans(plain),
        "a PNG of 25 megapixels": lambda: saved(plain, "PNG", compress_level=1),
        "a PNG with a broken profile": lambda: with_chunk(
            saved(wide, "PNG"), chunk(b"iCCP", b"icc\0\0" + bytes(10**6))
        ),
        "a GIF of plain fields": lambda: animated("GIF", _palette_fields(55, 1200)),
        "a PNG of plain fields": lambda: animated("PNG", _fields(50, 1200)),
        "a WebP of 25 megapixels": lambda: saved(plain, "WEBP", quality=1, method=0),
        "an AVIF of 25 megapixels": lambda: saved(plain, "AVIF", quality=1, speed=10),
        "a TIFF of 25 megapixels": lambda: saved(plain, "TIFF", compression="tiff_lzw"),
        "a BMP of 20 MB": lambda: saved(wide, "BMP"),
        "half a PNG": lambda: saved(plain, "PNG", compress_level=1)[:-4000],
    }
    return {name: make() for name, make in made.items()}


def _of_64_scans(picture: Image.Image) -> bytes:
    jpeg = saved(picture, "JPEG", progressive=True)
    own = [*scans(jpeg)]
    return jpeg[:-2] + own[-1] * (64 - len(own)) + jpeg[-2:]


def _fields(count: int, side: int) -> list[Image.Image]:
    return [Image.new("RGB", (side, side), (shade, 0, 2 * shade)) for shade in range(count)]


def _palette_fields(count: int, side: int) -> list[Image.Image]:
    """As GIFs are made of, which saves to look for colours in millions of equal pixels."""
    fields = []
    for shade in range(count):
        field = Image.new("P", (side, side))
        field.putpalette((shade, 0, 2 * shade))
        fields.append(field)
    return fields
