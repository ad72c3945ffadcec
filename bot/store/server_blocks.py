"""Who, and which images, a server's moderators refuse: `server => blocks`. Purged with its rules."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from bot.store.tables import server_blocks, server_rules
from engine.files.fingerprint import Fingerprint
from engine.queue.database import reading

IMAGE, USER = "image", "user"


@dataclass(frozen=True, slots=True)
class Block:
    """One image, or one person, that is refused."""

    guild_id: str
    kind: str
    """`IMAGE` or `USER`."""
    value: str
    """The SHA-256 of the image's file, or the person's id."""
    about: str
    """What moderators see: where the image was, or the person's name."""
    blocked_by: str
    created: float
    """Unix seconds."""
    hash: str = ""
    mirrored: str = ""
    """The image's difference hashes, see `engine.files.fingerprint`."""

    @property
    def fingerprint(self) -> Fingerprint:
        """By what a blocked image is known again."""
        return Fingerprint(self.value, self.hash, self.mirrored)


class ServerBlocks:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    async def add(self, block: Block) -> None:
        """Remember a block; one that is there already stays as it was."""
        await asyncio.to_thread(self._add, block)

    async def remove(self, guild_id: str, kind: str, value: str) -> Block | None:
        """Take a block back; what it was, None if there was none."""
        return await asyncio.to_thread(self._remove, guild_id, kind, value)

    async def of_server(self, guild_id: str, kind: str = "") -> Sequence[Block]:
        """A server's blocks, perhaps of one kind only, the newest first."""
        return await asyncio.to_thread(self._find, guild_id, kind)

    async def is_user_blocked(self, guild_id: str, user_id: str) -> bool:
        """Whether somebody is refused there."""
        return await asyncio.to_thread(self._is_there, guild_id, USER, user_id)

    async def about_user(self, user_id: str) -> list[str]:
        """The servers in which somebody is refused."""
        return await asyncio.to_thread(self._about_user, user_id)

    async def made_by(self, user_id: str) -> list[Block]:
        """What a moderator blocked, in all servers."""
        return await asyncio.to_thread(self._made_by, user_id)

    def _made_by(self, user_id: str) -> list[Block]:
        made = sa.select(server_blocks).where(server_blocks.c.blocked_by == user_id).order_by(server_blocks.c.created)
        with reading(self._engine) as db:
            return [Block(**row._mapping) for row in db.execute(made).all()]

    def _about_user(self, user_id: str) -> list[str]:
        mine = (server_blocks.c.kind == USER, server_blocks.c.value == user_id)
        with reading(self._engine) as db:
            return [*db.scalars(sa.select(server_blocks.c.guild_id).where(*mine))]

    def _add(self, block: Block) -> None:
        with self._engine.begin() as db:
            if db.scalar(sa.select(server_blocks.c.value).where(*_key(block.guild_id, block.kind, block.value))):
                return
            db.execute(server_blocks.insert().values(asdict(block)))
            if not db.scalar(sa.select(server_rules.c.guild_id).where(server_rules.c.guild_id == block.guild_id)):
                # where the bot was removed, what it has of a server is purged by its rules
                db.execute(server_rules.insert().values(guild_id=block.guild_id, rules="{}"))

    def _remove(self, guild_id: str, kind: str, value: str) -> Block | None:
        there = _key(guild_id, kind, value)
        with self._engine.begin() as db:
            found = db.execute(sa.select(server_blocks).where(*there)).first()
            db.execute(server_blocks.delete().where(*there))
        return Block(**found._mapping) if found else None

    def _find(self, guild_id: str, kind: str) -> list[Block]:
        wanted = [server_blocks.c.guild_id == guild_id, *([server_blocks.c.kind == kind] if kind else [])]
        with reading(self._engine) as db:
            rows = db.execute(sa.select(server_blocks).where(*wanted).order_by(server_blocks.c.created.desc())).all()
        return [Block(**row._mapping) for row in rows]

    def _is_there(self, guild_id: str, kind: str, value: str) -> bool:
        with reading(self._engine) as db:
            return db.scalar(sa.select(server_blocks.c.value).where(*_key(guild_id, kind, value))) is not None


def _key(guild_id: str, kind: str, value: str) -> tuple[sa.ColumnElement[bool], ...]:
    columns = server_blocks.c
    return (columns.guild_id == guild_id, columns.kind == kind, columns.value == value)
