"""`/zoom`: `options => endless zoom`."""

from __future__ import annotations

from typing import Annotated

import discord
from discord import app_commands
from discord.ext import commands

from bot import wording
from bot.components.autocomplete import layers, networks, own_presets, subjects
from bot.components.option_range import OptionRange
from bot.gateway.client import Client
from bot.requests import picture_sources
from engine.params import Zoom


class ZoomCog(commands.Cog):
    """An endless zoom into a dream."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["zoom"])
    @app_commands.describe(
        **{
            name: wording.OPTIONS[name]
            for name in (
                "image", "layer", "subject", "strength", "frames", "preset", "size", "seed", "private", "model",
            )
        }
    )  # fmt: skip
    @app_commands.autocomplete(layer=layers, subject=subjects, preset=own_presets, model=networks)
    async def zoom(
        self,
        interaction: discord.Interaction[Client],
        image: discord.Attachment | None = None,
        layer: str | None = None,
        subject: Annotated[str, OptionRange(Zoom, "subject")] | None = None,
        strength: Annotated[float, OptionRange(Zoom, "strength")] | None = None,
        frames: Annotated[int, OptionRange(Zoom, "frames")] | None = None,
        preset: str | None = None,
        size: Annotated[int, OptionRange(Zoom, "size")] | None = None,
        seed: Annotated[int, OptionRange(Zoom, "seed")] | None = None,
        private: bool | None = None,
        model: str | None = None,
    ) -> None:
        """Fall into the picture, else into the avatar."""
        service = self.client.service
        user = interaction.user
        options = {"layer": layer, "subject": subject, "strength": strength, "frames": frames, "size": size}
        params = await service.params(Zoom, user.id, preset, **options, seed=seed, network=model)
        await service.take(interaction, params, picture_sources.choose_original(image, user), private=private)


async def setup(client: Client) -> None:
    """Called by `load_extension`."""
    await client.add_cog(ZoomCog(client))
