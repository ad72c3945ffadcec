"""`/play guess, dex, fool, table, exquisite`: games in the channels that a server gave for them."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot import play_wording
from bot.games.guess_choices import EASY
from bot.gateway.client import Client
from bot.requests.picture_sources import choose_original

Here = discord.Interaction[Client]


@app_commands.guild_only()
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
class PlayCog(commands.GroupCog, group_name="play", group_description=play_wording.COMMANDS["play"]):
    """Games."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=play_wording.COMMANDS["play guess"])
    @app_commands.describe(level=play_wording.OPTIONS["level"])
    @app_commands.choices(level=[Choice(name=name, value=word) for name, word in play_wording.LEVELS])
    async def guess(self, interaction: Here, level: str = EASY) -> None:
        """Begin a round of Guess the dream."""
        await self.client.games.guess.start(interaction, level)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """What a moderator took away is on no wall either."""
        if event.guild_id is not None:
            await self.client.games.dex.forget_message(event.message_id)

    @app_commands.command(description=play_wording.COMMANDS["play dex"])
    @app_commands.describe(page=play_wording.OPTIONS["page"])
    async def dex(self, interaction: Here, page: Range[int, 1, 999] | None = None) -> None:
        """Show the wall of all that was grown here."""
        await self.client.games.dex.show(interaction, page)

    @app_commands.command(description=play_wording.COMMANDS["play fool"])
    @app_commands.describe(image=play_wording.OPTIONS["photo"])
    async def fool(self, interaction: Here, image: discord.Attachment | None = None) -> None:
        """Post a photo for the word of the day, or see what that is."""
        await self.client.games.fool.play(interaction, image)

    @app_commands.command(description=play_wording.COMMANDS["play table"])
    async def table(self, interaction: Here) -> None:
        """Show the week's table."""
        await self.client.games.guess.table(interaction)

    @app_commands.command(description=play_wording.COMMANDS["play exquisite"])
    @app_commands.describe(image=play_wording.OPTIONS["image of a game"])
    async def exquisite(self, interaction: Here, image: discord.Attachment | None = None) -> None:
        """Begin an exquisite dream here."""
        original = choose_original(image, interaction.user)
        await self.client.ritual_actions.begin_exquisite(interaction, original)


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(PlayCog(client))
