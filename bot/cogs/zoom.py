"""`/zoom`: `options => endless zoom`."""

from __future__ import annotations

from typing import Annotated, Any

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot import wording
from bot.components.autocomplete import layers, networks, own_presets, subject_sequences
from bot.components.option_range import OptionRange
from bot.gateway.client import Client
from bot.requests import picture_sources
from bot.requests.derivation import next_zoom
from bot.requests.limits import check_at_most_one, check_ready
from bot.requests.picture_sources import Original, find_last_zoom, of_ending
from engine.errors import BadOption
from engine.params import Zoom

Here = discord.Interaction[Client]
STARTS = frozenset(word for _, word in wording.ZOOM_STARTS)


class ZoomCog(commands.Cog):
    """An endless zoom into a dream."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["zoom"])
    @app_commands.describe(
        **{
            name: wording.OPTIONS[name]
            for name in (
                "image", "layer", "frames", "speed", "rotate", "motion", "format", "strength", "preset", "size", "seed",
                "private", "model",
            )
        },
        start=wording.OPTIONS["start of a zoom"],
        subject=wording.OPTIONS["subject of a zoom"],
    )  # fmt: skip
    @app_commands.choices(
        start=[Choice(name=name, value=word) for name, word in wording.ZOOM_STARTS],
        motion=[Choice(name=name, value=word) for name, word in wording.MOTIONS],
        format=[Choice(name=name, value=word) for name, word in wording.FORMATS],
    )
    @app_commands.autocomplete(layer=layers, subject=subject_sequences, preset=own_presets, model=networks)
    async def zoom(
        self,
        interaction: Here,
        image: discord.Attachment | None = None,
        subject: Annotated[str, OptionRange(Zoom, "subject")] | None = None,
        layer: str | None = None,
        start: str | None = None,
        motion: str | None = None,
        speed: Annotated[float, OptionRange(Zoom, "speed")] | None = None,
        rotate: Annotated[float, OptionRange(Zoom, "rotate")] | None = None,
        frames: app_commands.Range[int, 8, Zoom.CHAT_FRAMES] | None = None,
        format: str | None = None,
        strength: Annotated[float, OptionRange(Zoom, "strength")] | None = None,
        preset: str | None = None,
        size: Annotated[int, OptionRange(Zoom, "size")] | None = None,
        seed: Annotated[int, OptionRange(Zoom, "seed")] | None = None,
        private: bool | None = None,
        model: str | None = None,
    ) -> None:
        """Fall into the picture, else into the avatar; or go on where the last zoom of the channel ended."""
        check_at_most_one(image=image, start=start)
        options = {
            "layer": layer, "subject": subject, "strength": strength, "frames": frames, "size": size, "speed": speed,
            "rotate": rotate, "motion": motion, "format": format, "seed": seed, "network": model,
        }  # fmt: skip
        if start == "last zoom":
            await self._go_on(interaction, preset, private, options)
            return
        original = _original(image, start, interaction.user)
        params = await self.client.service.params(Zoom, interaction.user.id, preset, **options)
        await self.client.service.take(interaction, params, original, private=private)

    async def _go_on(
        self, interaction: Here, preset: str | None, private: bool | None, options: dict[str, Any]
    ) -> None:
        """From the end of the last zoom here, with its options where none are given. Raises `NoLastZoom`."""
        service = self.client.service
        row = await find_last_zoom(service.dispatch, interaction.channel_id)
        assert isinstance(row.job.params, Zoom)
        params = next_zoom(row.job.params, **await service.options(Zoom, interaction.user.id, preset, **options))
        check_ready(params)
        original = await service.stored.present(of_ending(row), row, None)
        await service.take(interaction, params, original, private=private)


def _original(image: discord.Attachment | None, start: str | None, user: discord.User | discord.Member) -> Original:
    """The picture that was chosen, else the avatar. Raises `BadOption` for a start that is not offered."""
    if start == "noise":
        return Original(None, wording.NOISE)
    if start is not None and start not in STARTS:
        raise BadOption(option="start", problem="has to be one of those that are offered")
    return picture_sources.choose_original(image, user)


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(ZoomCog(client))
