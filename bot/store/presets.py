"""Presets, named and personal: `(user, name) => options`."""

from __future__ import annotations

import asyncio
import difflib
import itertools
import json
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store.tables import presets
from engine.errors import BadPresetName, PresetNameTaken, TooManyPresets, UnknownPreset
from engine.params import Dream, Video, Zoom, rename_options
from engine.queue.database import reading

NAME_LIMIT = 32
"""Characters of a name."""
FIRST_CATEGORIES = frozenset("LMN")
"""Letters, the marks that many scripts put on them, and digits, as the first letter of their Unicode category."""
NEAR = 0.75
"""How alike two names are, as `difflib` counts, for the one to be suggested for the other."""

PAINTING_OPTIONS = (
    "network", "layer", "subject", "strength", "size", "colours", "keep", "protect", "guide_by", "look", "where",
)  # fmt: skip
MOVING_OPTIONS = ("network", "layer", "subject", "strength")
SHARED_OPTIONS = {Dream: PAINTING_OPTIONS, Zoom: MOVING_OPTIONS, Video: MOVING_OPTIONS}
"""The options that a preset carries into each recipe. A dream's size is too large for what moves."""

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


@dataclass(frozen=True, slots=True)
class Added:
    """The name under which somebody else's preset is one's own, and whether it was before."""

    name: str
    was_there: bool


