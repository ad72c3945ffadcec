"""`/help`: three examples."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot import wording
from bot.gateway.client import Client
from bot.requests.replies import say


class HelpCog(commands.Cog):
    """How to dream."""

    @app_commands.command(description=wording.COMMANDS["help"])
    async def help(self, interaction: discord.Interaction[Client]) -> None:
        """Show it to the user alone."""
        await say(interaction, wording.HELP)


async def setup(client: Client) -> None:
    """Called by `load_extension`."""
    await client.add_cog(HelpCog())
