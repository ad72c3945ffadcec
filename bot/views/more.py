"""The small panel behind "More": `row => components`."""

from __future__ import annotations

import discord
from discord import ui

from bot import wording
from bot.views.card import Layout, button
from engine.jobs import catalog
from engine.jobs.job import JobRow

OPTIONS_LIMIT = 25
"""Options that a select takes."""


def panel(row: JobRow) -> Layout:
    """Other layers, other strengths, save, delete."""
    params = row.job.params
    layers = [_option(label, word, params.layer) for label, word in catalog.choices(params.network)][:OPTIONS_LIMIT]
    strengths = [_option(label, f"{value:g}", f"{params.strength:g}") for label, value in wording.STRENGTHS]
    return Layout(
        ui.TextDisplay(wording.MORE_PROMPT),
        _select(f"layer:{row.id}", wording.PICK_LAYER, layers),
        _select(f"strength:{row.id}", wording.PICK_STRENGTH, strengths),
        ui.ActionRow(button("save", row.id), button("delete", row.id)),
    )


def _option(label: str, value: str, current: str) -> discord.SelectOption:
    return discord.SelectOption(label=label[:100], value=value, description="as it is" if value == current else None)


def _select(custom_id: str, prompt: str, options: list[discord.SelectOption]) -> ui.ActionRow[Layout]:
    return ui.ActionRow(ui.Select(custom_id=custom_id, placeholder=prompt, options=options))
