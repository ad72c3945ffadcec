"""Answers an interaction exactly once: `(interaction, attempt) => id of the message that answers it`.

Discord waits three seconds and takes one answer. Where a connection breaks, or a gateway in front of Discord gives up,
nobody knows whether that answer was taken; then it is looked up, and given once more if it was not.
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
CONNECTION_ERRORS = (OSError, aiohttp.ClientError, discord.RateLimited)
"""What is raised when Discord says nothing at all."""


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
