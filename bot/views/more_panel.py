"""The small panel behind "More": `row => components`."""

from __future__ import annotations

from discord import ui

from bot import wording
from bot.views import result_card
from bot.views.message_card import Layout, button
from engine.params import AIM_OPTIONS
from engine.queue.job import JobRow

ROW_LIMIT = 5
"""Buttons that fit side by side."""


def panel(row: JobRow) -> Layout:
    """Dream something else of it; upscale and animate one dream; make a picture or film ours; its original, and save,
    where there is something to; report; delete."""
    verbs = result_card.verbs(row)
    surprise = ("surprise",) if "again" in verbs and (row.job.picture or "deeper" in verbs) else ()
    alone = ("upscale", "animate") if "deeper" in verbs else ()
    original = ("original",) if row.job.picture else ()
    save = ("save",) if row.job.params.aim[0] in AIM_OPTIONS else ()
    ours = ("ours",) if result_card.is_one_picture(row) else ()
    buttons = [button(verb, row.id) for verb in (*alone, *ours, *original, *save, *surprise, "report", "delete")]
    rows = (buttons[at : at + ROW_LIMIT] for at in range(0, len(buttons), ROW_LIMIT))
    return Layout(ui.TextDisplay(wording.MORE_PROMPT), *(ui.ActionRow[Layout](*one) for one in rows))
