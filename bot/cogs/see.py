"""`/see` and its context menu: `picture => what the network sees in it, and why`."""

from __future__ import annotations

from typing import Annotated

import discord
from discord import app_commands
from discord.ext import commands

from bot import wording
from bot.components.autocomplete import networks
from bot.components.option_range import OptionRange
from bot.gateway.client import Client
from bot.requests import picture_sources
from bot.requests.picture_sources import Original
from bot.requests.replies import say
from engine.params import See

Here = discord.Interaction[Client]


class SeeCog(commands.Cog):
    """What a picture is to the network."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.menu = app_commands.ContextMenu(name=wording.SEE_THIS, callback=self.see_message)

    async def cog_load(self) -> None:
        """Context menus cannot be declared in a cog."""
        self.client.tree.add_command(self.menu)

    @app_commands.command(description=wording.COMMANDS["see"])
    @app_commands.describe(
        image=wording.OPTIONS["image to see"],
        **{name: wording.OPTIONS[name] for name in ("seed", "private", "network")},
    )
    @app_commands.autocomplete(network=networks)
    async def see(
        self,
        interaction: Here,
        image: discord.Attachment | None = None,
        seed: Annotated[int, OptionRange(See, "seed")] | None = None,
        private: bool = False,
        network: str | None = None,
    ) -> None:
        """Look at the picture, else at the avatar."""
        service = self.client.service
        user = interaction.user
        params = await service.params(See, user.id, seed=seed, network=network)
        await service.take(interaction, params, picture_sources.choose_original(image, user), private=private)

    async def see_message(self, interaction: Here, message: discord.Message) -> None:
        """Look at the first picture of a message."""
        service = self.client.service
        link = picture_sources.require_link(message, service.downloader.is_allowed)
        if link is None:
            await say(interaction, wording.NO_PICTURE)
            return
        words = wording.original_words(message.author.display_name, "picture")
        await service.take(interaction, await service.params(See, interaction.user.id), Original(link, words))


async def setup(client: Client) -> None:
    """Called by `load_extension`."""
    await client.add_cog(SeeCog(client))
