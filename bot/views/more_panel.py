"""The small panel behind "More": `row => components`."""

from __future__ import annotations

from discord import ui

from bot import wording
from bot.views.message_card import Layout, button
from engine.params import AIM_OPTIONS
from engine.queue.job import JobRow


def panel(row: JobRow) -> Layout:
    """The original where there is one; save where there is something to; delete."""
    original = ("original",) if row.job.picture else ()
    save = ("save",) if row.job.params.aim[0] in AIM_OPTIONS else ()
    verbs = (*original, *save, "delete")
    return Layout(ui.TextDisplay(wording.MORE_PROMPT), ui.ActionRow(*(button(verb, row.id) for verb in verbs)))
