"""`@Pareidolia eyes` with a picture: `message => dream`. Only messages that mention the bot are read."""

from __future__ import annotations

import logging
import re

import discord
from discord.ext import commands

from bot import wording
from bot.delivery.interaction_response import CONNECTION_ERRORS, describe_error
from bot.delivery.publisher import NO_MENTIONS
from bot.gateway.client import Client
from bot.requests import message_options, picture_sources
from bot.requests.downloader import Link
from bot.requests.picture_sources import Original
from bot.requests.service import FailedAfterResponse
from engine.errors import ForeignUrl, PareidoliaError
from engine.params import Dream

log = logging.getLogger(__name__)

UNFURL_S = 3.5
"""Discord shows what is behind a link up to 3 s after the message."""
PERSON = re.compile(r"<@!?(\d+)>")


class MentionCog(commands.Cog):
    """Dreams asked for by a message."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Dream if we are called by name; a reply to us alone is no call."""
        if message.author.bot or self.client.user is None or self.client.stopping:
            return
        if not self.client.serves(_guild_id(message)):
            return
        if str(self.client.user.id) not in PERSON.findall(message.content):
            return
        try:
            await self._request_dream(message, message_options.strip_mentions(message.content))
        except Exception as error:
            await self._apologise(message, error)

    async def _request_dream(self, message: discord.Message, said: str) -> None:
        if message_options.is_help(said):
            await self._reply(message, wording.HELP)
            return
        service = self.client.service
        params = await service.params(Dream, message.author.id, **message_options.options(said, service.catalog))
        original = await self._choose_original(message)
        if self.client.stopping:
            await self._reply(message, wording.STOPPING)
            return
        await service.take_message(message, params, original)

    async def _choose_original(self, message: discord.Message) -> Original:
        """What the message has goes before what it names, and that before what it answers. Raises `ForeignUrl`."""
        allowed = self.client.service.downloader.is_allowed
        if link := picture_sources.of_message(message, allowed) or await self._wait_for_embed(message):
            return Original(link, wording.original_words(message.author.display_name, "picture"))
        if person := self._mentioned_person(message):
            return picture_sources.choose_original(None, person)
        replied = message.reference.resolved if message.reference else None
        if isinstance(replied, discord.Message) and (link := picture_sources.require_link(replied, allowed)):
            return Original(link, wording.original_words(replied.author.display_name, "picture"))
        return picture_sources.choose_original(None, message.author)

    def _mentioned_person(self, message: discord.Message) -> discord.User | discord.Member | None:
        """The first person whom the message mentions beside us."""
        people = {str(one.id): one for one in message.mentions if one != self.client.user}
        return next((people[id] for id in PERSON.findall(message.content) if id in people), None)

    async def _wait_for_embed(self, message: discord.Message) -> Link | None:
        """The picture behind a link, once Discord shows it; None without a link. Raises `ForeignUrl`."""
        if not message_options.ADDRESS.search(message.content):
            return None
        allowed = self.client.service.downloader.is_allowed

        def shows(event: discord.RawMessageUpdateEvent) -> bool:
            return event.message_id == message.id and picture_sources.of_message(event.message, allowed) is not None

        try:
            event = await self.client.wait_for("raw_message_edit", check=shows, timeout=UNFURL_S)
            return picture_sources.of_message(event.message, allowed)
        except TimeoutError:
            return picture_sources.require_link(await self._fetch_message(message), allowed)

    async def _fetch_message(self, message: discord.Message) -> discord.Message:
        """The message once more, in case nobody told us that it changed. Raises `ForeignUrl`."""
        try:
            return await message.channel.fetch_message(message.id)
        except (discord.HTTPException, *CONNECTION_ERRORS) as error:
            log.info("a message was not read again: %s", describe_error(error))
            raise ForeignUrl from None

    async def _reply(self, message: discord.Message, text: str) -> None:
        try:
            await message.reply(text, mention_author=False, allowed_mentions=NO_MENTIONS)
        except (discord.HTTPException, *CONNECTION_ERRORS) as failed:
            log.warning("a sentence was not delivered: %s", describe_error(failed))

    async def _apologise(self, message: discord.Message, error: Exception) -> None:
        if isinstance(error, FailedAfterResponse):
            await self.client.apologise_in_place(error)
            return
        if not isinstance(error, PareidoliaError):
            log.warning("a mention was not answered")
        await self._reply(message, self.client.explain(error))


def _guild_id(message: discord.Message) -> int | None:
    return message.guild.id if message.guild else None


async def setup(client: Client) -> None:
    """Called by `load_extension`."""
    await client.add_cog(MentionCog(client))
