"""The buttons in a server's log: `custom_id "log:pause" => nothing new is taken there`. They survive restarts."""

from __future__ import annotations

import re
from typing import Any, Self, cast

import discord
from discord import ui

from bot import discord_internals
from bot.components.client_protocol import ServiceClient
from bot.views import log_panel


class LogButton(ui.DynamicItem[ui.Item[Any]], template=rf"{log_panel.PREFIX}:(?P<name>pause|resume)"):
    """Pause or Resume, for moderators."""

    @classmethod
    def knows(cls, custom_id: str) -> bool:
        """Whether this is one of ours."""
        return discord_internals.matches(cls, custom_id)

    def __init__(self, item: ui.Item[Any], name: str) -> None:
        super().__init__(item)
        self._name = name

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """What Discord says was pressed."""
        return cls(item, match["name"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do it; whatever goes wrong becomes words."""
        client = cast(ServiceClient, interaction.client)
        try:
            if await client.admits(interaction):
                await client.moderation.pause(interaction, on=self._name == log_panel.PAUSE)
        except Exception as error:
            await client.apologise(interaction, error)
