"""`/play exquisite`: `image => a dream that several people go on with`."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot import wording
from bot.gateway.client import Client
from bot.requests.picture_sources import choose_original

Here = discord.Interaction[Client]


@app_commands.guild_only()
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
class PlayCog(commands.GroupCog, group_name="play", group_description=wording.COMMANDS["play"]):
    """Games."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["play exquisite"])
    @app_commands.describe(image=wording.OPTIONS["image of a game"])
    async def exquisite(self, interaction: Here, image: discord.Attachment | None = None) -> None:
        """Begin an exquisite dream here."""
        original = choose_original(image, interaction.user)
        await self.client.ritual_actions.begin_exquisite(interaction, original)


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(PlayCog(client))
