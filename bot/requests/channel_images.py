"""Images that nobody sent to us, where Discord shows us all messages: `reaction => dream`, and `channel => its last
image`, which is offered.

Without the privileged intent for the content of messages, which is off at first, nothing here happens.
"""

from __future__ import annotations

import dataclasses
import logging
from collections import OrderedDict
from typing import Any

import discord

from bot.delivery.interaction_response import CONNECTION_ERRORS, describe_error
from bot.requests import picture_sources
from bot.requests.continuation import continuation
from bot.requests.limits import check_ready
from bot.requests.message_options import Wish
from bot.requests.picture_sources import Original
from bot.requests.service import RequestService, privacy_of
from engine.errors import Gone
from engine.params import Dream
from engine.queue.job import JobRow

log = logging.getLogger(__name__)

MOST_CHANNELS = 2000
"""Channels of which the last image is remembered, and reactions: whoever takes one back and reacts again asked once."""
Person = discord.User | discord.Member
Place = discord.abc.Messageable


class ChannelImages:
    """Dreams images of messages that are only shown to us by the intent."""

    def __init__(self, service: RequestService) -> None:
        self._service = service
        self._last: OrderedDict[int, tuple[int, int]] = OrderedDict()
        self._asked: OrderedDict[tuple[int, int], None] = OrderedDict()

    def note(self, message: discord.Message) -> None:
        """Remember the last image that a person sent to a channel."""
        if not message.author.bot and self._pictures(message):
            _keep(self._last, message.channel.id, (message.id, message.author.id))

    async def offer(self, channel_id: int | None, last_dream: JobRow | None) -> str:
        """The id of the message with a channel's last image, to be offered; "" where there is none, where a dream came
        after it, and where its author opted out."""
        message_id, author_id = self._last.get(channel_id or 0, (0, 0))
        posted = int(last_dream.posted) if last_dream and last_dream.posted and last_dream.posted.isdigit() else 0
        if message_id <= posted or (await self._service.user_settings.load(str(author_id))).opted_out:
            return ""
        return str(message_id)

    async def dream_offered(self, interaction: discord.Interaction[Any], row: JobRow, message_id: int) -> None:
        """Dream with the same options the image that was offered. Raises `Gone`, `OptedOut` and other `Refusal`s."""
        message = await self._fetch(interaction.channel, message_id)
        original = self._original(message) if message else None
        if original is None:
            raise Gone
        original = dataclasses.replace(picture_sources.first_alone(original), others=row.job.others)
        await self._service.take(interaction, row.job.params, original, private=privacy_of(row), parent=row)

    async def dream_message(self, channel: Place, message_id: int, asker: Person) -> None:
        """Dream a message that somebody reacted to, as a reply to it: of a dream, that dream. Raises `OptedOut` and
        other `Refusal`s."""
        if (asker.id, message_id) in self._asked:
            return
        _keep(self._asked, (asker.id, message_id), None)
        message = await self._fetch(channel, message_id)
        if message is None:
            return
        row = await self._service.row_of_message(message_id, asker.id)
        if row is not None:
            params, original = continuation(row, Wish(verb="deeper"), {})
            check_ready(params)
            await self._service.take_message(message, params, original, parent=row, asker=asker)
        elif found := self._original(message):
            wanted = await self._service.params(Dream, asker.id)
            await self._service.take_message(message, wanted, found, asker=asker)

    def _pictures(self, message: discord.Message) -> list[Any]:
        return picture_sources.all_of_message(message, self._service.downloader.is_allowed)

    def _original(self, message: discord.Message) -> Original | None:
        found, most = self._pictures(message), self._service.most_pictures
        return picture_sources.of_links(message.author.display_name, found, most) if found else None

    async def _fetch(self, channel: object, id: int) -> discord.Message | None:
        """A message as it is now; None where it is gone or out of reach."""
        if not isinstance(channel, discord.abc.Messageable):
            return None
        try:
            return await channel.fetch_message(id)
        except (discord.HTTPException, *CONNECTION_ERRORS) as error:
            log.info("a message was not read: %s", describe_error(error))
            return None


def _keep(kept: OrderedDict[Any, Any], key: object, value: object) -> None:
    """As the newest of a bounded number."""
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > MOST_CHANNELS:
        kept.popitem(last=False)
