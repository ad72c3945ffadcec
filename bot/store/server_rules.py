"""What a server decided: `server => rules`. Whoever may manage the server changes them with `/server`.

What holds for somebody in a channel is made of three: what holds in the whole server, what holds in that channel, and
what the roles of the person have. Of the server and the channel the stricter counts; a number of a role stands in place
of the server's, the largest of several. What the bot's owner allows (`limits` in the settings) is never raised by it.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import re
import time
import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.store.game_tables import dex_entries, fool_entries, fool_rounds, guess_answers, guess_rounds
from bot.store.tables import schedule_entries, schedules, server_blocks, server_rules, server_uses, votes
from engine.params.sensitive_subjects import APES, UNDERWEAR, WEAPONS
from engine.queue.database import reading

T = TypeVar("T")
NSFW_OFF, NSFW_SPOILER, NSFW_AGE, NSFW_REFUSE = NSFW_ACTIONS = ("off", "spoiler", "age-restricted", "refuse")
"""What happens to images that do not look safe for work, from the mildest to the strictest."""
OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?|UTC|GMT", re.IGNORECASE)
"""A time zone as people write it where they do not know its name: UTC+2, -03:30."""

OF_SERVERS = (
    server_uses, server_blocks, guess_rounds, fool_rounds, dex_entries, votes, schedule_entries, schedules,
)  # fmt: skip
"""Tables whose rows go with their server."""


@dataclass(frozen=True, slots=True)
class PersonLimit:
    """How much one person may ask for; None: no limit."""

    at_once: int | None = None
    """Pictures that wait or are made."""
    hourly: int | None = None
    daily: int | None = None
    cooldown_s: int | None = None
    """Seconds between two requests."""


LIMIT_NAMES = tuple(one.name for one in fields(PersonLimit))
MILDER: Mapping[str, Callable[[Iterable[int]], int]] = {**dict.fromkeys(LIMIT_NAMES, max), "cooldown_s": min}
"""Which of several numbers lets people do more."""


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """What holds in one channel, or in all of a server."""

    barred: tuple[str, ...] = ()
    """Recipes that are not made."""
    most_size: int | None = None
    """The longest side, in pixels."""
    limit: PersonLimit = PersonLimit()
    posts_hourly: int | None = None
    """Results that are posted in a channel within an hour, of everybody together."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one minute of the day to another, there: results are shown to nobody but who asks."""

    begin: int
    end: int
    """Minutes after midnight; before `begin` where it is the next day's."""
    zone: str = "UTC"

    def holds(self, now: float) -> bool:
        """Whether it is quiet at that moment (Unix seconds)."""
        there = datetime.datetime.fromtimestamp(now, time_zone(self.zone) or datetime.UTC)
        minute = there.hour * 60 + there.minute
        if self.begin <= self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end


@dataclass(frozen=True, slots=True)
class ServerRules:
    """All that a server decided."""

    paused: bool = False
    channels: tuple[str, ...] = ()
    """Where dreams are made; empty: everywhere. A thread is as its channel."""
    whole: ChannelRules = ChannelRules()
    by_channel: Mapping[str, ChannelRules] = field(default_factory=dict)
    by_role: Mapping[str, PersonLimit] = field(default_factory=dict)
    one_chain: bool = False
    """Whether a person has one dream under way in a channel, and the next one only then."""
    private: bool = False
    """Whether results are shown to nobody but who asks, unless they say otherwise."""
    threads: bool = False
    """Whether what follows a result is made in a thread under it."""
    quiet: QuietHours | None = None
    log_channel: str = ""
    hidden: tuple[str, ...] = (WEAPONS, UNDERWEAR, APES)
    """Categories of subjects that are not made; apes on other people's avatars only."""
    others_avatars: bool = True
    """Whether somebody else's avatar may be dreamed."""
    nsfw: str = NSFW_OFF
    """What happens to images that do not look safe for work; what the bot's owner decided is never loosened."""
    games: tuple[str, ...] = ()
    """Channels in which `/play` is on; empty: nowhere. A thread is as its channel."""

    def channel(self, channel_id: str) -> ChannelRules:
        """What holds in a channel: the stricter of its own rules and the server's."""
        own = self.by_channel.get(channel_id, ChannelRules())
        return ChannelRules(
            tuple(sorted({*self.whole.barred, *own.barred})),
            _pick(min, self.whole.most_size, own.most_size),
            own.limit,
            _pick(min, self.whole.posts_hourly, own.posts_hourly),
        )

    def person(self, role_ids: Iterable[str]) -> PersonLimit:
        """What somebody with these roles may ask for in the whole server."""
        roles = [self.by_role[one] for one in role_ids if one in self.by_role]
        chosen = {name: _pick(MILDER[name], *(getattr(one, name) for one in roles)) for name in LIMIT_NAMES}
        return replace(self.whole.limit, **{name: value for name, value in chosen.items() if value is not None})


