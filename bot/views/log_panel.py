"""Messages of a server's log: `lines => words, and the button that pauses`."""

from __future__ import annotations

import discord
from discord import ui

from bot import wording
from bot.languages.current import speaks_publicly
from bot.views.message_card import Layout

PAUSE, RESUME = "pause", "resume"
PREFIX = "log"


@speaks_publicly
def panel(text: str) -> Layout:
    """A message of the log."""
    return Layout(ui.TextDisplay(text), ui.ActionRow(_button(PAUSE, discord.ButtonStyle.secondary)))


def paused_panel() -> Layout:
    """What the moderator who paused sees."""
    return Layout(ui.TextDisplay(wording.PAUSED_WORDS), ui.ActionRow(_button(RESUME, discord.ButtonStyle.primary)))


def _button(name: str, style: discord.ButtonStyle) -> ui.Button[Layout]:
    return ui.Button(label=wording.SERVER_VERBS[name], style=style, custom_id=f"{PREFIX}:{name}")
