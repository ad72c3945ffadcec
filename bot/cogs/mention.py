"""`@Pareidolia eyes` with a picture: `message => dream`. Only messages that mention the bot are read."""

from __future__ import annotations

import logging
import re

import discord
from discord.ext import commands

from bot import pictures, typed, wording
from bot.client import Client
from bot.desk import Late, Original
from bot.intake import Link
from bot.poster import NOBODY
from bot.response import NO_ANSWER, told
from engine.jobs.errors import ForeignUrl, PareidoliaError
from engine.jobs.params import Dream

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
            await self._answer(message, typed.words(message.content))
        except Exception as error:
            await self._apologise(message, error)

    async def _answer(self, message: discord.Message, said: str) -> None:
        if typed.is_help(said):
            await self._reply(message, wording.HELP)
            return
        desk = self.client.desk
        params = await desk.params(Dream, message.author.id, **typed.options(said))
        original = await self._original(message)
        if self.client.stopping:
            await self._reply(message, wording.STOPPING)
            return
        await desk.take_message(message, params, original)

    async def _original(self, message: discord.Message) -> Original:
        """What the message has goes before what it names, and that before what it answers. Raises `ForeignUrl`."""
        desk, allowed = self.client.desk, self.client.desk.intake.allowed
        if link := pictures.of_message(message, allowed) or await self._unfurled(message):
            return Original(link, wording.original(message.author.display_name, "picture"))
        if person := self._named(message):
            return desk.original(None, person)
        replied = message.reference.resolved if message.reference else None
        if isinstance(replied, discord.Message) and (link := pictures.meant(replied, allowed)):
            return Original(link, wording.original(replied.author.display_name, "picture"))
        return desk.original(None, message.author)

    def _named(self, message: discord.Message) -> discord.User | discord.Member | None:
        """The first person whom the message mentions beside us."""
        people = {str(one.id): one for one in message.mentions if one != self.client.user}
        return next((people[id] for id in PERSON.findall(message.content) if id in people), None)

    async def _unfurled(self, message: discord.Message) -> Link | None:
        """The picture behind a link, once Discord shows it; None without a link. Raises `ForeignUrl`."""
        if not typed.ADDRESS.search(message.content):
            return None
        allowed = self.client.desk.intake.allowed

        def shows(event: discord.RawMessageUpdateEvent) -> bool:
            return event.message_id == message.id and pictures.of_message(event.message, allowed) is not None

        try:
            event = await self.client.wait_for("raw_message_edit", check=shows, timeout=UNFURL_S)
            return pictures.of_message(event.message, allowed)
        except TimeoutError:
            return pictures.meant(await self._as_it_is_now(message), allowed)

    async def _as_it_is_now(self, message: discord.Message) -> discord.Message:
        """The message once more, in case nobody told us that it changed. Raises `ForeignUrl`."""
        try:
            return await message.channel.fetch_message(message.id)
        except (discord.HTTPException, *NO_ANSWER) as error:
            log.info("a message was not read again: %s", told(error))
            raise ForeignUrl from None

    async def _reply(self, message: discord.Message, text: str) -> None:
        try:
            await message.reply(text, mention_author=False, allowed_mentions=NOBODY)
        except (discord.HTTPException, *NO_ANSWER) as failed:
            log.warning("a sentence was not delivered: %s", told(failed))

    async def _apologise(self, message: discord.Message, error: Exception) -> None:
        if isinstance(error, Late):
            await self.client.amend(error)
            return
        if not isinstance(error, PareidoliaError):
            log.warning("a mention was not answered")
        await self._reply(message, self.client.explain(error))


def _guild_id(message: discord.Message) -> int | None:
    return message.guild.id if message.guild else None


async def setup(client: Client) -> None:
    """Called by `load_extension`."""
    await client.add_cog(MentionCog(client))