def time_zone(name: str) -> datetime.tzinfo | None:
    """The time zone of a name ("Europe/Berlin") or an offset ("UTC+2"); None if there is none."""
    if found := OFFSET.fullmatch(name.strip().replace(" ", "")):
        sign, hours, minutes = found[1] or "+", int(found[2] or 0), int(found[3] or 0)
        apart = datetime.timedelta(hours=hours, minutes=minutes)
        return datetime.timezone(-apart if sign == "-" else apart) if apart <= datetime.timedelta(hours=14) else None
    try:
        return zoneinfo.ZoneInfo(name.strip())
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _pick(choose: Callable[[Iterable[int]], int], *values: int | None) -> int | None:
    given = [one for one in values if one is not None]
    return choose(given) if given else None


class ServerRulesStore:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self.clock = clock

    async def load(self, guild_id: str) -> ServerRules:
        """A server's rules; those of every server where nothing was decided."""
        return await asyncio.to_thread(self._load, guild_id)

    async def change(self, guild_id: str, change: Callable[[ServerRules], ServerRules]) -> ServerRules:
        """Change a server's rules in one transaction; as they are then."""
        return await asyncio.to_thread(self._change, guild_id, change)

    async def note_servers(self, guild_ids: Iterable[str], is_asked: Callable[[str], bool] = lambda _: True) -> None:
        """Of the servers that this is asked of, the bot is in these, and in no other: those that it left begin to be
        forgotten."""
        await asyncio.to_thread(self._note_servers, set(guild_ids), is_asked)

    async def list_removed(self, before: float) -> list[str]:
        """The servers that the bot left before that moment."""
        return await asyncio.to_thread(self._list_removed, before)

    async def purge(self, guild_id: str) -> None:
        """Delete the rules, the blocks and the uses of a server."""
        await asyncio.to_thread(self._purge, guild_id)

    def _load(self, guild_id: str) -> ServerRules:
        with reading(self._engine) as db:
            return _read(db, guild_id)

    def _change(self, guild_id: str, change: Callable[[ServerRules], ServerRules]) -> ServerRules:
        with self._engine.begin() as db:
            changed = change(_read(db, guild_id))
            db.execute(server_rules.delete().where(server_rules.c.guild_id == guild_id))
            db.execute(server_rules.insert().values(guild_id=guild_id, rules=json.dumps(asdict(changed))))
        return changed

    def _note_servers(self, guild_ids: set[str], is_asked: Callable[[str], bool]) -> None:
        with self._engine.begin() as db:
            rows = db.execute(sa.select(server_rules.c.guild_id, server_rules.c.removed)).all()
            known = {row.guild_id: row.removed for row in rows if is_asked(row.guild_id)}
            for guild_id, removed in known.items():
                is_there = guild_id in guild_ids
                if is_there == (removed is not None):
                    row = sa.update(server_rules).where(server_rules.c.guild_id == guild_id)
                    db.execute(row.values(removed=None if is_there else self.clock()))
            for guild_id in guild_ids - {row.guild_id for row in rows}:
                db.execute(server_rules.insert().values(guild_id=guild_id, rules="{}"))

    def _list_removed(self, before: float) -> list[str]:
        with reading(self._engine) as db:
            return [*db.scalars(sa.select(server_rules.c.guild_id).where(server_rules.c.removed < before))]

    def _purge(self, guild_id: str) -> None:
        with self._engine.begin() as db:
            for table, rounds in ((guess_answers, guess_rounds), (fool_entries, fool_rounds)):
                ids = sa.select(rounds.c.id).where(rounds.c.guild_id == guild_id)
                db.execute(table.delete().where(table.c.round_id.in_(ids)))
            for table in (*OF_SERVERS, server_rules):
                db.execute(table.delete().where(table.c.guild_id == guild_id))


def _read(db: sa.Connection, guild_id: str) -> ServerRules:
    found = db.scalar(sa.select(server_rules.c.rules).where(server_rules.c.guild_id == guild_id))
    return read_rules(json.loads(found or "{}"))


def read_rules(stored: Mapping[str, Any]) -> ServerRules:
    """Rules as stored; what another version had beside them is ignored."""
    quiet = stored.get("quiet")
    made = _known(ServerRules, stored)
    return ServerRules(**{
        **made,
        "channels": tuple(made.get("channels", ())),
        "games": tuple(made.get("games", ())),
        "hidden": tuple(made.get("hidden", ServerRules().hidden)),
        "whole": _channel_rules(stored.get("whole", {})),
        "by_channel": {id: _channel_rules(one) for id, one in stored.get("by_channel", {}).items()},
        "by_role": {id: PersonLimit(**_known(PersonLimit, one)) for id, one in stored.get("by_role", {}).items()},
        "quiet": QuietHours(**_known(QuietHours, quiet)) if quiet else None,
    })  # fmt: skip


def _channel_rules(stored: Mapping[str, Any]) -> ChannelRules:
    limit = PersonLimit(**_known(PersonLimit, stored.get("limit", {})))
    return ChannelRules(**{**_known(ChannelRules, stored), "barred": tuple(stored.get("barred", ())), "limit": limit})


def _known(kind: type[Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    return {one.name: stored[one.name] for one in fields(kind) if one.name in stored}
