"""`/concept`: `words => what the network imagines`, or how one thing becomes another."""

from __future__ import annotations

from typing import Annotated, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import wording
from bot.components.autocomplete import networks, subject_sequences, subjects
from bot.components.choices import VARIATIONS
from bot.components.option_range import OptionRange
from bot.gateway.client import Client
from bot.requests import picture_sources
from engine.catalog import subject_sequence
from engine.errors import BadOption, OptionConflict
from engine.params import Concept, Morph


class ConceptCog(commands.Cog):
    """What a word looks like to the network."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["concept"])
    @app_commands.describe(
        subject=wording.OPTIONS["subject of a concept"],
        image=wording.OPTIONS["image of a concept"],
        **{
            name: wording.OPTIONS[name]
            for name in ("morph_to", "strip", "variations", "size", "seed", "private", "model")
        },
    )
    @app_commands.choices(variations=VARIATIONS)
    @app_commands.autocomplete(subject=subjects, morph_to=subject_sequences, model=networks)
    async def concept(
        self,
        interaction: discord.Interaction[Client],
        subject: Annotated[str, OptionRange(Concept, "subject")],
        morph_to: Annotated[str, OptionRange(Morph, "subject")] | None = None,
        image: discord.Attachment | None = None,
        variations: int | None = None,
        size: Annotated[int, OptionRange(Concept, "size")] | None = None,
        strip: bool | None = None,
        seed: Annotated[int, OptionRange(Concept, "seed")] | None = None,
        private: bool | None = None,
        model: str | None = None,
    ) -> None:
        """Imagine it, alone or out of the picture."""
        service = self.client.service
        user = interaction.user
        kind, options = concept_or_morph(subject, morph_to, variations=variations, strip=strip)
        params = await service.params(kind, user.id, **options, size=size, seed=seed, network=model)
        await service.take(
            interaction, params, picture_sources.choose_original(image, user, avatar=False), private=private
        )


def concept_or_morph(
    subject: str, morph_to: str | None, *, variations: int | None, strip: bool | None
) -> tuple[type[Concept | Morph], dict[str, Any]]:
    """Which params are asked for, and with which options: a morph where something is to become something else.

    Raises `OptionConflict`, and `BadOption` for a strip of one thing.
    """
    stages = subject_sequence.THEN.join(filter(None, (subject, morph_to)))
    if len(subject_sequence.split(stages)) == 1:
        if strip:
            raise BadOption(option="strip", problem=wording.STRIP_OF_ONE)
        return Concept, {"subject": subject, "variations": variations}
    if variations not in (None, 1):
        raise OptionConflict(first="variations", second="morph_to")
    return Morph, {"subject": stages, "strip": strip}


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(ConceptCog(client))
