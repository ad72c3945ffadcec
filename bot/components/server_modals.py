"""The forms of `/server panel`: `numbers or times => rules`. What holds is filled in already."""

from __future__ import annotations

from typing import Any, cast

import discord
from discord import ui

from bot import wording
from bot.components.client_protocol import ServiceClient
from bot.requests.server_actions import read_number
from bot.store.server_rules import LIMIT_NAMES, ChannelRules, PersonLimit, ServerRules
from bot.views.server_panel import WHOLE

TIMEOUT_S = 600.0
NUMBER_LIMIT = 6
"""Characters of a number."""
TEXT_LIMIT = 40


class ServerModal(ui.Modal):
    """A form whose errors become words."""

    def __init__(self, title: str) -> None:
        super().__init__(title=title, timeout=TIMEOUT_S)

    def add_text(self, label: str, note: str, value: str, hint: str, most: int) -> ui.TextInput[ServerModal]:
        """One more line to fill in."""
        field: ui.TextInput[ServerModal] = ui.TextInput(
            default=value or None, placeholder=hint, required=False, max_length=most
        )
        self.add_item(ui.Label(text=label, description=note or None, component=field))
        return field

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception) -> None:  # type: ignore[override]
        """Whatever goes wrong becomes words."""
        await cast(ServiceClient, interaction.client).apologise(interaction, error)


class ServerLimits(ServerModal):
    """Asks for the limits of everyone, of a channel or of a role."""

    def __init__(self, rules: ServerRules, scope: str) -> None:
        super().__init__(wording.LIMITS_TITLES[scope if scope == WHOLE else scope[0]])
        self._scope = scope
        held = values_of(rules, scope)
        self._fields = {
            name: self.add_text(*wording.LIMIT_LABELS[name], str(value or ""), wording.NO_LIMIT_HINT, NUMBER_LIMIT)
            for name, value in held.items()
        }

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Set them."""
        typed = {name: read_number(name, field.value) for name, field in self._fields.items()}
        await cast(ServiceClient, interaction.client).server_actions.show_limits(interaction, self._scope, typed)


class ServerQuietHours(ServerModal):
    """Asks when it is to be quiet."""

    def __init__(self, rules: ServerRules) -> None:
        super().__init__(wording.QUIET_TITLE)
        quiet = rules.quiet
        held = {
            "begin": wording.clock_words(quiet.begin) if quiet else "",
            "end": wording.clock_words(quiet.end) if quiet else "",
            "zone": quiet.zone if quiet else "",
        }
        self._fields = [
            self.add_text(label, "", held[name], hint, TEXT_LIMIT)
            for name, (label, hint) in wording.QUIET_LABELS.items()
        ]

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Set them."""
        begin, end, zone = (field.value for field in self._fields)
        actions = cast(ServiceClient, interaction.client).server_actions
        await actions.set_quiet_hours(interaction, begin, end, zone)


def values_of(rules: ServerRules, scope: str) -> dict[str, int | None]:
    """The limits that hold in a scope, by their names; posts belong to channels."""
    if scope.startswith("r"):
        limit = rules.by_role.get(scope[1:], PersonLimit())
        return {name: getattr(limit, name) for name in LIMIT_NAMES}
    held = rules.whole if scope == WHOLE else rules.by_channel.get(scope[1:], ChannelRules())
    return {**{name: getattr(held.limit, name) for name in LIMIT_NAMES}, "posts_hourly": held.posts_hourly}
