"""How much may be asked for: by one person, by everybody together, of the engine, and in a server. `request => turn, or
a refusal`.

The ledger counts jobs inside its transaction; `Quota` counts the requests that are not jobs yet, whose pictures are
being fetched and decoded, so that nobody can keep the decoder busy without queueing anything.

A file is in memory from its first byte until the decoder has answered. All files together have so many bytes
(`DownloadQueue`); whoever does not fit waits with nothing in memory but a link. One of a person is held at a time, so
that nobody fills the room.

`ServerGate` holds a request against what its server decided, once, before anything is opened for it. The owner's limits
are counted all the same, by the ledger: the strictest of all counts.

Longer than most files: all that may keep a request from the queue stands side by side.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic

from bot.store.server_blocks import ServerBlocks
from bot.store.server_rules import ChannelRules, PersonLimit, ServerRules, ServerRulesStore
from bot.store.server_uses import DAY_S, HOUR_S, ServerUses, Use
from engine.errors import (
    AgeRestricted,
    BadOption,
    ChannelBusy,
    ChannelClosed,
    CommandForbidden,
    Cooldown,
    DailyLimit,
    HourlyLimit,
    ImageBlocked,
    ImageExplicit,
    ImageForAdults,
    ImageUnchecked,
    MoreThanTyped,
    NetworkMissing,
    NoPainting,
    NoVideo,
    OneAtATime,
    OptionConflict,
    OthersAvatarsOff,
    QuietHoursNow,
    RecipeBarred,
    ServerPaused,
    SizeBarred,
    SubjectHidden,
    TooManyAtOnce,
    TooManyJobs,
    TooManyPictures,
    TooManyZoomFrames,
    TooMuchVideo,
    UserBlocked,
)
from engine.params import AIM_OPTIONS, YOURS, AnyParams, Dream, P, Params, See, Style, VariedParams, Video, Zoom, make
from engine.params.sensitive_subjects import APES, categories
from engine.platform.units import MEGABYTE
from engine.queue.dispatch_port import Dispatch
from engine.queue.job import FURTHER, VIDEO, JobId, Standing, State

MOST_BYTES_HELD = 100 * MEGABYTE
"""Bytes that all files may have together."""
MOST_WAITING = 200
"""Turns that may be waited for; more are refused."""
SECONDS_EACH = 1.0
"""For the guess how long it takes until there is room to wait."""
WORK_OPTIONS = ("size", "frames")
"""The options that commands offer and that make more work."""


class Quota:
    """Slots for requests that are being opened."""

    def __init__(self, per_user: int) -> None:
        self.per_user = per_user
        self._open: Counter[str] = Counter()

    @property
    def busy(self) -> bool:
        """Whether any request is being opened."""
        return bool(self._open)

    def holds(self, user: str) -> bool:
        """Whether a request of this user is being opened."""
        return user in self._open

    @contextmanager
    def slot(self, user: str) -> Iterator[None]:
        """Hold one of the user's slots. Raises `TooManyJobs`."""
        if self._open[user] >= self.per_user:
            raise TooManyJobs(count=self._open[user], limit=self.per_user)
        self._open[user] += 1
        try:
            yield
        finally:
            self._open[user] -= 1
            if not self._open[user]:
                del self._open[user]


def check_work(params: Dream | Zoom | See | Style) -> None:
    """Refuse more work than the commands can be made to ask for. Raises `MoreThanTyped`.

    Params have options that no command offers, such as `iterations`: whoever writes them into a file must not get more
    of the engine by it than anyone who types.
    """
    times = params.work() / _largest(params)
    if times > 1:
        raise MoreThanTyped(times=f"{times:.1f}", recipe=params.recipe)


def _largest(params: Dream | Zoom | See | Style) -> float:
    """The most work that a command can ask of this recipe and network."""
    kind = type(params)
    bounds: dict[str, Any] = {name: _maximum(kind, name) for name in WORK_OPTIONS if name in kind.model_fields}
    if kind is Style:  # dreaming beside it makes more work, and is offered, too
        bounds |= params.model_dump(include=set(AIM_OPTIONS))
    if kind is Zoom:
        bounds["frames"] = Zoom.CHAT_FRAMES
    plain = make(kind, params.catalog, network=params.network, **bounds)
    notebook = {**Dream.NOTEBOOK, "look": "2015"}
    return max(plain.work(), plain.model_copy(update=notebook).work() if kind is Dream else 0.0)


