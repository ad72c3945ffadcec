"""A dream as a file for whoever asks, or as the server's own: `(interaction, row, kind) => emoji, sticker, avatar or
banner`. What it shows may be had by whoever may go on with the dream."""

from __future__ import annotations

import asyncio
import dataclasses
import io
from typing import Any

import discord

from bot import export_words
from bot.delivery import interaction_response
from bot.exports import picture_source
from bot.exports.export_files import ExportFile
from bot.exports.export_kinds import ADDABLE, KINDS
from bot.exports.picture_source import Opened
from bot.requests.limits import Quota
from bot.requests.picture_sources import of_result
from bot.requests.replies import say
from bot.requests.server_expressions import ServerExpressions, may_add
from bot.requests.service import RequestService
from bot.store.posting import Posting
from bot.views import export_panel, result_card
from engine.errors import ExpressionCovered, ExpressionForAdults, Gone, ShownToRequester, StillVideo, UserBlocked
from engine.files.blobs import BlobKey
from engine.queue.job import JobRow

Interaction = discord.Interaction[Any]
AT_ONCE = 2
"""Files that may be made at the same time: each may take a core for a second or two."""


class ExportActions:
    """Makes them."""

    def __init__(self, service: RequestService, quota: Quota, expressions: ServerExpressions) -> None:
        self._service = service
        self._quota = quota
        self._expressions = expressions
        self._room = asyncio.Semaphore(AT_ONCE)

    async def export(self, interaction: Interaction, row: JobRow, kind: str) -> None:
        """Give whoever asks a file. Raises `Gone`, `OptedOut`, `UserBlocked`, `ShownToRequester` and the `Refusal`s of
        pictures."""
        await self._check(interaction, row)
        await _defer(interaction)
        made = await self._make(interaction, row, kind)
        addable = kind in ADDABLE and may_add(interaction) and not (_is_for_adults(row) or row.job.spoiler)
        view = export_panel.file_panel(row, made, addable=addable)
        file = discord.File(io.BytesIO(made.data), made.name, description=export_words.alt_words(row, kind))
        await interaction.followup.send(
            view=view, file=file, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
        )

    async def check_add(self, interaction: Interaction, row: JobRow) -> None:
        """Whether somebody may add a dream to the server. Raises `MayNotAdd`, `CannotAdd`, `NoServer`,
        `ExpressionForAdults`, `ExpressionCovered` and what `export` raises."""
        self._expressions.check(interaction)
        if _is_for_adults(row):
            raise ExpressionForAdults
        if row.job.spoiler:
            raise ExpressionCovered
        await self._check(interaction, row)

    async def add(self, interaction: Interaction, row: JobRow, kind: str, name: str) -> None:
        """Add a dream to the server, once however often it is asked for at a time. Raises what `check_add` raises, and
        the `Refusal`s of names and of Discord."""
        await self.check_add(interaction, row)
        self._expressions.check_name(kind, name)
        await _defer(interaction)
        async with self._expressions.turn(interaction, row, kind):
            if before := await self._expressions.find_before(interaction, row, kind, name):
                await say(interaction, export_words.already_words(kind, before.name, str(before)))
                return
            made = await self._make(interaction, row, kind)
            added = await self._expressions.add(interaction, row, made, name)
        await say(interaction, export_words.added_words(kind, added.name, str(added)))
        posting = dataclasses.replace(Posting.from_json(row.posting), guild_id=interaction.guild_id)
        line = export_words.added_line(interaction.user.display_name, kind, added.name)
        await self._service.note(posting, line)

    async def _check(self, interaction: Interaction, row: JobRow) -> None:
        user = str(interaction.user.id)
        if row.result is None or not result_card.is_one_picture(row):
            raise Gone
        if result_card.is_unchanged(row) and user != row.job.requester:
            raise ShownToRequester
        if await self._service.gate.blocks.is_user_blocked(str(interaction.guild_id), user):
            raise UserBlocked
        await self._service.check_opted_in(row, interaction.user.id)

    async def _make(self, interaction: Interaction, row: JobRow, kind: str) -> ExportFile:
        with self._quota.slot(str(interaction.user.id)):
            async with self._room:
                opened = await self._open(interaction, row)
                return await asyncio.to_thread(picture_source.make, opened, KINDS[kind])

    async def _open(self, interaction: Interaction, row: JobRow) -> Opened:
        data = await self._result(interaction, row)
        if picture_source.moves(row):
            try:
                return await asyncio.to_thread(picture_source.open_film, row, data)
            except StillVideo:
                pass
        assert row.result is not None
        clean = await self._service.downloader.clean(data, max(row.result.width, row.result.height, 1))
        before = await self._before(row)
        return await asyncio.to_thread(picture_source.open_still, clean.png, before)

    async def _result(self, interaction: Interaction, row: JobRow) -> bytes:
        """The file of a result, also from its message where it is stored no more. Raises `Gone` and `Unreachable`."""
        assert row.result is not None
        original = of_result(row, row.result.blob)
        found = (await self._service.stored.present(original, row, interaction.message)).source
        if found is None:
            raise Gone
        if not isinstance(found, str):
            return await self._service.downloader.file(found)
        data = await self._service.dispatch.get_blob(BlobKey(found))
        if data is None:
            raise Gone
        return data

    async def _before(self, row: JobRow) -> bytes | None:
        """What a dream was made of, while it is stored."""
        return await self._service.dispatch.get_blob(row.job.picture) if row.job.picture else None


async def _defer(interaction: Interaction) -> None:
    await interaction_response.respond(interaction, lambda: interaction.response.defer(ephemeral=True, thinking=True))


def _is_for_adults(row: JobRow) -> bool:
    """Whether a dream may be seen in age-restricted channels only; a server's expressions are seen everywhere."""
    return Posting.from_json(row.posting).age_restricted
