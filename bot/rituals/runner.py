"""Runs what is due: `(schedules, clock) => work`, every few seconds, in every server that the bot is in.

A server that is paused, and one where it is quiet, is left alone: what was missed happens once afterwards.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import discord

from bot import ritual_words
from bot.delivery.errors import PostError
from bot.delivery.server_log import ServerLog
from bot.languages.current import speaking
from bot.languages.servers import locale_of
from bot.operations import questions
from bot.rituals.ritual import PASSING, Rest, Ritual
from bot.store.schedules import GAME, Schedule, Schedules
from bot.store.server_rules import ServerRules, ServerRulesStore
from engine.errors import NoLedger, RecipeBarred, Refusal, SubjectHidden

log = logging.getLogger(__name__)

TICK_S = 10.0
AT_ONCE = 8
GIVE_UP_S = 24 * 3600.0
"""What was claimed so long ago and is not done yet is left."""


class RitualRunner:
    """Looks what is due, and does it."""

    def __init__(
        self,
        client: discord.Client,
        schedules: Schedules,
        rules: ServerRulesStore,
        server_log: ServerLog,
        kinds: Mapping[str, Ritual],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.clock = clock
        self._client = client
        self._schedules = schedules
        self._rules = rules
        self._log = server_log
        self._kinds = kinds
        self._one_tick = asyncio.Lock()

    async def run_forever(self) -> None:
        """Round after round, until cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            try:
                await self.tick()
            except NoLedger:  # said where it was noticed; the next round tries again
                continue
            except Exception:
                log.exception("a round of rituals broke")

    async def tick(self) -> None:
        """Do a step of everything that is due or under way."""
        async with self._one_tick:
            turns = asyncio.Semaphore(AT_ONCE)  # one server that answers slowly does not hold up the others
            await asyncio.gather(*(self._take_turn(one, turns) for one in await self._schedules.due(self.clock())))

    async def _take_turn(self, schedule: Schedule, turns: asyncio.Semaphore) -> None:
        async with turns:
            with speaking(locale_of(self._client, schedule.guild_id)):
                await self._step(schedule)

    async def _step(self, schedule: Schedule) -> None:
        ritual, guild = self._kinds.get(schedule.kind), self._client.get_guild(int(schedule.guild_id))
        if ritual is None or guild is None:  # out of reach: perhaps for good, then its server is forgotten in a month
            return
        try:
            if not can_post(guild, schedule.channel_id):
                raise Rest("closed")
            claimed = schedule if schedule.claimed is not None else await self._claim(schedule, ritual)
            if claimed is not None:
                await self._work(claimed, ritual)
        except PASSING as error:
            log.info("a ritual waits: %s", type(error).__name__)
        except Rest as error:
            await self.rest(schedule, error.reason)
        except (RecipeBarred, SubjectHidden):
            await self.rest(schedule, "barred")
        except (PostError, Refusal) as error:
            log.warning("a ritual rests: %s %s", type(error).__name__, error)
            await self.rest(schedule, "closed" if isinstance(error, PostError) else "failed")
        except Exception:
            log.exception("a ritual broke; trying again")

    async def _claim(self, schedule: Schedule, ritual: Ritual) -> Schedule | None:
        """Take what is due, before anything is done; None where it is not to happen now."""
        now, rules = self.clock(), await self._rules.load(schedule.guild_id)
        if rules.paused or (rules.quiet and rules.quiet.holds(now)):
            return None

        def take(fresh: Schedule, votes: object) -> Schedule | None:
            if fresh.claimed is not None or fresh.due is None or fresh.due > now:
                return None
            return replace(ritual.claim(fresh, votes, now, rules), claimed=now)  # type: ignore[arg-type]

        after = await self._schedules.change(schedule.id, take)
        return after if after and after.claimed == now else None

    async def _work(self, schedule: Schedule, ritual: Ritual) -> None:
        if schedule.claimed is not None and self.clock() - schedule.claimed > GIVE_UP_S:
            await self._schedules.change(schedule.id, lambda one, _: replace(one.with_state(work=None), claimed=None))
            await self.note(schedule, ritual_words.failed_line(schedule))
            return
        await ritual.work(schedule)

    async def hasten(self, schedule: Schedule) -> None:
        """Let one that is on be looked at at once."""
        now = self.clock()
        await self._schedules.change(
            schedule.id, lambda one, _: replace(one, due=now) if one.due is not None and one.due > now else None
        )

    async def rest(self, schedule: Schedule, reason: str) -> None:
        """Let one rest, and say so in the server's log channel."""
        await self._schedules.change(
            schedule.id, lambda one, _: replace(one.with_state(work=None, paused=reason), claimed=None, due=None)
        )
        await self.note(schedule, ritual_words.rest_line(schedule, reason))
        if schedule.kind == GAME:  # nobody switches it on again
            await self._schedules.delete(schedule.id)

    async def note(self, schedule: Schedule, line: str) -> None:
        """Tell the log channel of a server, if it has one."""
        rules: ServerRules = await self._rules.load(schedule.guild_id)
        self._log.note(rules.log_channel, line)


def can_post(guild: discord.Guild, channel_id: str) -> bool:
    """Whether the bot may post there what outlasts a restart."""
    channel = guild.get_channel_or_thread(int(channel_id))
    if channel is None:
        return False
    return not questions.lacking(channel.permissions_for(guild.me), ServerRules())
