"""What `/info` tells a person: `(page, user) => panel`, read anew each time."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable

from bot.delivery.publisher import DiscordPublisher
from bot.store.posting import Posting
from bot.store.presets import Presets
from bot.views import info_panel
from bot.views.info_panel import DREAMS, LIMITS, MODELS, QUEUE, Queue, Usage
from bot.views.message_card import Layout
from engine.catalog.catalog import Catalog
from engine.errors import BadOption
from engine.queue.dispatch_port import Dispatch
from engine.queue.job import JobRow, State
from engine.settings import Limits

LATEST = 40
"""Jobs of a person that are looked through for dreams."""
SHOWN_DREAMS = 6
LOOK_UP_S = 1.5
"""How long Discord may take to say which messages still stand: it waits for 3 s itself."""


class Overview:
    """The pages."""

    def __init__(
        self, dispatch: Dispatch, publisher: DiscordPublisher, presets: Presets, limits: Limits, catalog: Catalog
    ) -> None:
        self._dispatch = dispatch
        self._publisher = publisher
        self._presets = presets
        self._limits = limits
        self._catalog = catalog
        self._pages: dict[str, Callable[[str], Awaitable[Layout]]] = {
            QUEUE: self._queue_page,
            DREAMS: self._dreams_page,
            LIMITS: self._limits_page,
            MODELS: self._models_page,
        }

    async def page(self, name: str, user_id: int) -> Layout:
        """One of the pages, for one person. Raises `BadOption` for any other."""
        if name not in self._pages:
            raise BadOption(option="page", problem="has to be one of those that are offered")
        return await self._pages[name](str(user_id))

    async def _queue_page(self, user_id: str) -> Layout:
        return info_panel.queue_page(await self._dispatch.list_waiting(), user_id)

    async def _dreams_page(self, user_id: str) -> Layout:
        """One's own dreams only, private ones too: nobody else sees this panel."""
        found = [row for row in await self._dispatch.history(user_id, LATEST) if _was_shown(row)][:SHOWN_DREAMS]
        postings = [_answer_place(row) for row in found]
        gone = await self._find_gone(postings)
        return info_panel.dreams_page(zip(found, postings, gone, strict=True))

    async def _find_gone(self, postings: list[Posting]) -> list[bool]:
        """Which of these messages are certainly there no more; what Discord does not say in time counts as there."""
        asked = [asyncio.create_task(self._publisher.stands(one)) for one in postings if one.by_channel]
        if asked:
            await asyncio.wait(asked, timeout=LOOK_UP_S)
        said = iter(asked)
        return [one.by_channel and _is_false(next(said)) for one in postings]

    async def _limits_page(self, user_id: str) -> Layout:
        queue, presets = await self._dispatch.list_waiting(), await self._presets.all(user_id)
        return info_panel.limits_page(usage(queue, user_id, len(presets), self._limits))

    async def _models_page(self, _user_id: str) -> Layout:
        return await asyncio.to_thread(info_panel.models_page, self._catalog)  # it looks for files


def usage(queue: Queue, user_id: str, presets: int, limits: Limits) -> Usage:
    """What one person has of what these limits allow."""
    mine = [(row, place) for row, place in queue if row.job.requester == user_id]
    return Usage(
        pictures=sum(row.job.pictures for row, _ in mine),
        most_pictures=limits.per_user,
        free_in_s=min((place.eta_s for _, place in mine), default=0.0),
        waiting=len(queue),
        most_waiting=limits.total,
        presets=presets,
        most_presets=limits.presets,
        upload_mb=limits.upload_mb,
        megapixels=limits.megapixels,
    )


def _was_shown(row: JobRow) -> bool:
    """Whether a job is done and its answer is a message."""
    return row.state is State.DONE and (row.posted or "").isdigit()


def _answer_place(row: JobRow) -> Posting:
    """The posting with the message that holds the answer, which may be another one than that of the status."""
    return dataclasses.replace(Posting.from_json(row.posting), message_id=int(row.posted or 0))


def _is_false(asked: asyncio.Task[bool]) -> bool:
    """Whether a question was answered with no. One without an answer is not waited for."""
    if not asked.done():
        asked.cancel()
        return False
    return asked.exception() is None and not asked.result()
