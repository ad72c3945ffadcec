"""The modal behind "Save as preset": `name => preset`."""

from __future__ import annotations

from typing import Any, cast

import discord
from discord import ui

from bot import wording
from bot.components.client_protocol import ServiceClient
from bot.requests.derivation import preset_options
from bot.requests.replies import say
from engine.queue.job import JobRow

TIMEOUT_S = 600.0


class SavePreset(ui.Modal):
    """Asks for a name and keeps the options of a job under it."""

    def __init__(self, row: JobRow) -> None:
        super().__init__(title=wording.SAVE_TITLE, timeout=TIMEOUT_S)
        self._options = preset_options(row.job.params)
        self._name: ui.TextInput[SavePreset] = ui.TextInput(
            min_length=1, max_length=wording.NAME_LIMIT, placeholder=wording.SAVE_HINT
        )
        self.add_item(ui.Label(text=wording.SAVE_LABEL, component=self._name))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Save it."""
        service = cast(ServiceClient, interaction.client).service
        saved = await service.presets.save(str(interaction.user.id), self._name.value, self._options)
        await say(interaction, wording.saved_words(saved.name, replaced=saved.replaced))

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception) -> None:  # type: ignore[override]
        """Whatever goes wrong becomes words."""
        await cast(ServiceClient, interaction.client).apologise(interaction, error)
