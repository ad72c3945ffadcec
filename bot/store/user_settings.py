"""What a person chose for all of their own dreams: `user => settings`. They hold in every server and in messages."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import sqlalchemy as sa

from bot.store.tables import user_settings
from engine.queue.database import reading

DEFAULT_OPTIONS = ("layer", "subject", "strength", "size")
"""The options of a dream that a person may choose a default for."""


@dataclass(frozen=True, slots=True)
class UserSettings:
    """One person's settings; "" and None leave an option as it is for everyone."""

    layer: str = ""
    subject: str = ""
    """At most one of the two."""
    strength: float | None = None
    size: int | None = None
    direct: bool = False
    """Whether a direct message says that a dream is done which took long."""
    direct_refused: bool = False
    """Discord did not let one through, and the person was told so."""
    spoiler: bool = False
    """Whether results are hidden until somebody presses them."""
    opted_out: bool = False
    """Whether nobody else may use this person's avatar and pictures."""

    @property
    def options(self) -> dict[str, Any]:
        """The default options that were chosen."""
        return {name: value for name in DEFAULT_OPTIONS if (value := getattr(self, name))}


NAMES = frozenset(field.name for field in fields(UserSettings))


class UserSettingsStore:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    async def load(self, user_id: str) -> UserSettings:
        """A person's settings; those of everyone where nothing was chosen."""
        return await asyncio.to_thread(self._load, user_id)

    async def change(self, user_id: str, **changes: Any) -> UserSettings:
        """Change some of a person's settings; all of them as they are then."""
        return await asyncio.to_thread(self._change, user_id, changes)

    async def delete(self, user_id: str) -> bool:
        """Forget a person's settings; whether there were any."""
        return await asyncio.to_thread(self._delete, user_id)

    def _load(self, user_id: str) -> UserSettings:
        with reading(self._engine) as db:
            return _read(db, user_id)

    def _change(self, user_id: str, changes: dict[str, Any]) -> UserSettings:
        with self._engine.begin() as db:
            changed = replace(_read(db, user_id), **changes)
            db.execute(user_settings.delete().where(user_settings.c.user_id == user_id))
            db.execute(user_settings.insert().values(user_id=user_id, settings=json.dumps(asdict(changed))))
        return changed

    def _delete(self, user_id: str) -> bool:
        with self._engine.begin() as db:
            return bool(db.execute(user_settings.delete().where(user_settings.c.user_id == user_id)).rowcount)


def _read(db: sa.Connection, user_id: str) -> UserSettings:
    """Settings as stored; those of other versions are ignored."""
    found = db.scalar(sa.select(user_settings.c.settings).where(user_settings.c.user_id == user_id))
    return UserSettings(**{name: value for name, value in json.loads(found or "{}").items() if name in NAMES})
