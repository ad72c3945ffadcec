"""`@Pareidolia eyes` with a picture: `message => dream`. Only messages that mention the bot are read."""

from __future__ import annotations

import logging
import re

import discord
from discord.ext import commands

from bot import pictures, wording
from bot.client import Client
from bot.desk import Original
from bot.poster import NOBODY
from bot.response import NO_ANSWER, told
from engine.jobs import catalog
from engine.jobs.errors import PareidoliaError, UnknownLayer
from engine.jobs.params import AIMS, Dream

log = logging.getLogger(__name__)


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
        called = re.compile(rf"<@!?{self.client.user.id}>")
        if not called.search(message.content):
            return
        try:
            await self._dream(message, called.sub(" ", message.content).strip())
        except Exception as error:
            await self._apologise(message, error)

    async def _dream(self, message: discord.Message, text: str) -> None:
        desk = self.client.desk
        params = await desk.params(Dream, message.author.id, **aim(text))
        await desk.take_message(message, params, self._original(message))

    def _original(self, message: discord.Message) -> Original:
        allowed = self.client.desk.intake.allowed
        replied = message.reference.resolved if message.reference else None
        for one in (message, replied):
            if isinstance(one, discord.Message) and (link := pictures.of_message(one, allowed)):
                return Original(link, wording.original(one.author.display_name, "picture"))
        return self.client.desk.original(None, message.author)

    async def _apologise(self, message: discord.Message, error: Exception) -> None:
        if not isinstance(error, PareidoliaError):
            log.warning("a mention was not answered")
        try:
            await message.reply(self.client.explain(error), mention_author=False, allowed_mentions=NOBODY)
        except (discord.HTTPException, *NO_ANSWER) as failed:
            log.warning("an apology was not delivered: %s", told(failed))


def aim(text: str) -> dict[str, str]:
    """What words in a message ask for: `layer:high`, `subject:eyes`, or the bare words of either."""
    option, colon, word = text.partition(":")
    if colon and option.strip().lower() in AIMS:
        return {option.strip().lower(): word}
    try:
        catalog.friendly(catalog.default_network(), re.split(r"[-+:*]", text)[0])
    except UnknownLayer:
        return {"subject": text} if text else {}
    return {"layer": text}


def _guild_id(message: discord.Message) -> int | None:
    return message.guild.id if message.guild else None


async def setup(client: Client) -> None:
    """Called by `load_extension`."""
    await client.add_cog(MentionCog(client))
