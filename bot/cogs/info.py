"""`/info`: `user => their place in the queue, dreams and limits, and the models`."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot import wording
from bot.gateway.client import Client
from bot.requests.replies import show
from bot.views.info_panel import QUEUE


class InfoCog(commands.Cog):
    """What there is to know."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["info"])
    async def info(self, interaction: discord.Interaction[Client]) -> None:
        """Show the user's place in the queue, and buttons for the other pages."""
        await show(interaction, await self.client.overview.page(QUEUE, interaction.user.id))


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(InfoCog(client))
