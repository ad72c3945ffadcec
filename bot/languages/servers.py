"""Which language a server speaks: `(client, server's id) => locale`, as its own settings say."""

from __future__ import annotations

import discord


def locale_of(client: discord.Client, guild_id: int | str | None) -> str:
    """The preferred locale of a server; "" where that is not known."""
    guild = client.get_guild(int(guild_id)) if guild_id else None
    return guild.preferred_locale.value if guild else ""
