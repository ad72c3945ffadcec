"""The small panel behind "More": `row => components`."""

from __future__ import annotations

import discord
from discord import ui

from bot import wording
from bot.views.message_card import Layout, button
from engine.params import AIM_OPTIONS
from engine.queue.job import JobRow

OPTIONS_LIMIT = 25
"""Options that a select takes."""


def panel(row: JobRow) -> Layout:
    """Other subjects, layers and strengths where the recipe has them; save where there is something to; delete."""
    params = row.job.params
    word, strength = params.aim[1], params.model_dump().get("strength", 1.0)
    offers = {
        "subject": (wording.PICK_SUBJECT, params.catalog.subject_choices(params.network)),
        "layer": (wording.PICK_LAYER, params.catalog.choices(params.network)),
        "strength": (wording.PICK_STRENGTH, [(label, f"{value:g}") for label, value in wording.STRENGTHS]),
    }
    selects = [
        _select(f"{name}:{row.id}", prompt, [_option(*choice, word, f"{strength:g}") for choice in choices])
        for name, (prompt, choices) in offers.items()
        if choices and name in type(params).model_fields
    ]
    last = ("save", "delete") if params.aim[0] in AIM_OPTIONS else ("delete",)
    end = ui.ActionRow[Layout](*(button(verb, row.id) for verb in last))
    return Layout(ui.TextDisplay(wording.MORE_PROMPT), *selects, end)


def _option(label: str, value: str, *current: str) -> discord.SelectOption:
    return discord.SelectOption(label=label[:100], value=value, description="current" if value in current else None)


def _select(custom_id: str, prompt: str, options: list[discord.SelectOption]) -> ui.ActionRow[Layout]:
    return ui.ActionRow(ui.Select(custom_id=custom_id, placeholder=prompt, options=options[:OPTIONS_LIMIT]))