def _maximum(kind: type[Params], name: str) -> int:
    return next(int(bound.le) for bound in kind.model_fields[name].metadata if hasattr(bound, "le"))


def check_ready(params: Params) -> None:
    """Refuse a network that is not installed, and what takes too long here. Raises `NetworkMissing`,
    `TooManyZoomFrames` and `TooMuchVideo`."""
    if not params.catalog.is_ready(params.network):
        raise NetworkMissing(name=params.network)
    if isinstance(params, Zoom) and params.frames > Zoom.CHAT_FRAMES:
        raise TooManyZoomFrames(frames=params.frames, limit=Zoom.CHAT_FRAMES)
    if isinstance(params, Video) and (params.frames > Video.CHAT_FRAMES or params.size > Video.CHAT_SIZE):
        raise TooMuchVideo(frames=params.frames, size=params.size, most=Video.CHAT_FRAMES, largest=Video.CHAT_SIZE)


def check_at_most_one(**given: object) -> None:
    """Raise `OptionConflict` where more than one of these options is given."""
    first, *others = [name for name, value in given.items() if value is not None] or [""]
    if others:
        raise OptionConflict(first=first, second=others[0])


def check_others(params: AnyParams, others: Mapping[str, object]) -> None:
    """Refuse pictures that do not go with the options. Raises `BadOption`, and `NoPainting` or `NoVideo` where one is
    missing."""
    if isinstance(params, Video) and VIDEO not in others:
        raise NoVideo
    if isinstance(params, Style) and params.painting == YOURS and "painting" not in others:
        raise NoPainting
    if "guide" in others and isinstance(params, Dream) and params.subject:
        raise BadOption(option="guide", problem="takes the place of a subject: leave one of them out")
    if not others.keys().isdisjoint(FURTHER) and isinstance(params, VariedParams) and params.variations > 1:
        raise BadOption(option="variations", problem="makes several of one image: send one, or leave it out")


class Turn:
    """A place in line, and the right to hold a file: `async with turn`."""

    def __init__(self, download_queue: DownloadQueue, person: str, size: int) -> None:
        self.person = person
        self.size = size
        self.arrived = asyncio.Event()
        self._download_queue = download_queue

    @property
    def ahead(self) -> int:
        """How many turns come before this one; 0 once it has come."""
        return self._download_queue.ahead(self)

    async def __aenter__(self) -> Turn:
        try:
            await self.arrived.wait()
        except BaseException:
            self.leave()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Give up the place or the room; again changes nothing."""
        self._download_queue.leave(self)


class DownloadQueue:
    """The line, and what is held."""

    def __init__(self, room: int = MOST_BYTES_HELD, waiting: int = MOST_WAITING) -> None:
        """`room` in bytes; a file larger than that is held alone."""
        self._room = room
        self._most = waiting
        self._waiting: list[Turn] = []
        self._held: list[Turn] = []

    def enqueue(self, person: str, size: int) -> Turn:
        """A turn for a file of so many bytes. Whoever has one enters it or leaves. Raises `TooManyPictures`."""
        if len(self._waiting) >= self._most:
            raise TooManyPictures(minutes=max(1, round(self._most * SECONDS_EACH / 60)))
        turn = Turn(self, person, size)
        self._waiting.append(turn)
        self._admit()
        return turn

    def ahead(self, turn: Turn) -> int:
        """How many wait before a turn, and one for what is held; 0 once it has come."""
        return self._waiting.index(turn) + 1 if turn in self._waiting else 0

    def leave(self, turn: Turn) -> None:
        """Whoever held or waited does so no more."""
        for place in (self._waiting, self._held):
            if turn in place:
                place.remove(turn)
        self._admit()

    def _admit(self) -> None:
        for turn in [*self._next()]:
            self._waiting.remove(turn)
            turn.arrived.set()

    def _next(self) -> Iterator[Turn]:
        """Those who fit in now. Who waits for their own other file holds nobody up; nobody overtakes a large file."""
        for turn in self._waiting:
            if any(turn.person == one.person for one in self._held):
                continue
            if self._held and sum(one.size for one in self._held) + turn.size > self._room:
                return
            self._held.append(turn)
            yield turn


SILENT = (UserBlocked, ServerPaused, ChannelClosed, CommandForbidden, QuietHoursNow, ChannelBusy)
"""Refusals where nothing may be said in the channel either."""
OF_SERVERS = (
    *SILENT, RecipeBarred, SizeBarred, SubjectHidden, OthersAvatarsOff, OneAtATime, TooManyAtOnce, HourlyLimit,
    DailyLimit, Cooldown, ImageBlocked, ImageExplicit, ImageForAdults, ImageUnchecked, AgeRestricted,
)  # fmt: skip
"""Refusals by what a server decided, which are their person's business alone."""
IN_SERVER, IN_CHANNEL = "in this server", "in this channel"
SHOWN_CHANNELS = 5
FEATURES = {"channel": "see"}
"""Recipes that are called otherwise by people."""
CATEGORY_WORDS = {APES: "apes on other people's avatars"}


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """Where in a server, and by whom, something is asked for."""

    guild_id: str
    channel_id: str
    """Of a thread, its channel."""
    user_id: str
    role_ids: tuple[str, ...] = ()
    in_thread: bool = False
    by_message: bool = False
    """Whether it is asked for by a message, whose answer everybody sees."""


