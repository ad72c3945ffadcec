"""The button under a refusal that mends it: `custom_id "use:key" => the same request, put right`."""

from __future__ import annotations

import re
from typing import Any, Self, cast

import discord
from discord import ui

from bot import discord_internals, wording
from bot.components.client_protocol import ServiceClient
from bot.requests.remedies import Remedy
from bot.requests.replies import say
from engine.errors import PareidoliaError


class RemedyButton(ui.DynamicItem[ui.Item[Any]], template=r"use:(?P<key>[A-Za-z0-9_-]{20})"):
    """The button of a remedy."""

    @classmethod
    def knows(cls, custom_id: str) -> bool:
        """Whether this is one of ours."""
        return discord_internals.matches(cls, custom_id)

    def __init__(self, item: ui.Item[Any], key: str) -> None:
        super().__init__(item)
        self._key = key

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """What Discord says was pressed."""
        return cls(item, match["key"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Ask again, with what was wrong put right; whatever goes wrong becomes words."""
        client = cast(ServiceClient, interaction.client)
        try:
            if not await client.admits(interaction):
                return
            remedy = client.remedies.take(self._key, interaction.user.id)
            if remedy is None:
                await say(interaction, wording.OFFER_OVER)
            else:
                await self._run(client, remedy, interaction)
        except Exception as error:
            await client.apologise(interaction, error)

    async def _run(self, client: ServiceClient, remedy: Remedy, interaction: discord.Interaction[Any]) -> None:
        try:
            await remedy.run(interaction)
        except PareidoliaError:
            client.remedies.give_back(self._key, remedy)
            raise
