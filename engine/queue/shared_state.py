"""Small facts that the processes of one bot share: `(name, change) => JSON in a row`, one change after another."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from engine.queue.database import connect
from engine.queue.engine_registry import shared_state

NOW = sa.text("SELECT extract(epoch FROM clock_timestamp())")


class SharedState:
    """The repository; it blocks."""

    def __init__(self, url: str) -> None:
        self._db = connect(url)

    def change(self, name: str, change: Callable[[Any, float], Any]) -> Any:
        """Put `change(value, now)` in place of a value, None where there was none, and return it; `now` is the server's
        time in Unix seconds, the same clock for all. Raises `NoLedger`."""
        with self._db.begin() as db:
            kept = db.scalar(sa.select(shared_state.c.value).where(shared_state.c.name == name))
            value = change(None if kept is None else json.loads(kept), float(db.scalar(NOW) or 0.0))
            db.execute(shared_state.delete().where(shared_state.c.name == name))
            db.execute(shared_state.insert().values(name=name, value=json.dumps(value)))
        return value

    def read(self, name: str) -> Any:
        """A value, or None. Raises `NoLedger`."""
        with self._db.begin() as db:
            kept = db.scalar(sa.select(shared_state.c.value).where(shared_state.c.name == name))
        return None if kept is None else json.loads(kept)

    def close(self) -> None:
        """Hang up."""
        self._db.dispose()


class SharedNote:
    """One of them, which replaces the one before."""

    def __init__(self, state: SharedState, name: str) -> None:
        self._state = state
        self._name = name

    def read(self) -> Any:
        """The value, or None. Raises `NoLedger`."""
        return self._state.read(self._name)

    def write(self, fact: Any) -> None:
        """Put another one in its place. Raises `NoLedger`."""
        self._state.change(self._name, lambda _before, _now: fact)
