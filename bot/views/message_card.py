"""One message: `card => Components V2`.

All messages of a job have the same three parts in the same order, so that nothing moves when one replaces another:
the picture, two lines of text, the buttons.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ParamSpec

import discord
from discord import ui

from bot import wording
from bot.languages.current import speaking, spoken
from bot.store.posting import Posting

P = ParamSpec("P")

STYLES = {
    "deeper": discord.ButtonStyle.primary,
    "dream": discord.ButtonStyle.primary,
    "tune_go": discord.ButtonStyle.primary,
    "delete": discord.ButtonStyle.danger,
    "preset_save": discord.ButtonStyle.primary,
    "preset_dream": discord.ButtonStyle.primary,
    "preset_delete": discord.ButtonStyle.danger,
}
PICKS = ("pick1", "pick2", "pick3", "pick4")
"""The buttons that take one picture out of a sheet, which stand in a row of their own."""
ANSWER = "guess"
"""Begins the `custom_id` of an answer: frozen, as all of them are."""
STAR = "ritual:star"
"""The button by which people give a dream a star; how many have is its label then."""
MP4 = b"ftyp"
"""Behind a length of four bytes."""
FORMATS = ((b"\x89PNG", "png"), (b"\xff\xd8", "jpg"), (b"GIF8", "gif"), (b"RIFF", "webp"))


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture of a card."""

    data: bytes
    alt: str
    spoiler: bool = False
    """It is covered until somebody presses it."""
    number: int = 1
    """Which one of a card's pictures it is."""

    @property
    def name(self) -> str:
        """A file name by what the bytes are: "dream.png", or "SPOILER_dream.png", which Discord covers everywhere; of
        several pictures the second is "dream2.png"."""
        other = "mp4" if self.data[4:8] == MP4 else "bin"
        ending = next((ending for magic, ending in FORMATS if self.data.startswith(magic)), other)
        return f"{'SPOILER_' if self.spoiler else ''}dream{'' if self.number == 1 else self.number}.{ending}"


@dataclass(frozen=True, slots=True)
class Card:
    """What a message shows."""

    text: str
    picture: Picture | None = None
    verbs: tuple[str, ...] = ()
    id: str = ""
    """The job that the buttons are about."""
    offer: str = ""
    """The job whose result, or the message whose image, can be dreamed in its place; there is a button for it."""
    beside: tuple[Picture, ...] = ()
    """Further pictures, which stand in one gallery with the first."""
    choices: tuple[str, ...] = ()
    """The answers of a round of Guess the dream, each on a button."""
    locale: str = field(default_factory=spoken)
    """In which language its buttons are labelled: that of its text."""

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All of them."""
        return (*(() if self.picture is None else (self.picture,)), *self.beside)


def speaks_as_posting(make: Callable[P, Card]) -> Callable[P, Card]:
    """Makes a card in the language of the posting that is among its arguments."""

    @functools.wraps(make)
    def make_in_language(*args: P.args, **kwargs: P.kwargs) -> Card:
        posting = next(one for one in (*args, *kwargs.values()) if isinstance(one, Posting))
        with speaking(posting.locale):
            return make(*args, **kwargs)

    return make_in_language


def with_pictures(card: Card, pictures: Sequence[Picture]) -> Card:
    """The card with these pictures in place of its own; none of them is left without a number."""
    numbered = [replace(one, number=number) for number, one in enumerate(pictures, 1)]
    return replace(card, picture=numbered[0] if numbered else None, beside=tuple(numbered[1:]))


def plain_card(card: Card) -> Card:
    """The same picture and buttons in words of which no filter of a server can object to any."""
    with speaking(card.locale):
        plain = [replace(one, alt=wording.PLAIN_ALT) for one in card.pictures]
        return with_pictures(replace(card, text=wording.PLAIN), plain)


ROW_LIMIT = 5
"""Buttons that Discord takes in a row."""


class Layout(ui.LayoutView):
    """A message's components. Never waits for presses: those go to the dynamic items, which survive restarts."""

    def __init__(self, *items: ui.Item[Layout]) -> None:
        super().__init__(timeout=None)
        for item in items:
            self.add_item(item)
        self.stop()


def layout(card: Card) -> Layout:
    """The components of a card."""
    items: list[ui.Item[Layout]] = []
    shown = [
        discord.MediaGalleryItem(f"attachment://{one.name}", description=one.alt, spoiler=one.spoiler)
        for one in card.pictures
    ]
    if shown:
        items.append(ui.MediaGallery(*shown))
    items.append(ui.TextDisplay(card.text))
    with speaking(card.locale):
        return Layout(*items, *_rows(card))


def _rows(card: Card) -> Iterator[ui.ActionRow[Layout]]:
    """The buttons: a sheet's pictures in a row of their own, above what can be done with all of it."""
    if card.choices:
        yield ui.ActionRow(*(answer_button(at, label, card.id) for at, label in enumerate(card.choices)))
    picks = [verb for verb in card.verbs if verb in PICKS]
    others = [verb for verb in card.verbs if verb not in PICKS]
    for verbs in filter(None, (picks, others[:ROW_LIMIT], others[ROW_LIMIT:])):
        yield ui.ActionRow(*(button(verb, card.id) for verb in verbs))
    if card.offer:
        yield ui.ActionRow(button("last_image" if card.offer.isdecimal() else "last", f"{card.id}:{card.offer}"))


def files(card: Card) -> list[discord.File]:
    """The uploads of a card."""
    return [discord.File(io.BytesIO(one.data), one.name, description=one.alt) for one in card.pictures]


def button(verb: str, id: str) -> ui.Button[Layout]:
    """The button that does `verb` to a job."""
    style = STYLES.get(verb, discord.ButtonStyle.secondary)
    return ui.Button(label=wording.VERBS[verb], style=style, custom_id=f"{verb}:{id}")


def answer_button(at: int, label: str, id: str) -> ui.Button[Layout]:
    """The button that is an answer of a round, counted from 0."""
    return ui.Button(label=label, style=discord.ButtonStyle.secondary, custom_id=f"{ANSWER}{at}:{id}")
