"""`/preset save|use|list|delete`: `name <=> options`."""

from __future__ import annotations

from typing import Annotated

import discord
from discord import app_commands
from discord.app_commands import Range
from discord.ext import commands

from bot import wording
from bot.components.autocomplete import layers, networks, own_presets, subjects
from bot.components.option_range import OptionRange
from bot.gateway.client import Client
from bot.requests import picture_sources
from bot.requests.derivation import preset_options
from bot.requests.replies import say
from engine import params
from engine.params import Dream

Here = discord.Interaction[Client]
SAVED_OPTIONS = ("name", "layer", "subject", "strength", "size", "model")


class PresetCog(commands.GroupCog, group_name="preset", group_description=wording.COMMANDS["preset"]):
    """Named, personal options."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["preset save"])
    @app_commands.describe(**{name: wording.OPTIONS[name] for name in SAVED_OPTIONS})
    @app_commands.autocomplete(layer=layers, subject=subjects, model=networks)
    async def save(
        self,
        interaction: Here,
        name: Range[str, 1, 32],
        layer: str | None = None,
        subject: Annotated[str, OptionRange(Dream, "subject")] | None = None,
        strength: Annotated[float, OptionRange(Dream, "strength")] | None = None,
        size: Annotated[int, OptionRange(Dream, "size")] | None = None,
        model: str | None = None,
    ) -> None:
        """Keep options under a name."""
        service = self.client.service
        options = preset_options(
            params.make(
                Dream, service.catalog, layer=layer, subject=subject, strength=strength, size=size, network=model
            )
        )
        saved = await service.presets.save(str(interaction.user.id), name, options)
        await say(interaction, wording.saved_words(saved.name, replaced=saved.replaced))

    @app_commands.command(description=wording.COMMANDS["preset use"])
    @app_commands.describe(name=wording.OPTIONS["name"], image=wording.OPTIONS["image"])
    @app_commands.autocomplete(name=own_presets)
    async def use(self, interaction: Here, name: Range[str, 1, 32], image: discord.Attachment | None = None) -> None:
        """Dream with it."""
        service = self.client.service
        chosen = await service.params(Dream, interaction.user.id, name)
        await service.take(interaction, chosen, picture_sources.choose_original(image, interaction.user))

    @app_commands.command(name="list", description=wording.COMMANDS["preset list"])
    async def show(self, interaction: Here) -> None:
        """Show them all."""
        kept = await self.client.service.presets.all(str(interaction.user.id))
        lines = [wording.preset_line(one.name, one.options) for one in kept]
        await say(interaction, wording.preset_list(lines) or wording.NO_PRESETS)

    @app_commands.command(description=wording.COMMANDS["preset delete"])
    @app_commands.describe(name=wording.OPTIONS["name"])
    @app_commands.autocomplete(name=own_presets)
    async def delete(self, interaction: Here, name: Range[str, 1, 32]) -> None:
        """Forget one."""
        await self.client.service.presets.delete(str(interaction.user.id), name)
        await say(interaction, wording.deleted_words(name))


async def setup(client: Client) -> None:
    """Called by `load_extension`."""
    await client.add_cog(PresetCog(client))
