"""What people read when something went wrong: `exception => sentence`, in a status message's place if one stands."""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import Any

import discord
from discord import app_commands

from bot import wording
from bot.delivery.errors import PostError, Unwelcome
from bot.delivery.interaction_response import NO_ANSWER, is_unclear, told
from bot.delivery.publisher import NOBODY
from bot.views.message_card import Layout
from engine.errors import Broken, PareidoliaError

log = logging.getLogger(__name__)

AMEND_PAUSES_S = (2.0, 10.0, 60.0)
"""Between attempts to replace a status message while Discord is out of reach."""


def words(error: Exception) -> str:
    """An exception as a sentence; the unexpected ones with a code that stands in the log, too."""
    if isinstance(error, PareidoliaError):
        return wording.refused(error)
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return wording.CHANGED
    if isinstance(error, PostError):
        log.warning("a message could not be sent: %s %s", type(error).__name__, error)
        return wording.CANNOT_WRITE if isinstance(error, Unwelcome) else wording.UNREACHABLE
    if isinstance(error, (*NO_ANSWER, discord.HTTPException)):
        log.warning("a message could not be sent: %s", told(error))
        return wording.UNREACHABLE
    code = secrets.token_hex(3)
    log.error("unexpected error %s", code, exc_info=error)
    return wording.with_code(str(Broken()), f"{Broken.code} {code}")


async def amend(interaction: discord.Interaction[Any], text: str) -> None:
    """Words in place of the status message, which would say for ever that something is under way."""
    view = Layout(discord.ui.TextDisplay(text))
    for pause in (*AMEND_PAUSES_S, None):
        try:
            await interaction.edit_original_response(view=view, attachments=[], allowed_mentions=NOBODY)
            return
        except (discord.HTTPException, *NO_ANSWER) as error:
            if pause is None or not is_unclear(error):
                raise
            await asyncio.sleep(pause)
