"""Turns the pages of all subjects: `custom_id "subjects:next:1" => that page`. It survives restarts."""

from __future__ import annotations

import re
from typing import Any, Self, cast

import discord
from discord import ui

from bot import discord_internals, wording
from bot.components.client_protocol import ServiceClient
from bot.requests.replies import replace_panel
from bot.views import subject_panel


class SubjectPageButton(
    ui.DynamicItem[ui.Item[Any]],
    template=rf"{subject_panel.PREFIX}:(?:{'|'.join(wording.PAGE_WAYS)}):(?P<page>\d{{1,3}})",
):
    """Previous or Next."""

    @classmethod
    def knows(cls, custom_id: str) -> bool:
        """Whether this is one of ours."""
        return discord_internals.matches(cls, custom_id)

    def __init__(self, item: ui.Item[Any], page: int) -> None:
        super().__init__(item)
        self._page = page

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """What Discord says was pressed."""
        return cls(item, int(match["page"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Turn the page; whatever goes wrong becomes words."""
        client = cast(ServiceClient, interaction.client)
        try:
            if await client.admits(interaction):
                await replace_panel(interaction, *subject_panel.panel(client.service.catalog, self._page))
        except Exception as error:
            await client.apologise(interaction, error)
