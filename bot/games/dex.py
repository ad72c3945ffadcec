"""The Dreamdex: `a finished dream => what of it was new in its server`, and the wall of all that one can grow.

It counts the classes of the default network, one by one: what they are called is a subject each. A dream counts where
everybody sees it, in a channel for games.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot import play_wording
from bot.delivery.final_answer import Shrink
from bot.games.game_place import game_place
from bot.requests.limits import ServerGate
from bot.requests.replies import Upload, replace_panel, show
from bot.store.dex_entries import DexEntries, Entry
from bot.store.posting import Posting
from bot.views import dex_panel, dex_wall, result_card
from bot.views.message_card import Layout
from engine.catalog import subject_sequence
from engine.catalog.catalog import JOINT, Catalog
from engine.errors import BadOption, Refusal
from engine.files.blobs import BlobKey
from engine.params import AnyParams
from engine.queue.dispatch_port import Dispatch
from engine.queue.job import JobRow, State

log = logging.getLogger(__name__)
GetBlob = Callable[[BlobKey], Awaitable[bytes | None]]
SHRUNK = 256
"""Pixels of the picture of which a thumbnail is the middle."""


class DexNotes:
    """Writes down what is new."""

    def __init__(self, entries: DexEntries, catalog: Catalog, get_blob: GetBlob, shrink: Shrink) -> None:
        self._entries = entries
        self._catalog = catalog
        self._get_blob = get_blob
        self._shrink = shrink

    async def headline(self, row: JobRow, posting: Posting) -> str:
        """What a dream was the first to grow in its server, in words; the same however often it is asked."""
        if row.state is not State.DONE or not posting.dex or posting.guild_id is None:
            return ""
        guild_id, names = str(posting.guild_id), grown(self._catalog, row.job.params)
        if names and await self._entries.lacks(guild_id, names):
            look, user = await self._thumbnail(row, posting), "" if posting.game else row.job.requester
            await self._entries.add([Entry(guild_id, name, row.id, user, thumbnail=look) for name in names])
        new, count = await self._entries.of_job(row.id)
        return play_wording.new_words(new, count, len(dex_names(self._catalog))) if new else ""

    async def _thumbnail(self, row: JobRow, posting: Posting) -> bytes | None:
        """How the first picture looks, in small; None for what is covered, or shown in some channels only."""
        first = next(iter(result_card.variations(row) or result_card.shown(row)), None)
        if first is None or row.job.spoiler or posting.age_restricted:
            return None
        data = await self._get_blob(first.blob)
        try:
            clean = await self._shrink(data, SHRUNK) if data else None
            return await asyncio.to_thread(dex_wall.thumbnail, clean.png) if clean else None
        except (Refusal, OSError) as error:
            log.warning("a dream has no thumbnail: %s", error)
            return None


class Dex:
    """Shows the wall."""

    def __init__(self, entries: DexEntries, catalog: Catalog, gate: ServerGate, dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self._entries = entries
        self._catalog = catalog
        self._gate = gate

    async def show(self, interaction: discord.Interaction[Any], page: int | None) -> None:
        """Show a page, from 1 on; without one, that of what was found last. Raises the `Refusal`s of servers and of
        games."""
        await show(interaction, *await self._panel(interaction, page))

    async def turn(self, interaction: discord.Interaction[Any], value: str) -> None:
        """Show another page in place of the one that was pressed. Raises `BadOption`, and as `show`."""
        if not value.isdecimal():
            raise BadOption(option="page", problem="has to be one of those that are offered")
        await replace_panel(interaction, *await self._panel(interaction, int(value)))

    async def forget_message(self, message_id: int) -> None:
        """A message of the server is gone: if it was a dream's, nobody sees how that looked."""
        if row := await self._dispatch.find_by_answer(str(message_id)):
            await self._entries.hide(row.id)

    async def _panel(self, interaction: discord.Interaction[Any], page: int | None) -> tuple[Layout, Upload]:
        place = await game_place(interaction, self._gate)
        names, found = dex_names(self._catalog), await self._entries.of_server(place.guild_id)
        panel = dex_panel.panel(names, found, page)
        looks = {name: found[name].thumbnail for name in panel.names if name in found}
        picture = await asyncio.to_thread(dex_wall.wall, panel.names, looks)
        return panel.view, Upload(dex_panel.FILE, picture)


def dex_names(catalog: Catalog) -> tuple[str, ...]:
    """All that can be found, in the order of the default network's answers: near relatives stand together."""
    return catalog.names(catalog.default_network())


def grown(catalog: Catalog, params: AnyParams) -> list[str]:
    """What of all that can be found is asked for by params."""
    said = str(getattr(params, "subject", "") or "")
    words = (word for stage in subject_sequence.split(said) for word in stage.split(JOINT))
    return list(dict.fromkeys(word for word in words if word in set(dex_names(catalog))))
