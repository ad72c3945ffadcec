"""Everything that can be pressed: `custom_id "verb:job" => what it does`. It survives restarts.

discord.py swallows what a dynamic item raises, so there is one class, and it catches.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Self, cast

import discord
from discord import ui

from bot import discord_internals, wording
from bot.components.client_protocol import ServiceClient
from bot.components.preset_modal import SavePreset
from bot.components.report_modal import ReportDream
from bot.components.subject_modal import TypeSubject
from bot.delivery import interaction_response
from bot.requests.actions import JobActions
from bot.requests.replies import replace_panel, say, show
from bot.views import export_panel, more_panel, tune_panel
from bot.views.message_card import PICKS
from engine import logs
from engine.errors import BadOption
from engine.queue.job import JobRow

Action = Callable[[JobActions, discord.Interaction, JobRow, list[str]], Awaitable[None]]


async def _more(_actions: JobActions, interaction: discord.Interaction, row: JobRow, _values: list[str]) -> None:
    await show(interaction, more_panel.panel(row))


async def _ours(_actions: JobActions, interaction: discord.Interaction, row: JobRow, _values: list[str]) -> None:
    await replace_panel(interaction, export_panel.panel(row))


async def _save(_actions: JobActions, interaction: discord.Interaction, row: JobRow, _values: list[str]) -> None:
    await interaction_response.respond(interaction, lambda: interaction.response.send_modal(SavePreset(row)))


async def _report(actions: JobActions, interaction: discord.Interaction, row: JobRow, _values: list[str]) -> None:
    if await actions.reports.is_known(row.id, interaction.user.id):
        await say(interaction, wording.REPORTED_ALREADY)
        return
    await interaction_response.respond(interaction, lambda: interaction.response.send_modal(ReportDream(row)))


async def _tune(_actions: JobActions, interaction: discord.Interaction, row: JobRow, _values: list[str]) -> None:
    await show(interaction, tune_panel.panel(row, {}))


def _tune_option(name: str) -> Action:
    async def choose(_actions: JobActions, interaction: discord.Interaction, row: JobRow, values: list[str]) -> None:
        changes = tune_panel.with_choice(_chosen(interaction, row), name, _only(values))
        await replace_panel(interaction, tune_panel.panel(row, changes))

    return choose


async def _tune_type(_actions: JobActions, interaction: discord.Interaction, row: JobRow, _values: list[str]) -> None:
    modal = TypeSubject(row, _chosen(interaction, row))
    await interaction_response.respond(interaction, lambda: interaction.response.send_modal(modal))


def _chosen(interaction: discord.Interaction, row: JobRow) -> dict[str, str]:
    return tune_panel.read_changes(row, interaction.message) if interaction.message else {}


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
    "surprise": lambda actions, interaction, row, _: actions.surprise(interaction, row),
    "dream": lambda actions, interaction, row, _: actions.dream(interaction, row),
    "again": lambda actions, interaction, row, _: actions.again(interaction, row),
    "last": lambda actions, interaction, row, values: actions.last_here(interaction, row, _only(values)),
    "last_image": lambda actions, interaction, row, values: actions.last_image(interaction, row, _only(values)),
    "retry": lambda actions, interaction, row, _: actions.retry(interaction, row),
    "smaller": lambda actions, interaction, row, _: actions.smaller(interaction, row),
    "continue": lambda actions, interaction, row, _: actions.go_on(interaction, row),
    "show": lambda actions, interaction, row, _: actions.show(interaction, row),
    "zoom": lambda actions, interaction, row, _: actions.zoom(interaction, row),
    **{verb: _pick(at) for at, verb in enumerate(PICKS)},
    "tune": _tune,
    **{f"{tune_panel.PREFIX}{name}": _tune_option(name) for name in tune_panel.NAMES},
    "tune_type": _tune_type,
    "tune_go": lambda actions, interaction, row, _: actions.tune(interaction, row, _chosen(interaction, row)),
    "upscale": lambda actions, interaction, row, _: actions.upscale(interaction, row),
    "animate": lambda actions, interaction, row, _: actions.animate(interaction, row),
    "report": _report,
    "original": lambda actions, interaction, row, _: actions.original(interaction, row),
    "more": _more,
    "layer": lambda actions, interaction, row, values: actions.again(interaction, row, layer=_only(values)),
    "subject": lambda actions, interaction, row, values: actions.again(interaction, row, subject=_only(values)),
    "strength": lambda actions, interaction, row, values: actions.again(interaction, row, strength=_only(values)),
    "ours": _ours,
    "save": _save,
    "delete": lambda actions, interaction, row, _: actions.delete(interaction, row),
}
"""By the verb of a `custom_id`: frozen, for messages of every version before hold them."""


class JobComponent(
    ui.DynamicItem[ui.Item[Any]],
    template=rf"(?P<verb>{'|'.join(ACTIONS)}):(?P<id>[A-Za-z0-9_-]{{20}})(?::(?P<value>.+))?",
):
    """A button or select about a job."""

    @classmethod
    def knows(cls, custom_id: str) -> bool:
        """Whether this is one of ours."""
        return discord_internals.matches(cls, custom_id)

    def __init__(self, item: ui.Item[Any], verb: str, id: str, value: str | None = None) -> None:
        super().__init__(item)
        self._verb = verb
        self._job = id
        self._value = value

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """What Discord says was pressed."""
        return cls(item, match["verb"], match["id"], match["value"])

    def _values(self, interaction: discord.Interaction[Any]) -> list[str]:
        """What was chosen in a select, or what a button stands for."""
        data = cast("dict[str, Any]", interaction.data or {})
        return [self._value] if self._value else data.get("values", [])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do it; whatever goes wrong becomes words."""
        client = cast(ServiceClient, interaction.client)
        try:
            if not await client.admits(interaction):
                return
            logs.set_job(self._job)
            row = await client.service.row(self._job, interaction.user.id, interaction.message)
            await ACTIONS[self._verb](client.actions, interaction, row, self._values(interaction))
        except Exception as error:
            await client.apologise(interaction, error)
