"""Messages of what happens again and again: `schedule => components`. Their `custom_id`s are
"ritual:verb:schedule:value", frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import discord
from discord import ui

from bot import ritual_words
from bot.store.schedules import Schedule
from bot.views.message_card import Layout

Row = ui.ActionRow[Layout]
CHOICES = 4
"""Of a vote: as many buttons as a telephone shows side by side."""


def poll(schedule: Schedule, counts: Mapping[str, int]) -> Layout:
    """A vote of an endless dream; the choices are numbered in the counts."""
    choices: Sequence[str] = schedule.state.get("choices", ())
    buttons = [
        _button("vote", schedule, f"{schedule.round}-{at}", ritual_words.choice_label(subject, counts.get(str(at), 0)))
        for at, subject in enumerate(choices)
    ]
    text = ritual_words.poll_words(schedule.round, str(schedule.state.get("subject", "")), counts, schedule.due)
    return Layout(ui.TextDisplay(text), Row(*buttons))


def closed_poll(number: int, subject: str, winner: str, votes: int) -> Layout:
    """The same once it is over."""
    return Layout(ui.TextDisplay(ritual_words.closed_poll_words(number, subject, winner, votes)))


def rest(schedule: Schedule, text: str) -> Layout:
    """Why it rests, with the means to wake it up."""
    return Layout(ui.TextDisplay(text), Row(_verb("wake", schedule, str(schedule.round))))


def note(text: str) -> Layout:
    """Words in place of what was pressed."""
    return Layout(ui.TextDisplay(text))


def listing(schedules: Sequence[Schedule]) -> Layout:
    """What a server has, each with a switch."""
    if not schedules:
        return Layout(ui.TextDisplay(ritual_words.NO_RITUALS))
    sections = [
        ui.Section(
            ui.TextDisplay(ritual_words.ritual_line(one)),
            accessory=_verb("on" if one.state.get("paused") else "off", one),
        )
        for one in schedules[: ritual_words.MOST_RITUALS]
    ]
    return Layout(ui.TextDisplay(ritual_words.list_title(len(schedules))), *sections)


def _verb(verb: str, schedule: Schedule, value: str = "") -> ui.Button[Layout]:
    return _button(verb, schedule, value, ritual_words.RITUAL_VERBS[verb])


def _button(verb: str, schedule: Schedule, value: str, label: str) -> ui.Button[Layout]:
    custom_id = ":".join(filter(None, ("ritual", verb, schedule.id, value)))
    return ui.Button(label=label, style=discord.ButtonStyle.secondary, custom_id=custom_id)
