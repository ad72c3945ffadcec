"""Presets, named and personal: `(user, name) => options`."""

from __future__ import annotations

import asyncio
import difflib
import json
import time
import unicodedata
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store.tables import presets
from engine.errors import BadPresetName, TooManyPresets, UnknownPreset
from engine.params import Dream, Zoom, rename_options
from engine.queue.database import reading

NAME_LIMIT = 32
"""Characters of a name."""
FIRST_CATEGORIES = frozenset("LMN")
"""Letters, the marks that many scripts put on them, and digits, as the first letter of their Unicode category."""
NEAR = 0.75
"""How alike two names are, as `difflib` counts, for the one to be suggested for the other."""

PAINTING_OPTIONS = ("network", "layer", "subject", "strength", "size", "colours", "keep", "protect", "guide_by", "look")
SHARED_OPTIONS = {Dream: PAINTING_OPTIONS, Zoom: ("network", "layer", "subject", "strength")}
"""The options that a preset carries into each recipe. A dream's size is too large for a zoom."""

Options = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Preset:
    """A name and the options of `/dream` that it stands for."""

    name: str
    options: Options
    is_default: bool = False
    """Whether its owner's dreams take it where no other is named."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The name as it is kept, and whether there was one of that name."""

    name: str
    replaced: bool


class Presets:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine, limit: int = 20) -> None:
        self._engine = engine
        self._limit = limit

    async def save(self, user_id: str, name: str, options: Options) -> Saved:
        """Keep options under a name, over one of the same name. Raises `BadPresetName` and `TooManyPresets`."""
        clean = normalise_name(name)
        if not is_name(clean):
            raise BadPresetName
        return Saved(clean, await asyncio.to_thread(self._save, user_id, clean, options))

    async def load(self, user_id: str, name: str) -> Options:
        """The options of a preset. Raises `UnknownPreset`, which names the nearest."""
        return await asyncio.to_thread(self._load, user_id, name)

    async def all(self, user_id: str) -> list[Preset]:
        """One user's presets, last used first."""
        return await asyncio.to_thread(self._all, user_id)

    async def delete(self, user_id: str, name: str) -> None:
        """Forget one. Raises `UnknownPreset`."""
        await asyncio.to_thread(self._delete, user_id, name)

    async def choose_default(self, user_id: str, name: str | None) -> None:
        """Take a preset where no other is named, or none of them. Raises `UnknownPreset`."""
        await asyncio.to_thread(self._choose_default, user_id, name)

    async def default(self, user_id: str) -> Options:
        """The options of a user's default preset; none where there is none."""
        return next((one.options for one in await self.all(user_id) if one.is_default), {})

    async def delete_all(self, user_id: str) -> int:
        """Forget all of a user's; how many there were."""
        return await asyncio.to_thread(self._delete_all, user_id)

    def _save(self, user_id: str, name: str, options: Options) -> bool:
        """Whether there was one of that name."""
        now, params = time.time(), json.dumps(options)
        over = sa.update(presets).where(self._one(user_id, name)).values(name=name, params=params, used=now)
        new = {
            "user_id": user_id,
            "name": name,
            "name_key": lookup_key(name),
            "params": params,
            "created": now,
            "used": now,
        }
        with self._engine.begin() as db:
            replaced = bool(db.execute(over).rowcount)  # the lock: nobody is between this and the rest
            if not replaced:
                db.execute(sa.insert(presets).values(**new))
            if not replaced and db.scalar(self._count(user_id)) > self._limit:  # type: ignore[operator]
                raise TooManyPresets(limit=self._limit)
        return replaced

    def _count(self, user_id: str) -> sa.Select[int]:
        return sa.select(sa.func.count()).where(presets.c.user_id == user_id)

    def _load(self, user_id: str, name: str) -> Options:
        with self._engine.begin() as db:
            used = sa.update(presets).where(self._one(user_id, name)).values(used=time.time())
            found = db.scalar(used.returning(presets.c.params))
        if found is None:
            raise self._unknown(user_id, name)
        return rename_options(json.loads(found))

    def _all(self, user_id: str) -> list[Preset]:
        query = sa.select(presets.c.name, presets.c.params, presets.c.is_default).where(presets.c.user_id == user_id)
        with reading(self._engine) as db:
            rows = db.execute(query.order_by(presets.c.used.desc(), presets.c.id.desc())).all()
        return [Preset(row.name, rename_options(json.loads(row.params)), row.is_default) for row in rows]

    def _delete(self, user_id: str, name: str) -> None:
        with self._engine.begin() as db:
            gone = db.execute(sa.delete(presets).where(self._one(user_id, name))).rowcount
        if not gone:
            raise self._unknown(user_id, name)

    def _choose_default(self, user_id: str, name: str | None) -> None:
        mine = sa.update(presets).where(presets.c.user_id == user_id)
        with self._engine.begin() as db:
            db.execute(mine.values(is_default=False))
            chosen = mine.where(self._one(user_id, name or "")).values(is_default=True)
            if name is None or db.execute(chosen).rowcount:
                return
            raise self._unknown(user_id, name)

    def _delete_all(self, user_id: str) -> int:
        with self._engine.begin() as db:
            return db.execute(sa.delete(presets).where(presets.c.user_id == user_id)).rowcount

    def _one(self, user_id: str, name: str) -> sa.ColumnElement[bool]:
        return (presets.c.user_id == user_id) & (presets.c.name_key == lookup_key(name))

    def _unknown(self, user_id: str, name: str) -> UnknownPreset:
        kept = {lookup_key(preset.name): preset.name for preset in self._all(user_id)}
        near = difflib.get_close_matches(lookup_key(name), kept, n=1, cutoff=NEAR)
        hint = f"Did you mean {kept[near[0]]}?" if near else "" if kept else "Save one with `/preset save` first."
        shown = normalise_name(name)[:NAME_LIMIT].replace("`", "'")
        return UnknownPreset(name=shown, hint=hint or "`/preset list` shows yours.")


def normalise_name(name: str) -> str:
    """A name as it is kept: composed (NFC), without signs that nobody sees, its spaces single."""
    seen = (letter for letter in unicodedata.normalize("NFC", name) if unicodedata.category(letter) != "Cf")
    return " ".join("".join(seen).split())


def is_name(text: str) -> bool:
    """Whether that is 1 to 32 letters of any script with their marks, digits, spaces, - or _."""
    if not 0 < len(text) <= NAME_LIMIT or unicodedata.category(text[0])[0] == "M":
        return False
    return all(letter in " -_" or unicodedata.category(letter)[0] in FIRST_CATEGORIES for letter in text)


def lookup_key(name: str) -> str:
    """What two spellings of one name have in common: width, case, accents in one piece or two."""
    return normalise_name(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", normalise_name(name)).casefold()))
