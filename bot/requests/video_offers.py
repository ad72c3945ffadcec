"""What moves, dreamed as a video: at once, or by a button beside the dream of its first frame."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

import discord

from bot import wording
from bot.delivery.interaction_response import CONNECTION_ERRORS, describe_error
from bot.requests import video_sources
from bot.requests.downloader import Link
from bot.requests.remedies import Remedies, Remedy, Saved
from bot.requests.replies import show_after
from bot.requests.service import RequestService
from engine.params import Video

log = logging.getLogger(__name__)

KIND = "video"
"""The kind of a remedy that dreams a video."""

Here = discord.Interaction[Any]


class VideoOffers:
    """Of the things that are found in messages."""

    def __init__(self, service: RequestService, remedies: Remedies) -> None:
        self._service = service
        self._remedies = remedies
        remedies.read_with(KIND, self._read)

    async def dream(self, interaction: Here, name: str, link: Link) -> None:
        """Dream somebody's video. Raises `Refusal`s."""
        format = video_sources.format_of(link.url)
        params = await self._service.params(Video, interaction.user.id, format=format)
        await self._service.take(interaction, params, video_sources.of_link(name, link))

    async def offer(self, interaction: Here, name: str, link: Link) -> None:
        """A button for that, beside what was answered; nothing depends on whether it arrives."""
        panel = self._remedies.panel(wording.IT_MOVES, self._remedy(interaction.user.id, name, link))
        try:
            await show_after(interaction, panel)
        except (discord.HTTPException, *CONNECTION_ERRORS) as error:
            log.warning("nobody was told that something moves: %s", describe_error(error))

    def _remedy(self, user_id: int, name: str, link: Link) -> Remedy:
        async def run(pressed: Here) -> None:
            await self.dream(pressed, name, link)

        return Remedy(user_id, wording.DREAM_VIDEO, run, {"kind": KIND, "name": name, "link": asdict(link)})

    def _read(self, user_id: int, _label: str, saved: Saved) -> Remedy:
        return self._remedy(user_id, str(saved["name"]), Link(**saved["link"]))
