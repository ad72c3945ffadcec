"""The week of an endless dream as a film: `its parts => one MP4, posted once`.

Which parts they are stands in the schedule's row, in the transaction in which a week is over. The film is made beside
everything else; a bot that ends meanwhile leaves it to the next one, which looks in the channel before it posts. Where
no film can be made, the pictures with which the parts ended stand side by side.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from bot import ritual_words
from bot.delivery.errors import TooLarge
from bot.delivery.publisher import DiscordPublisher
from bot.requests.downloader import Link
from bot.requests.picture_sources import of_result
from bot.rituals.own_dreams import OwnDreams
from bot.store.posting import Posting, answer_place
from bot.store.schedules import Schedule, Schedules
from bot.views import result_card, ritual_card
from bot.views.message_card import Picture
from engine.errors import Refusal
from engine.files.blobs import BlobKey
from engine.params import AnimatedParams, Zoom
from engine.queue.job import JobId, JobRow
from engine.video.film_joiner import JointFilm, join

log = logging.getLogger(__name__)

WEEK_S = 7 * 24 * 3600.0
SLACK_S = 2 * 3600.0
"""A day may be an hour shorter, and a part some minutes late."""
SHOWN_FPS = 20.0
LONGEST_S = 30.0
"""Of a film; where there are many parts, frames are left out."""
MOST_PARTS = 168
"""A week of one an hour."""
LEAST_PARTS = 2
MOST_PICTURES = 10
"""In one message, by Discord."""


def is_week_over(schedule: Schedule, now: float, every_s: float) -> bool:
    """Whether it is time for the film."""
    return now >= week_start(schedule, now, every_s) + WEEK_S - SLACK_S


def week_start(schedule: Schedule, now: float, every_s: float) -> float:
    """When the week began: with the last film, else with the time before the first part."""
    return float(schedule.state.get("week", now - every_s))


class WeeklyFilm:
    """Makes and posts them."""

    def __init__(self, schedules: Schedules, dreams: OwnDreams, publisher: DiscordPublisher) -> None:
        self._schedules = schedules
        self._dreams = dreams
        self._publisher = publisher
        self._underway: dict[str, asyncio.Task[bytes | None]] = {}
        """Films that are being made, by their rounds."""

    async def work(self, schedule: Schedule) -> None:
        """Begin the film, or post it once it is made. Raises `PostError`s."""
        parts: Sequence[str] = schedule.state["work"]["film"]
        rows = [row for id in parts if (row := await self._dreams.service.dispatch.row(JobId(id))) and row.result]
        if len(rows) >= LEAST_PARTS:
            making = self._underway.get(schedule.poll)
            if making is None:
                self._underway[schedule.poll] = asyncio.create_task(self._make(schedule, rows), name="film")
                return
            if not making.done():
                return
            await self._post(schedule, rows, making.result())
            self._underway.pop(schedule.poll)
        await self._schedules.change(schedule.id, lambda one, _: replace(one.with_state(work=None), claimed=None))

    async def _make(self, schedule: Schedule, rows: Sequence[JobRow]) -> bytes | None:
        """The film; None where there can be none."""
        try:
            files = [data for row in rows if (data := await self._file(row))]
            return await join(files, joint_film(rows, self._dreams.upload_limit(schedule)))
        except Refusal as error:
            log.info("no film of a week: %s", error.code)
        except Exception:
            log.exception("the film of a week broke")
        return None

    async def _file(self, row: JobRow) -> bytes | None:
        """A part, from its message where it is stored no more; None where it is nowhere, or where somebody deleted its
        message."""
        service = self._dreams.service
        assert row.result is not None
        if not await self._publisher.stands(answer_place(row.posted, Posting.from_json(row.posting))):
            return None
        try:
            found = (await service.stored.present(of_result(row, row.result.blob), row, None)).source
            if isinstance(found, Link):
                return await service.downloader.file(found)
        except Refusal as error:
            log.info("a part of a week is not there: %s", error.code)
            return None
        return await service.dispatch.get_blob(BlobKey(row.result.blob))

    async def _post(self, schedule: Schedule, rows: Sequence[JobRow], film: bytes | None) -> None:
        if film is not None:
            try:
                titles = [ritual_words.title_of(row) for row in rows]
                alt = ritual_words.replay_alt(titles)
                await self._post_once(schedule, rows, ritual_words.replay_words(titles), [Picture(film, alt)])
                return
            except TooLarge:
                log.info("the film of a week is too large")
        await self._post_pictures(schedule, rows)

    async def _post_pictures(self, schedule: Schedule, rows: Sequence[JobRow]) -> None:
        """Where the last parts ended, side by side, as far as that is still stored."""
        dispatch = self._dreams.service.dispatch
        ends = [(row, await dispatch.get_blob(key)) for row in rows if (key := result_card.ending(row))]
        there = [(row, data) for row, data in ends if data is not None][-MOST_PICTURES:]
        titles = [ritual_words.title_of(row) for row, _ in there]
        pictures = [Picture(data, titles[at], number=at + 1) for at, (_, data) in enumerate(there)]
        if len(pictures) >= LEAST_PARTS:
            await self._post_once(schedule, rows, ritual_words.replay_words(titles), pictures)

    async def _post_once(
        self, schedule: Schedule, rows: Sequence[JobRow], text: str, pictures: Sequence[Picture]
    ) -> None:
        last, mark = rows[-1].id, f"r{schedule.round}"
        view = ritual_card.exhibit(text, last, mark, pictures)
        nonce = f"{schedule.id}r{schedule.round % 1000}"
        where = int(schedule.channel_id)
        message = await self._publisher.post_once(where, f"about:{last}:{mark}", nonce, view, pictures)
        for row in rows:
            await self._dreams.service.copies.note(row.id, message, where)


def joint_film(rows: Sequence[JobRow], limit_bytes: int) -> JointFilm:
    """What film a week becomes."""
    params = [row.job.params for row in rows]
    frames = sum(one.frames for one in params if isinstance(one, Zoom))
    fps = max((one.fps for one in params if isinstance(one, AnimatedParams)), default=12)
    stride = max(1, -(-frames // round(SHOWN_FPS * LONGEST_S)))
    size = max(max(row.result.width, row.result.height) for row in rows if row.result)
    return JointFilm(size, fps, SHOWN_FPS, stride, limit_bytes)
