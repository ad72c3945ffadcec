"""Where an answer goes: `interaction or message => posting`, and whose it is."""

from __future__ import annotations

import dataclasses
import time

import discord

from bot.store.posting import TOKEN_LIFE_S, Posting
from engine.errors import NotYours
from engine.queue.job import JobRow


def of_interaction(interaction: discord.Interaction, original: str, *, private: bool = False) -> Posting:
    """Where the answer to an interaction goes."""
    user = interaction.user
    own_chat = interaction.context.dm_channel
    return Posting(
        user_id=user.id,
        name=user.display_name,
        original=original,
        channel_id=interaction.channel_id,
        guild_id=interaction.guild_id,
        parent_message_id=interaction.message.id if interaction.message else None,
        application_id=interaction.application_id,
        token=interaction.token,
        token_until=time.time() + TOKEN_LIFE_S,
        ephemeral=private,
        reachable=interaction.is_guild_integration() or own_chat,
    )


def of_message(message: discord.Message, original: str) -> Posting:
    """Where the answer to a message goes."""
    return Posting(
        user_id=message.author.id,
        name=message.author.display_name,
        original=original,
        channel_id=message.channel.id,
        guild_id=message.guild.id if message.guild else None,
        parent_message_id=message.id,
    )


def reply_beside(posting: Posting, parent: JobRow | None) -> Posting | None:
    """The posting of a reply to the parent itself, where an interaction came from a panel beside it that only one
    person sees; None where the interaction's own answer is that reply."""
    if parent is None or not posting.by_channel:
        return None
    message_id = Posting.from_json(parent.posting).message_id
    if message_id is None or message_id == posting.parent_message_id:
        return None
    return dataclasses.replace(posting, parent_message_id=message_id, token="", token_until=0.0)


def as_posted(row: JobRow, channel_id: int | None) -> Posting:
    """Where the answer really stands: in its status message, or where it was sent because that was out of reach."""
    posting = Posting.from_json(row.posting)
    message_id = int(row.posted) if row.posted and row.posted.isdigit() else posting.message_id
    if message_id == posting.message_id:
        return posting
    return dataclasses.replace(posting, message_id=message_id, channel_id=channel_id, ephemeral=False, reachable=True)


def is_private(row: JobRow) -> bool:
    """Whether only the requester saw a dream: then its children are private, too."""
    return Posting.from_json(row.posting).ephemeral


def check_owner(interaction: discord.Interaction, row: JobRow) -> None:
    """Only the requester, and who may manage messages where the dream stands: rights in another channel, or in a server
    of one's own, are none here. Raises `NotYours`."""
    here = interaction.guild_id is not None and interaction.channel_id == Posting.from_json(row.posting).channel_id
    moderates = here and interaction.permissions.manage_messages
    if str(interaction.user.id) != row.job.requester and not moderates:
        raise NotYours
