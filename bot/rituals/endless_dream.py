"""The endless dream: one picture in a channel that goes on, every day or every few hours, `votes => the next zoom`.

Each part is a zoom that begins where the one before ended, towards the subject that most people voted for under it; a
part for which nobody voted goes where the one before went. Once a week a film shows all of its parts. After a week
without a vote it rests.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot import ritual_words
from bot.delivery.errors import PostError
from bot.delivery.publisher import DiscordPublisher
from bot.requests.derivation import next_zoom
from bot.requests.picture_sources import Original, of_ending
from bot.rituals import weekly_film
from bot.rituals.local_time import DAY_H, next_time
from bot.rituals.own_dreams import OwnDreams, is_shown
from bot.rituals.ritual import Rest
from bot.rituals.weekly_film import WeeklyFilm
from bot.store.schedules import Schedule, Schedules
from bot.store.server_rules import ServerRules
from bot.store.votes import Vote, Votes, tally
from bot.views import ritual_card
from engine import params as engine_params
from engine.catalog.catalog import Catalog
from engine.errors import Gone, OriginalGone
from engine.params import Zoom, draw_seed
from engine.params.sensitive_subjects import is_hidden
from engine.queue.job import JobId, JobRow, new_id

log = logging.getLogger(__name__)

FRAMES = 48
"""Four seconds: twice as long as a zoom that somebody waits for."""
IDLE_S = 7 * 24 * 3600.0
MOST_FAILURES = 3
"""Parts that fail one after another."""
KNOWN_GOOD = 2
"""Of the choices, so many are known to come out well; the others are any."""


class EndlessDream:
    """Makes its parts."""

    def __init__(
        self, schedules: Schedules, votes: Votes, dreams: OwnDreams, publisher: DiscordPublisher, catalog: Catalog
    ) -> None:
        self._schedules = schedules
        self._votes = votes
        self._dreams = dreams
        self._publisher = publisher
        self._catalog = catalog
        self._film = WeeklyFilm(schedules, dreams, publisher)

    def claim(self, schedule: Schedule, votes: Sequence[Vote], now: float, rules: ServerRules) -> Schedule:
        """The next part, towards the winner; or a rest, where nobody voted for a week."""
        every_h = int(schedule.state.get("every_h", DAY_H))
        idle_s = 0.0 if votes or not schedule.round else float(schedule.state.get("idle_s", 0.0)) + every_h * 3600
        if idle_s >= IDLE_S:
            return replace(schedule.with_state(work={"idle": True}, idle_s=idle_s), due=None)
        subject, choices = self._winner(schedule, votes) or self._surprise(rules), self._choices(schedule, rules)
        over = {"number": schedule.round, "subject": schedule.state.get("subject", ""), "votes": len(votes)}
        work: dict[str, Any] = {"job": new_id(), "subject": subject, "choices": choices, "over": over}
        week = weekly_film.week_start(schedule, now, every_h * 3600)
        if weekly_film.is_week_over(schedule, now, every_h * 3600):
            work, week = {**work, "week": week}, now
        due = next_time(now, schedule.hour, schedule.zone, every_h)
        return replace(schedule.with_state(work=work, idle_s=idle_s, week=week, round=schedule.round + 1), due=due)

    async def work(self, schedule: Schedule) -> None:
        """Queue the part; once it is posted, ask where to go next."""
        work = schedule.state["work"]
        if work.get("idle"):
            await self._rest(schedule)
            return
        if "film" in work:
            await self._film.work(schedule)
            return
        row = await self._dreams.service.dispatch.row(JobId(work["job"]))
        if row is None:
            await self._close_poll(schedule)
            await self._begin(schedule)
        elif row.posted and is_shown(row):
            await self._ask(schedule, row)
        elif row.posted:
            await self._give_up(schedule, row)

    def _winner(self, schedule: Schedule, votes: Sequence[Vote]) -> str:
        choices: Sequence[str] = schedule.state.get("choices", ())
        chosen = next(iter(tally(votes)), "")
        if chosen.isdigit() and int(chosen) < len(choices):
            return choices[int(chosen)]
        return str(schedule.state.get("subject", ""))

    def _surprise(self, rules: ServerRules) -> str:
        """Where the first part goes; "" where the server sees nothing of what is known to come out well."""
        network = self._catalog.match_network(self._catalog.default_network())
        known = [one["subject"] for one in self._catalog.surprises(network) if "subject" in one]
        return next(iter(self._visible_subjects(network, known, rules, set())), "")

    def _choices(self, schedule: Schedule, rules: ServerRules) -> list[str]:
        """Where people may want to go next: some that come out well, and some that nobody thought of."""
        network = self._catalog.match_network(self._catalog.default_network())
        known = [one["subject"] for one in self._catalog.surprises(network) if "subject" in one]
        good = self._visible_subjects(network, known, rules, {str(schedule.state.get("subject", ""))})[:KNOWN_GOOD]
        others = self._visible_subjects(network, list(self._catalog.subjects(network)), rules, {*known})
        return [*good, *others[: ritual_card.CHOICES - len(good)]]

    def _visible_subjects(self, network: str, words: list[str], rules: ServerRules, but: set[str]) -> list[str]:
        """Those of these that a server sees, in any order."""
        left = [one for one in dict.fromkeys(words) if one not in but]
        random.shuffle(left)
        return [one for one in left if not is_hidden(self._catalog, network, one, rules.hidden)]

    async def _begin(self, schedule: Schedule) -> None:
        work = schedule.state["work"]
        before = await self._dreams.service.dispatch.row(JobId(str(schedule.state.get("job", ""))))
        original = await self._ending(before) if before else None
        aim = {"subject": work["subject"]} if work["subject"] else {}
        if before is not None and original is not None and isinstance(before.job.params, Zoom):
            params = next_zoom(before.job.params, **aim)
        else:
            original = await self._dreams.first_picture(schedule)
            params = engine_params.make(Zoom, self._catalog, **aim, frames=FRAMES, seed=draw_seed())
        name = ritual_words.day_name(schedule.round)
        await self._dreams.begin(schedule, JobId(work["job"]), params, original, name)

    async def _ending(self, row: JobRow) -> Original | None:
        """Where a part ended; None where that is no longer to be had: then it begins anew."""
        try:
            return await self._dreams.service.stored.present(of_ending(row), row, None)
        except (Gone, OriginalGone):
            return None

    async def _ask(self, schedule: Schedule, row: JobRow) -> None:
        """Post the vote under a part that stands, and then write down that all is done."""
        work = schedule.state["work"]
        subject = str(getattr(row.job.params, "subject", ""))
        shown = schedule.with_state(choices=work["choices"], subject=subject, job=row.id)
        message = await self._publisher.post_once(
            int(schedule.channel_id), f":{schedule.id}:{schedule.round}-", f"{schedule.id}v{schedule.round % 1000}",
            ritual_card.poll(shown, {}),
        )  # fmt: skip
        parts = [*schedule.state.get("parts", ()), row.id][-weekly_film.MOST_PARTS :]
        asked = {"choices": work["choices"], "subject": subject, "job": row.id, "message": message, "parts": parts}
        after = {"work": {"film": parts}, "parts": []} if "week" in work else {"work": None}
        await self._schedules.change(
            schedule.id,
            lambda one, _: replace(
                one.with_state(**{**asked, **after}, failures=None), claimed=one.claimed if after["work"] else None
            ),
        )

    async def _close_poll(self, schedule: Schedule) -> None:
        """Nothing depends on it: a press of what is over says so."""
        message, over = schedule.state.get("message"), schedule.state["work"]["over"]
        if not message:
            return
        card = ritual_card.closed_poll(
            over["number"], over["subject"], schedule.state["work"]["subject"], over["votes"]
        )
        try:
            await self._publisher.replace_own(int(schedule.channel_id), int(message), card)
        except PostError as error:
            log.info("a vote that is over stays: %s", type(error).__name__)

    async def _give_up(self, schedule: Schedule, row: JobRow) -> None:
        """A part came to nothing: the next one is tried at its time. Raises `Rest`."""
        if row.result is not None and row.posted == "undeliverable":
            raise Rest("closed")
        failures = int(schedule.state.get("failures", 0)) + 1
        if failures >= MOST_FAILURES:
            raise Rest("failed")
        work = schedule.state["work"]
        kept = {"subject": work["subject"] or None, "week": work.get("week", schedule.state.get("week"))}
        await self._schedules.change(
            schedule.id, lambda one, _: replace(one.with_state(work=None, failures=failures, **kept), claimed=None)
        )

    async def _rest(self, schedule: Schedule) -> None:
        """Say that it rests, with the means to wake it up."""
        await self._publisher.post_once(
            int(schedule.channel_id), f"wake:{schedule.id}:{schedule.round}", f"{schedule.id}w{schedule.round % 1000}",
            ritual_card.rest(schedule, ritual_words.IDLE_WORDS),
        )  # fmt: skip
        raise Rest("idle")
