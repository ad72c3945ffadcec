"""Each rule of a server, in two servers, for three roles, in two channels each: it holds where it was set, however one
asks, and nowhere else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest

from bot import wording
from bot.playground.world import Interaction, Message, Role, Server
from bot.store.server_blocks import USER, Block
from bot.store.server_rules import ChannelRules, PersonLimit, ServerRules
from engine.errors import (
    ChannelBusy,
    ChannelClosed,
    Cooldown,
    DailyLimit,
    HourlyLimit,
    OneAtATime,
    OthersAvatarsOff,
    RecipeBarred,
    Refusal,
    ServerPaused,
    SizeBarred,
    SubjectHidden,
    TooManyAtOnce,
    UserBlocked,
)
from engine.queue.job import Limits
from tests.bot.cogs.test_server import annex, id_of, rule, until_member
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    specification,
    stage,
    words,
)
from tests.chaos.rest_faults import Unlimited

pytestmark = pytest.mark.slow

HOME, ANNEX = "home", "annex"
CHANNELS = {"dreams": HOME, "lab": HOME, "annex": ANNEX, "attic": ANNEX}
"""Channels by the servers that they are in; what rules are tried by holds in the lab, at least."""
ROLES = {"You": "Newcomers", "Ada": "Regulars", "Mod": "Patrons"}
"""People by the role that they have in both servers."""
ASKER = "You"


class Cell(NamedTuple):
    """Who asks where."""

    persona: str
    channel: str


CELLS = [Cell(persona, channel) for persona in ROLES for channel in CHANNELS]


@dataclass(frozen=True)
class Case:
    """One rule."""

    error: type[Refusal]
    set: Callable[[Mapping[str, str]], dict[str, Any]]
    """The rules of home, by the ids of its channels and roles."""
    holds: Callable[[Cell], bool] = lambda _: True
    """For whom, and in which channel of home."""
    ways: frozenset[str] = field(default_factory=lambda: frozenset(WAYS))
    """By which it can be asked for."""


def limit(**numbers: int) -> Callable[[Mapping[str, str]], dict[str, Any]]:
    return lambda _: {"whole": ChannelRules(limit=PersonLimit(**numbers))}


def of_roles(ids: Mapping[str, str]) -> dict[str, Any]:
    hourly = {"Newcomers": 1, "Regulars": 500, "Patrons": None}
    return {"by_role": {ids[role]: PersonLimit(hourly=number, daily=900) for role, number in hourly.items()}}


def in_lab(**fields: Any) -> Callable[[Mapping[str, str]], dict[str, Any]]:
    return lambda ids: {"by_channel": {ids["lab"]: ChannelRules(**fields)}}


def is_lab(cell: Cell) -> bool:
    return cell.channel == "lab"


def is_newcomer(cell: Cell) -> bool:
    return ROLES[cell.persona] == "Newcomers"


# the ways to ask, all for a large dream of a spider in Ada's avatar


PROBE = "probe"
Way = Callable[["Table", Cell], Awaitable[Interaction | None]]


async def command(table: Table, cell: Cell) -> Interaction | None:
    return table.playground.command(cell.persona, cell.channel, "dream", user=table.other(cell), **table.wish)


async def probe(table: Table, cell: Cell) -> Interaction | None:
    """A command that is refused later where no rule refuses it, so that nothing is queued by it."""
    empty = table.playground.upload("empty.png", b"")
    return table.playground.command(cell.persona, cell.channel, "dream", image=empty, **table.wish)


async def preset(table: Table, cell: Cell) -> Interaction | None:
    return table.playground.command(cell.persona, cell.channel, "dream", user=table.other(cell), preset="all")


async def button(table: Table, cell: Cell) -> Interaction | None:
    return table.playground.press(cell.persona, table.dreams[cell.channel], "Re-roll")


async def card(table: Table, cell: Cell) -> Interaction | None:
    return table.playground.press(cell.persona, table.card, wording.VERBS["preset_try"])


async def person_menu(table: Table, cell: Cell) -> Interaction | None:
    return table.playground.menu(cell.persona, cell.channel, wording.DREAM_AVATAR, table.other(cell))


async def message_menu(table: Table, cell: Cell) -> Interaction | None:
    return table.playground.menu(cell.persona, cell.channel, wording.LIKE_THIS, table.dreams[cell.channel])


async def mention(table: Table, cell: Cell) -> None:
    said = f"@{table.playground.world.bot.username} spider size:{SIZE} @{table.other(cell)}"
    table.playground.say(cell.persona, cell.channel, said)


async def reply(table: Table, cell: Cell) -> None:
    table.playground.say(cell.persona, cell.channel, "again", reply_to=table.dreams[cell.channel])


WAYS: dict[str, Way] = {
    "command": command, "preset": preset, "button": button, "card": card, "person menu": person_menu,
    "message menu": message_menu, "mention": mention, "reply": reply, PROBE: probe,
}  # fmt: skip
WITH_SUBJECT = frozenset(WAYS) - {"person menu"}
COUNTED = frozenset({"command", "button", "mention", "reply"})
"""Enough ways for what counts requests, whatever they are."""
OF_OTHERS = frozenset(WAYS) - {"card", "message menu", PROBE}
SIZE = 640

CASES: dict[str, Case] = {
    "paused": Case(ServerPaused, lambda _: {"paused": True}),
    "channels": Case(ChannelClosed, lambda ids: {"channels": (ids["dreams"],)}, is_lab),
    "what can be made": Case(RecipeBarred, lambda _: {"whole": ChannelRules(("dream",))}),
    "what can be made there": Case(RecipeBarred, in_lab(barred=("dream",)), is_lab),
    "largest size": Case(SizeBarred, lambda _: {"whole": ChannelRules(most_size=256)}, ways=WITH_SUBJECT),
    "largest size there": Case(SizeBarred, in_lab(most_size=512), is_lab, WITH_SUBJECT),
    "hidden subjects": Case(SubjectHidden, lambda _: {"hidden": ("spiders",)}, ways=WITH_SUBJECT),
    "others' avatars": Case(OthersAvatarsOff, lambda _: {"others_avatars": False}, ways=OF_OTHERS),
    "at once": Case(TooManyAtOnce, limit(at_once=1), ways=COUNTED),
    "hourly": Case(HourlyLimit, limit(hourly=1), ways=COUNTED),
    "daily": Case(DailyLimit, limit(daily=1), ways=COUNTED),
    "cooldown": Case(Cooldown, limit(cooldown_s=3600), ways=COUNTED),
    "at once there": Case(TooManyAtOnce, in_lab(limit=PersonLimit(at_once=1)), is_lab, COUNTED),
    "of a role": Case(HourlyLimit, of_roles, is_newcomer, COUNTED),
    "posts": Case(ChannelBusy, in_lab(posts_hourly=1), is_lab, COUNTED),
    "one at a time": Case(OneAtATime, lambda _: {"one_chain": True}, ways=COUNTED),
}


class Table:
    """The servers with a dream in each channel, and one that waits of each person in each channel."""

    def __init__(self, stage: Stage, other: Server) -> None:  # noqa: F811
        self.stage = stage
        self.playground = stage.playground
        self.wish: dict[str, Any] = {"subject": "spider", "size": SIZE}
        self.annex = other
        self.dreams: dict[str, Message] = {}
        world = self.playground.world
        roles: list[Role] = [
            world.add_role(role, persona, server=server) for persona, role in ROLES.items() for server in (None, other)
        ]
        self.ids = {one.name: one.id for one in roles[::2]} | {name: id_of(stage, name) for name in CHANNELS}

    def other(self, cell: Cell) -> str:
        """Somebody else, whose avatar it is."""
        return "Ada" if cell.persona != "Ada" else "Mod"

    async def prepare(self) -> None:
        await self.stage.ask("Mod", "preset save", name="all", **self.wish)
        self.card = await self.stage.ask("Mod", "preset share", "lab", name="all")
        for persona in ROLES:
            await self.stage.ask(persona, "preset save", name="all", **self.wish)
        for channel in ("dreams", "lab"):
            self.dreams[channel] = await self.stage.ask("Mod", "dream", channel, user="Ada", **self.wish)
            await self.stage.finish(self.dreams[channel])
        for persona, channel in CELLS:
            if CHANNELS[channel] == HOME:
                await self.stage.ask(persona, "dream", channel, size=128, start="noise")

    async def is_refused(self, cell: Cell, way: str, error: type[Refusal]) -> bool:
        """Whether somebody is told so, alone."""
        world = self.playground.world
        direct = world.channel("dm", world.persona(cell.persona))
        before = len(world.history(direct))
        asked = await WAYS[way](self, cell)
        if asked is not None:
            answer = await self.stage.response_to(asked)
            assert answer.ephemeral is (way == PROBE or error.code in words(answer)), words(answer)
            return error.code in words(answer)
        told = await world.until(lambda: world.history(direct)[before:])
        return error.code in words(told[0])

    async def check(self, name: str, case: Case) -> None:
        """Ask in every way where it holds, and in one way everywhere."""
        probe = "command" if case.error is OthersAvatarsOff else PROBE
        waiting = len(await self.stage.rows())
        for way in sorted(case.ways):
            assert await self.is_refused(Cell(ASKER, "lab"), way, case.error), (name, way)
        assert len(await self.stage.rows()) == waiting, (name, "nothing that was refused is made")
        for cell in CELLS:
            expected = CHANNELS[cell.channel] == HOME and case.holds(cell)
            assert await self.is_refused(cell, probe, case.error) is expected, (name, cell)
        await self.stage.followed()


@pytest.fixture
async def table(stage: Stage) -> Table:  # noqa: F811
    stage.dispatch.ledger.limits = Limits(5000, 5000)
    stage.playground.rest.limiter = Unlimited()  # type: ignore[assignment]
    other = annex(stage)
    await until_member(stage, other)
    made = Table(stage, other)
    await made.prepare()
    return made


UNDECIDED = ServerRules()
TRIED = ("paused", "channels", "whole", "by_channel", "by_role", "one_chain", "hidden", "others_avatars")


async def test_each_rule_holds_where_it_was_set_and_nowhere_else(table: Table) -> None:
    for name, case in CASES.items():
        await rule(table.stage, **{**{one: getattr(UNDECIDED, one) for one in TRIED}, **case.set(table.ids)})
        await table.check(name, case)
    await rule(table.stage, paused=False, one_chain=False)
    home, you = table.playground.world.guild_id, table.playground.world.persona(ASKER).id
    await table.stage.client.service.gate.blocks.add(Block(home, USER, you, ASKER, "1", 1.0))
    await table.check("blocked", Case(UserBlocked, lambda _: {}, lambda cell: cell.persona == ASKER))
