"""The modal behind "Report": `reason => the bot's owner knows`."""

from __future__ import annotations

from typing import Any, cast

import discord
from discord import ui

from bot import wording
from bot.components.client_protocol import ServiceClient
from engine import logs
from engine.queue.job import JobRow

TIMEOUT_S = 600.0


class ReportDream(ui.Modal):
    """Asks why somebody reports a result, which need not be said."""

    def __init__(self, row: JobRow) -> None:
        super().__init__(title=wording.REPORT_TITLE, timeout=TIMEOUT_S)
        self._row = row
        self._reason: ui.TextInput[ReportDream] = ui.TextInput(
            style=discord.TextStyle.paragraph,
            required=False,
            max_length=wording.REASON_LIMIT,
            placeholder=wording.REPORT_HINT,
        )
        self.add_item(ui.Label(text=wording.REPORT_LABEL, component=self._reason))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Send it."""
        logs.set_job(self._row.id)
        await cast(ServiceClient, interaction.client).actions.report(interaction, self._row, self._reason.value)

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception) -> None:  # type: ignore[override]
        """Whatever goes wrong becomes words."""
        await cast(ServiceClient, interaction.client).apologise(interaction, error)
