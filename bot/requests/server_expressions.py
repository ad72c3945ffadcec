"""A server's own emoji and stickers: `(interaction, file, name) => added once`, or why not.

Whether somebody may is asked of Discord's permissions, of the person and of us. What Discord refuses becomes a sentence
that says what to do.
"""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord

from bot import export_words
from bot.delivery import interaction_response
from bot.exports.export_files import ExportFile
from engine.errors import (
    BadExpressionName,
    CannotAdd,
    ExpressionNameTaken,
    ExpressionRefused,
    ExpressionTooLarge,
    MayNotAdd,
    NoServer,
    NoSlotLeft,
    Refusal,
)
from engine.files.keyed_lock import KeyedLock
from engine.queue.job import JobRow

Interaction = discord.Interaction[Any]
Expression = discord.Emoji | discord.GuildSticker
EMOJI_NAME = re.compile(r"[A-Za-z0-9_]+")
FULL = {30008: "emoji", 30018: "moving emoji", 30039: "sticker"}
"""Discord's codes for no room: for emoji, for those that move, for stickers."""
TOO_LARGE = frozenset({40005, 50045, 50138})
"""Request entity too large; file too large; cannot be made smaller."""
FORBIDDEN = frozenset({50001, 50013})
ADD_S = 40.0
"""How long Discord may take."""
REMEMBERED = 500


class ServerExpressions:
    """Adds them."""

    def __init__(self) -> None:
        self._turns = KeyedLock()
        self._added: dict[str, int] = {}
        """What was added lately, by server, dream and kind: a double click adds one."""

    def check(self, interaction: Interaction) -> None:
        """Whether anything may be added where somebody is. Raises `NoServer`, `MayNotAdd` and `CannotAdd`."""
        guild = interaction.guild
        if guild is None or not interaction.is_guild_integration() or interaction.client.get_guild(guild.id) is None:
            raise NoServer
        if not may_add(interaction):
            raise MayNotAdd
        if not guild.me.guild_permissions.create_expressions:
            raise CannotAdd

    def check_name(self, kind: str, name: str) -> None:
        """Raises `BadExpressionName` for one that Discord does not take."""
        least, most = export_words.NAME_LIMITS[kind]
        fits = least <= len(name) <= most and (kind != "emoji" or EMOJI_NAME.fullmatch(name) is not None)
        if not fits:
            raise BadExpressionName(name=name, rules=export_words.NAME_RULES[kind])

    @asynccontextmanager
    async def turn(self, interaction: Interaction, row: JobRow, kind: str) -> AsyncIterator[None]:
        """Wait until nobody else adds the same."""
        async with self._turns.of(_key(interaction, row, kind)):
            yield

    async def find_before(self, interaction: Interaction, row: JobRow, kind: str, name: str) -> Expression | None:
        """What was added of a dream just before, while the server has it. Raises `ExpressionNameTaken` where something
        else has that name."""
        assert interaction.guild is not None
        there = await self._fetch(interaction.guild, kind)
        known = self._added.get(_key(interaction, row, kind))
        if before := next((one for one in there if one.id == known), None):
            return before
        if any(one.name == name for one in there):
            raise ExpressionNameTaken(name=name)
        return None

    async def add(self, interaction: Interaction, row: JobRow, made: ExportFile, name: str) -> Expression:
        """Add it. Raises what Discord refuses it for."""
        assert interaction.guild is not None
        reason = export_words.add_reason(interaction.user.name)
        try:
            async with asyncio.timeout(ADD_S):
                added = await self._create(interaction.guild, made, name, reason)
        except discord.HTTPException as error:
            raise refusal_of(error, made) or error from error
        self._added[_key(interaction, row, made.kind.name)] = added.id
        while len(self._added) > REMEMBERED:
            del self._added[next(iter(self._added))]
        return added

    async def _fetch(self, guild: discord.Guild, kind: str) -> list[Expression]:
        return [*(await guild.fetch_emojis() if kind == "emoji" else await guild.fetch_stickers())]

    async def _create(self, guild: discord.Guild, made: ExportFile, name: str, reason: str) -> Expression:
        if made.kind.name == "emoji":
            return await guild.create_custom_emoji(name=name, image=made.data, reason=reason)
        file = discord.File(io.BytesIO(made.data), made.name)
        return await guild.create_sticker(name=name, description="", emoji=export_words.TAG, file=file, reason=reason)


def may_add(interaction: Interaction) -> bool:
    """Whether a person may add emoji and stickers to the server where they are."""
    allowed = interaction.permissions
    return interaction.guild_id is not None and (allowed.create_expressions or allowed.manage_expressions)


def refusal_of(error: discord.HTTPException, made: ExportFile) -> Refusal | None:
    """What Discord's answer means to whoever asked; None where it passes by itself."""
    if error.code in FULL:
        what = FULL[error.code]
        limit = next(iter(re.findall(r"\d+", error.text)), "all")
        return NoSlotLeft(what=export_words.SLOT_NAMES[what], limit=limit)
    if error.code in TOO_LARGE or error.status == 413 or "MAX_SIZE" in error.text:
        return ExpressionTooLarge(kind=made.kind.name)
    if error.code in FORBIDDEN:
        return CannotAdd()
    if 400 <= error.status < 500 and error.status != 429 and not interaction_response.is_unclear(error):
        return ExpressionRefused(problem=error.text[:100])
    return None


def _key(interaction: Interaction, row: JobRow, kind: str) -> str:
    return f"{interaction.guild_id} {row.id} {kind}"
