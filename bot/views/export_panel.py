"""The panel behind "Make it ours", and what it gives: `row, file => components`."""

from __future__ import annotations

import discord
from discord import ui

from bot import export_words
from bot.exports.export_files import ExportFile
from bot.exports.export_kinds import KINDS
from bot.views.message_card import Layout
from engine.queue.job import JobRow

PREFIX = "export"
"""Begins the `custom_id`s: frozen."""


def panel(row: JobRow) -> Layout:
    """What it can be made into."""
    buttons = ui.ActionRow[Layout](*(button(name, row) for name in KINDS))
    return Layout(ui.TextDisplay(export_words.PANEL), buttons)


def file_panel(row: JobRow, made: ExportFile, *, addable: bool) -> Layout:
    """A file, with a button to add it where that may be done."""
    name = made.kind.name
    alt, covered = export_words.alt_words(row, name), row.job.spoiler
    shown = discord.MediaGalleryItem(f"attachment://{made.name}", description=alt, spoiler=covered)
    parts: list[ui.Item[Layout]] = [ui.MediaGallery(shown)]
    parts.append(ui.TextDisplay(export_words.file_words(made, addable=addable)))
    if addable:
        parts.append(ui.ActionRow[Layout](button(f"add_{name}", row)))
    return Layout(*parts)


def button(verb: str, row: JobRow) -> ui.Button[Layout]:
    """One of its buttons."""
    style = discord.ButtonStyle.primary if verb.startswith("add_") else discord.ButtonStyle.secondary
    return ui.Button(label=export_words.EXPORT_VERBS[verb], style=style, custom_id=f"{PREFIX}:{verb}:{row.id}")
