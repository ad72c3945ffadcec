"""What is pressed or chosen in the panels of `/info`, `/settings` and `/play dex`:
`custom_id "panel:name:value" => what it does`.

It survives restarts. Nobody's id is in a `custom_id`: everything here is about whoever presses.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Self, cast

import discord
from discord import ui

from bot import discord_internals
from bot.components.client_protocol import ServiceClient
from bot.requests.replies import replace_panel

Action = Callable[[ServiceClient, discord.Interaction[Any], str, str], Awaitable[None]]
"""Takes the client, the interaction, the name, and the value of a button or what was chosen of a select."""


async def _show_page(client: ServiceClient, interaction: discord.Interaction[Any], name: str, _value: str) -> None:
    await replace_panel(interaction, await client.overview.page(name, interaction.user.id))


async def _change_settings(client: ServiceClient, interaction: discord.Interaction[Any], name: str, value: str) -> None:
    await client.settings_actions.act(interaction, name, value)


async def _turn_dex(client: ServiceClient, interaction: discord.Interaction[Any], _way: str, value: str) -> None:
    await client.games.dex.turn(interaction, value)


PANELS: dict[str, Action] = {"info": _show_page, "settings": _change_settings, "dex": _turn_dex}


class PanelComponent(
    ui.DynamicItem[ui.Item[Any]],
    template=rf"(?P<panel>{'|'.join(PANELS)}):(?P<name>[a-z_]{{1,20}})(?::(?P<value>[a-z0-9_]{{1,40}}))?",
):
    """A button or select of a person's own panel."""

    @classmethod
    def knows(cls, custom_id: str) -> bool:
        """Whether this is one of ours."""
        return discord_internals.matches(cls, custom_id)

    def __init__(self, item: ui.Item[Any], panel: str, name: str, value: str | None = None) -> None:
        super().__init__(item)
        self._panel = panel
        self._name = name
        self._value = value

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """What Discord says was pressed."""
        return cls(item, match["panel"], match["name"], match["value"])

    def _chosen(self, interaction: discord.Interaction[Any]) -> str:
        """What a button stands for, or what was chosen in a select; "" for neither."""
        data = cast("dict[str, Any]", interaction.data or {})
        return self._value or str(next(iter(data.get("values") or ()), ""))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do it; whatever goes wrong becomes words."""
        client = cast(ServiceClient, interaction.client)
        try:
            if await client.admits(interaction):
                await PANELS[self._panel](client, interaction, self._name, self._chosen(interaction))
        except Exception as error:
            await client.apologise(interaction, error)
