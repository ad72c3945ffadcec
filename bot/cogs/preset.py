"""`/preset save, list, show, rename, delete, share, import`: `name <=> options`."""

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
from bot.requests.derivation import preset_options
from bot.requests.replies import say
from engine import params
from engine.params import Dream

Here = discord.Interaction[Client]
Name = Range[str, 1, wording.NAME_LIMIT]
CODE_LIMIT = 40
"""Characters of a code as people paste it, with spaces and signs around it."""
SAVED_OPTIONS = ("layer", "subject", "strength", "size", "model")


class PresetCog(commands.GroupCog, group_name="preset", group_description=wording.COMMANDS["preset"]):
    """Named, personal options."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["preset save"])
    @app_commands.describe(
        name=wording.OPTIONS["name to save"], **{name: wording.OPTIONS[name] for name in SAVED_OPTIONS}
    )
    @app_commands.autocomplete(layer=layers, subject=subjects, model=networks)
    async def save(
        self,
        interaction: Here,
        name: Name,
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

    @app_commands.command(name="list", description=wording.COMMANDS["preset list"])
    async def list_presets(self, interaction: Here) -> None:
        """Show them all."""
        kept = await self.client.service.presets.all(str(interaction.user.id))
        lines = [wording.preset_line(one.name, one.options) for one in kept]
        await say(interaction, wording.preset_list(lines) or wording.NO_PRESETS)

    @app_commands.command(description=wording.COMMANDS["preset show"])
    @app_commands.describe(name=wording.OPTIONS["name"])
    @app_commands.autocomplete(name=own_presets)
    async def show(self, interaction: Here, name: Name) -> None:
        """Show one in words, with buttons."""
        await self.client.preset_actions.show(interaction, name)

    @app_commands.command(description=wording.COMMANDS["preset rename"])
    @app_commands.describe(name=wording.OPTIONS["name"], to=wording.OPTIONS["to"])
    @app_commands.autocomplete(name=own_presets)
    async def rename(self, interaction: Here, name: Name, to: Name) -> None:
        """Call one otherwise."""
        new = await self.client.service.presets.rename(str(interaction.user.id), name, to)
        await say(interaction, wording.renamed_words(name, new))

    @app_commands.command(description=wording.COMMANDS["preset delete"])
    @app_commands.describe(name=wording.OPTIONS["name"])
    @app_commands.autocomplete(name=own_presets)
    async def delete(self, interaction: Here, name: Name) -> None:
        """Forget one."""
        await say(interaction, await self.client.preset_actions.delete(interaction, name))

    @app_commands.command(description=wording.COMMANDS["preset share"])
    @app_commands.describe(name=wording.OPTIONS["name"])
    @app_commands.autocomplete(name=own_presets)
    async def share(self, interaction: Here, name: Name) -> None:
        """Post one for everyone."""
        await self.client.preset_actions.share(interaction, name)

    @app_commands.command(name="import", description=wording.COMMANDS["preset import"])
    @app_commands.describe(code=wording.OPTIONS["code"])
    async def import_code(self, interaction: Here, code: Range[str, 1, CODE_LIMIT]) -> None:
        """Save what somebody shared elsewhere."""
        await self.client.preset_actions.import_code(interaction, code)


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(PresetCog(client))
