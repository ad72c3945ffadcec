"""The modal behind "Type a subject": `words => the panel with that subject, or with what is near`."""

from __future__ import annotations

from typing import Any, cast

import discord
from discord import ui

from bot import wording
from bot.components.client_protocol import ServiceClient
from bot.requests.replies import replace_panel
from bot.views import tune_panel
from bot.views.message_card import Layout
from engine.errors import Refusal, UnknownSubject
from engine.params import TEXT_LIMIT
from engine.queue.job import JobRow

TIMEOUT_S = 600.0


class TypeSubject(ui.Modal):
    """Asks for a subject and puts it into the panel, which keeps what else was chosen there."""

    def __init__(self, row: JobRow, changes: tune_panel.Changes) -> None:
        super().__init__(title=wording.TYPE_TITLE, timeout=TIMEOUT_S)
        self._row = row
        self._changes = changes
        self._words: ui.TextInput[TypeSubject] = ui.TextInput(
            min_length=1, max_length=TEXT_LIMIT, placeholder=wording.TYPE_HINT
        )
        self.add_item(ui.Label(text=wording.TYPE_LABEL, component=self._words))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Show the panel with it; a word that is not known is said to be, beside what is near."""
        await replace_panel(interaction, self._panel(self._words.value))

    def _panel(self, typed: str) -> Layout:
        params = self._row.job.params
        try:
            word = params.catalog.aim(params.network, typed)
        except UnknownSubject as error:
            near = params.catalog.suggestion(params.network, typed)
            near = "" if ":" in near else near  # a layer, which this does not ask for
            return tune_panel.panel(self._row, self._changes, wording.error_sentence(error), near)
        except Refusal as error:
            return tune_panel.panel(self._row, self._changes, wording.error_sentence(error))
        if len(word) > tune_panel.VALUE_LIMIT:
            return tune_panel.panel(self._row, self._changes, wording.TYPED_TOO_MUCH)
        return tune_panel.panel(self._row, tune_panel.with_choice(self._changes, "subject", word))

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception) -> None:  # type: ignore[override]
        """Whatever goes wrong becomes words."""
        await cast(ServiceClient, interaction.client).apologise(interaction, error)