class Presets:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine, limit: int = 20) -> None:
        self._engine = engine
        self._limit = limit

    async def save(self, user_id: str, name: str, options: Options) -> Saved:
        """Keep options under a name, over one of the same name. Raises `BadPresetName` and `TooManyPresets`."""
        clean = checked_name(name)
        return Saved(clean, await asyncio.to_thread(self._save, user_id, clean, options))

    async def add(self, user_id: str, name: str, options: Options) -> Added:
        """Keep options under a name or, where that is taken, under the next one that is free ("fur 2"). Whoever has
        a preset of just these options keeps that alone. Raises `TooManyPresets`."""
        return await asyncio.to_thread(self._add, user_id, name, options)

    async def rename(self, user_id: str, name: str, to: str) -> str:
        """Call a preset otherwise; the name as it is kept. Raises `UnknownPreset`, `BadPresetName` and
        `PresetNameTaken`."""
        clean = checked_name(to)
        await asyncio.to_thread(self._rename, user_id, name, clean)
        return clean

    async def get(self, user_id: str, name: str) -> Preset:
        """One preset, which does not count as used. Raises `UnknownPreset`, which names the nearest."""
        return await asyncio.to_thread(self._get, user_id, name)

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
        return await asyncio.to_thread(self._default, user_id)

    async def delete_all(self, user_id: str) -> int:
        """Forget all of a user's; how many there were."""
        return await asyncio.to_thread(self._delete_all, user_id)

    def _save(self, user_id: str, name: str, options: Options) -> bool:
        """Whether there was one of that name."""
        changed = {"name": name, "params": json.dumps(options), "used": time.time()}
        with self._engine.begin() as db:
            replaced = bool(db.execute(sa.update(presets).where(of_user(user_id, name)).values(changed)).rowcount)
            if not replaced:
                self._insert(db, user_id, name, options)
        return replaced

    def _add(self, user_id: str, name: str, options: Options) -> Added:
        with self._engine.begin() as db:
            kept = db.execute(sa.select(presets).where(presets.c.user_id == user_id)).all()
            for row in kept:
                if rename_options(json.loads(row.params)) == options:
                    return Added(row.name, was_there=True)
            taken = {row.name_key for row in kept}
            free = next(one for one in numbered_names(name) if lookup_key(one) not in taken)
            self._insert(db, user_id, free, options)
        return Added(free, was_there=False)

    def _insert(self, db: sa.Connection, user_id: str, name: str, options: Options) -> None:
        """One more in a transaction, which raises `TooManyPresets`."""
        count = db.scalar(sa.select(sa.func.count()).where(presets.c.user_id == user_id)) or 0
        if count >= self._limit:
            raise TooManyPresets(limit=self._limit)
        named = {"user_id": user_id, "name": name, "name_key": lookup_key(name)}
        now = time.time()
        db.execute(sa.insert(presets).values({**named, "params": json.dumps(options), "created": now, "used": now}))

    def _rename(self, user_id: str, name: str, to: str) -> None:
        with self._engine.begin() as db:
            id = self.row(db, user_id, name).id
            other = db.execute(sa.select(presets).where(of_user(user_id, to), presets.c.id != id)).first()
            if other is not None:
                raise PresetNameTaken(name=other.name)
            db.execute(sa.update(presets).where(presets.c.id == id).values(name=to, name_key=lookup_key(to)))

    def _get(self, user_id: str, name: str) -> Preset:
        with reading(self._engine) as db:
            row = self.row(db, user_id, name)
        return Preset(row.name, rename_options(json.loads(row.params)), row.is_default)

    def row(self, db: sa.Connection, user_id: str, name: str) -> sa.Row[Any]:
        """The row of one preset, over a connection. Raises `UnknownPreset`, which names the nearest."""
        row = db.execute(sa.select(presets).where(of_user(user_id, name))).first()
        if row is None:
            raise self._unknown(user_id, name)
        return row

    def _load(self, user_id: str, name: str) -> Options:
        with self._engine.begin() as db:
            used = sa.update(presets).where(of_user(user_id, name)).values(used=time.time())
            found = db.scalar(used.returning(presets.c.params))
        if found is None:
            raise self._unknown(user_id, name)
        return rename_options(json.loads(found))

    def _all(self, user_id: str) -> list[Preset]:
        query = sa.select(presets.c.name, presets.c.params, presets.c.is_default).where(presets.c.user_id == user_id)
        with reading(self._engine) as db:
            rows = db.execute(query.order_by(presets.c.used.desc(), presets.c.id.desc())).all()
        return [Preset(row.name, rename_options(json.loads(row.params)), row.is_default) for row in rows]

    def _default(self, user_id: str) -> Options:
        query = sa.select(presets.c.params).where(presets.c.user_id == user_id, presets.c.is_default)
        with reading(self._engine) as db:
            found = db.scalar(query)
        return rename_options(json.loads(found or "{}"))

    def _delete(self, user_id: str, name: str) -> None:
        with self._engine.begin() as db:
            gone = db.execute(sa.delete(presets).where(of_user(user_id, name))).rowcount
        if not gone:
            raise self._unknown(user_id, name)

    def _choose_default(self, user_id: str, name: str | None) -> None:
        mine = sa.update(presets).where(presets.c.user_id == user_id)
        with self._engine.begin() as db:
            db.execute(mine.values(is_default=False))
            chosen = mine.where(of_user(user_id, name or "")).values(is_default=True)
            if name is None or db.execute(chosen).rowcount:
                return
            raise self._unknown(user_id, name)

    def _delete_all(self, user_id: str) -> int:
        with self._engine.begin() as db:
            return db.execute(sa.delete(presets).where(presets.c.user_id == user_id)).rowcount

    def _unknown(self, user_id: str, name: str) -> UnknownPreset:
        kept = {lookup_key(preset.name): preset.name for preset in self._all(user_id)}
        near = difflib.get_close_matches(lookup_key(name), kept, n=1, cutoff=NEAR)
        hint = f"Did you mean {kept[near[0]]}?" if near else "" if kept else "Save one with `/preset save` first."
        shown = normalise_name(name)[:NAME_LIMIT].replace("`", "'")
        return UnknownPreset(name=shown, hint=hint or "`/preset list` shows yours.")


def of_user(user_id: str, name: str) -> sa.ColumnElement[bool]:
    """Of the rows of presets, the one that a user's name means."""
    return (presets.c.user_id == user_id) & (presets.c.name_key == lookup_key(name))


def checked_name(name: str) -> str:
    """A name as it is kept. Raises `BadPresetName`."""
    clean = normalise_name(name)
    if not is_name(clean):
        raise BadPresetName
    return clean


def numbered_names(name: str) -> Iterator[str]:
    """The name, then with a number behind it, none longer than a name may be: "fur", "fur 2", "fur 3"."""
    yield name
    for number in itertools.count(2):
        ending = f" {number}"
        yield name[: NAME_LIMIT - len(ending)].rstrip() + ending


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
