"""The panel of `/play dex`: `(all names, what was found, page) => components`; the picture is `dex_wall`'s."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import discord
from discord import ui

from bot import play_wording, wording
from bot.store.dex_entries import Entry
from bot.views.dex_wall import TILES
from bot.views.message_card import Layout

PREFIX = "dex"
FILE = "dreamdex.webp"


class Panel(NamedTuple):
    """A page, and the names on it."""

    view: Layout
    names: Sequence[str]


def panel(names: Sequence[str], found: Mapping[str, Entry], page: int | None = None) -> Panel:
    """The page of that number, from 1 on, or the last one; without one, the page of what was found last."""
    pages = [names[at : at + TILES] for at in range(0, len(names), TILES)]
    latest = next((one for one in reversed([*found.values()]) if one.name in names), None)
    at = names.index(latest.name) // TILES if latest else 0
    at = min(page - 1 if page else at, len(pages) - 1)
    shown = pages[at]
    there = [name for name in shown if name in found]
    missing = [name for name in shown if name not in found]
    count = sum(name in found for name in names)
    media = discord.MediaGalleryItem(f"attachment://{FILE}", description=play_wording.dex_alt(there))
    text = play_wording.dex_words(count, len(names), at + 1, len(pages), missing)
    if latest:
        text += play_wording.latest_words(latest.name, latest.user_id)
    turns = (_button("previous", at, at > 0), _button("next", at + 2, at + 1 < len(pages)))
    return Panel(Layout(ui.MediaGallery(media), ui.TextDisplay(text), ui.ActionRow(*turns)), shown)


def _button(way: str, page: int, exists: bool) -> ui.Button[Layout]:
    custom_id = f"{PREFIX}:{way}:{max(page, 1)}"
    return ui.Button(label=wording.PAGE_WAYS[way], custom_id=custom_id, disabled=not exists)
