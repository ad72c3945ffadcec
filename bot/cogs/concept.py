"""`/concept`: `words => what the network imagines`."""

from __future__ import annotations

from typing import Annotated

import discord
from discord import app_commands
from discord.ext import commands

from bot import wording
from bot.components.autocomplete import networks, subjects
from bot.components.choices import VARIATIONS
from bot.components.option_range import OptionRange
from bot.gateway.client import Client
from bot.requests import picture_sources
from engine.params import Concept


class ConceptCog(commands.Cog):
    """What a word looks like to the network."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["concept"])
    @app_commands.describe(
        subject=wording.OPTIONS["subject of a concept"],
        image=wording.OPTIONS["image of a concept"],
        **{name: wording.OPTIONS[name] for name in ("variations", "size", "seed", "private", "model")},
    )
    @app_commands.choices(variations=VARIATIONS)
    @app_commands.autocomplete(subject=subjects, model=networks)
    async def concept(
        self,
        interaction: discord.Interaction[Client],
        subject: Annotated[str, OptionRange(Concept, "subject")],
        image: discord.Attachment | None = None,
        variations: int | None = None,
        size: Annotated[int, OptionRange(Concept, "size")] | None = None,
        seed: Annotated[int, OptionRange(Concept, "seed")] | None = None,
        private: bool | None = None,
        model: str | None = None,
    ) -> None:
        """Imagine it, alone or out of the picture."""
        service = self.client.service
        user = interaction.user
        params = await service.params(
            Concept, user.id, subject=subject, variations=variations, size=size, seed=seed, network=model
        )
        await service.take(
            interaction, params, picture_sources.choose_original(image, user, avatar=False), private=private
        )


async def setup(client: Client) -> None:
    """Called by `load_extension`."""
    await client.add_cog(ConceptCog(client))
