"""Everything that can be pressed: `custom_id "verb:job" => what it does`. It survives restarts.

discord.py swallows what a dynamic item raises, so there is one class, and it catches.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Self, cast

import discord
from discord import ui

from bot.components.preset_modal import SavePreset
from bot.gateway import interaction_response
from bot.requests.service import Desk, show
from bot.views import more_panel
from engine import logs
from engine.errors import BadOption
from engine.queue.job import JobRow

if TYPE_CHECKING:
    from bot.gateway.client import Client

Action = Callable[[Desk, discord.Interaction, JobRow, list[str]], Awaitable[None]]


async def _cancel(desk: Desk, interaction: discord.Interaction, row: JobRow, values: list[str]) -> None:
    await desk.cancel(interaction, row)


async def _keep(desk: Desk, interaction: discord.Interaction, row: JobRow, values: list[str]) -> None:
    await desk.cancel(interaction, row, keep=True)


async def _deeper(desk: Desk, interaction: discord.Interaction, row: JobRow, values: list[str]) -> None:
    await desk.deeper(interaction, row)


async def _dream(desk: Desk, interaction: discord.Interaction, row: JobRow, values: list[str]) -> None:
    await desk.dream(interaction, row)


async def _again(desk: Desk, interaction: discord.Interaction, row: JobRow, values: list[str]) -> None:
    await desk.again(interaction, row)


async def _zoom(desk: Desk, interaction: discord.Interaction, row: JobRow, values: list[str]) -> None:
    await desk.zoom(interaction, row)


async def _more(desk: Desk, interaction: discord.Interaction, row: JobRow, values: list[str]) -> None:
    await show(interaction, more_panel.panel(row))


async def _layer(desk: Desk, interaction: discord.Interaction, row: JobRow, values: list[str]) -> None:
    await desk.again(interaction, row, layer=_only(values))


async def _subject(desk: Desk, interaction: discord.Interaction, row: JobRow, values: list[str]) -> None:
    await desk.again(interaction, row, subject=_only(values))


async def _strength(desk: Desk, interaction: discord.Interaction, row: JobRow, values: list[str]) -> None:
    await desk.again(interaction, row, strength=_only(values))


async def _save(desk: Desk, interaction: discord.Interaction, row: JobRow, values: list[str]) -> None:
    await interaction_response.answer(interaction, lambda: interaction.response.send_modal(SavePreset(row)))


async def _delete(desk: Desk, interaction: discord.Interaction, row: JobRow, values: list[str]) -> None:
    await desk.delete(interaction, row)


def _only(values: list[str]) -> str:
    """What was chosen. Raises `BadOption` where a forged press chose nothing, or more than there is to choose."""
    if len(values) != 1:
        raise BadOption(option="choice", problem="has to be one of those that are offered")
    return values[0]


ACTIONS: dict[str, Action] = {
    "cancel": _cancel,
    "keep": _keep,
    "deeper": _deeper,
    "dream": _dream,
    "again": _again,
    "zoom": _zoom,
    "more": _more,
    "layer": _layer,
    "subject": _subject,
    "strength": _strength,
    "save": _save,
    "delete": _delete,
}


class Press(ui.DynamicItem[ui.Item[Any]], template=rf"(?P<verb>{'|'.join(ACTIONS)}):(?P<id>[A-Za-z0-9_-]{{20}})"):
    """A button or select about a job."""

    @classmethod
    def knows(cls, custom_id: str) -> bool:
        """Whether this is one of ours."""
        return cls.__discord_ui_compiled_template__.fullmatch(custom_id) is not None

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
        client = cast("Client", interaction.client)
        data = cast("dict[str, Any]", interaction.data or {})
        try:
            if not await client.admits(interaction):
                return
            logs.concern(self._job)
            row = await client.desk.row(self._job, interaction.user.id)
            await ACTIONS[self._verb](client.desk, interaction, row, data.get("values", []))
        except Exception as error:
            await client.apologise(interaction, error)
