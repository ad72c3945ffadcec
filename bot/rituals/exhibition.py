"""The exhibition: a channel that shows dreams with enough stars, `stars => messages, each once`.

The stars are counted anew every hour, and at once when one makes it enough: what was given while nobody looked counts,
too. The row of an entry comes before its message, which is looked for in the channel before it is sent. What is from an
age-restricted channel is shown in no other.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import discord

from bot import ritual_words, wording
from bot.delivery.errors import TooLarge
from bot.delivery.publisher import DiscordPublisher
from bot.requests.picture_sources import is_restricted_place
from bot.requests.service import RequestService, is_private
from bot.rituals.local_time import next_time
from bot.store.posting import Posting, answer_place
from bot.store.schedule_entries import Entry, ScheduleEntries
from bot.store.schedules import Schedule, Schedules
from bot.store.server_rules import ServerRules
from bot.store.votes import Vote, Votes
from bot.views import result_card, ritual_card
from bot.views.message_card import Picture
from engine.queue.job import JobId, JobRow

log = logging.getLogger(__name__)

USUAL_STARS = 3
RECOUNT_S = 3600.0
WEEK_S = 7 * 24 * 3600.0
LOOKED_BACK_S = 4 * WEEK_S
"""Stars that are older carry nothing any more: its picture is about to be forgotten."""
LEAST_BEST = 2
"""Stars that the dream of a week has at least."""


class Exhibition:
    """Counts, and shows."""

    def __init__(
        self,
        client: discord.Client,
        schedules: Schedules,
        votes: Votes,
        entries: ScheduleEntries,
        service: RequestService,
        publisher: DiscordPublisher,
    ) -> None:
        self._client = client
        self._schedules = schedules
        self._votes = votes
        self._entries = entries
        self._service = service
        self._publisher = publisher

    def claim(self, schedule: Schedule, votes: Sequence[Vote], now: float, rules: ServerRules) -> Schedule:
        """Count; once a week, also look for the best."""
        week = float(schedule.state.get("week", 0.0)) or now + WEEK_S
        is_over = now >= week
        work = {"counted": now, "best": is_over}
        after = next_time(max(now, week) + WEEK_S - 24 * 3600.0, schedule.hour, schedule.zone) if is_over else week
        number = schedule.round + 1 if is_over else schedule.round
        return replace(schedule.with_state(work=work, week=after, round=number), due=now + RECOUNT_S)

    async def work(self, schedule: Schedule) -> None:
        """Show what has enough stars and is not shown yet; then the best of the week."""
        now = float(schedule.state["work"]["counted"])
        starred = await self._votes.stars(schedule.guild_id, since=now - LOOKED_BACK_S)
        shown = {one.job_id for one in await self._entries.of_schedule(schedule.id) if one.message_id}
        threshold = int(schedule.state.get("threshold", USUAL_STARS))
        for job_id, votes in starred.items():
            if len(votes) >= threshold and job_id not in shown:
                await self._show(schedule, job_id, len(votes), now)
        if schedule.state["work"]["best"]:
            await self._show_best(schedule, now)
        await self._schedules.change(schedule.id, lambda one, _: replace(one.with_state(work=None), claimed=None))

    async def _show(self, schedule: Schedule, job_id: str, count: int, now: float) -> None:
        row = await self._showable(schedule, job_id)
        if row is None:
            return
        entry = Entry(schedule.id, row.id, schedule.guild_id, row.job.requester, 0, now)
        await self._entries.add(entry)
        text = ritual_words.exhibit_words(row, Posting.from_json(row.posting), count)
        if message := await self._post(schedule, row, text, f"x{schedule.id}", f"x{row.id[:11]}{schedule.id[:11]}"):
            await self._entries.show(entry, message)

    async def _show_best(self, schedule: Schedule, now: float) -> None:
        """Nothing where nobody came."""
        starred = await self._votes.stars(schedule.guild_id, since=now - WEEK_S)
        for job_id in sorted(starred, key=lambda id: (-len(starred[id]), starred[id][0].created)):
            count, row = len(starred[job_id]), await self._showable(schedule, job_id)
            if row is not None and count >= LEAST_BEST:
                text = ritual_words.best_words(row, Posting.from_json(row.posting), count)
                await self._post(schedule, row, text, f"w{schedule.round}", f"{schedule.id}b{schedule.round % 1000}")
                return

    async def _post(self, schedule: Schedule, row: JobRow, text: str, mark: str, nonce: str) -> int | None:
        """One message for each mark; None where its picture is gone or too large. Raises `PostError`s."""
        pictures = await self._pictures(row)
        if not pictures:
            return None
        view = ritual_card.exhibit(text, row.id, mark, pictures)
        channel, wanted = int(schedule.channel_id), f"about:{row.id}:{mark}"
        try:
            message = await self._publisher.post_once(channel, wanted, nonce, view, pictures)
        except TooLarge:
            log.info("too large for a gallery")
            return None
        await self._service.copies.note(row.id, message, channel)
        return message

    async def _showable(self, schedule: Schedule, job_id: str) -> JobRow | None:
        """A dream that a gallery may show; None for one that was deleted, private, or for adults where others read."""
        row = await self._service.dispatch.row(JobId(job_id))
        if row is None or row.result is None or is_private(row) or not (row.posted or "").isdigit():
            return None
        posting = answer_place(row.posted, Posting.from_json(row.posting))
        made_in = self._client.get_channel(posting.channel_id or 0)
        restricted = posting.age_restricted or is_restricted_place(made_in)
        if restricted and not is_restricted_place(self._client.get_channel(int(schedule.channel_id))):
            return None
        return row if await self._publisher.stands(posting) else None

    async def _pictures(self, row: JobRow) -> list[Picture]:
        posting, alt_of = Posting.from_json(row.posting), wording.alt_text
        found = [await self._service.dispatch.get_blob(one.blob) for one in result_card.shown(row)]
        alt = alt_of(row.job.params, posting.original, row)
        there = [data for data in found if data is not None]
        return [Picture(data, alt, row.job.spoiler, number) for number, data in enumerate(there, 1)]
