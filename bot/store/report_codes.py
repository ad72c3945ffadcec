"""The codes of reports that were sent: `code => whether it is a new one`. They say neither who nor of what."""

from __future__ import annotations

import asyncio
import time

import sqlalchemy as sa

from bot.store.tables import reports
from engine.queue.database import reading

KEPT_S = 90 * 86_400.0
"""A report is remembered for so long: within it nobody sends one twice."""


class ReportCodes:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    async def is_known(self, code: str) -> bool:
        """Whether it was recorded before."""
        return await asyncio.to_thread(self._is_known, code)

    async def record(self, code: str) -> bool:
        """Remember a code; whether it is a new one. What is older than `KEPT_S` is forgotten."""
        return await asyncio.to_thread(self._record, code)

    def _is_known(self, code: str) -> bool:
        with reading(self._engine) as db:
            return db.scalar(sa.select(reports.c.code).where(reports.c.code == code)) is not None

    def _record(self, code: str) -> bool:
        now = time.time()
        with self._engine.begin() as db:
            db.execute(sa.delete(reports).where(reports.c.created < now - KEPT_S))
            if db.scalar(sa.select(reports.c.code).where(reports.c.code == code)) is not None:
                return False
            db.execute(sa.insert(reports).values(code=code, created=now))
        return True
