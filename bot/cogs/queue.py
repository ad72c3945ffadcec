"""`/queue`: `user => their dreams and the queue`."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot import wording
from bot.gateway.client import Client
from bot.requests.replies import show
from bot.views import queue_panel


class QueueCog(commands.Cog):
    """Who waits, and for how long."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["queue"])
    async def queue(self, interaction: discord.Interaction[Client]) -> None:
        """Show the user's dreams with a way to cancel each, and the length of the queue."""
        queue = await self.client.service.dispatch.list_waiting()
        await show(interaction, queue_panel.panel(queue, str(interaction.user.id)))


async def setup(client: Client) -> None:
    """Called by `load_extension`."""
    await client.add_cog(QueueCog(client))
