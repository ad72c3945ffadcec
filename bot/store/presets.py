"""Presets, named and personal: `(user, name) => options`."""

from __future__ import annotations

import asyncio
import difflib
import json
import re
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.store.tables import presets
from engine.jobs.database import reading
from engine.jobs.errors import BadPresetName, TooManyPresets, UnknownPreset
from engine.jobs.params import renewed

NAME = re.compile(r"[\w \-]{1,32}")

Options = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Preset:
    """A name and the options of `/dream` that it stands for."""

    name: str
    options: Options


class Presets:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine, limit: int = 20) -> None:
        self._engine = engine
        self._limit = limit

    async def save(self, user_id: str, name: str, options: Options) -> str:
        """Keep options under a name, over one of the same name; the name as kept. Raises `BadPresetName` and
        `TooManyPresets`."""
        clean = " ".join(name.split())
        if not NAME.fullmatch(clean):
            raise BadPresetName
        await asyncio.to_thread(self._save, user_id, clean, options)
        return clean

    async def load(self, user_id: str, name: str) -> Options:
        """The options of a preset. Raises `UnknownPreset`, which names the nearest."""
        return await asyncio.to_thread(self._load, user_id, name)

    async def all(self, user_id: str) -> list[Preset]:
        """One user's presets, last used first."""
        return await asyncio.to_thread(self._all, user_id)

    async def delete(self, user_id: str, name: str) -> None:
        """Forget one. Raises `UnknownPreset`."""
        await asyncio.to_thread(self._delete, user_id, name)

    def _save(self, user_id: str, name: str, options: Options) -> None:
        now = time.time()
        row = {"user_id": user_id, "name": name, "name_key": name.casefold(), "params": json.dumps(options)}
        put = insert(presets).values(**row, created=now, used=now)
        put = put.on_conflict_do_update(
            index_elements=["user_id", "name_key"], set_={"name": name, "params": row["params"], "used": now}
        )
        with self._engine.begin() as db:
            db.execute(put)  # writing first takes the lock, so that the count below cannot be overtaken
            mine = presets.c.user_id == user_id
            if db.scalar(sa.select(sa.func.count()).where(mine)) > self._limit:  # type: ignore[operator]
                raise TooManyPresets(limit=self._limit)

    def _load(self, user_id: str, name: str) -> Options:
        with self._engine.begin() as db:
            used = sa.update(presets).where(self._one(user_id, name)).values(used=time.time())
            found = db.scalar(used.returning(presets.c.params))
        if found is None:
            raise self._unknown(user_id, name)
        return renewed(json.loads(found))

    def _all(self, user_id: str) -> list[Preset]:
        query = sa.select(presets.c.name, presets.c.params).where(presets.c.user_id == user_id)
        with reading(self._engine) as db:
            rows = db.execute(query.order_by(presets.c.used.desc(), presets.c.id.desc())).all()
        return [Preset(row.name, renewed(json.loads(row.params))) for row in rows]

    def _delete(self, user_id: str, name: str) -> None:
        with self._engine.begin() as db:
            gone = db.execute(sa.delete(presets).where(self._one(user_id, name))).rowcount
        if not gone:
            raise self._unknown(user_id, name)

    def _one(self, user_id: str, name: str) -> sa.ColumnElement[bool]:
        return (presets.c.user_id == user_id) & (presets.c.name_key == " ".join(name.split()).casefold())

    def _unknown(self, user_id: str, name: str) -> UnknownPreset:
        names = {preset.name.casefold(): preset.name for preset in self._all(user_id)}
        near = difflib.get_close_matches(name.casefold(), names, n=1, cutoff=0.0)
        hint = f"Did you mean {names[near[0]]}?" if near else "Save one with `/preset save` first."
        return UnknownPreset(name=" ".join(name.split())[:32].replace("`", "'"), hint=hint)
