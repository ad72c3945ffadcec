"""Notifications of PostgreSQL: `(channel, header, JPEG) => whoever listens`. Lossy: the rows are the truth.

A notification carries at most 8,000 bytes, so that a preview goes by way of an UNLOGGED table: whoever is notified
fetches the newest. Each direction has a connection of its own; where one breaks, it is made anew, and what was to be
sent meanwhile is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from typing import Any

import psycopg
import sqlalchemy as sa

from engine.queue.database import POSTGRESQL, outage

RETRY_S = 0.5
MOST_PENDING = 1000
"""What waits for a database that does not answer."""

SEND = "SELECT pg_notify(%(channel)s, %(text)s)"
SEND_PREVIEW = f"""
WITH kept AS (
    INSERT INTO previews (job_id, jpeg) VALUES (%(id)s, %(jpeg)s)
    ON CONFLICT (job_id) DO UPDATE SET jpeg = excluded.jpeg
) {SEND}"""
SEND_LAST = f"WITH gone AS (DELETE FROM previews WHERE job_id = %(id)s) {SEND}"
"""Once a job has ended, or waits again, nobody needs its preview."""
Header = dict[str, Any]


async def connect(url: str) -> psycopg.AsyncConnection[tuple[Any, ...]]:
    """A connection without transactions, beside those of SQLAlchemy. Raises `psycopg.OperationalError`."""
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    made = await psycopg.AsyncConnection.connect(plain, autocommit=True, **POSTGRESQL)
    outage.report_success()
    return made


class Sender:
    """Sends from a queue, in order, in which a newer progress of a job takes the place of the one that waits."""

    def __init__(self, url: str, channel: str) -> None:
        self._url = url
        self._channel = channel
        self._pending: dict[object, tuple[Header, bytes]] = {}
        self._due = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def send(self, header: Header, jpeg: bytes = b"") -> None:
        """Send soon; from the loop in which this is called first."""
        key: object = ("progress", header["id"]) if header.get("hint") == "progress" else object()
        waiting = self._pending.get(key)
        if waiting is None and len(self._pending) >= MOST_PENDING:
            return
        self._pending[key] = (header, jpeg or (waiting[1] if waiting else b""))
        self._due.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"notify {self._channel}")

    async def close(self) -> None:
        """Send what waits, if that can be done at once, and hang up."""
        task, self._task = self._task, None
        if task is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while self._pending and not task.done():  # noqa: ASYNC110 - it ends when this is cancelled, too
                    await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait((task,))

    async def _run(self) -> None:
        while True:
            try:
                async with await connect(self._url) as db:
                    await db.execute("SET synchronous_commit = off")  # a hint that is lost with the server is none
                    await self._send_forever(db)
            except psycopg.Error as error:
                outage.report_failure(str(error))
                self._pending.clear()
            await asyncio.sleep(RETRY_S)

    async def _send_forever(self, db: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            while self._pending:
                key = next(iter(self._pending))
                header, jpeg = self._pending.pop(key)
                await self._send(db, header, jpeg)

    async def _send(self, db: psycopg.AsyncConnection[tuple[Any, ...]], header: Header, jpeg: bytes) -> None:
        statement = SEND_LAST if header.get("hint") in ("settled", "requeued") else SEND
        text = json.dumps({**header, "preview": True} if jpeg else header)
        given = {"channel": self._channel, "text": text, "id": header.get("id"), "jpeg": jpeg}
        await db.execute(SEND_PREVIEW if jpeg else statement, given)


async def listen(url: str, channel: str) -> AsyncGenerator[Header]:
    """Headers for ever, from whenever there is a connection."""
    while True:
        try:
            async with await connect(url) as db:
                await db.execute(f"LISTEN {channel}")
                async with contextlib.aclosing(db.notifies()) as notes:
                    async for note in notes:
                        yield json.loads(note.payload)
        except psycopg.Error as error:
            outage.report_failure(str(error))
        await asyncio.sleep(RETRY_S)


class Previews:
    """Fetches the newest preview of a job."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._db: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

    async def fetch(self, id: str) -> bytes:
        """The JPEG, or nothing where it is gone or cannot be had now."""
        try:
            if self._db is None or self._db.closed:
                self._db = await connect(self._url)
            found = await (await self._db.execute("SELECT jpeg FROM previews WHERE job_id = %s", (id,))).fetchone()
        except psycopg.Error as error:
            outage.report_failure(str(error))
            await self.close()
            return b""
        return bytes(found[0]) if found else b""

    async def close(self) -> None:
        """Hang up."""
        if self._db is not None:
            await self._db.close()
            self._db = None
