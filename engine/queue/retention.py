"""What may go: `(ledger, blobs, settings) => rows and files removed`.

Three rules, in this order. The row of a job that was answered goes a year after it settled, or when there are too many:
it is small, and what the buttons under a dream go on by. A blob goes some days after the last job that names it has
settled: its message still shows it, and who needs it fetches it from there. What somebody brought goes earlier, a day
after the last dream of it, unless a dream of a dream needs it for Animate. If blobs still take more than their share of
the disk, those unused for longest go. Nothing that a preset names, or a job that waits, runs or was not answered
yet, is ever taken; nor is anything that was used within the last hour, so that what is between two steps of a request
stays.

The supervisor runs it every half hour: there is one supervisor per data folder, and in a fleet the one of them that
holds the lease of it. Two at once would do no harm.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass

from engine.files.blobs import BlobStore
from engine.queue import installation
from engine.queue.blob_stores import open_blobs
from engine.queue.ledger import Ledger
from engine.settings import Settings, Storage

log = logging.getLogger("pareidolia.retention")

TIDY_S = 1800.0
"""Between two rounds; the first comes that long after the start, when a wrong clock has been set right."""
CLOCK_JUMP_S = 600.0
"""A clock that went this much faster than time has jumped, and gets one round's time to be set right."""
UNUSED_S = 3600.0
"""A blob used within this time stays, whoever names it: its row may be just about to be written."""
HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
GIGABYTE = 10**9


@dataclass(frozen=True, slots=True)
class Tidied:
    """What a round of retention did."""

    jobs: int
    """Rows removed."""
    freed: int
    """Bytes of blobs removed."""
    kept: int
    """Bytes of blobs that stay."""


async def tidy_in_turn(settings: Settings, ledger: Ledger) -> None:
    """Round after round, here or, in a fleet, at one of its engines; until cancelled."""
    blobs = open_blobs(settings)
    await installation.run_once_in_fleet(settings, "retention", lambda: tidy_forever(ledger, blobs, settings.storage))


async def tidy_forever(ledger: Ledger, blobs: BlobStore, storage: Storage) -> None:
    """Round after round, until cancelled."""
    while True:
        before, began = ledger.clock(), time.monotonic()
        await asyncio.sleep(TIDY_S)
        if ledger.clock() - before - (time.monotonic() - began) > CLOCK_JUMP_S:
            log.warning("the clock has jumped ahead; nothing is tidied this time")
            continue
        try:
            log.info("%s", await asyncio.to_thread(tidy, ledger, blobs, storage))
        except Exception:
            log.exception("nothing could be tidied; the next round tries again")


def tidy(ledger: Ledger, blobs: BlobStore, storage: Storage) -> Tidied:
    """One round. Raises what the database or the disk raises; then the next round goes on."""
    now = ledger.clock()
    forgotten = 0
    while gone := ledger.forget(now - max(storage.button_days, storage.days) * DAY_S):
        forgotten += gone
    while gone := ledger.forget_oldest(storage.button_rows):
        forgotten += gone
    unused_since = now - UNUSED_S
    blobs.remove_parts(unused_since)
    sources_since = now - min(storage.source_hours * HOUR_S, storage.days * DAY_S)
    freed = _remove_unreferenced(ledger, blobs, now - storage.days * DAY_S, sources_since, unused_since)
    kept, pressed = _remove_oldest(ledger, blobs, storage, unused_since)
    if kept > storage.gigabytes * GIGABYTE:
        log.warning("pictures take %.1f GB, more than storage.gigabytes allows, and all are in use", kept / GIGABYTE)
    return Tidied(forgotten, freed + pressed, kept)


def _remove_unreferenced(
    ledger: Ledger, blobs: BlobStore, settled_since: float, sources_since: float, unused_since: float
) -> int:
    """Remove the blobs that nothing names but jobs which settled before those moments; the bytes freed."""
    stored = blobs.list_all()  # before the names: what is stored and named later is not looked at
    named = ledger.referenced_blobs(since=settled_since, sources_since=sources_since)
    return sum(blobs.remove(one.key, unused_since) for one in stored if one.key not in named)


def _remove_oldest(ledger: Ledger, blobs: BlobStore, storage: Storage, unused_since: float) -> tuple[int, int]:
    """Remove the oldest unpinned blobs until the rest fits; the bytes that stay, and the bytes freed."""
    stored = blobs.list_all()
    held, freed = sum(one.size for one in stored), 0
    pinned = ledger.referenced_blobs(pinned=True) if held > storage.gigabytes * GIGABYTE else set()
    for one in stored:
        if held - freed <= storage.gigabytes * GIGABYTE:
            break
        if one.key not in pinned:
            freed += blobs.remove(one.key, unused_since)
    return held - freed, freed
