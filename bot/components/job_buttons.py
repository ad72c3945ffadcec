"""Everything that can be pressed: `custom_id "verb:job" => what it does`. It survives restarts.

discord.py swallows what a dynamic item raises, so there is one class, and it catches.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Self, cast

import discord
from discord import ui

from bot import discord_internals
from bot.components.client_protocol import ServiceClient
from bot.components.preset_modal import SavePreset
from bot.delivery import interaction_response
from bot.requests.actions import JobActions
from bot.requests.replies import show
from bot.views import more_panel
from bot.views.message_card import PICKS
from engine import logs
from engine.errors import BadOption
from engine.queue.job import JobRow

Action = Callable[[JobActions, discord.Interaction, JobRow, list[str]], Awaitable[None]]


async def _more(_actions: JobActions, interaction: discord.Interaction, row: JobRow, _values: list[str]) -> None:
    await show(interaction, more_panel.panel(row))


async def _save(_actions: JobActions, interaction: discord.Interaction, row: JobRow, _values: list[str]) -> None:
    await interaction_response.respond(interaction, lambda: interaction.response.send_modal(SavePreset(row)))


def _pick(at: int) -> Action:
    return lambda actions, interaction, row, _: actions.pick(interaction, row, at)


def _only(values: list[str]) -> str:
    """What was chosen. Raises `BadOption` where a forged press chose nothing, or more than there is to choose."""
    if len(values) != 1:
        raise BadOption(option="choice", problem="has to be one of those that are offered")
    return values[0]


ACTIONS: dict[str, Action] = {
    "cancel": lambda actions, interaction, row, _: actions.cancel(interaction, row),
    "keep": lambda actions, interaction, row, _: actions.cancel(interaction, row, keep_preview=True),
    "deeper": lambda actions, interaction, row, _: actions.deeper(interaction, row),
    "dream": lambda actions, interaction, row, _: actions.dream(interaction, row),
    "again": lambda actions, interaction, row, _: actions.again(interaction, row),
    "retry": lambda actions, interaction, row, _: actions.retry(interaction, row),
    "zoom": lambda actions, interaction, row, _: actions.zoom(interaction, row),
    **{verb: _pick(at) for at, verb in enumerate(PICKS)},
    "more": _more,
    "layer": lambda actions, interaction, row, values: actions.again(interaction, row, layer=_only(values)),
    "subject": lambda actions, interaction, row, values: actions.again(interaction, row, subject=_only(values)),
    "strength": lambda actions, interaction, row, values: actions.again(interaction, row, strength=_only(values)),
    "save": _save,
    "delete": lambda actions, interaction, row, _: actions.delete(interaction, row),
}
"""By the verb of a `custom_id`: frozen, for messages of every version before hold them."""


class JobComponent(
    ui.DynamicItem[ui.Item[Any]], template=rf"(?P<verb>{'|'.join(ACTIONS)}):(?P<id>[A-Za-z0-9_-]{{20}})"
):
    """A button or select about a job."""

    @classmethod
    def knows(cls, custom_id: str) -> bool:
        """Whether this is one of ours."""
        return discord_internals.matches(cls, custom_id)

    def __init__(self, item: ui.Item[Any], verb: str, id: str) -> None:
        super().__init__(item)
        self._verb = verb
        self._job = id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """What Discord says was pressed."""
        return cls(item, match["verb"], match["id"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do it; whatever goes wrong becomes words."""
        client = cast(ServiceClient, interaction.client)
        data = cast("dict[str, Any]", interaction.data or {})
        try:
            if not await client.admits(interaction):
                return
            logs.set_job(self._job)
            row = await client.service.row(self._job, interaction.user.id)
            await ACTIONS[self._verb](client.actions, interaction, row, data.get("values", []))
        except Exception as error:
            await client.apologise(interaction, error)
