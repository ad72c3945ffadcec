"""What the panel of `/settings` does: `(interaction, name, value) => changed settings, a file, or nothing left`.

Whoever presses changes their own settings: nobody's id is in a `custom_id`.
"""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import discord

from bot import wording
from bot.delivery import interaction_response
from bot.requests.personal_data import PersonalData
from bot.requests.replies import replace_panel
from bot.store.presets import Presets
from bot.store.user_settings import UserSettingsStore
from bot.views import settings_panel
from bot.views.message_card import Layout
from bot.views.settings_panel import ON, USUAL
from engine import params
from engine.catalog.catalog import Catalog
from engine.errors import BadOption
from engine.params import Dream
from engine.platform.units import MEGABYTE

EXPORT_NAME = "pareidolia-data.json"
EXPORT_LIMIT = 8 * MEGABYTE
"""What fits everywhere."""

Action = Callable[[discord.Interaction[Any], str], Awaitable[None]]


class SettingsActions:
    """The panel and what its parts do."""

    def __init__(
        self, user_settings: UserSettingsStore, presets: Presets, personal_data: PersonalData, catalog: Catalog
    ) -> None:
        self._user_settings = user_settings
        self._presets = presets
        self._personal_data = personal_data
        self._catalog = catalog
        self._deleting: set[int] = set()
        self._actions: dict[str, Action] = {
            "preset": self._choose_preset,
            "aim": self._choose_aim,
            "strength": self._choose_number("strength", float),
            "size": self._choose_number("size", int),
            "direct": self._switch_direct,
            "spoiler": self._switch("spoiler"),
            "opted_out": self._switch("opted_out"),
            "export": self._export,
            "delete": self._ask_for_deletion,
            "delete_all": self._delete,
            "back": self._show,
        }

    async def panel(self, user_id: int) -> Layout:
        """A person's settings as they are now."""
        user = str(user_id)
        settings, presets = await self._user_settings.load(user), await self._presets.all(user)
        return settings_panel.panel(settings, presets, self._catalog)

    async def act(self, interaction: discord.Interaction[Any], name: str, value: str) -> None:
        """Do what a part of the panel is for. Raises `BadOption` on what was never offered, and other `Refusal`s."""
        if name not in self._actions:
            raise _never_offered(name)
        await self._actions[name](interaction, value)

    async def _show(self, interaction: discord.Interaction[Any], _value: str = "") -> None:
        await replace_panel(interaction, await self.panel(interaction.user.id))

    async def _change(self, interaction: discord.Interaction[Any], **changes: Any) -> None:
        await self._user_settings.change(str(interaction.user.id), **changes)
        await self._show(interaction)

    async def _choose_preset(self, interaction: discord.Interaction[Any], value: str) -> None:
        name = None if value == USUAL else value.removeprefix("=")
        await self._presets.choose_default(str(interaction.user.id), name)
        await self._show(interaction)

    async def _choose_aim(self, interaction: discord.Interaction[Any], value: str) -> None:
        name, _, word = ("", "", "") if value == USUAL else value.partition(":")
        if name not in ("", "layer", "subject"):
            raise _never_offered("choice")
        chosen = {name: word} if name else {}
        params.make(Dream, self._catalog, network=self._catalog.default_network(), **chosen)
        await self._change(interaction, **{"layer": "", "subject": "", **chosen})

    def _choose_number(self, name: str, kind: type[int] | type[float]) -> Action:
        async def choose(interaction: discord.Interaction[Any], value: str) -> None:
            chosen = None if value == USUAL else _number(name, kind, value)
            params.make(Dream, self._catalog, **{name: chosen})
            await self._change(interaction, **{name: chosen})

        return choose

    def _switch(self, name: str) -> Action:
        return lambda interaction, value: self._change(interaction, **{name: value == ON})

    async def _switch_direct(self, interaction: discord.Interaction[Any], value: str) -> None:
        await self._change(interaction, direct=value == ON, direct_refused=False)

    async def _export(self, interaction: discord.Interaction[Any], _value: str) -> None:
        await interaction_response.respond(
            interaction, lambda: interaction.response.defer(ephemeral=True, thinking=True)
        )
        data = await self._personal_data.export(interaction.user.id, EXPORT_LIMIT)
        await interaction.followup.send(
            wording.EXPORTED,
            file=discord.File(io.BytesIO(data), EXPORT_NAME),
            ephemeral=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )

    async def _ask_for_deletion(self, interaction: discord.Interaction[Any], _value: str) -> None:
        await replace_panel(interaction, settings_panel.deletion_panel())

    async def _delete(self, interaction: discord.Interaction[Any], _value: str) -> None:
        """What is under way has to stop first, which takes longer than Discord waits. Of a double click, the other half
        would find nothing and say so."""
        if interaction.user.id in self._deleting:
            await interaction_response.respond(interaction, interaction.response.defer)
            return
        self._deleting.add(interaction.user.id)
        try:
            await self._delete_everything(interaction)
        finally:
            self._deleting.discard(interaction.user.id)

    async def _delete_everything(self, interaction: discord.Interaction[Any]) -> None:
        await replace_panel(interaction, Layout(discord.ui.TextDisplay(wording.DELETING)))
        done = await self._personal_data.delete(interaction.user.id)
        await interaction.edit_original_response(
            view=settings_panel.deleted_panel(wording.all_deleted_words(**asdict(done))),
            allowed_mentions=discord.AllowedMentions.none(),
        )


def _number(name: str, kind: type[int] | type[float], value: str) -> float:
    try:
        return kind(value)
    except ValueError:
        raise _never_offered(name) from None


def _never_offered(option: str) -> BadOption:
    return BadOption(option=option, problem="has to be one of those that are offered")
