"""The buttons of presets: `custom_id "verb:id of what is shared"` or `"verb:name of one's own" => what it does`.

They survive restarts: what a card stands for is in the database, and a panel's preset is found by its name.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Self, cast

import discord
from discord import ui

from bot import discord_internals
from bot.components.client_protocol import ServiceClient
from bot.requests.preset_actions import PresetActions
from bot.requests.replies import replace_with

Action = Callable[[PresetActions, discord.Interaction, str], Awaitable[None]]


async def _delete(actions: PresetActions, interaction: discord.Interaction, name: str) -> None:
    await replace_with(interaction, await actions.delete(interaction, name))


ACTIONS: dict[str, Action] = {
    "preset_save": PresetActions.save_shared,
    "preset_try": PresetActions.dream_shared,
    "preset_dream": PresetActions.dream,
    "preset_share": PresetActions.share,
    "preset_unshare": PresetActions.unshare,
    "preset_delete": _delete,
}
"""By the verb of a `custom_id`: frozen, for messages of every version before hold them."""


class PresetComponent(
    ui.DynamicItem[ui.Item[Any]],
    template=rf"(?P<verb>{'|'.join(ACTIONS)}):(?P<which>.{{1,40}})",
):
    """A button about a preset."""

    @classmethod
    def knows(cls, custom_id: str) -> bool:
        """Whether this is one of ours."""
        return discord_internals.matches(cls, custom_id)

    def __init__(self, item: ui.Item[Any], verb: str, which: str) -> None:
        super().__init__(item)
        self._verb = verb
        self._which = which

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Called by discord.py for every press."""
        return cls(item, match["verb"], match["which"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do it; whatever goes wrong becomes words."""
        client = cast(ServiceClient, interaction.client)
        try:
            if await client.admits(interaction):
                await ACTIONS[self._verb](client.preset_actions, interaction, self._which)
        except Exception as error:
            await client.apologise(interaction, error)
