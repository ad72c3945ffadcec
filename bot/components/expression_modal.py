"""The form behind "Add to server": `name => an emoji or a sticker of the server`."""

from __future__ import annotations

from typing import Any, cast

import discord
from discord import ui

from bot import export_words
from bot.components.client_protocol import ServiceClient
from engine.queue.job import JobRow

TIMEOUT_S = 600.0


class NameExpression(ui.Modal):
    """Asks for a name."""

    def __init__(self, row: JobRow, kind: str) -> None:
        super().__init__(title=export_words.ADD_TITLES[kind], timeout=TIMEOUT_S)
        self._row, self._kind = row, kind
        least, most = export_words.NAME_LIMITS[kind]
        self._name: ui.TextInput[NameExpression] = ui.TextInput(
            min_length=least, max_length=most, default=export_words.suggested_name(row)[:most],
            placeholder=export_words.NAME_HINTS[kind],
        )  # fmt: skip
        self.add_item(ui.Label(text=export_words.NAME_LABEL, component=self._name))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Add it, while its dream is there."""
        client = cast(ServiceClient, interaction.client)
        row = await client.service.row(self._row.id, interaction.user.id)
        await client.exports.add(interaction, row, self._kind, self._name.value.strip())

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception) -> None:  # type: ignore[override]
        """Whatever goes wrong becomes words."""
        await cast(ServiceClient, interaction.client).apologise(interaction, error)
