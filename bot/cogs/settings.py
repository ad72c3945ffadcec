"""`/settings`: `user => a panel of their own settings`."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot import wording
from bot.gateway.client import Client
from bot.requests.replies import show


class SettingsCog(commands.Cog):
    """What a person chose for all of their own dreams."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["settings"])
    async def settings(self, interaction: discord.Interaction[Client]) -> None:
        """Show the panel to the user alone."""
        await show(interaction, await self.client.settings_actions.panel(interaction.user.id))


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(SettingsCog(client))
