"""The answers under a round of Guess the dream: `custom_id "guess2:job" => an answer`. They survive restarts."""

from __future__ import annotations

import re
from typing import Any, Self, cast

import discord
from discord import ui

from bot import discord_internals
from bot.components.client_protocol import ServiceClient
from bot.views.message_card import ANSWER


class GuessButton(ui.DynamicItem[ui.Item[Any]], template=rf"{ANSWER}(?P<choice>[0-3]):(?P<id>[A-Za-z0-9_-]{{20}})"):
    """One of the four."""

    @classmethod
    def knows(cls, custom_id: str) -> bool:
        """Whether this is one of ours."""
        return discord_internals.matches(cls, custom_id)

    def __init__(self, item: ui.Item[Any], choice: int, id: str) -> None:
        super().__init__(item)
        self._choice = choice
        self._round = id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """What Discord says was pressed."""
        return cls(item, int(match["choice"]), match["id"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Take the answer; whatever goes wrong becomes words."""
        client = cast(ServiceClient, interaction.client)
        try:
            if await client.admits(interaction):
                await client.games.guess.answer(interaction, self._round, self._choice)
        except Exception as error:
            await client.apologise(interaction, error)
