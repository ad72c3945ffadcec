"""A channel of a server in which people write, as an option of a command: `what was chosen => channel`."""

from __future__ import annotations

from typing import Any

import discord
from discord import AppCommandOptionType, app_commands

from bot.views.server_panel import PLACES


class PlaceOption(app_commands.Transformer):
    """Takes a channel as Discord sends it, of the kinds that the panel offers, too."""

    @property
    def type(self) -> AppCommandOptionType:
        """What may be chosen."""
        return AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """Of which kinds."""
        return PLACES

    async def transform(self, interaction: discord.Interaction[Any], value: Any, /) -> Any:
        """As it is: whoever takes it looks at its kind."""
        return value
