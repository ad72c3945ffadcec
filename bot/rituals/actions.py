"""What people do with rituals: `(interaction, what was pressed or typed) => changed, and shown`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import discord

from bot import ritual_questions, ritual_words
from bot.delivery import interaction_response
from bot.delivery.publisher import NO_MENTIONS
from bot.operations import questions
from bot.requests.derivation import draw_surprise
from bot.requests.picture_sources import Original
from bot.requests.replies import replace_panel, say, show
from bot.requests.server_actions import check_manager
from bot.requests.service import RequestService
from bot.rituals.daily_dream import DailyDream
from bot.rituals.exhibition import USUAL_STARS
from bot.rituals.exquisite_dream import ExquisiteDream
from bot.rituals.local_time import STEPS, next_time
from bot.rituals.runner import RitualRunner
from bot.store.posting import Posting
from bot.store.schedules import DAILY, ENDLESS, EXHIBITION, GAME, PERPETUAL, Schedule, Schedules
from bot.store.server_rules import time_zone
from bot.store.votes import STAR, Vote, Votes, star_poll, tally
from bot.views import ritual_card
from bot.views.message_card import Layout
from engine.errors import (
    BadOption,
    DayOver,
    Gone,
    NoRitual,
    OwnStar,
    RitualBusy,
    RitualNotAllowed,
    TooManyRituals,
    UserBlocked,
    VoteOver,
)
from engine.params import Dream
from engine.queue.job import new_id

Interaction = discord.Interaction[Any]
USUAL_HOUR = 18
OFFERED = PERPETUAL
"""Kinds that can be switched on."""
TIMED = (ENDLESS, DAILY, EXHIBITION)
"""Kinds that have their hours."""


class RitualActions:
    """Votes, switches, and `/server ritual`."""

    def __init__(
        self,
        client: discord.Client,
        schedules: Schedules,
        votes: Votes,
        service: RequestService,
        runner: RitualRunner,
        daily: DailyDream,
        exquisite: ExquisiteDream,
    ) -> None:
        self._client = client
        self._daily = daily
        self._exquisite = exquisite
        self._schedules = schedules
        self._votes = votes
        self._service = service
        self._runner = runner

    # for those who take part

    async def vote(self, interaction: Interaction, id: str, value: str) -> None:
        """Count a vote ("3-1": the second choice of the third round). Raises `NoRitual` and `VoteOver`."""
        schedule = await self._load(interaction, id)
        number, _, choice = value.partition("-")
        work = schedule.state.get("work") or {}
        if "choices" in work:  # the vote stands already, and the row does not say so yet
            schedule = schedule.with_state(choices=work["choices"], subject=work["subject"] or None)
        choices = schedule.state.get("choices", ())
        is_open = number == str(schedule.round) and schedule.due is not None
        if not is_open or not choice.isdecimal() or int(choice) >= len(choices):
            raise VoteOver
        await self._votes.cast(
            Vote(schedule.poll, str(interaction.user.id), schedule.guild_id, schedule.channel_id, str(int(choice)),
                 self._runner.clock())
        )  # fmt: skip
        counts = tally(await self._votes.of_poll(schedule.poll))
        await replace_panel(interaction, ritual_card.poll(schedule, counts))

    async def star(self, interaction: Interaction, job_id: str) -> None:
        """Give a dream a star, or take it back. Raises `Gone`, `OwnStar` and the `Refusal`s of servers."""
        await self._check_person(interaction)
        row = await self._service.row(job_id, interaction.user.id)
        posting = Posting.from_json(row.posting)
        if posting.guild_id is None or posting.guild_id != interaction.guild_id or not posting.stars:
            raise Gone
        if row.job.requester == str(interaction.user.id):
            raise OwnStar
        guild, poll = str(posting.guild_id), star_poll(row.id)
        vote = Vote(poll, str(interaction.user.id), guild, str(posting.channel_id), STAR, self._runner.clock())
        await self._votes.toggle(vote)
        count = len(await self._votes.of_poll(poll))
        for gallery in await self._schedules.of_server(guild, EXHIBITION):
            if count >= int(gallery.state.get("threshold", USUAL_STARS)):
                await self._runner.hasten(gallery)
        if interaction.message is not None:
            view = ritual_card.with_star_count(interaction.message, row.id, count)
            await interaction_response.respond(
                interaction, lambda: interaction.response.edit_message(view=view, allowed_mentions=NO_MENTIONS)
            )

    async def about(self, interaction: Interaction, job_id: str) -> None:
        """Say how a dream in a gallery was made. Raises `Gone`."""
        row = await self._service.row(job_id, interaction.user.id)
        await say(interaction, ritual_words.about_words(row, Posting.from_json(row.posting)))

    async def check_open(self, interaction: Interaction, id: str, value: str) -> None:
        """Whether something can still be added. Raises `NoRitual`, `DayOver` and `RitualBusy`."""
        schedule = await self._load(interaction, id)
        is_newest = value == str(schedule.round) or schedule.kind == GAME
        if is_newest and (schedule.claimed is not None or not schedule.thread_id):
            raise RitualBusy
        if not is_newest or schedule.state.get("paused"):
            raise DayOver(thread=schedule.thread_id or schedule.channel_id)

    async def take(self, interaction: Interaction, id: str, value: str, subject: str) -> None:
        """Dream the image of the day, in its thread; towards a surprise where no subject is given. Raises `NoRitual`,
        `DayOver`, `RitualBusy` and the `Refusal`s of dreams."""
        await self.check_open(interaction, id, value)
        schedule = await self._load(interaction, id)
        catalog = self._service.catalog
        typed = {"subject": subject} if subject else draw_surprise(catalog, {}, guided=False)
        params = await self._service.params(Dream, interaction.user.id, None, **typed)
        original = await self._daily.original(schedule)
        await self._service.take(interaction, params, original, thread_id=int(schedule.thread_id))

    async def begin_exquisite(self, interaction: Interaction, original: Original) -> None:
        """Begin an exquisite dream. Raises the `Refusal`s of it."""
        await self._exquisite.begin(interaction, original, self._runner)

    async def step(self, interaction: Interaction, id: str, subject: str) -> None:
        """Add somebody's dream to an exquisite one. Raises `NoRitual` and the `Refusal`s of it."""
        await self._exquisite.add_step(interaction, await self._load(interaction, id), subject, self._runner.clock())

    async def end_exquisite(self, interaction: Interaction, id: str) -> None:
        """End one. Raises `NoRitual`, `NotYours` and `RitualBusy`."""
        await self._exquisite.end(interaction, await self._load(interaction, id), self._runner.clock())

    async def wake(self, interaction: Interaction, id: str, _value: str) -> None:
        """Let what rests go on at once. Raises `NoRitual`."""
        schedule = await self._load(interaction, id)
        if schedule.state.get("paused") == "idle":
            await self._resume(schedule)
        await replace_panel(interaction, ritual_card.note(ritual_words.woken_words(interaction.user.display_name)))

    async def _load(self, interaction: Interaction, id: str) -> Schedule:
        """A schedule of the server where it was pressed, by somebody who may. Raises `NoRitual` and the `Refusal`s of
        servers."""
        await self._check_person(interaction)
        schedule = await self._schedules.load(id)
        switched_off = schedule is not None and schedule.state.get("paused") == "off"
        if schedule is None or schedule.guild_id != str(interaction.guild_id) or switched_off:
            raise NoRitual
        return schedule

    async def _check_person(self, interaction: Interaction) -> None:
        """Votes are no dreams: they count where dreams are not made, too. Raises `UserBlocked`."""
        if await self._service.gate.blocks.is_user_blocked(str(interaction.guild_id), str(interaction.user.id)):
            raise UserBlocked

    async def _resume(self, schedule: Schedule) -> None:
        now = self._runner.clock()
        due = now if schedule.kind in TIMED else None
        await self._schedules.change(
            schedule.id,
            lambda one, _: replace(one.with_state(paused=None, idle_s=None, idle=None, failures=None), due=due),
        )

    # for whoever manages the server

    async def listing(self, interaction: Interaction) -> None:
        """Show what there is. Raises `NotManager` and `NoServer`."""
        await show(interaction, await self._listing(interaction))

    async def switch_on(
        self, interaction: Interaction, kind: str, channel: Any, hour: int | None, zone: str | None,
        **state: int | None,
    ) -> None:  # fmt: skip
        """Switch one on in a channel, or change it there. Raises `NotManager`, `NoServer`, `BadOption`,
        `RitualNotAllowed` and `TooManyRituals`."""
        guild_id = check_manager(interaction)
        if kind not in OFFERED:
            raise BadOption(option="kind", problem="has to be one of those that are offered")
        check_channel(interaction.guild, channel, kind)
        chosen = {name: value for name, value in state.items() if value is not None}
        before = await self._find(guild_id, str(channel.id), kind)
        made = self._made(before, guild_id, str(channel.id), kind, hour, zone, chosen)
        if before is None and len(await self._schedules.of_server(guild_id, *PERPETUAL)) >= ritual_words.MOST_RITUALS:
            raise TooManyRituals(limit=ritual_words.MOST_RITUALS)
        schedule = await self._schedules.add(made)
        await self._tell(interaction, schedule)
        await say(interaction, ritual_words.switched_words(schedule))

    def _made(
        self, before: Schedule | None, guild_id: str, channel_id: str, kind: str, hour: int | None, zone: str | None,
        state: Mapping[str, int],
    ) -> Schedule:  # fmt: skip
        """What is written down: what was typed, over what held before. Raises `BadOption`."""
        if zone is not None and time_zone(zone) is None:
            raise BadOption(option="zone", problem="has to be a time zone such as Europe/Berlin, or UTC+2")
        if state.get("every_h", 24) not in STEPS:
            raise BadOption(option="every", problem=f"has to be one of {', '.join(map(str, STEPS))}")
        now = self._runner.clock()
        at = hour if hour is not None else before.hour if before else USUAL_HOUR
        where = zone or (before.zone if before else "UTC")
        kept = {**(before.state if before else {}), **state}
        due = next_time(now, at, where, int(kept.get("every_h", 24))) if kind in TIMED else None
        return Schedule(new_id(), guild_id, channel_id, kind, at, where, due, now, state=dict(state))

    async def switch(self, interaction: Interaction, id: str, *, on: bool) -> None:
        """Turn one off or on again, and show what there is. Raises `NotManager`, `NoServer` and `NoRitual`."""
        guild_id = check_manager(interaction)
        schedule = await self._schedules.load(id)
        if schedule is None or schedule.guild_id != guild_id or schedule.kind not in PERPETUAL:
            raise NoRitual
        if on:
            place = interaction.guild.get_channel(int(schedule.channel_id)) if interaction.guild else None
            check_channel(interaction.guild, place, schedule.kind)
            await self._resume(schedule)
        else:
            await self._schedules.change(
                id, lambda one, _: replace(one.with_state(work=None, paused="off"), claimed=None, due=None)
            )
        await self._tell(interaction, await self._schedules.load(id) or schedule)
        await replace_panel(interaction, await self._listing(interaction))

    async def _find(self, guild_id: str, channel_id: str, kind: str) -> Schedule | None:
        found = await self._schedules.of_server(guild_id, kind)
        return next((one for one in found if one.channel_id == channel_id), None)

    async def _listing(self, interaction: Interaction) -> Layout:
        return ritual_card.listing(await self._schedules.of_server(check_manager(interaction), *PERPETUAL))

    async def _tell(self, interaction: Interaction, schedule: Schedule) -> None:
        """Tell the log channel who changed what."""
        await self._runner.note(schedule, ritual_words.changed_line(interaction.user.display_name, schedule))


def check_channel(guild: discord.Guild | None, channel: Any, kind: str) -> None:
    """Whether the bot may post there. Raises `RitualNotAllowed` and `BadOption`."""
    place = guild.get_channel(channel.id) if guild and channel is not None else None
    if guild is None or not isinstance(place, discord.TextChannel):
        raise BadOption(option="channel", problem="has to be a text channel that I can see")
    if lacking := ritual_questions.lacking(kind, place.permissions_for(guild.me)):
        raise RitualNotAllowed(channel=place.id, lacking=", ".join(map(questions.permission_name, lacking)))
