"""`/lab channel`: `layer and channel => what they respond to`."""

from __future__ import annotations

from typing import Annotated

import discord
from discord import app_commands
from discord.ext import commands

from bot import wording
from bot.components.autocomplete import layers, networks, searches
from bot.components.option_range import OptionRange
from bot.gateway.client import Client
from bot.requests import picture_sources
from engine.params import Channel


class LabCog(commands.GroupCog, group_name="lab", group_description=wording.COMMANDS["lab"]):
    """Looks inside the network."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["lab channel"])
    @app_commands.describe(
        layer=wording.OPTIONS["layer of a channel"],
        image=wording.OPTIONS["image of an atlas"],
        **{name: wording.OPTIONS[name] for name in ("channel", "search", "top", "seed", "private", "network")},
    )
    @app_commands.autocomplete(layer=layers, search=searches, network=networks)
    async def channel(
        self,
        interaction: discord.Interaction[Client],
        layer: str | None = None,
        channel: Annotated[int, OptionRange(Channel, "channel")] | None = None,
        search: Annotated[str, OptionRange(Channel, "search")] | None = None,
        image: discord.Attachment | None = None,
        top: Annotated[int, OptionRange(Channel, "top")] | None = None,
        seed: Annotated[int, OptionRange(Channel, "seed")] | None = None,
        private: bool = False,
        network: str | None = None,
    ) -> None:
        """Draw one channel, or the atlas of the layer."""
        service = self.client.service
        user = interaction.user
        params = await service.params(
            Channel, user.id, layer=layer, channel=channel, search=search, top=top, seed=seed, network=network
        )
        await service.take(
            interaction, params, picture_sources.choose_original(image, user, avatar=False), private=private
        )


async def setup(client: Client) -> None:
    """Called by `load_extension`."""
    await client.add_cog(LabCog(client))