@dataclass(frozen=True, slots=True)
class Permit(Generic[P]):
    """A request that was let in."""

    params: P
    private: bool
    rules: ServerRules = field(default_factory=ServerRules)


class ServerGate:
    """Lets in what a server allows, one request after another."""

    def __init__(
        self,
        rules: ServerRulesStore,
        uses: ServerUses,
        dispatch: Dispatch,
        blocks: ServerBlocks,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.rules = rules
        self.blocks = blocks
        self.uses = uses
        self.clock = clock
        self._dispatch = dispatch
        self._opening: set[JobId] = set()
        self._lock = asyncio.Lock()

    async def check_place(self, place: ServerPlace) -> ServerRules:
        """Whether anything is made there now, for that person. Raises `UserBlocked`, `ServerPaused` and
        `ChannelClosed`."""
        if await self.blocks.is_user_blocked(place.guild_id, place.user_id):
            raise UserBlocked
        rules = await self.rules.load(place.guild_id)
        if rules.paused:
            raise ServerPaused
        if rules.channels and place.channel_id not in rules.channels:
            raise ChannelClosed(channels=", ".join(f"<#{id}>" for id in rules.channels[:SHOWN_CHANNELS]))
        return rules

    @asynccontextmanager
    async def enter(
        self, place: ServerPlace | None, id: JobId, params: P, pictures: int, *, private: bool | None,
        avatar_of: int | None = None,
    ) -> AsyncIterator[Permit[P]]:  # fmt: skip
        """Let a request in, which counts from now on, unless the body raises. `private`: what its person chose, if
        anything. Raises the `Refusal`s of servers."""
        if place is None:
            yield Permit(params, bool(private))
            return
        async with self._lock:
            permit = await self._admit(place, params, private, avatar_of)
            public = not (permit.private or place.in_thread)
            use = Use(id, place.guild_id, place.channel_id, place.user_id, pictures, public, self.clock())
            await self._check_uses(permit.rules, place, use)
            await self.uses.add(use)
        self._opening.add(id)
        try:
            yield permit
        except BaseException:
            await self.uses.remove(id)
            raise
        finally:
            self._opening.discard(id)

    async def forgive(self, ids: Iterable[JobId]) -> None:
        """Take back the uses of jobs that cost nobody anything, before their rows are deleted, which say so."""
        for id, standing in (await self._dispatch.standings([*ids])).items():
            if not costs(standing):
                await self.uses.remove(id)

    async def _admit(self, place: ServerPlace, params: P, private: bool | None, avatar_of: int | None) -> Permit[P]:
        rules = await self.check_place(place)
        quiet = rules.quiet is not None and rules.quiet.holds(self.clock())
        if quiet and place.by_message:
            self.check_quiet(rules)
        on_other = avatar_of not in (None, int(place.user_id))
        if on_other and not rules.others_avatars:
            raise OthersAvatarsOff
        check_subjects(rules, params, on_other)
        shown = rules.private if private is None else private
        return Permit(fit(rules.channel(place.channel_id), params), quiet or shown, rules)

    def check_quiet(self, rules: ServerRules) -> None:
        """Whether something may be shown to everybody now. Raises `QuietHoursNow`."""
        if rules.quiet is not None and rules.quiet.holds(self.clock()):
            raise QuietHoursNow(until=f"{rules.quiet.end // 60:02}:{rules.quiet.end % 60:02} {rules.quiet.zone}")

    async def _check_uses(self, rules: ServerRules, place: ServerPlace, use: Use) -> None:
        """Hold a request against what was asked for lately."""
        since = use.created - DAY_S
        mine = await self._uses_that_count(await self.uses.of_person(place.guild_id, place.user_id, since))
        here = [(one, is_open) for one, is_open in mine if one.channel_id == place.channel_id]
        channel = rules.channel(place.channel_id)
        if use.pictures:  # what is only posted, as a picture of a sheet is, is no work
            if rules.one_chain and any(is_open for one, is_open in here if one.pictures):
                raise OneAtATime
            check_person(rules.person(place.role_ids), mine, use, IN_SERVER)
            check_person(channel.limit, here, use, IN_CHANNEL)
        if use.public and channel.posts_hourly is not None:
            hour = use.created - HOUR_S
            posts = [one for one in await self.uses.of_channel(place.guild_id, place.channel_id, hour) if one.public]
            if len(posts) >= channel.posts_hourly:
                first = posts[-channel.posts_hourly].created if channel.posts_hourly else use.created
                raise ChannelBusy(limit=channel.posts_hourly, minutes=_minutes(first + HOUR_S - use.created))

    async def _uses_that_count(self, uses: Sequence[Use]) -> list[tuple[Use, bool]]:
        """The uses that count, and whether they are under way."""
        standings = await self._dispatch.standings([one.job_id for one in uses])
        counted = []
        for one in uses:
            standing = standings.get(one.job_id)
            if standing is None:  # it is being opened, or was deleted since
                counted.append((one, one.job_id in self._opening))
            elif costs(standing):
                counted.append((one, not standing.state.settled))
        return counted


def costs(standing: Standing) -> bool:
    """Whether a job counts: what failed, or was cancelled before it was begun, does not."""
    return standing.state is not State.FAILED and (standing.state is not State.CANCELLED or standing.begun)


def fit(channel: ChannelRules, params: P) -> P:
    """Params as a channel allows them. Raises `RecipeBarred` and `SizeBarred`.

    Whoever asked for no size gets what is allowed; a size that somebody chose is not made smaller behind their back.
    """
    feature, size = feature_of(params), int(getattr(params, "size", 0))
    if feature in channel.barred:
        raise RecipeBarred(recipe=feature.title())
    if channel.most_size is None or size <= channel.most_size:
        return params
    if size == type(params).model_fields["size"].default:
        return params.model_copy(update={"size": channel.most_size})
    raise SizeBarred(limit=channel.most_size)


def feature_of(params: Params) -> str:
    """What people call a recipe: by the command that has it."""
    recipe = str(getattr(params, "recipe", ""))
    return FEATURES.get(recipe, recipe)


def check_subjects(rules: ServerRules, params: Params, on_other: bool) -> None:
    """Refuse a subject that a server hides; `on_other`: it would be made of somebody else's avatar. Raises
    `SubjectHidden`."""
    for category, word in categories(params).items():
        if category in rules.hidden and (on_other or category != APES):
            raise SubjectHidden(name=word, category=CATEGORY_WORDS.get(category, category))


def check_person(limit: PersonLimit, uses: Sequence[tuple[Use, bool]], use: Use, where: str) -> None:
    """Hold a request against a person's limits and what they asked for before, the oldest first. Raises
    `TooManyAtOnce`, `HourlyLimit`, `DailyLimit` and `Cooldown`."""
    under_way = sum(one.pictures for one, is_open in uses if is_open)
    if limit.at_once is not None and under_way + use.pictures > limit.at_once:
        raise TooManyAtOnce(count=under_way, limit=limit.at_once, where=where)
    for most, span, error in ((limit.hourly, HOUR_S, HourlyLimit), (limit.daily, DAY_S, DailyLimit)):
        within = [one for one, _ in uses if one.created > use.created - span]
        had = sum(one.pictures for one in within)
        if most is not None and had + use.pictures > most:
            left = _free_after(within, had + use.pictures - most, use.created) + span - use.created
            raise error(count=had, limit=most, where=where, minutes=_minutes(left), hours=math.ceil(left / HOUR_S))
    last = max((one.created for one, _ in uses if one.pictures), default=-math.inf)
    if limit.cooldown_s is not None and (left := last + limit.cooldown_s - use.created) > 0:
        raise Cooldown(seconds=limit.cooldown_s, left=math.ceil(left), where=where)


def _free_after(uses: Sequence[Use], needed: int, now: float) -> float:
    """When the use was made with whose end so many pictures are free again; now where that never frees as many."""
    for one in uses:
        needed -= one.pictures
        if needed <= 0:
            return one.created
    return now


def _minutes(seconds: float) -> int:
    return max(1, math.ceil(seconds / 60))
