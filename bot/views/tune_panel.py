"""The panel behind "Tune": `(row, changes) => components`, and back: `message => changes`.

What is chosen stands in the panel itself, as the default of each select, so that a restart forgets nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import discord
from discord import ui

from bot import wording
from bot.views.message_card import Layout, button
from engine.params import AIM_OPTIONS, AnyParams, Style, Video, bounds
from engine.queue.job import JobRow

OPTIONS_LIMIT = 25
"""Options that a select takes."""
VALUE_LIMIT = 100
"""Characters of an option's value; of what was typed in full elsewhere, the panel holds the beginning."""
SIZES = (256, 384, 512, 640, 768, 1024)
PREFIX = "tune_"
NAMES = ("painting", "subject", "layer", "strength", "look", "where", "keep", "colours", "motion", "format", "size")
"""The options that can be changed, in the order of their selects."""
Changes = Mapping[str, str]
Choice = tuple[str, str]
"""A label and the value that it stands for."""


def panel(row: JobRow, changes: Changes, text: str = "", near: str = "") -> Layout:
    """A select for each option that the recipe has; `near` is a subject that is offered in place of a mistyped one, and
    `text` what is said of that."""
    params = row.job.params
    selects = [
        select(f"{PREFIX}{name}:{row.id}", prompt, choices, _value(params, changes, name))
        for name, prompt, choices in _offers(params)
    ]
    last = [
        button(verb, row.id) for verb in ("tune_type", "tune_go") if verb != "tune_type" or "subject" in _names(params)
    ]
    if near:
        last.insert(0, ui.Button(label=near[:80], custom_id=f"tune_subject:{row.id}:{near[:60]}"))
    return Layout(ui.TextDisplay(text or wording.TUNE_PROMPT), *selects, ui.ActionRow[Layout](*last))


def read_changes(row: JobRow, message: discord.Message) -> dict[str, str]:
    """What was chosen in a panel that differs from how the dream was made."""
    params = row.job.params
    chosen = {
        child.custom_id.removeprefix(PREFIX).partition(":")[0]: option.value
        for one in message.components
        for child in getattr(one, "children", ())
        if isinstance(child, discord.SelectMenu)
        for option in child.options
        if option.default
    }
    return {name: value for name, value in chosen.items() if value != _value(params, {}, name)[:VALUE_LIMIT]}


def with_choice(changes: Changes, name: str, value: str) -> dict[str, str]:
    """Changes with one more: a layer takes the place of a subject, and a subject that of a layer."""
    gone = AIM_OPTIONS if name in AIM_OPTIONS else {name}
    return {**{key: kept for key, kept in changes.items() if key not in gone}, name: value}


def _names(params: AnyParams) -> set[str]:
    return set(type(params).model_fields)


def _offers(params: AnyParams) -> Iterator[tuple[str, str, list[Choice]]]:
    """The options that can be changed, how their selects are called, and what can be chosen."""
    colours = wording.STYLE_COLOURS if isinstance(params, Style) else wording.COLOURS
    highest = Video.CHAT_SIZE if isinstance(params, Video) else bounds(type(params), "size")["le"]
    offers: dict[str, tuple[str, list[Choice]]] = {
        "painting": (wording.PICK_PAINTING, list(wording.PAINTINGS)),
        "subject": (wording.PICK_SUBJECT, wording.offers(params.catalog.subject_choices(params.network))),
        "layer": (wording.PICK_LAYER, wording.offers(params.catalog.choices(params.network))),
        "strength": (wording.PICK_STRENGTH, [(label, f"{value:g}") for label, value in wording.STRENGTHS]),
        "look": (wording.PICK_LOOK, list(wording.LOOKS)),
        "where": (wording.PICK_WHERE, list(wording.WHERE) if getattr(params, "subject", "") else []),
        "keep": (wording.PICK_KEEP, [(label, f"{value:g}") for label, value in wording.KEEPS]),
        "colours": (wording.PICK_COLOURS, list(colours)),
        "motion": (wording.PICK_MOTION, list(wording.MOTIONS)),
        "format": (wording.PICK_FORMAT, list(wording.FORMATS)),
        "size": (wording.PICK_SIZE, [(f"{side} px", str(side)) for side in SIZES if side <= highest]),
    }
    for name, (prompt, choices) in offers.items():
        if name in _names(params) and choices:
            yield name, prompt, choices


def _value(params: AnyParams, changes: Changes, name: str) -> str:
    """What is chosen of an option, as a select's value; "" where a layer is and a subject is not, or the reverse."""
    if name in AIM_OPTIONS and AIM_OPTIONS & changes.keys():
        return changes.get(name, "")
    found = changes.get(name, getattr(params, name, ""))
    return f"{found:g}" if isinstance(found, int | float) else str(found)


def select(custom_id: str, prompt: str, choices: list[Choice], value: str) -> ui.ActionRow[Layout]:
    """A select that shows what is chosen, also what is not among the choices, of which the first 25 are offered."""
    known = choices[:OPTIONS_LIMIT]
    if value and value not in {word for _, word in known}:
        known = [(value, value), *known[: OPTIONS_LIMIT - 1]]  # typed, or made with what is not offered
    options = [
        discord.SelectOption(label=f"{prompt}: {label}"[:100] if word == value else label[:100],
                             value=word[:VALUE_LIMIT], default=word == value)
        for label, word in known
    ]  # fmt: skip
    return ui.ActionRow(ui.Select(custom_id=custom_id, placeholder=prompt, options=options))
