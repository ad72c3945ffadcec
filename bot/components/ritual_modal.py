"""The form in which somebody says what to dream towards, for a ritual: `words => a take, or a step`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

import discord
from discord import ui

from bot import ritual_words
from bot.components.client_protocol import ServiceClient
from bot.rituals.actions import RitualActions
from engine.params import TEXT_LIMIT

TIMEOUT_S = 600.0
Action = Callable[[RitualActions, discord.Interaction[Any], str, str, str], Awaitable[None]]
FORMS: dict[str, Action] = {
    "take": lambda actions, interaction, id, value, said: actions.take(interaction, id, value, said),
    "step": lambda actions, interaction, id, _, said: actions.step(interaction, id, said),
}
"""By the verb of the button that opens it."""


class RitualSubject(ui.Modal):
    """Asks for a subject."""

    def __init__(self, verb: str, schedule: str, value: str) -> None:
        title = ritual_words.TAKE_TITLE if verb == "take" else ritual_words.STEP_TITLE
        super().__init__(title=title, timeout=TIMEOUT_S)
        self._verb, self._schedule, self._value = verb, schedule, value
        optional = verb == "take"
        self._words: ui.TextInput[RitualSubject] = ui.TextInput(
            required=not optional, max_length=TEXT_LIMIT,
            placeholder=ritual_words.SURPRISE_HINT if optional else ritual_words.SUBJECT_HINT,
        )  # fmt: skip
        self.add_item(ui.Label(text=ritual_words.SUBJECT_LABEL, component=self._words))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Dream it."""
        client = cast(ServiceClient, interaction.client)
        said = self._words.value.strip()
        await FORMS[self._verb](client.ritual_actions, interaction, self._schedule, self._value, said)

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception) -> None:  # type: ignore[override]
        """Whatever goes wrong becomes words."""
        await cast(ServiceClient, interaction.client).apologise(interaction, error)
