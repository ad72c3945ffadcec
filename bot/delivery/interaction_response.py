"""Answers an interaction exactly once: `(interaction, attempt) => id of the message that answers it`, and says how.

Discord waits three seconds and takes one answer. Where a connection breaks, or a gateway in front of Discord gives up,
nobody knows whether that answer was taken; then it is looked up, and given once more if it was not.

With every interaction Discord says what the bot may do where it came from (`app_permissions`). There are three ways for
a picture, tried in this order:

- the channel, for as long as the message stands, where the bot is in it, sees it and may attach files. The answer to an
  interaction is a message of its own there, and editing one's own message needs no right to send;
- the interaction's token, for 15 minutes: in other people's chats, in servers without the bot, for what only one person
  sees, and where the channel is closed to the bot. Files go by it only where they may be attached;
- a direct message, else.

No answer has embeds, so nothing depends on the right to embed links.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord

from bot import discord_internals

log = logging.getLogger(__name__)

ATTEMPTS = 2
ALREADY_ACKNOWLEDGED = 40060
"""The interaction was answered already."""
NO_RESPONSE_CODES = frozenset({10015, 10062})
"""Unknown webhook: an interaction has one once it is answered. Unknown interaction: nobody waits any more."""
_SECRET = re.compile(r"(/(?:webhooks|interactions)/\d+)/[^/]+")
"""An interaction's token, in the path of a call."""
TRANSIENT_CODES = frozenset({0, 40333})
"""Codes of a 403 that passes: none, and "internal network error". Not Discord speaks, but what stands before it."""
VOICE = (discord.ChannelType.voice, discord.ChannelType.stage_voice)
"""Channels whose chat is seen by who may connect."""
CONNECTION_ERRORS = (OSError, aiohttp.ClientError, discord.RateLimited)
"""What is raised when Discord says nothing at all."""


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


async def respond(interaction: discord.Interaction[Any], attempt: Callable[[], Awaitable[object]]) -> int | None:
    """Make the attempt; the message's id, or None where there is none or nobody can tell what became of it.

    Raises discord.py's and the connection's errors where the answer certainly was not taken.
    """
    for left in reversed(range(ATTEMPTS)):
        try:
            return _id(await attempt())
        except (*CONNECTION_ERRORS, discord.HTTPException) as error:
            if not is_unclear(error):
                raise
            log.info("nobody said whether an answer was taken: %s", describe_error(error))
            taken, message_id = await _look_up_response(interaction)
            if taken:
                return message_id
            if not left:
                raise
    return None


def is_unclear(error: Exception) -> bool:
    """Whether a request may have been taken although it failed."""
    if isinstance(error, discord.HTTPException):
        return error.status >= 500 or error.status == 429 or error.code == ALREADY_ACKNOWLEDGED
    return True


def describe_error(error: Exception) -> str:
    """What went wrong with a call, for a log: which one was refused and how, or what kind of silence it met."""
    if not isinstance(error, discord.HTTPException):
        return f"{type(error).__name__} {error}".strip()
    method, url = getattr(error.response, "method", ""), getattr(error.response, "url", None)
    path = _SECRET.sub(r"\1/…", getattr(url, "path", ""))
    return f"{method} {path} was refused with {error.status} ({error.code}: {error.text[:200]})".strip()


def describe_failure(error: Exception) -> str:
    """The same, after the word Discord: what it did, or that it cannot be reached."""
    if isinstance(error, discord.HTTPException):
        return f"answers, but {describe_error(error)}"
    return f"cannot be reached ({describe_error(error)})"


def is_final(error: discord.HTTPException) -> bool:
    """Whether a login that was refused so will be refused again: what passes by itself is an outage, or a proxy in
    front of Discord that shuts us out for a while."""
    return error.status == 404 or (error.status == 403 and error.code not in TRANSIENT_CODES)


def is_forbidden(error: Exception) -> bool:
    """Whether Discord says that we may not, and not that what stands before it shuts us out for a while."""
    return isinstance(error, discord.Forbidden) and error.code not in TRANSIENT_CODES


async def _look_up_response(interaction: discord.Interaction[Any]) -> tuple[bool, int | None]:
    """Whether the interaction was answered, also if nobody can tell, and the message if there is one."""
    try:
        message_id = (await interaction.original_response()).id
    except discord.HTTPException as error:
        return error.code not in NO_RESPONSE_CODES, None
    except (*CONNECTION_ERRORS, discord.ClientException):
        return True, None
    discord_internals.mark_responded(interaction)
    return True, message_id


def _id(answered: object) -> int | None:
    return answered.message_id if isinstance(answered, discord.InteractionCallbackResponse) else None


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
