"""What the bot may do where an interaction came from: `interaction => whether it can edit, send or attach there`.

Discord says so with every interaction (`app_permissions`). There are three ways for an answer, tried in this order:

- the channel, for as long as the message stands, where the bot is in it, sees it and may attach files. Its answer to
  the interaction is a message of its own there, and editing one's own message needs no right to send;
- the interaction's token, for 15 minutes: in other people's chats, in servers without the bot, for what only one person
  sees, and where the channel is closed to the bot. Files go by it only where they may be attached;
- a direct message, else.

No answer has embeds, so nothing depends on the right to embed links.
"""

from __future__ import annotations

from typing import Any

import discord

VOICE = (discord.ChannelType.voice, discord.ChannelType.stage_voice)
"""Channels whose chat is seen by who may connect."""


def can_edit(interaction: discord.Interaction[Any]) -> bool:
    """Whether the bot itself can show a picture in its answer for as long as that stands."""
    if interaction.context.dm_channel:
        return True
    return _is_member(interaction) and _sees(interaction) and interaction.app_permissions.attach_files


def can_send(interaction: discord.Interaction[Any]) -> bool:
    """Whether the bot itself can post a message with a picture there, beside its answer."""
    if interaction.context.dm_channel:
        return True
    allowed = interaction.app_permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    return can_edit(interaction) and (allowed.send_messages_in_threads if in_thread else allowed.send_messages)


def can_attach(interaction: discord.Interaction[Any]) -> bool:
    """Whether the interaction's token can bring a picture."""
    return interaction.context.dm_channel or interaction.app_permissions.attach_files


def _is_member(interaction: discord.Interaction[Any]) -> bool:
    """Whether the bot is in the server. One may have its commands, or people who brought them, without it."""
    guild_id = interaction.guild_id
    return interaction.is_guild_integration() and guild_id is not None and _knows(interaction.client, guild_id)


def _knows(client: discord.Client, guild_id: int) -> bool:
    return client.get_guild(guild_id) is not None


def _sees(interaction: discord.Interaction[Any]) -> bool:
    kind = interaction.channel.type if interaction.channel else None
    allowed = interaction.app_permissions
    return allowed.view_channel and (kind not in VOICE or allowed.connect)
