"""All subjects in small pictures, as `/help topic:subjects` shows them: `(catalogue, page) => components`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import discord
from discord import ui

from bot import wording
from bot.views.message_card import Layout
from engine.catalog import subject_sheets
from engine.catalog.catalog import Catalog

PREFIX = "subjects"


class Panel(NamedTuple):
    """A page, and the file that it shows."""

    view: Layout
    file: Path | None


def panel(catalog: Catalog, number: int) -> Panel:
    """The page of that number, from 0, of the default network's subjects; the last one where there are fewer."""
    network = catalog.default_network()
    pages = subject_sheets.pages(catalog, network)
    number = min(number, len(pages) - 1)
    page, known = pages[number], catalog.subjects(network)
    items: list[ui.Item[Layout]] = [ui.TextDisplay(wording.SUBJECTS_TITLE)]
    if page.file:
        alt = wording.subjects_alt(page.names)
        items.append(ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{page.file.name}", description=alt)))
    told = [(catalog.emoji(network, name), name, known[name].about if name in known else "") for name in page.names]
    if told:
        items.append(ui.TextDisplay(wording.subject_lines(told, pictured=page.file is not None)))
    items.append(ui.TextDisplay(wording.subjects_footer(number + 1, len(pages), len(catalog.names(network)))))
    turns = (_button("previous", number - 1, number > 0), _button("next", number + 1, number + 1 < len(pages)))
    return Panel(Layout(*items, ui.ActionRow(*turns)), page.file)


def _button(way: str, number: int, exists: bool) -> ui.Button[Layout]:
    custom_id = f"{PREFIX}:{way}:{max(number, 0)}"
    return ui.Button(label=wording.PAGE_WAYS[way], custom_id=custom_id, disabled=not exists)
