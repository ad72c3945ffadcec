"""What waits, as `/queue` shows it: `(the queue, user) => components`."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot import wording
from bot.store.posting import Posting
from bot.views.message_card import Layout, button
from engine.queue.job import JobRow, Place

SHOWN_JOBS = 8
"""Dreams of one user that are listed; a message holds 40 components."""


def panel(queue: Sequence[tuple[JobRow, Place]], user_id: str, said: str = "") -> Layout:
    """The user's dreams, each with a way to cancel it, and how long the queue is; `said` stands above."""
    mine = [(row, place) for row, place in queue if row.job.requester == user_id][:SHOWN_JOBS]
    items: list[ui.Item[Layout]] = [
        ui.Section(
            ui.TextDisplay(wording.queue_line(row, place, Posting.from_json(row.posting).link)),
            accessory=button("cancel", row.id),
        )
        for row, place in mine
    ]
    if said:
        items.insert(0, ui.TextDisplay(said))
    if not mine:
        items.append(ui.TextDisplay(wording.queue_none(len(queue))))
    if queue:
        items.append(ui.TextDisplay(wording.queue_total(len(queue), max(place.eta_s for _, place in queue))))
    return Layout(*items)
