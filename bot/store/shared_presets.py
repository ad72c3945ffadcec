"""Shared presets: `(user, name) => what the preset is now, under an id and a code`, until the preset is deleted.

What is shared is a copy: saving over the preset or renaming it changes nothing of it. It holds a name and options, and
neither pictures nor whose preset it was; the foreign key takes it along when the preset goes.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store.presets import PAINTING_OPTIONS, Options, Presets, of_user
from bot.store.share_codes import draw_code, read_code
from bot.store.tables import presets, shared_presets
from engine.errors import PresetRevoked, TooManyShares, UnknownCode
from engine.params import rename_options
from engine.queue.database import reading

ID_BYTES = 15
"""Random bytes of an id, which is in the buttons of a card: 20 letters."""
LIMIT = 100
"""What one user may be sharing at a time: each version of a preset that was shared counts."""


@dataclass(frozen=True, slots=True)
class SharedPreset:
    """A preset as it was when it was shared."""

    id: str
    code: str
    name: str
    options: Options


class SharedPresets:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine, presets: Presets, limit: int = LIMIT) -> None:
        self._engine = engine
        self._presets = presets
        self._limit = limit

    async def share(self, user_id: str, name: str) -> SharedPreset:
        """Share a preset as it is now; one that was shared so before keeps its id and code. Raises `UnknownPreset` and
        `TooManyShares`."""
        return await asyncio.to_thread(self._share, user_id, name)

    async def find(self, id: str) -> SharedPreset:
        """What a card is about. Raises `PresetRevoked`."""
        found = await asyncio.to_thread(self._find, shared_presets.c.id == id)
        if found is None:
            raise PresetRevoked
        return found

    async def find_by_code(self, typed: str) -> SharedPreset:
        """What a code stands for. Raises `UnknownCode`."""
        found = await asyncio.to_thread(self._find, shared_presets.c.code == read_code(typed))
        if found is None:
            raise UnknownCode
        return found

    async def newest_of(self, user_id: str, name: str) -> SharedPreset | None:
        """What was shared last of a preset; None if it is not shared."""
        return await asyncio.to_thread(self._find, of_user(user_id, name))

    async def of_user(self, user_id: str) -> list[SharedPreset]:
        """All that a user shares, the newest first."""
        return await asyncio.to_thread(self._of_user, user_id)

    async def revoke(self, user_id: str, name: str) -> None:
        """Share a preset no more, and nothing that it was. Raises `UnknownPreset`."""
        await asyncio.to_thread(self._revoke, user_id, name)

    def _share(self, user_id: str, name: str) -> SharedPreset:
        with self._engine.begin() as db:
            row = self._presets.row(db, user_id, name)
            options = shared_options(rename_options(json.loads(row.params)))
            before = db.execute(sa.select(shared_presets).where(shared_presets.c.preset_id == row.id)).all()
            for one in map(_shared_preset, before):
                if (one.name, one.options) == (row.name, options):
                    return one
            self._check_limit(db, user_id)
            new = SharedPreset(secrets.token_urlsafe(ID_BYTES), _free_code(db), row.name, options)
            db.execute(sa.insert(shared_presets).values(_columns(new, row.id)))
        return new

    def _check_limit(self, db: sa.Connection, user_id: str) -> None:
        """Raises `TooManyShares`."""
        theirs = sa.select(sa.func.count()).select_from(shared_presets.join(presets))
        if (db.scalar(theirs.where(presets.c.user_id == user_id)) or 0) >= self._limit:
            raise TooManyShares(limit=self._limit)

    def _find(self, which: sa.ColumnElement[bool]) -> SharedPreset | None:
        query = sa.select(shared_presets).select_from(shared_presets.join(presets)).where(which)
        with reading(self._engine) as db:
            row = db.execute(query.order_by(shared_presets.c.created.desc())).first()
        return _shared_preset(row) if row else None

    def _of_user(self, user_id: str) -> list[SharedPreset]:
        theirs = sa.select(shared_presets).select_from(shared_presets.join(presets))
        with reading(self._engine) as db:
            rows = db.execute(
                theirs.where(presets.c.user_id == user_id).order_by(shared_presets.c.created.desc())
            ).all()
        return [_shared_preset(row) for row in rows]

    def _revoke(self, user_id: str, name: str) -> None:
        with self._engine.begin() as db:
            id = self._presets.row(db, user_id, name).id
            db.execute(sa.delete(shared_presets).where(shared_presets.c.preset_id == id))


def shared_options(options: Options) -> Options:
    """What goes to others: how is dreamed, and nothing else that a preset may ever hold, such as pictures."""
    return {name: value for name, value in options.items() if name in PAINTING_OPTIONS}


def _free_code(db: sa.Connection) -> str:
    """A code that nothing has, in a transaction, which nothing else writes beside."""
    while True:
        code = draw_code()
        if db.execute(sa.select(shared_presets.c.id).where(shared_presets.c.code == code)).first() is None:
            return code


def _columns(shared: SharedPreset, preset_id: int) -> dict[str, Any]:
    named = {"id": shared.id, "code": shared.code, "name": shared.name, "params": json.dumps(shared.options)}
    return {**named, "preset_id": preset_id, "created": time.time()}


def _shared_preset(row: sa.Row[Any]) -> SharedPreset:
    return SharedPreset(row.id, row.code, row.name, rename_options(json.loads(row.params)))
