"""`/video`: `a video => the same, dreamed`."""

from __future__ import annotations

from typing import Annotated

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot import wording
from bot.components.autocomplete import layers, networks, own_presets, subjects
from bot.components.option_range import OptionRange
from bot.gateway.client import Client
from bot.requests.picture_sources import of_attachment
from bot.requests.video_sources import format_of, of_link, seconds_of
from engine.params import Video, bounds

LEAST_S, MOST_S = bounds(Video, "seconds")["ge"], float(Video.CHAT_SECONDS)
OWN_WORDS = ("start", "format", "size")
"""Options of which something else is said than of those of other commands."""


class VideoCog(commands.Cog):
    """A video, dreamed frame by frame."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["video"])
    @app_commands.describe(
        **{
            name: wording.OPTIONS[name]
            for name in (
                "video", "subject", "layer", "strength", "seconds", "fps", "preset", "seed", "private", "model",
            )
        },
        **{name: wording.OPTIONS[f"{name} of a video"] for name in OWN_WORDS},
    )  # fmt: skip
    @app_commands.choices(format=[Choice(name=name, value=word) for name, word in wording.FORMATS])
    @app_commands.autocomplete(layer=layers, subject=subjects, preset=own_presets, model=networks)
    async def video(
        self,
        interaction: discord.Interaction[Client],
        video: discord.Attachment,
        subject: Annotated[str, OptionRange(Video, "subject")] | None = None,
        layer: str | None = None,
        strength: Annotated[float, OptionRange(Video, "strength")] | None = None,
        start: Annotated[float, OptionRange(Video, "start")] | None = None,
        seconds: app_commands.Range[float, LEAST_S, MOST_S] | None = None,
        fps: Annotated[int, OptionRange(Video, "fps")] | None = None,
        format: str | None = None,
        preset: str | None = None,
        size: app_commands.Range[int, 128, Video.CHAT_SIZE] | None = None,
        seed: Annotated[int, OptionRange(Video, "seed")] | None = None,
        private: bool | None = None,
        model: str | None = None,
    ) -> None:
        """Dream its first seconds, or those from a start on."""
        params = await self.client.service.params(
            Video, interaction.user.id, preset, layer=layer, subject=subject, strength=strength, start=start,
            seconds=seconds_of(seconds, fps), fps=fps, format=format or format_of(video.filename), size=size,
            seed=seed, network=model,
        )  # fmt: skip
        original = of_link(interaction.user.display_name, of_attachment(video))
        await self.client.service.take(interaction, params, original, private=private)


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(VideoCog(client))
