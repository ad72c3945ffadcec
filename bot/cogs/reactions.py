"""❌ and ✉️ under a result: `reaction => the result taken away, or sent directly`."""

from __future__ import annotations

import logging

import discord
from discord.ext import commands

from bot.delivery.errors import PostError
from bot.gateway.client import Client
from bot.requests import reaction_actions

log = logging.getLogger(__name__)


class ReactionCog(commands.Cog):
    """What people say by an emoji."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Do what it stands for, if anything."""
        if not self.client.listens_to(event):
            return
        try:
            await self.client.reaction_actions.act(reaction_actions.read(event, self.client.own_id))
        except PostError as error:
            log.info("a reaction was not answered: %s", type(error).__name__)
        except Exception as error:
            await self.client.explain_directly(event.user_id, event.message_id, error)


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(ReactionCog(client))
