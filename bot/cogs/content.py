"""What needs the content of messages: `🌀 under an image => its dream`, and the channel's last image as an offer.

Off at first: the privileged intent for it is asked for only where settings and Discord's portal both have it.
"""

from __future__ import annotations

import logging

import discord
from discord.ext import commands

from bot.delivery.interaction_response import CONNECTION_ERRORS, describe_error
from bot.gateway.client import Client
from bot.requests import reaction_actions

log = logging.getLogger(__name__)

DREAM = "🌀"


class ContentCog(commands.Cog):
    """Loaded only where the content of messages is shown to us."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Remember the last image of a channel."""
        self.client.channel_images.note(message)

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Dream what somebody reacted to."""
        if reaction_actions.emoji_of(event) != DREAM or not self.client.listens_to(event):
            return
        try:
            await self._dream(event)
        except Exception as error:
            await self.client.explain_directly(event.user_id, event.message_id, error)

    async def _dream(self, event: discord.RawReactionActionEvent) -> None:
        channel = await self._channel(event.channel_id)
        asker = event.member or getattr(channel, "recipient", None)
        if asker is not None and isinstance(channel, discord.abc.Messageable):
            await self.client.channel_images.dream_message(channel, event.message_id, asker)

    async def _channel(self, id: int) -> object:
        try:
            return self.client.get_channel(id) or await self.client.fetch_channel(id)
        except (discord.HTTPException, *CONNECTION_ERRORS) as error:
            log.info("a channel was not read: %s", describe_error(error))
            return None


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(ContentCog(client))
