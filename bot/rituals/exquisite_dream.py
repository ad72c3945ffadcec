"""The exquisite dream: up to eight people add a dream each to one image, in a thread: `steps => the film of them`.

After the Surrealists' "cadavre exquis" (1925), in which each goes on where somebody else stopped. Somebody begins one
in a channel where it is switched on; whoever is first adds the next dream, with a subject of their own. It ends after
eight, when its starter says so, or when nobody comes for a day; then a film shows how it came about, and who did what.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord

from bot import ritual_words, wording
from bot.delivery import interaction_response
from bot.delivery.errors import PostError
from bot.delivery.publisher import DiscordPublisher
from bot.languages import stored_words
from bot.requests.derivation import animation
from bot.requests.picture_sources import Original, history_of_result, of_history, of_result
from bot.requests.replies import say
from bot.rituals.own_dreams import OwnDreams, is_shown
from bot.rituals.ritual import PASSING, Rest
from bot.rituals.runner import RitualRunner
from bot.store.posting import Posting
from bot.store.schedule_entries import START, Entry, ScheduleEntries
from bot.store.schedules import EXQUISITE, GAME, Schedule, Schedules
from bot.store.server_rules import ServerRules
from bot.store.votes import Vote
from bot.views import ritual_card
from bot.views.message_card import Picture
from engine.errors import ExquisiteOff, ExquisiteUnderWay, Gone, NotYours, Refusal, RitualBusy, StepTaken
from engine.files.blobs import BlobKey
from engine.params import Dream
from engine.queue.job import JobId, JobRow, new_id

log = logging.getLogger(__name__)

MOST_STEPS = 8
TURN_S = 24 * 3600.0
LOST_S = 15 * 60.0
"""A step that is no job after so long never will be one."""
NO_FILM = "none"
Interaction = discord.Interaction[Any]


class ExquisiteDream:
    """Begins them, takes steps, and ends them."""

    def __init__(
        self, schedules: Schedules, entries: ScheduleEntries, dreams: OwnDreams, publisher: DiscordPublisher
    ) -> None:
        self._schedules = schedules
        self._entries = entries
        self._dreams = dreams
        self._publisher = publisher

    # what people do

    async def begin(self, interaction: Interaction, original: Original, runner: RitualRunner) -> None:
        """Begin one where somebody is. Raises `ExquisiteOff`, `ExquisiteUnderWay` and the `Refusal`s of pictures."""
        await self._dreams.service.check_place(interaction)
        guild, channel, user = str(interaction.guild_id), str(interaction.channel_id), str(interaction.user.id)
        there = [one for one in await self._schedules.of_server(guild) if one.channel_id == channel]
        if not any(one.kind == EXQUISITE and not one.state.get("paused") for one in there):
            raise ExquisiteOff
        if under_way := next((one for one in there if one.kind == GAME), None):
            raise ExquisiteUnderWay(thread=under_way.thread_id or channel)
        await interaction_response.respond(
            interaction, lambda: interaction.response.defer(ephemeral=True, thinking=True)
        )
        about = {"of": "avatar" if original.avatar_of is not None else "picture"}
        if original.source is None:  # no avatar
            original = await self._dreams.any_sample()
            about = {"title": original.words}
        blob, now = await self._dreams.store_picture(original, user), runner.clock()
        state = {"work": {"begin": True}, "blob": blob, **about}  # whose it is stands in their entry alone
        game = Schedule(new_id(), guild, channel, GAME, 0, "UTC", now + TURN_S, now, now, state=state)
        await self._schedules.add(game)
        await self._entries.add(Entry(game.id, START, guild, user, 0, now))
        await runner.tick()
        await say(interaction, ritual_words.EXQUISITE_BEGUN)

    async def add_step(self, interaction: Interaction, game: Schedule, subject: str, now: float) -> None:
        """Dream somebody's step, in the thread. Raises `StepTaken`, `RitualBusy` and the `Refusal`s of dreams."""
        steps = await self.steps(game)
        if any(one.user_id == str(interaction.user.id) for one in steps):
            raise StepTaken
        service, job = self._dreams.service, new_id()
        params = await service.params(Dream, interaction.user.id, None, subject=subject)
        original = await self._current(game, steps)
        await self._hold(game, job)
        entry = Entry(game.id, job, game.guild_id, str(interaction.user.id), 0, now)
        await self._entries.add(entry)
        try:
            await service.take(interaction, params, original, private=False, id=job, thread_id=int(game.thread_id))
        except BaseException:
            await self._entries.remove(entry)
            await self._schedules.change(game.id, lambda one, _: one.with_state(step=None))
            raise
        await self._schedules.change(game.id, lambda one, _: replace(one.with_state(work={"step": job}), claimed=now))

    async def end(self, interaction: Interaction, game: Schedule, now: float) -> None:
        """End one; its starter may, and moderators. Raises `NotYours` and `RitualBusy`."""
        starters = [one.user_id for one in await self._entries.of_schedule(game.id) if one.job_id == START]
        if str(interaction.user.id) not in starters and not interaction.permissions.manage_messages:
            raise NotYours
        if game.claimed is not None or game.state.get("step"):
            raise RitualBusy
        await self._schedules.change(
            game.id, lambda one, _: replace(one.with_state(work={"end": True}), claimed=now, due=None)
        )
        await interaction_response.respond(interaction, interaction.response.defer)

    async def steps(self, game: Schedule) -> list[Entry]:
        """What was added, in that order."""
        return [one for one in await self._entries.of_schedule(game.id) if one.job_id != START]

    async def _hold(self, game: Schedule, job: JobId) -> None:
        """Of two who add at once, one does. Raises `RitualBusy`."""
        after = await self._schedules.change(
            game.id,
            lambda one, _: (
                None if one.state.get("step") or one.claimed or one.due is None else one.with_state(step=job)
            ),
        )
        if after is None or after.state.get("step") != job:
            raise RitualBusy

    async def _current(self, game: Schedule, steps: Sequence[Entry]) -> Original:
        """The picture as it is now. Raises `Gone`."""
        shown = [one for one in steps if one.message_id]
        row = await self._dreams.service.dispatch.row(JobId(shown[-1].job_id)) if shown else None
        if shown and (row is None or row.result is None):
            raise Gone
        if row is not None and row.result is not None:
            return replace(of_result(row, row.result.blob), frame="")
        starter = await self._starter(game) if game.state.get("of") == "avatar" else None
        title = self._title(game, await self._name(game))
        return Original(BlobKey(game.state["blob"]), title, earlier_owners=frozenset({starter} if starter else ()))

    async def _starter(self, game: Schedule) -> int | None:
        """Who began it; None once that person deleted what is stored of them."""
        entries = await self._entries.of_schedule(game.id)
        return next((int(one.user_id) for one in entries if one.job_id == START), None)

    async def _name(self, game: Schedule) -> str:
        """How whoever began it is called there now."""
        return await self._dreams.display_name(game, await self._starter(game))

    def _title(self, game: Schedule, name: str) -> str:
        """What its first picture is called."""
        return str(game.state.get("title") or wording.original_words(name, str(game.state.get("of", "picture"))))

    # what happens by itself

    def claim(self, schedule: Schedule, votes: Sequence[Vote], now: float, rules: ServerRules) -> Schedule:
        """A day without a step: it ends."""
        return replace(schedule.with_state(work={"end": True}), due=None)

    async def work(self, schedule: Schedule) -> None:
        """Show the image and open its thread; or show a step; or the end."""
        work = schedule.state.get("work") or {}
        if work.get("begin"):
            await self._open(schedule)
        elif work.get("step"):
            await self._follow(schedule, JobId(work["step"]))
        else:
            await self._finish(schedule)

    async def _open(self, game: Schedule) -> None:
        data = await self._dreams.service.dispatch.get_blob(BlobKey(game.state["blob"]))
        if data is None:
            raise Gone
        name = await self._name(game)
        picture = Picture(data, stored_words.read(self._title(game, name)))
        card = ritual_card.exquisite_opener(game, ritual_words.exquisite_words(name), picture)
        where = int(game.channel_id)
        message = await self._publisher.post_once(where, f"step:{game.id}:", f"{game.id}o", card, [picture])
        place = Posting(0, "", "", channel_id=where, guild_id=int(game.guild_id), message_id=message)
        thread = await self._publisher.open_thread(place, ritual_words.exquisite_thread_name(name))
        if thread is None:
            raise Rest("closed")
        await self._schedules.change(
            game.id, lambda one, _: replace(one.with_state(work=None), thread_id=str(thread), claimed=None)
        )

    async def _follow(self, game: Schedule, job: JobId) -> None:
        """A step that is posted is a step; one that came to nothing is taken back."""
        row, steps = await self._dreams.service.dispatch.row(job), await self.steps(game)
        entry = next((one for one in steps if one.job_id == job), None)
        if row is not None and row.posted is None:
            return
        if row is None or entry is None or not is_shown(row):
            if entry is not None:
                await self._entries.remove(entry)
            await self._schedules.change(
                game.id, lambda one, _: replace(one.with_state(work=None, step=None), claimed=None)
            )
            return
        await self._show_step(game, row, entry, len(steps))
        await self._close_turn(int(game.thread_id), [one for one in steps if one != entry])

    async def _show_step(self, game: Schedule, row: JobRow, entry: Entry, number: int) -> None:
        due = (row.finished or row.created) + TURN_S
        due = max(due, game.due or 0.0)
        card = ritual_card.exquisite_turn(game, number, ritual_words.turn_words(row, number, MOST_STEPS, due))
        thread, mark = int(game.thread_id), f"step:{game.id}:{number}"
        message = await self._publisher.post_once(thread, mark, f"{game.id}t{number}", card)
        await self._entries.show(entry, message)
        last = number >= MOST_STEPS
        await self._schedules.change(
            game.id,
            lambda one, _: replace(
                one.with_state(step=None, round=number, work={"end": True} if last else None),
                due=None if last else due, claimed=one.claimed if last else None,
            ),
        )  # fmt: skip

    async def _finish(self, game: Schedule) -> None:
        """The film, then who did what; then nothing is left of it but what was posted."""
        rows = [await self._dreams.service.dispatch.row(JobId(one.job_id)) for one in await self.steps(game)]
        made = [row for row in rows if row is not None and row.result is not None]
        if len(made) > 1 and not await self._is_filmed(game, made[-1]):
            return
        text = ritual_words.exquisite_end_words([(one, Posting.from_json(one.posting)) for one in made])
        mark = f"about:{made[-1].id}:e" if made else game.id
        view = ritual_card.exquisite_end(text, made[-1].id if made else "")
        where = int(game.thread_id or game.channel_id)
        await self._publisher.post_once(where, mark, f"{game.id}e", view)
        await self._close_turn(where, await self.steps(game))
        await self._schedules.delete(game.id)

    async def _close_turn(self, thread: int, steps: Sequence[Entry]) -> None:
        """Take the buttons from under the last of these steps. Nothing depends on it: a press goes on all the same, or
        says that it is over."""
        last = next((one for one in reversed(steps) if one.message_id), None)
        row = await self._dreams.service.dispatch.row(JobId(last.job_id)) if last else None
        if last is None or row is None:
            return
        card = ritual_card.note(ritual_words.last_turn_words(row, len(steps)))
        try:
            await self._publisher.replace_own(thread, int(last.message_id or 0), card)
        except PostError as error:
            log.info("the last step keeps its buttons: %s", type(error).__name__)

    async def _is_filmed(self, game: Schedule, last: JobRow) -> bool:
        """Whether the film stands, or there will be none; it is begun where it was not."""
        film = str(game.state.get("film", ""))
        if not film:
            film = new_id()
            await self._schedules.change(game.id, lambda one, _: one.with_state(film=film))
        row = await self._dreams.service.dispatch.row(JobId(film)) if film != NO_FILM else None
        if film == NO_FILM or (row is not None and row.posted):
            return True
        if row is None:
            return not await self._begin_film(game, JobId(film), last)
        return False

    async def _begin_film(self, game: Schedule, id: JobId, last: JobRow) -> bool:
        """Queue the film; False where it cannot be made here."""
        history = history_of_result(last)
        try:
            if not history or history.omitted:
                raise Gone
            params, original = animation(history.dreams), of_history(last, history)
            await self._dreams.begin(game, id, params, original, ritual_words.TITLES[GAME])
        except PASSING:
            raise
        except Refusal as error:
            log.info("no film of an exquisite dream: %s", error.code)
            await self._schedules.change(game.id, lambda one, _: one.with_state(film=NO_FILM))
            return False
        return True
