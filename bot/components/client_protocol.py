"""What buttons, modals and autocompletes need of the bot's client, which loads them and so cannot be imported here."""

from __future__ import annotations

from typing import Any, Protocol

import discord

from bot.games.games import Games
from bot.requests.actions import JobActions
from bot.requests.export_actions import ExportActions
from bot.requests.moderation import Moderation
from bot.requests.overview import Overview
from bot.requests.preset_actions import PresetActions
from bot.requests.remedies import Remedies
from bot.requests.server_actions import ServerActions
from bot.requests.service import RequestService
from bot.requests.settings_actions import SettingsActions
from bot.rituals.actions import RitualActions


class ServiceClient(Protocol):
    """`bot.gateway.client.Client`, as far as it is needed."""

    service: RequestService
    actions: JobActions
    preset_actions: PresetActions
    overview: Overview
    settings_actions: SettingsActions
    server_actions: ServerActions
    moderation: Moderation
    ritual_actions: RitualActions
    remedies: Remedies
    exports: ExportActions
    games: Games

    async def admits(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether a request is taken now and there; tells the user if not."""
        ...

    async def apologise(self, interaction: discord.Interaction[Any], error: Exception) -> None:
        """Tell the user what went wrong and what to do next."""
        ...

    def explain(self, error: Exception) -> str:
        """An exception as a sentence for the user; logged and counted."""
        ...
