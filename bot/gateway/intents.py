"""What Discord is asked to tell: `application => intents`."""

from __future__ import annotations

import discord

CONTENT_NOT_GRANTED = (
    "`discord.message_content` is on: switch on Message Content Intent in Discord's developer portal, too, under Bot."
)
"""For whoever runs the bot."""


def unprivileged_intents() -> discord.Intents:
    """What every bot may ask to hear of: servers, messages and reactions."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, guild_reactions=True, dm_reactions=True)


def is_content_granted(flags: discord.ApplicationFlags) -> bool:
    """Whether the developer portal lets the application be shown the content of messages."""
    return flags.gateway_message_content or flags.gateway_message_content_limited
