"""What is pressed under messages of rituals: `custom_id "ritual:verb:id:value" => what it does`. It survives restarts.

The id is that of a schedule, or, of a star, of a job.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Self, cast

import discord
from discord import ui

from bot import discord_internals
from bot.components.client_protocol import ServiceClient
from bot.components.ritual_modal import FORMS, RitualSubject
from bot.delivery import interaction_response
from bot.rituals.actions import RitualActions

Action = Callable[[RitualActions, discord.Interaction[Any], str, str], Awaitable[None]]

ACTIONS: dict[str, Action] = {
    "vote": lambda actions, interaction, id, value: actions.vote(interaction, id, value),
    "star": lambda actions, interaction, job, _: actions.star(interaction, job),
    "about": lambda actions, interaction, job, _: actions.about(interaction, job),
    "wake": lambda actions, interaction, id, value: actions.wake(interaction, id, value),
    "end": lambda actions, interaction, id, _: actions.end_exquisite(interaction, id),
    "off": lambda actions, interaction, id, _: actions.switch(interaction, id, on=False),
    "on": lambda actions, interaction, id, _: actions.switch(interaction, id, on=True),
}
"""By the verb of a `custom_id`: frozen, as are those of `FORMS`."""


class RitualButton(
    ui.DynamicItem[ui.Button[Any]],
    template=rf"ritual:(?P<verb>{'|'.join((*ACTIONS, *FORMS))}):(?P<id>[A-Za-z0-9_-]{{20}})"
    r"(?::(?P<value>[A-Za-z0-9_-]{1,40}))?",
):
    """A button of a ritual."""

    @classmethod
    def knows(cls, custom_id: str) -> bool:
        """Whether this is one of ours."""
        return discord_internals.matches(cls, custom_id)

    def __init__(self, item: ui.Button[Any], verb: str, id: str, value: str | None) -> None:
        super().__init__(item)
        self._verb = verb
        self._schedule = id
        self._value = value or ""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """What Discord says was pressed."""
        return cls(cast("ui.Button[Any]", item), match["verb"], match["id"], match["value"])

    async def _ask(self, interaction: discord.Interaction[Any], actions: RitualActions) -> None:
        """Ask what to dream towards, where there is still anything to add it to."""
        await actions.check_open(interaction, self._schedule, self._value)
        form = RitualSubject(self._verb, self._schedule, self._value)
        await interaction_response.respond(interaction, lambda: interaction.response.send_modal(form))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do it; whatever goes wrong becomes words."""
        client = cast(ServiceClient, interaction.client)
        try:
            if not await client.admits(interaction):
                return
            if self._verb in FORMS:
                await self._ask(interaction, client.ritual_actions)
            else:
                await ACTIONS[self._verb](client.ritual_actions, interaction, self._schedule, self._value)
        except Exception as error:
            await client.apologise(interaction, error)
