"""What must happen once in a fleet: `(name, work) => the work, here or elsewhere, never at two places`.

A lease is an advisory lock of a PostgreSQL session: it goes with the connection, so that whoever dies leaves it at
once, and a machine that is cut off leaves it within some 11 s (`engine.queue.database.POSTGRESQL`), in which it notices
by its own question every `ASK_S` and stops.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import psycopg

from engine.queue import notifications

log = logging.getLogger(__name__)

ASK_S = 3.0
LEASES = 0x4C454153
"""The class of these locks; the other half of a lock's number is the hash of its name."""
TRY = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"


async def run_alone(url: str, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do the work while the lease is ours, until cancelled; where it is somebody else's, wait for it."""
    while True:
        try:
            async with await notifications.connect(url) as db:
                while not await _try(db, name):  # noqa: ASYNC110 - nobody would set an event
                    await asyncio.sleep(ASK_S)
                await _run_while_held(db, name, work)
        except psycopg.Error:
            log.warning("the lease %s is lost: the database does not answer", name)
        await asyncio.sleep(ASK_S)


async def _run_while_held(
    db: psycopg.AsyncConnection[tuple[Any, ...]], name: str, work: Callable[[], Coroutine[Any, Any, None]]
) -> None:
    """Raises `psycopg.Error` once the lease is lost, and what the work raises."""
    log.info("the lease %s is held here", name)
    working = asyncio.create_task(work(), name=name)
    try:
        while not working.done():
            await db.execute("SELECT 1")
            await asyncio.wait((working,), timeout=ASK_S)
        working.result()
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await working


@contextlib.asynccontextmanager
async def hold(url: str, name: str, refusal: Exception) -> AsyncIterator[psycopg.AsyncConnection[tuple[Any, ...]]]:
    """Hold a lease. Raises `refusal` where somebody else does, and `psycopg.OperationalError`."""
    async with await notifications.connect(url) as db:
        if not await _try(db, name):
            raise refusal
        yield db


async def _try(db: psycopg.AsyncConnection[tuple[Any, ...]], name: str) -> bool:
    found = await (await db.execute(TRY, (LEASES, name))).fetchone()
    return bool(found and found[0])
