"""One message: `card => Components V2`.

All messages of a job have the same three parts in the same order, so that nothing moves when one replaces another:
the picture, two lines of text, the buttons.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

import discord
from discord import ui

from bot import wording

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
FORMATS = ((b"\x89PNG", "png"), (b"\xff\xd8", "jpg"), (b"GIF8", "gif"), (b"RIFF", "webp"))


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture of a card."""

    data: bytes
    alt: str
    spoiler: bool = False
    """It is covered until somebody presses it."""

    @property
    def name(self) -> str:
        """A file name by what the bytes are: "dream.png", or "SPOILER_dream.png", which Discord covers everywhere."""
        ending = next((ending for magic, ending in FORMATS if self.data.startswith(magic)), "bin")
        return f"{'SPOILER_' if self.spoiler else ''}dream.{ending}"


@dataclass(frozen=True, slots=True)
class Card:
    """What a message shows."""

    text: str
    picture: Picture | None = None
    verbs: tuple[str, ...] = ()
    id: str = ""
    """The job that the buttons are about."""
    offer: str = ""
    """The job whose result can be dreamed in its place; there is a button for it."""


def plain_card(card: Card) -> Card:
    """The same picture and buttons in words of which no filter of a server can object to any."""
    picture = card.picture and replace(card.picture, alt=wording.PLAIN_ALT)
    return replace(card, text=wording.PLAIN, picture=picture)


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
    if card.picture is not None:
        url, alt, spoiler = f"attachment://{card.picture.name}", card.picture.alt, card.picture.spoiler
        items.append(ui.MediaGallery(discord.MediaGalleryItem(url, description=alt, spoiler=spoiler)))
    items.append(ui.TextDisplay(card.text))
    return Layout(*items, *_rows(card))


def _rows(card: Card) -> Iterator[ui.ActionRow[Layout]]:
    """The buttons: a sheet's pictures in a row of their own, above what can be done with all of it."""
    picks = [verb for verb in card.verbs if verb in PICKS]
    others = [verb for verb in card.verbs if verb not in PICKS]
    for verbs in filter(None, (picks, others)):
        yield ui.ActionRow(*(button(verb, card.id) for verb in verbs))
    if card.offer:
        yield ui.ActionRow(button("last", f"{card.id}:{card.offer}"))


def files(card: Card) -> list[discord.File]:
    """The uploads of a card."""
    picture = card.picture
    return [] if picture is None else [discord.File(io.BytesIO(picture.data), picture.name, description=picture.alt)]


def button(verb: str, id: str) -> ui.Button[Layout]:
    """The button that does `verb` to a job."""
    style = STYLES.get(verb, discord.ButtonStyle.secondary)
    return ui.Button(label=wording.VERBS[verb], style=style, custom_id=f"{verb}:{id}")
