"""What a server's moderators refuse: `(interaction, image or person) => blocked there`, and what takes it back."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import discord

from bot import wording
from bot.delivery import interaction_response
from bot.delivery.server_log import ServerLog
from bot.requests.downloader import FINGERPRINT_SIZE
from bot.requests.picture_sources import all_of_message, require_link
from bot.requests.replies import replace_with, say, show
from bot.requests.service import RequestService
from bot.store.posting import Posting
from bot.store.server_blocks import IMAGE, USER, Block, ServerBlocks
from bot.views import log_panel, result_card
from engine.errors import BadOption, NoServer, NotModerator, Refusal
from engine.files.blobs import BlobKey
from engine.files.fingerprint import UNKNOWN, Fingerprint
from engine.queue.job import JobId, JobRow

Interaction = discord.Interaction[Any]


class Moderation:
    """The menus "Block image" and "Block user", what takes a block back, and Pause in the log channel."""

    def __init__(
        self,
        service: RequestService,
        blocks: ServerBlocks,
        server_log: ServerLog,
        refresh: Callable[[JobId], Awaitable[None]],
    ) -> None:
        """`refresh` has a job's message show what became of it."""
        self._service = service
        self._blocks = blocks
        self._log = server_log
        self._refresh = refresh

    async def block_message(self, interaction: Interaction, message: discord.Message) -> None:
        """Refuse the images of a message from now on: of a dream, also what it was made of. Raises `NotModerator` and
        `NoServer`, and the `Refusal`s of images where none can be opened."""
        guild_id = check_moderator(interaction)
        await interaction_response.respond(
            interaction, lambda: interaction.response.defer(ephemeral=True, thinking=True)
        )
        found = await self._fingerprints(interaction, message)
        for one in found:
            await self._add(interaction, guild_id, IMAGE, one.sha256, message.jump_url, one)
        if found:
            await self.note(guild_id, wording.blocked_line(interaction.user.display_name, message.jump_url))
        await say(interaction, wording.image_blocked_words(len(found)) if found else wording.NO_PICTURE)

    async def block_user(self, interaction: Interaction, user: discord.User | discord.Member) -> None:
        """Refuse a person from now on, and what they have in the queue there. Raises `NotModerator`, `NoServer` and
        `BadOption`."""
        guild_id = check_moderator(interaction)
        if user.bot:
            raise BadOption(option="user", problem="is a bot, which cannot ask me for anything")
        await self._add(interaction, guild_id, USER, str(user.id), user.display_name)
        for row, _ in await self._service.dispatch.list_waiting(str(user.id)):
            if str(Posting.from_json(row.posting).guild_id) == guild_id:
                await self._service.dispatch.cancel(row.id)
                await self._refresh(row.id)
        await self.note(guild_id, wording.blocked_line(interaction.user.display_name, f"<@{user.id}>"))
        await say(interaction, wording.user_blocked_words(user.display_name))

    async def pause(self, interaction: Interaction, *, on: bool) -> None:
        """Take nothing new in a server, or take it again, as a moderator. Raises `NotModerator` and `NoServer`."""
        guild_id, rules = check_moderator(interaction), self._service.gate.rules
        before = await rules.load(guild_id)
        after = await rules.change(guild_id, lambda current: replace(current, paused=on))
        if on:
            await show(interaction, log_panel.paused_panel())
        else:
            await replace_with(interaction, wording.RESUMED_WORDS)
        if said := wording.changes_words(interaction.user.display_name, before, after):
            self._log.note(after.log_channel, said)

    async def blocks(self, guild_id: str) -> list[Block]:
        """All that is refused in a server, the newest first."""
        return [*await self._blocks.of_server(guild_id)]

    async def unblock(self, interaction: Interaction, guild_id: str, kind: str, value: str) -> None:
        """Take a block back."""
        gone = await self._blocks.remove(guild_id, kind, value)
        if gone is not None:
            what = f"<@{gone.value}>" if kind == USER else gone.about
            await self.note(guild_id, wording.unblocked_line(interaction.user.display_name, what))

    async def note(self, guild_id: str, line: str) -> None:
        """Tell a server's log channel, if it has one."""
        self._log.note((await self._service.gate.rules.load(guild_id)).log_channel, line)

    async def _add(
        self, interaction: Interaction, guild_id: str, kind: str, value: str, about: str,
        known: Fingerprint = UNKNOWN,
    ) -> None:  # fmt: skip
        block = Block(guild_id, kind, value, about, str(interaction.user.id), time.time(), known.hash, known.mirrored)
        await self._blocks.add(block)

    async def _fingerprints(self, interaction: Interaction, message: discord.Message) -> list[Fingerprint]:
        """Of what is in a message, and of what it was made of. Raises the `Refusal`s of images where none opens."""
        person = str(interaction.user.id)
        row = await self._service.row_of_message(message.id, interaction.user.id)
        if row is not None:
            return [one for key in keys_of(row) if (one := await self._of_blob(key))]
        require_link(message, self._service.downloader.is_allowed)
        links = all_of_message(message, self._service.downloader.is_allowed)
        return [(await self._service.fetch(link, FINGERPRINT_SIZE, person)).fingerprint for link in links]

    async def _of_blob(self, key: BlobKey) -> Fingerprint | None:
        """Of one of our own files, whose name is its SHA-256; of what is no picture, or gone, by that alone."""
        try:
            return await self._service.fingerprint(key)
        except Refusal:
            return Fingerprint(key)


def keys_of(row: JobRow) -> list[BlobKey]:
    """The pictures of a job: what it was made of, and what it made."""
    sources = [key for key in (*row.job.batch, *row.job.others.values()) if key is not None]
    return list(dict.fromkeys([*sources, *(one.blob for one in result_card.shown(row))]))


def check_moderator(interaction: Interaction) -> str:
    """The server in which somebody may moderate, where they are. Raises `NotModerator`, and `NoServer` where the bot is
    none of its members."""
    if interaction.guild_id is None or not interaction.is_guild_integration():
        raise NoServer
    if not interaction.permissions.manage_messages:
        raise NotModerator
    return str(interaction.guild_id)
