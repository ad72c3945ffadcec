"""`/dream` and its two context menus: `options => dream`."""

from __future__ import annotations

from typing import Annotated

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot import wording
from bot.components.autocomplete import layers, networks, own_presets, subjects
from bot.components.choices import VARIATIONS
from bot.components.option_range import OptionRange
from bot.gateway.client import Client
from bot.requests import picture_sources
from bot.requests.replies import say
from engine.params import Dream

Here = discord.Interaction[Client]


class DreamCog(commands.Cog):
    """Enhance what a layer sees in a picture, or dream it towards a subject."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.menus = (
            app_commands.ContextMenu(name=wording.DREAM_THIS, callback=self.dream_message),
            app_commands.ContextMenu(name=wording.DREAM_AVATAR, callback=self.dream_avatar),
        )

    async def cog_load(self) -> None:
        """Context menus cannot be declared in a cog."""
        for menu in self.menus:
            self.client.tree.add_command(menu)

    @app_commands.command(description=wording.COMMANDS["dream"])
    @app_commands.describe(
        **{
            name: wording.OPTIONS[name]
            for name in (
                "image", "layer", "subject", "strength", "variations", "preset", "size", "seed", "private",
                "guide", "guide_by", "keep", "colours", "protect", "mask", "look", "network",
            )
        }
    )  # fmt: skip
    @app_commands.choices(variations=VARIATIONS)
    @app_commands.choices(
        colours=[Choice(name=name, value=word) for name, word in wording.COLOURS],
        protect=[Choice(name=name, value=word) for name, word in wording.PROTECT],
        look=[Choice(name=name, value=word) for name, word in wording.LOOKS],
        guide_by=[Choice(name=name, value=word) for name, word in wording.GUIDE_BY],
    )
    @app_commands.autocomplete(layer=layers, subject=subjects, preset=own_presets, network=networks)
    async def dream(
        self,
        interaction: Here,
        image: discord.Attachment | None = None,
        layer: str | None = None,
        subject: Annotated[str, OptionRange(Dream, "subject")] | None = None,
        strength: Annotated[float, OptionRange(Dream, "strength")] | None = None,
        variations: int | None = None,
        preset: str | None = None,
        size: Annotated[int, OptionRange(Dream, "size")] | None = None,
        seed: Annotated[int, OptionRange(Dream, "seed")] | None = None,
        private: bool = False,
        guide: discord.Attachment | None = None,
        guide_by: str | None = None,
        keep: Annotated[float, OptionRange(Dream, "keep")] | None = None,
        colours: str | None = None,
        protect: str | None = None,
        mask: discord.Attachment | None = None,
        look: str | None = None,
        network: str | None = None,
    ) -> None:
        """Dream the picture, else the avatar."""
        service = self.client.service
        user = interaction.user
        params = await service.params(
            Dream, user.id, preset, layer=layer, subject=subject, strength=strength, size=size, seed=seed,
            variations=variations,
            guide_by=guide_by, keep=keep, colours=colours, protect=protect, look=look, network=network,
        )  # fmt: skip
        original = picture_sources.choose_original(image, user, guide=guide, mask=mask)
        await service.take(interaction, params, original, private=private)

    async def dream_message(self, interaction: Here, message: discord.Message) -> None:
        """Dream the pictures of a message."""
        service = self.client.service
        if picture_sources.require_link(message, service.downloader.is_allowed) is None:
            await say(interaction, wording.NO_PICTURE)
            return
        params = await service.params(Dream, interaction.user.id)
        links = picture_sources.all_of_message(message, service.downloader.is_allowed)
        original = picture_sources.of_links(message.author.display_name, links, service.most_pictures)
        await service.take(interaction, params, original)

    async def dream_avatar(self, interaction: Here, user: discord.Member | discord.User) -> None:
        """Dream someone's avatar."""
        service = self.client.service
        params = await service.params(Dream, interaction.user.id)
        await service.take(interaction, params, picture_sources.choose_original(None, user))


async def setup(client: Client) -> None:
    """Called by `load_extension`."""
    await client.add_cog(DreamCog(client))
