"""The daily dream: one image a day for everybody to dream, all takes of it in one thread: `stars => the next image`.

The take with the most stars opens the next day; where there is none, a picture of ours does. After a week without a
take it rests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import ritual_words
from bot.delivery.publisher import DiscordPublisher
from bot.languages import stored_words
from bot.playground import samples
from bot.requests.picture_sources import Original, of_result
from bot.rituals.local_time import next_time
from bot.rituals.own_dreams import OwnDreams, requester
from bot.rituals.ritual import Rest
from bot.store.posting import Posting
from bot.store.schedules import Schedule, Schedules
from bot.store.server_rules import ServerRules
from bot.store.votes import Vote, Votes
from bot.views import ritual_card
from bot.views.message_card import Picture
from engine.errors import Gone
from engine.files.blobs import BlobKey
from engine.queue.job import JobId, JobRow

MOST_IDLE = 7
"""Days without a take."""


class DailyDream:
    """Shows the image of a day."""

    def __init__(self, schedules: Schedules, votes: Votes, dreams: OwnDreams, publisher: DiscordPublisher) -> None:
        self._schedules = schedules
        self._votes = votes
        self._dreams = dreams
        self._publisher = publisher

    def claim(self, schedule: Schedule, votes: Sequence[Vote], now: float, rules: ServerRules) -> Schedule:
        """The next day."""
        due = next_time(now, schedule.hour, schedule.zone)
        return replace(schedule.with_state(work={"next": True}, round=schedule.round + 1), due=due)

    async def work(self, schedule: Schedule) -> None:
        """Choose the image, show it, open a thread under it."""
        if "blob" not in schedule.state["work"]:
            schedule = await self._choose(schedule)
        work = schedule.state["work"]
        data = await self._dreams.service.dispatch.get_blob(BlobKey(work["blob"]))
        if data is None:
            raise Gone
        title = stored_words.read(work["title"])
        text = ritual_words.daily_words(schedule.round, title, work["praise"])
        card = ritual_card.daily(schedule, text, Picture(data, title))
        where, mark = int(schedule.channel_id), f"take:{schedule.id}:{schedule.round}"
        nonce = f"{schedule.id}d{schedule.round % 1000}"
        message = await self._publisher.post_once(where, mark, nonce, card, [Picture(data, title)])
        if work.get("of"):
            await self._dreams.service.copies.note(JobId(work["of"]), message, where)
        place = Posting(0, "", "", channel_id=where, guild_id=int(schedule.guild_id), message_id=message)
        thread = await self._publisher.open_thread(place, ritual_words.daily_thread_name(schedule.round, title))
        if thread is None:
            raise Rest("closed")
        image = {name: work.get(name) for name in ("blob", "title", "of", "idle")}
        await self._schedules.change(
            schedule.id,
            lambda one, _: replace(one.with_state(work=None, **image), thread_id=str(thread), claimed=None),
        )

    async def original(self, schedule: Schedule) -> Original:
        """The image of the day, to be dreamed. Raises `Gone`."""
        state = schedule.state
        row = await self._dreams.service.dispatch.row(JobId(state["of"])) if state.get("of") else None
        if "blob" not in state:
            raise Gone
        made = of_result(row, BlobKey(state["blob"])) if row else Original(BlobKey(state["blob"]), state["title"])
        return replace(made, frame="")

    async def _choose(self, schedule: Schedule) -> Schedule:
        """Write down which image it is, so that a restart shows the same. Raises `Rest` where nobody comes."""
        idle = int(schedule.state.get("idle", 0))
        takes = await self._takes(schedule) if schedule.thread_id else 0
        idle = 0 if takes or not schedule.thread_id else idle + 1
        if idle >= MOST_IDLE:
            await self._publisher.post_once(
                int(schedule.channel_id), f"wake:{schedule.id}:{schedule.round}",
                f"{schedule.id}w{schedule.round % 1000}", ritual_card.rest(schedule, ritual_words.NO_TAKES_WORDS),
            )  # fmt: skip
            raise Rest("idle")
        best = await self._best(schedule)
        chosen = await self._of_best(*best) if best else await self._of_ours(schedule)
        kept = await self._schedules.change(
            schedule.id, lambda one, _: one.with_state(work={**one.state.get("work", {}), **chosen, "idle": idle})
        )
        assert kept is not None
        return kept

    async def _takes(self, schedule: Schedule) -> int:
        return len(await self._dreams.service.dispatch.recent_results(int(schedule.thread_id)))

    async def _best(self, schedule: Schedule) -> tuple[JobRow, int] | None:
        """The take of the day before with the most stars, of as many the one that had its first earlier."""
        starred = await self._votes.stars(schedule.guild_id, schedule.thread_id) if schedule.thread_id else {}
        for job_id in sorted(starred, key=lambda id: (-len(starred[id]), starred[id][0].created)):
            row = await self._dreams.service.dispatch.row(JobId(job_id))
            if row and row.result and await self._dreams.service.dispatch.has_blob(row.result.blob):
                return row, len(starred[job_id])
        return None

    async def _of_best(self, row: JobRow, count: int) -> dict[str, str]:
        assert row.result is not None
        praise = ritual_words.praise_words(row, Posting.from_json(row.posting), count)
        return {"blob": row.result.blob, "of": row.id, "title": ritual_words.title_of(row), "praise": praise}

    async def _of_ours(self, schedule: Schedule) -> dict[str, str]:
        """The server's icon on the first day, then pictures of ours in turn."""
        ours = samples.available()
        if schedule.round == 1:
            made = await self._dreams.first_picture(schedule)
        else:
            made = await self._dreams.sample(ours[(schedule.round - 2) % len(ours)])
        blob = await self._dreams.store_picture(made, requester(schedule))
        return {"blob": str(blob), "title": made.words, "praise": ""}
