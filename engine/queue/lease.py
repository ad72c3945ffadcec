"""What must happen once in a fleet: `(name, work) => the work, here or elsewhere, never at two places`.

A lease is an advisory lock of a PostgreSQL session: it goes with the connection, so that whoever dies leaves it at
once, and a machine that is cut off leaves it within some 11 s (`engine.queue.database.POSTGRESQL`), in which it notices
by its own question every `ASK_S` and stops.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from engine.queue import notifications
from engine.queue.database import outage

log = logging.getLogger(__name__)

ASK_S = 3.0
LEASES = 0x4C454153
"""The class of these locks; the other half of a lock's number is the hash of its name."""
TRY = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
TRY_SHARED = "SELECT pg_try_advisory_lock_shared(%s, hashtext(%s))"
GIVE_UP = "SELECT pg_advisory_unlock_all()"
SHARDED = 0x53484152
"""The class of locks whose other half is how many shards a bot has."""
SHARE_TOTAL = "SELECT pg_advisory_lock_shared(%s, %s)"
OTHER_TOTAL = """
SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s AND objid <> %s
AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1"""


@dataclass(frozen=True, slots=True)
class BotLocks:
    """What one process of a bot holds: all of it, or some of its shards, beside others with as many in all."""

    shards: Sequence[int] = ()
    total: int = 0
    """How many shards the bot has; 0: this process is the whole bot."""


async def run_alone(url: str, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do the work while the lease is ours, until cancelled; where it is somebody else's, wait for it."""
    while True:
        try:
            async with await notifications.connect(url) as db:
                while not await _try(db, name):  # noqa: ASYNC110 - nobody would set an event
                    await asyncio.sleep(ASK_S)
                await _run_while_held(db, name, work)
        except psycopg.Error as error:
            outage.report_failure(str(error))
        await asyncio.sleep(ASK_S)


async def run_in_turn(url: str, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do the work once, when nobody else does it; from its beginning where the lease was lost meanwhile."""
    while True:
        try:
            async with await notifications.connect(url) as db:
                while not await _try(db, name):  # noqa: ASYNC110 - nobody would set an event
                    await asyncio.sleep(ASK_S)
                return await _run_while_held(db, name, work)
        except psycopg.Error as error:
            outage.report_failure(str(error))
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


async def keep(url: str, locks: BotLocks, held: asyncio.Event, refusal: Exception, patience_s: float) -> None:
    """Hold a bot's locks until cancelled, and again after an outage; `held` is set once they are. Raises `refusal`
    where somebody else has one for longer than a machine that was cut off is missed."""
    since = time.monotonic()
    while True:
        try:
            async with await notifications.connect(url) as db:
                while not await _take(db, locks):
                    if time.monotonic() - since > patience_s:
                        raise refusal
                    await asyncio.sleep(min(ASK_S, patience_s))
                held.set()
                await _ask_forever(db)
        except psycopg.Error as error:
            outage.report_failure(str(error))
        since = time.monotonic()
        await asyncio.sleep(notifications.RETRY_S)


async def _ask_forever(db: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
    """Raises `psycopg.Error` once the lease is lost."""
    while True:
        await db.execute("SELECT 1")
        await asyncio.sleep(ASK_S)


async def _take(db: psycopg.AsyncConnection[tuple[Any, ...]], locks: BotLocks) -> bool:
    """All of them, or none."""
    if await _try_bot(db, locks):
        return True
    await db.execute(GIVE_UP)
    return False


async def _try_bot(db: psycopg.AsyncConnection[tuple[Any, ...]], locks: BotLocks) -> bool:
    if not locks.total:
        return await _try(db, "bot")
    if not await _try(db, "bot", TRY_SHARED):
        return False
    for shard in locks.shards:
        if not await _try(db, f"shard {shard} of {locks.total}"):
            return False
    await db.execute(SHARE_TOTAL, (SHARDED, locks.total))
    return await (await db.execute(OTHER_TOTAL, (SHARDED, locks.total))).fetchone() is None


async def _try(db: psycopg.AsyncConnection[tuple[Any, ...]], name: str, how: str = TRY) -> bool:
    found = await (await db.execute(how, (LEASES, name))).fetchone()
    return bool(found and found[0])
