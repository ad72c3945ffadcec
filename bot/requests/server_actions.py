"""What `/server` does: `(interaction, what was chosen) => changed rules, which hold from the next request on`.

Every change is of the server that it came from, by somebody who may manage that one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord

from bot import discord_internals, wording
from bot.delivery.server_log import ServerLog
from bot.operations import questions
from bot.operations.questions import Finding
from bot.requests.moderation import Moderation
from bot.requests.replies import replace_panel
from bot.ritual_questions import ritual_findings
from bot.store.nsfw_rules import NsfwCheck
from bot.store.schedules import PERPETUAL, Schedule, Schedules
from bot.store.server_rules import (
    NSFW_ACTIONS,
    ChannelRules,
    PersonLimit,
    QuietHours,
    ServerRules,
    ServerRulesStore,
    time_zone,
)
from bot.store.server_week import WEEK_S, week_of
from bot.views import server_panel
from bot.views.message_card import Layout
from bot.views.server_panel import ANY_SIZE, CHANNELS, LIMITS, ON, OVERVIEW, RESULTS, SUBJECTS, WHOLE
from engine.errors import BadOption, NoServer, NotManager
from engine.files.nsfw_scorer import INSTALL
from engine.params import Dream, bounds
from engine.params.sensitive_subjects import LABELS
from engine.queue.dispatch_port import Dispatch
from engine.settings import Limits

MOST_RULES = 40
"""Channels, and roles, that may have rules of their own."""
HIGHEST = 100_000
POSTS = "posts_hourly"
Interaction = discord.Interaction[Any]
Change = Callable[[ServerRules], ServerRules]
Action = Callable[[Interaction, str, Sequence[str]], Awaitable[None]]
"""Takes the scope, or the value of a button, and what was chosen in a select."""


class ServerActions:
    """The panel of `/server`, its commands, and what its parts do."""

    def __init__(
        self,
        client: discord.Client,
        rules: ServerRulesStore,
        dispatch: Dispatch,
        server_log: ServerLog,
        limits: Limits,
        moderation: Moderation,
        nsfw_check: NsfwCheck,
        schedules: Schedules,
    ) -> None:
        self._schedules = schedules
        self._nsfw_check = nsfw_check
        self._moderation = moderation
        self._client = client
        self._rules = rules
        self._dispatch = dispatch
        self._log = server_log
        self._limits = limits
        self._actions: dict[str, Action] = {
            **{f"page_{name}": self._turn_to(name) for name in server_panel.PAGES},
            "pause": self._set(OVERVIEW, lambda _, __: {"paused": True}),
            "resume": self._set(OVERVIEW, lambda _, __: {"paused": False}),
            "answers": self._set(CHANNELS, lambda _, chosen: {"channels": tuple(chosen)}),
            "games": self._set(CHANNELS, lambda _, chosen: {"games": tuple(chosen)}),
            "log": self._set(RESULTS, lambda _, chosen: {"log_channel": next(iter(chosen), "")}),
            "hidden": self._set(SUBJECTS, lambda _, chosen: {"hidden": tuple(one for one in LABELS if one in chosen)}),
            "private": self._set(RESULTS, lambda value, _: {"private": value == ON}),
            "threads": self._set(RESULTS, lambda value, _: {"threads": value == ON}),
            "others_avatars": self._set(SUBJECTS, lambda value, _: {"others_avatars": value == ON}),
            "nsfw": self._set(SUBJECTS, lambda _, chosen: {"nsfw": read_action(chosen)}),
            "one_chain": self._set(LIMITS, lambda value, _: {"one_chain": value == ON}),
            "one_channel": self._show_channel,
            "recipes": self._choose_recipes,
            "size": self._choose_size,
            "check": self._show_check,
            "week": self._show_week,
            "blocked": self._show_blocked,
            "unblock": self._unblock,
        }

    async def act(self, interaction: Interaction, name: str, scope: str, chosen: Sequence[str]) -> None:
        """Do what a part of the panel is for. Raises `NotManager`, `NoServer`, and `BadOption` on what was never
        offered."""
        check_manager(interaction)
        if name not in self._actions:
            raise _never_offered(name)
        await self._actions[name](interaction, scope, chosen)

    async def rules(self, interaction: Interaction) -> ServerRules:
        """The rules of the server that an interaction came from. Raises `NotManager` and `NoServer`."""
        return await self._rules.load(check_manager(interaction))

    async def panel(self, interaction: Interaction, page: str = OVERVIEW, scope: str = WHOLE) -> Layout:
        """A page of the panel, as the rules are now. Raises `NotManager` and `NoServer`."""
        rules = await self.rules(interaction)
        name = interaction.guild.name if interaction.guild else ""
        pages: dict[str, Callable[[], Layout]] = {
            OVERVIEW: lambda: server_panel.overview_page(name, rules),
            CHANNELS: lambda: server_panel.channels_page(rules, scope),
            LIMITS: lambda: server_panel.limits_page(rules, self._limits.per_user),
            RESULTS: lambda: server_panel.results_page(rules),
            SUBJECTS: lambda: server_panel.safety_page(rules, self._nsfw_words()),
        }
        return pages[page]()

    async def change(self, interaction: Interaction, change: Change) -> ServerRules:
        """Change the rules, and tell the log who did; as they are then. Raises `NotManager` and `NoServer`."""
        guild_id = check_manager(interaction)
        before = await self._rules.load(guild_id)
        after = await self._rules.change(guild_id, change)
        if said := wording.changes_words(interaction.user.display_name, before, after):
            for channel in dict.fromkeys((before.log_channel, after.log_channel)):
                self._log.note(channel, said)
        return after

    async def set_limits(self, interaction: Interaction, scope: str, typed: Mapping[str, int | None]) -> None:
        """Set the limits of everyone ("all"), of a channel ("c123") or of a role ("r123"); None: no limit. Raises
        `BadOption` where too many have their own."""
        await self.change(interaction, lambda rules: with_limits(rules, scope, typed))

    async def show_limits(self, interaction: Interaction, scope: str, typed: Mapping[str, int | None]) -> None:
        """Set limits, and show them in the panel that was pressed."""
        await self.set_limits(interaction, scope, typed)
        await replace_panel(interaction, await self.panel(interaction, LIMITS))

    async def set_quiet_hours(self, interaction: Interaction, begin: str, end: str, zone: str) -> None:
        """Set quiet hours from what was typed, or end them where nothing was. Raises `BadOption`."""
        quiet = read_quiet_hours(begin, end, zone)
        await self.change(interaction, lambda rules: replace(rules, quiet=quiet))
        await replace_panel(interaction, await self.panel(interaction, RESULTS))

    async def check(self, interaction: Interaction) -> str:
        """What keeps the bot from working well there, in words. Raises `NotManager` and `NoServer`."""
        rules, guild = await self.rules(interaction), interaction.guild
        if guild is None:
            return wording.findings_words([])
        schedules = await self._schedules.of_server(str(guild.id), *PERPETUAL)
        return wording.findings_words(self._findings(rules, guild, schedules))

    async def week(self, interaction: Interaction) -> str:
        """What was made there within a week, in words. Raises `NotManager` and `NoServer`."""
        guild_id = int(check_manager(interaction))
        jobs = await self._dispatch.finished_in_server(guild_id, time.time() - WEEK_S)
        return wording.week_words(await asyncio.to_thread(week_of, jobs))

    async def blocks_panel(self, interaction: Interaction) -> Layout:
        """Who and what is refused there. Raises `NotManager` and `NoServer`."""
        return server_panel.blocked_page(await self._moderation.blocks(check_manager(interaction)))

    def _nsfw_words(self) -> str:
        check = self._nsfw_check
        return wording.nsfw_words(check.owner.action, "" if check.is_installed else INSTALL)

    def _findings(self, rules: ServerRules, guild: discord.Guild, schedules: Sequence[Schedule]) -> list[Finding]:
        channels = {str(one.id): one for one in guild.channels if one.type in server_panel.PLACES}
        names = {id: f"#{wording.plain(one.name)}" for id, one in channels.items()}
        given = {id: one.permissions_for(guild.me) for id, one in channels.items()}
        answers = {id: may for id, may in given.items() if not rules.channels or id in rules.channels}
        roles = {str(one.id): one.name for one in guild.roles}
        return [
            questions.engine_finding(self._dispatch.engine_listens()),
            *questions.shard_findings(guild.shard_id, discord_internals.shards_connected(self._client)),
            *questions.permission_findings(answers, rules, names),
            *questions.rules_findings(rules, names, roles, self._limits.per_user),
            questions.nsfw_finding(self._nsfw_check.action(rules.nsfw), is_installed=self._nsfw_check.is_installed),
            *questions.log_findings(rules, given.get(rules.log_channel)),
            questions.expressions_finding(guild.me.guild_permissions),
            *ritual_findings(schedules, rules, given, names),
        ]

    # the parts of the panel

    def _turn_to(self, page: str) -> Action:
        async def turn(interaction: Interaction, _scope: str, _chosen: Sequence[str]) -> None:
            await replace_panel(interaction, await self.panel(interaction, page))

        return turn

    def _set(self, page: str, fields: Callable[[str, Sequence[str]], Mapping[str, Any]]) -> Action:
        """Change fields of the rules, and show that page."""

        async def change(interaction: Interaction, value: str, chosen: Sequence[str]) -> None:
            await self.change(interaction, lambda rules: replace(rules, **fields(value, chosen)))
            await replace_panel(interaction, await self.panel(interaction, page))

        return change

    async def _show_channel(self, interaction: Interaction, _scope: str, chosen: Sequence[str]) -> None:
        scope = f"c{chosen[0]}" if chosen else WHOLE
        await replace_panel(interaction, await self.panel(interaction, CHANNELS, scope))

    async def _choose_recipes(self, interaction: Interaction, scope: str, chosen: Sequence[str]) -> None:
        barred = tuple(one for one in server_panel.features() if one not in chosen)
        await self._change_channel(interaction, scope, barred=barred)

    async def _choose_size(self, interaction: Interaction, scope: str, chosen: Sequence[str]) -> None:
        value = next(iter(chosen), ANY_SIZE)
        await self._change_channel(interaction, scope, most_size=None if value == ANY_SIZE else read_size(value))

    async def _change_channel(self, interaction: Interaction, scope: str, **fields: Any) -> None:
        scope = scope or WHOLE
        await self.change(interaction, lambda rules: with_channel(rules, scope, **fields))
        await replace_panel(interaction, await self.panel(interaction, CHANNELS, scope))

    async def _show_check(self, interaction: Interaction, _scope: str, _chosen: Sequence[str]) -> None:
        await replace_panel(interaction, server_panel.text_page(await self.check(interaction)))

    async def _show_week(self, interaction: Interaction, _scope: str, _chosen: Sequence[str]) -> None:
        await replace_panel(interaction, server_panel.text_page(await self.week(interaction)))

    async def _show_blocked(self, interaction: Interaction, _scope: str, _chosen: Sequence[str]) -> None:
        await replace_panel(interaction, await self.blocks_panel(interaction))

    async def _unblock(self, interaction: Interaction, _scope: str, chosen: Sequence[str]) -> None:
        guild_id = check_manager(interaction)
        for one in chosen:
            kind, _, value = one.partition(" ")
            await self._moderation.unblock(interaction, guild_id, kind, value)
        await replace_panel(interaction, await self.blocks_panel(interaction))


def check_manager(interaction: Interaction) -> str:
    """The server that somebody may change the rules of, where they are. Raises `NotManager`, and `NoServer` where the
    bot is none of its members."""
    if interaction.guild_id is None or interaction.guild is None or not interaction.is_guild_integration():
        raise NoServer
    if not interaction.permissions.manage_guild:
        raise NotManager
    return str(interaction.guild_id)


def with_channel(rules: ServerRules, scope: str, **fields: Any) -> ServerRules:
    """Rules with something else in all channels, or in one; a channel without rules of its own is left out. Raises
    `BadOption` where too many have some."""
    if scope == WHOLE:
        return replace(rules, whole=replace(rules.whole, **fields))
    id = scope[1:]
    changed = replace(rules.by_channel.get(id, ChannelRules()), **fields)
    others = {one: kept for one, kept in rules.by_channel.items() if one != id}
    _check_count("channel", others)
    return replace(rules, by_channel=others if changed == ChannelRules() else {**others, id: changed})


def with_limits(rules: ServerRules, scope: str, typed: Mapping[str, int | None]) -> ServerRules:
    """Rules with some of the limits of everyone, of a channel or of a role changed. Raises `BadOption`."""
    numbers = {name: value for name, value in typed.items() if name != POSTS}
    if scope.startswith("r"):
        id, others = scope[1:], {one: kept for one, kept in rules.by_role.items() if one != scope[1:]}
        _check_count("role", others)
        limit = replace(rules.by_role.get(id, PersonLimit()), **numbers)
        return replace(rules, by_role=others if limit == PersonLimit() else {**others, id: limit})
    held = rules.whole if scope == WHOLE else rules.by_channel.get(scope[1:], ChannelRules())
    fields: dict[str, Any] = {"limit": replace(held.limit, **numbers)}
    return with_channel(rules, scope, **fields, **({POSTS: typed[POSTS]} if POSTS in typed else {}))


def _check_count(what: str, others: Mapping[str, object]) -> None:
    if len(others) >= MOST_RULES:
        raise BadOption(option=what, problem=f"has {MOST_RULES} others with rules of their own, which is the limit")


def read_number(name: str, text: str) -> int | None:
    """A limit as it was typed; None for nothing, or for 0. Raises `BadOption`."""
    if not text.strip():
        return None
    label = wording.LIMIT_LABELS[name][0]
    if not text.strip().isdecimal() or int(text) > HIGHEST:
        raise BadOption(option=label, problem="has to be a number, or empty for no limit")
    return int(text) or None


def read_size(text: str) -> int:
    """A largest size as it was chosen. Raises `BadOption`."""
    declared = bounds(Dream, "size")
    if not text.isdecimal() or not declared["ge"] <= int(text) <= declared["le"]:
        raise _never_offered("size")
    return int(text)


def read_action(chosen: Sequence[str]) -> str:
    """What happens to images that do not look safe for work, as it was chosen. Raises `BadOption`."""
    action = next(iter(chosen), "")
    if action not in NSFW_ACTIONS:
        raise _never_offered("choice")
    return action


def read_quiet_hours(begin: str, end: str, zone: str) -> QuietHours | None:
    """Quiet hours as they were typed; None where nothing was. Raises `BadOption`."""
    if not begin.strip() and not end.strip():
        return None
    if time_zone(zone or "UTC") is None:
        raise BadOption(option="time zone", problem="is none that I know: write Europe/Berlin or UTC+2")
    first, last = _minute("from", begin), _minute("until", end)
    if first == last:
        raise BadOption(option="until", problem="has to be another time than from")
    return QuietHours(first, last, zone.strip() or "UTC")


def _minute(name: str, text: str) -> int:
    """Minutes after midnight: "22:00", "7", "7.30"."""
    hour, _, minute = text.strip().replace(".", ":").partition(":")
    if not hour.isdecimal() or not (minute or "0").isdecimal() or int(hour) > 23 or int(minute or 0) > 59:
        raise BadOption(option=name, problem="has to be a time such as 22:00")
    return int(hour) * 60 + int(minute or 0)


def _never_offered(option: str) -> BadOption:
    return BadOption(option=option, problem="has to be one of those that are offered")
