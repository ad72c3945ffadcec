"""`/style`: `a picture and a painting => the picture as the painting would have it`."""

from __future__ import annotations

import dataclasses
import random
from typing import Annotated

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot import wording
from bot.components.autocomplete import layers, networks, subjects
from bot.components.option_range import OptionRange
from bot.gateway.client import Client
from bot.requests.limits import check_at_most_one
from bot.requests.picture_sources import SURPRISE, of_attachment, starting_picture
from engine.params import PAINTINGS, YOURS, Style

Person = discord.User | discord.Member


class StyleCog(commands.Cog):
    """A picture in the style of a painting."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["style"])
    @app_commands.describe(
        image=wording.OPTIONS["image to paint"],
        strength=wording.OPTIONS["strength of a style"],
        palette=wording.OPTIONS["palette of a style"],
        subject=wording.OPTIONS["subject of a style"],
        layer=wording.OPTIONS["layer of a style"],
        start=wording.OPTIONS["start of a style"],
        user=wording.OPTIONS["user to paint"],
        **{name: wording.OPTIONS[name] for name in ("painting", "painting_image", "size", "seed", "private", "model")},
    )
    @app_commands.choices(
        painting=[Choice(name=name, value=word) for name, word in wording.PAINTINGS],
        palette=[Choice(name=name, value=word) for name, word in wording.STYLE_COLOURS],
        start=[Choice(name=name, value=word) for name, word in wording.STARTS if word != SURPRISE],
    )
    @app_commands.autocomplete(layer=layers, subject=subjects, model=networks)
    async def style(
        self,
        interaction: discord.Interaction[Client],
        image: discord.Attachment | None = None,
        painting: str | None = None,
        painting_image: discord.Attachment | None = None,
        strength: Annotated[float, OptionRange(Style, "strength")] | None = None,
        palette: str | None = None,
        subject: Annotated[str, OptionRange(Style, "subject")] | None = None,
        layer: str | None = None,
        start: str | None = None,
        user: Person | None = None,
        size: Annotated[int, OptionRange(Style, "size")] | None = None,
        seed: Annotated[int, OptionRange(Style, "seed")] | None = None,
        private: bool = False,
        model: str | None = None,
    ) -> None:
        """Paint the picture, else the avatar."""
        service = self.client.service
        check_at_most_one(painting=painting, painting_image=painting_image)
        begun = await starting_picture(service.dispatch, service.stands, interaction, image, start, user)
        chosen = YOURS if painting_image else painting or random.choice(PAINTINGS)
        params = await service.params(
            Style, interaction.user.id, painting=chosen, strength=strength, colours=palette, subject=subject,
            layer=layer, size=size, seed=seed, network=model,
        )  # fmt: skip
        others = {"painting": of_attachment(painting_image)} if painting_image else {}
        await service.take(interaction, params, dataclasses.replace(begun, others=others), private=private)


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(StyleCog(client))
