"""Messages of what happens again and again: `schedule => components`. Their `custom_id`s are
"ritual:verb:schedule:value", frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import discord
from discord import ui

from bot import ritual_words
from bot.languages.current import speaks_publicly
from bot.store.schedules import Schedule
from bot.views.message_card import STAR, Layout, Picture

Row = ui.ActionRow[Layout]
PRIMARY = discord.ButtonStyle.primary
CHOICES = 4
"""Of a vote: as many buttons as a telephone shows side by side."""


@speaks_publicly
def poll(schedule: Schedule, counts: Mapping[str, int]) -> Layout:
    """A vote of an endless dream; the choices are numbered in the counts."""
    choices: Sequence[str] = schedule.state.get("choices", ())
    buttons = [
        _button("vote", schedule, f"{schedule.round}-{at}", ritual_words.choice_label(subject, counts.get(str(at), 0)))
        for at, subject in enumerate(choices)
    ]
    text = ritual_words.poll_words(schedule.round, str(schedule.state.get("subject", "")), counts, schedule.due)
    return Layout(ui.TextDisplay(text), Row(*buttons))


@speaks_publicly
def closed_poll(number: int, subject: str, winner: str, votes: int) -> Layout:
    """The same once it is over."""
    return Layout(ui.TextDisplay(ritual_words.closed_poll_words(number, subject, winner, votes)))


def with_star_count(message: discord.Message, job_id: str, count: int) -> ui.LayoutView:
    """The components of a dream's message as they are, with how many stars it has; its files stay attached."""
    view = ui.LayoutView.from_message(message, timeout=None)
    assert isinstance(view, ui.LayoutView)
    names = {_path(one.url): one.filename for one in message.attachments}
    for item in view.walk_children():
        if isinstance(item, ui.MediaGallery):
            item.items = [_by_file(one, names) for one in item.items]
        if isinstance(item, ui.Button) and item.custom_id == f"{STAR}:{job_id}":
            item.label = ritual_words.star_label(count)
    view.stop()
    return view


def _by_file(item: discord.MediaGalleryItem, names: Mapping[str, str]) -> discord.MediaGalleryItem:
    """A picture by the file of the message that it is."""
    name = names.get(_path(item.media.url))
    media = f"attachment://{name}" if name else item.media.url
    return discord.MediaGalleryItem(media, description=item.description, spoiler=item.spoiler)


def _path(url: str) -> str:
    """An address without its signature, which differs each time."""
    return url.partition("?")[0]


@speaks_publicly
def exhibit(text: str, job_id: str, mark: str, pictures: Sequence[Picture]) -> Layout:
    """A dream in a gallery."""
    shown = [
        discord.MediaGalleryItem(f"attachment://{one.name}", description=one.alt, spoiler=one.spoiler)
        for one in pictures
    ]
    about: ui.Button[Layout] = ui.Button(
        label=ritual_words.RITUAL_VERBS["about"], custom_id=f"ritual:about:{job_id}:{mark}"
    )
    return Layout(ui.MediaGallery(*shown), ui.TextDisplay(text), Row(about))


@speaks_publicly
def daily(schedule: Schedule, text: str, picture: Picture) -> Layout:
    """The image of a day, with the way to dream it."""
    item = discord.MediaGalleryItem(f"attachment://{picture.name}", description=picture.alt)
    take = _button("take", schedule, str(schedule.round), ritual_words.RITUAL_VERBS["take"], PRIMARY)
    return Layout(ui.TextDisplay(text), ui.MediaGallery(item), Row(take))


@speaks_publicly
def exquisite_opener(game: Schedule, text: str, picture: Picture) -> Layout:
    """The image that several people go on with."""
    item = discord.MediaGalleryItem(f"attachment://{picture.name}", description=picture.alt)
    return Layout(ui.TextDisplay(text), ui.MediaGallery(item), _steps(game, 0))


@speaks_publicly
def exquisite_turn(game: Schedule, number: int, text: str) -> Layout:
    """Under a step, which is counted from 1: who is next."""
    return Layout(ui.TextDisplay(text), _steps(game, number))


@speaks_publicly
def exquisite_end(text: str, job_id: str) -> Layout:
    """Who did what; with the settings of the last step, if there is any."""
    about: ui.Button[Layout] = ui.Button(label=ritual_words.RITUAL_VERBS["about"], custom_id=f"ritual:about:{job_id}:e")
    return Layout(ui.TextDisplay(text), *([Row(about)] if job_id else []))


def _steps(game: Schedule, number: int) -> Row:
    step = _button("step", game, str(number), ritual_words.RITUAL_VERBS["step"], PRIMARY)
    return Row(step, _verb("end", game, str(number)))


@speaks_publicly
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


def _button(
    verb: str, schedule: Schedule, value: str, label: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
) -> ui.Button[Layout]:
    custom_id = ":".join(filter(None, ("ritual", verb, schedule.id, value)))
    return ui.Button(label=label, style=style, custom_id=custom_id)
