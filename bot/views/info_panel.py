"""The panel of `/info`, page by page: `(what there is, user) => components`.

Each page is a text and, below it, the same row of buttons, which is where a thumb finds it on a phone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bot import wording
from bot.store.posting import Posting
from bot.views.message_card import Layout, button
from engine.catalog.catalog import Catalog
from engine.queue.job import JobRow, Place

QUEUE, DREAMS, LIMITS, MODELS = PAGES = ("queue", "dreams", "limits", "models")
"""By their names in a `custom_id`: frozen."""
SHOWN_JOBS = 8
"""Dreams of one user that are listed; a message holds 40 components."""
MOST_MODELS = 20
"""Models that are listed, so that their lines fit into the 4,000 characters of a message."""

Queue = Sequence[tuple[JobRow, Place]]
"""All that runs or waits, and where each job stands."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a person has of what everybody may have."""

    pictures: int
    """Pictures that are waited for or made."""
    most_pictures: int
    free_in_s: float
    """Seconds until the next of them is finished; 0 where there is none."""
    waiting: int
    """Jobs of everybody."""
    most_waiting: int
    presets: int
    most_presets: int
    upload_mb: float
    megapixels: float


def queue_page(queue: Queue, user_id: str, said: str = "") -> Layout:
    """The user's dreams, each with a way to cancel it, and how long the queue is; `said` stands above."""
    mine = [(row, place) for row, place in queue if row.job.requester == user_id][:SHOWN_JOBS]
    items: list[ui.Item[Layout]] = [ui.TextDisplay(said or wording.INFO_QUEUE)]
    items += [
        ui.Section(
            ui.TextDisplay(wording.queue_line(row, place, Posting.from_json(row.posting).link)),
            accessory=button("cancel", row.id),
        )
        for row, place in mine
    ]
    if not mine:
        items.append(ui.TextDisplay(wording.queue_none(len(queue))))
    if queue:
        items.append(ui.TextDisplay(wording.queue_total(len(queue), max(place.eta_s for _, place in queue))))
    return Layout(*items, _pages(QUEUE))


def dreams_page(dreams: Iterable[tuple[JobRow, Posting, bool]]) -> Layout:
    """The user's latest dreams: the row, where its answer stands, and whether that is certainly gone."""
    lines = [wording.dream_line(row, posting, gone=gone) for row, posting, gone in dreams]
    return _text_page(DREAMS, "\n".join([wording.INFO_DREAMS, *(lines or [wording.NO_DREAMS])]))


def limits_page(usage: Usage) -> Layout:
    """How much there is of everything, and how much is left."""
    lines = [
        wording.pictures_left(usage.pictures, usage.most_pictures, usage.free_in_s),
        wording.NO_RATE,
        wording.queue_limit(usage.waiting, usage.most_waiting),
        wording.presets_left(usage.presets, usage.most_presets),
        wording.upload_limit(usage.upload_mb, usage.megapixels),
    ]
    return _text_page(LIMITS, "\n".join([wording.INFO_LIMITS, *(f"- {line}" for line in lines)]))


def models_page(catalog: Catalog) -> Layout:
    """The models that can dream now, the default first, and the names of the others."""
    default, networks = catalog.default_network(), catalog.networks()
    ready = sorted(catalog.ready(), key=lambda name: name != default)
    lines = [wording.model_line(name, networks[name].about, default=name == default) for name in ready[:MOST_MODELS]]
    missing = [name for name in networks if name not in ready]
    return _text_page(MODELS, "\n".join([wording.INFO_MODELS, *lines, wording.models_missing(missing)]).strip())


def _text_page(name: str, text: str) -> Layout:
    return Layout(ui.TextDisplay(text), _pages(name))


def _pages(current: str) -> ui.ActionRow[Layout]:
    """A button for each page; the one that is shown stands out, and shows what is new when it is pressed."""
    return ui.ActionRow(
        *(
            ui.Button(
                label=wording.INFO_PAGES[name],
                style=discord.ButtonStyle.primary if name == current else discord.ButtonStyle.secondary,
                custom_id=f"info:{name}",
            )
            for name in PAGES
        )
    )
