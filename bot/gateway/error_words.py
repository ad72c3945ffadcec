"""What people read when something went wrong: `exception => sentence`."""

from __future__ import annotations

import logging
import secrets

import discord
from discord import app_commands

from bot import wording
from bot.delivery.errors import PostError, Unwelcome
from bot.delivery.interaction_response import CONNECTION_ERRORS, describe_error, is_forbidden
from engine.errors import Broken, DiskFull, NoLedger, PareidoliaError

log = logging.getLogger(__name__)


def sentence(error: Exception) -> str:
    """An exception as a sentence; the unexpected ones with a code that stands in the log, too."""
    if isinstance(error, DiskFull | NoLedger):
        drawn = _draw_code()
        log.error("something broke here (%s): %s", drawn, error)
        return f"{wording.error_sentence(error)} {drawn}"
    if isinstance(error, PareidoliaError):
        return wording.error_sentence(error)
    if isinstance(error, app_commands.CommandNotFound):
        return wording.moved_words(" ".join([*error.parents, error.name]))
    if isinstance(error, app_commands.CommandSignatureMismatch):
        return wording.CHANGED
    if isinstance(error, PostError):
        log.warning("a message could not be sent: %s %s", type(error).__name__, error)
        return wording.CANNOT_WRITE if isinstance(error, Unwelcome) else _unreachable()
    if isinstance(error, (*CONNECTION_ERRORS, discord.HTTPException)):
        log.warning("a message could not be sent: %s", describe_error(error))
        return wording.CANNOT_WRITE if is_forbidden(error) else _unreachable()
    code = _draw_code()
    log.error("unexpected error %s", code, exc_info=error)
    return wording.with_code(wording.template_words(Broken, {}), f"{Broken.code} {code}")


def _unreachable() -> str:
    code = _draw_code()
    log.warning("the user was told so as %s", code)
    return wording.with_code(wording.UNREACHABLE, code)


def _draw_code() -> str:
    """What a person can tell the bot's owner, who finds it in the log."""
    return secrets.token_hex(3)
