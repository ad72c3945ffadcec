"""`/help`: `topic => how to`, and all subjects in pictures."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot import help_pages, wording
from bot.gateway.client import Client
from bot.requests.replies import say, show
from bot.views import subject_panel

SUBJECTS = "subjects"


class HelpCog(commands.Cog):
    """How to dream."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["help"])
    @app_commands.describe(topic=wording.OPTIONS["topic"])
    @app_commands.choices(topic=[Choice(name=name, value=word) for name, word in help_pages.HELP_TOPICS])
    async def help(self, interaction: discord.Interaction[Client], topic: str | None = None) -> None:
        """Show it to the user alone."""
        catalog = self.client.service.catalog
        if topic == SUBJECTS:
            await show(interaction, *subject_panel.panel(catalog, 0))
            return
        layers = wording.layer_lines(catalog.choices(catalog.default_network()))
        reads = help_pages.READS_ALL if self.client.intents.message_content else help_pages.READS
        page = help_pages.HELP_PAGES.get(topic or "start", help_pages.HELP)
        await say(interaction, page.replace("{layers}", layers).replace("{reads}", reads))


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(HelpCog(client))
