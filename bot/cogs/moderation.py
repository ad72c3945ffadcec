"""The menus "Block image" and "Block user", for whoever may manage messages: `message or person => refused there`."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot import wording
from bot.gateway.client import Client

Here = discord.Interaction[Client]


class ModerationCog(commands.Cog):
    """What moderators do about an image or a person."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.menus = (
            app_commands.ContextMenu(name=wording.BLOCK_IMAGE, callback=self.block_image),
            app_commands.ContextMenu(name=wording.BLOCK_USER, callback=self.block_user),
        )

    async def cog_load(self) -> None:
        """Context menus cannot be declared in a cog."""
        for menu in self.menus:
            menu.default_permissions = discord.Permissions(manage_messages=True)
            menu.guild_only = True
            menu.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
            menu.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
            self.client.tree.add_command(menu)

    async def block_image(self, interaction: Here, message: discord.Message) -> None:
        """Refuse the images of a message from now on."""
        await self.client.moderation.block_message(interaction, message)

    async def block_user(self, interaction: Here, user: discord.Member | discord.User) -> None:
        """Refuse what a person asks for from now on."""
        await self.client.moderation.block_user(interaction, user)


async def setup(client: Client) -> None:
    """Called by `load_extension`."""
    await client.add_cog(ModerationCog(client))
