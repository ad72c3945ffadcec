"""❌ and ✉️ under a result: `reaction => the result taken away, or sent directly`."""

from __future__ import annotations

import logging

import discord
from discord.ext import commands

from bot.delivery.errors import PostError
from bot.gateway.client import Client
from bot.requests import reaction_actions
from bot.requests.reaction_actions import Reaction

log = logging.getLogger(__name__)


class ReactionCog(commands.Cog):
    """What people say by an emoji."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Do what it stands for, if anything."""
        own_id = self.client.user.id if self.client.user else 0
        by_bot = event.user_id == own_id or (event.member is not None and event.member.bot)
        if by_bot or self.client.stopping or not self.client.serves(event.guild_id):
            return
        reaction = reaction_actions.read(event, own_id)
        try:
            await self.client.reaction_actions.act(reaction)
        except PostError as error:
            log.info("a reaction was not answered: %s", type(error).__name__)
        except Exception as error:
            await self._explain_to(reaction, error)

    async def _explain_to(self, reaction: Reaction, error: Exception) -> None:
        """Tell only the person what went wrong: under a message, everybody would read it."""
        try:
            await self.client.service.tell(reaction.user_id, reaction.message_id, self.client.explain(error))
        except PostError as failed:
            log.info("nobody can be told: %s", type(failed).__name__)


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(ReactionCog(client))
