"""Takes requests in: `order => opened picture => queued job`.

Two steps, because the second one is only done when there is a picture to show:

    open(order)            url or blob -> clean picture -> blob
    submit(order, opened)  quota, fairness tag and row in one transaction of the ledger
"""

from __future__ import annotations

import asyncio
import random
import struct
import zlib
from dataclasses import dataclass
from typing import Any

from bot.intake import Intake, Link
from engine.jobs.dispatch import Dispatch
from engine.jobs.errors import Gone, Refusal
from engine.jobs.job import MEGABYTE, BlobKey, Job, JobId, Place
from engine.jobs.params import Dream, Zoom

NOISE_CELL = 16


@dataclass(frozen=True, slots=True)
class Order:
    """One request: what, from which picture, by whom."""

    params: Dream | Zoom
    requester: str
    source: Link | BlobKey | None = None
    """Where the picture is; None means noise."""
    parent: JobId | None = None
    limit_bytes: int = 10 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Opened:
    """The picture of an order, ready to be dreamed and to be shown meanwhile."""

    blob: BlobKey | None
    shown: bytes


@dataclass(frozen=True, slots=True)
class Ticket:
    """A queued job and where it stands."""

    id: JobId
    job: Job
    place: Place | None


class Reception:
    """Request in, job out."""

    def __init__(self, dispatch: Dispatch, intake: Intake) -> None:
        self._dispatch = dispatch
        self._intake = intake

    async def open(self, order: Order) -> Opened:
        """Fetch and clean the picture. Raises the `Refusal`s of pictures."""
        if isinstance(order.source, Link):
            return await self._fetch(order, order.source)
        if order.source is None:
            return Opened(None, await asyncio.to_thread(noise, order.params.size, order.params.seed))
        data = await self._dispatch.get_blob(order.source)
        if data is None:
            raise Gone
        return Opened(order.source, data)

    async def submit(self, order: Order, opened: Opened, posting: dict[str, Any]) -> Ticket:
        """Queue it. Raises `QueueFull` or `TooManyJobs`."""
        job = Job(order.params, order.requester, opened.blob, order.parent, order.limit_bytes)
        id = await self._dispatch.submit(job, posting)
        return Ticket(id, job, await self._dispatch.place(id))

    async def _fetch(self, order: Order, link: Link) -> Opened:
        try:
            clean = await self._intake.fetch(link, order.params.size)
        except Refusal:
            if not link.optional:
                raise
            return await self.open(Order(order.params, order.requester))
        return Opened(await self._dispatch.put_blob(clean.png), clean.png)


def noise(size: int, seed: int) -> bytes:
    """A PNG of coloured squares, `size` pixels wide and high: shown until its dream is."""
    draw = random.Random(seed)
    cells = -(-size // NOISE_CELL)
    rows = []
    for _ in range(cells):
        colours = [draw.randbytes(3) * NOISE_CELL for _ in range(cells)]
        rows += [b"\0" + b"".join(colours)[: size * 3]] * NOISE_CELL
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(rows[:size]), 6)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
