"""What is pressed or chosen in the panel of `/server`: `custom_id "server:name:scope" => what it does`.

It survives restarts. Who may press is asked anew each time: rights may have gone since the panel was opened.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Self, cast

import discord
from discord import ui

from bot import discord_internals
from bot.components.client_protocol import ServiceClient
from bot.components.server_modals import ServerLimits, ServerModal, ServerQuietHours
from bot.delivery import interaction_response
from bot.store.server_rules import ServerRules
from bot.views.server_panel import WHOLE


class ServerPanelComponent(
    ui.DynamicItem[ui.Item[Any]], template=r"server:(?P<name>[a-z_]{1,20})(?::(?P<scope>[a-z0-9]{1,24}))?"
):
    """A button or select of the panel."""

    @classmethod
    def knows(cls, custom_id: str) -> bool:
        """Whether this is one of ours."""
        return discord_internals.matches(cls, custom_id)

    def __init__(self, item: ui.Item[Any], name: str, scope: str | None) -> None:
        super().__init__(item)
        self._name = name
        self._scope = scope or WHOLE

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """What Discord says was pressed."""
        return cls(item, match["name"], match["scope"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do it; whatever goes wrong becomes words."""
        client = cast(ServiceClient, interaction.client)
        chosen = [str(one) for one in cast("dict[str, Any]", interaction.data or {}).get("values") or ()]
        try:
            if not await client.admits(interaction):
                return
            form = form_of(self._name, chosen, await client.server_actions.rules(interaction))
            if form is None:
                await client.server_actions.act(interaction, self._name, self._scope, chosen)
            else:
                await interaction_response.respond(interaction, lambda: interaction.response.send_modal(form))
        except Exception as error:
            await client.apologise(interaction, error)


def form_of(name: str, chosen: Sequence[str], rules: ServerRules) -> ServerModal | None:
    """The form that a part of the panel opens, if it opens one."""
    first = next(iter(chosen), "")
    if name == "limits_all":
        return ServerLimits(rules, WHOLE)
    if name == "quiet_edit":
        return ServerQuietHours(rules)
    if name in ("limits_role", "limits_channel") and first.isdecimal():
        return ServerLimits(rules, f"{'r' if name == 'limits_role' else 'c'}{first}")
    return None
