"""`/server` against the stand-in Discord: two servers, three roles and channels that differ."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import discord
import pytest

from bot import wording
from bot.playground import command_permissions
from bot.playground.world import CREATE_EXPRESSIONS, CREATE_PUBLIC_THREADS, Interaction, Message, Server
from bot.requests.server_membership import KEPT_S
from bot.store.server_rules import ChannelRules, PersonLimit, QuietHours, ServerRules
from engine.errors import (
    ChannelBusy,
    ChannelClosed,
    CommandForbidden,
    Cooldown,
    DailyLimit,
    HourlyLimit,
    OneAtATime,
    OutOfMemory,
    QuietHoursNow,
    RecipeBarred,
    ServerPaused,
    SizeBarred,
    SubjectHidden,
    TooManyAtOnce,
)
from engine.queue.job import Limits
from tests.bot.requests.test_hostile_users import forged_press
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    climb,
    png,
    specification,
    stage,
    words,
)

pytestmark = pytest.mark.slow

ADMIN = "Mod"
"""Who owns the first server."""


def id_of(stage: Stage, channel: str) -> str:  # noqa: F811
    return stage.playground.world.channel(channel).id


async def rule(stage: Stage, server: Server | None = None, **fields: Any) -> ServerRules:  # noqa: F811
    """What a server decides from now on."""
    home = server.id if server else stage.playground.world.guild_id
    return await stage.client.service.gate.rules.change(home, lambda rules: replace(rules, **fields))


def refused_with(message: Message, error: type[Exception], *parts: str) -> bool:
    """Whether a message says that to its person alone, as one sentence with its code."""
    return message.ephemeral and error.code in words(message) and all(part in words(message) for part in parts)  # type: ignore[attr-defined]


async def dreamed(stage: Stage, persona: str, channel: str = "dreams", **options: Any) -> Message:  # noqa: F811
    """A dream that was asked for, or the refusal."""
    return await stage.ask(persona, "dream", channel, **{"seed": 1, **options})


async def settle(stage: Stage) -> None:  # noqa: F811
    """Do the engine's part for all that waits."""
    while (row := stage.dispatch.start()) is not None:
        stage.dispatch.finish(row.id, png())
        await stage.posted(row.id)


async def told_directly(stage: Stage, persona: str, error: type[Exception]) -> Message:  # noqa: F811
    """The direct message with a refusal."""
    world = stage.playground.world
    place = world.channel("dm", world.persona(persona))
    code = error.code  # type: ignore[attr-defined]
    return await world.until(lambda: next((one for one in world.history(place) if code in words(one)), None))


def annex(stage: Stage) -> Server:  # noqa: F811
    """Another server with the bot in it, which Ada owns."""
    return stage.playground.world.found_server("The Annex", "Ada", "annex", "attic")


async def until_member(stage: Stage, server: Server) -> None:  # noqa: F811
    async with asyncio.timeout(60):
        while stage.client.get_guild(int(server.id)) is None:
            await asyncio.sleep(0.005)


async def test_each_server_has_its_own_channels_sizes_and_subjects(stage: Stage) -> None:  # noqa: F811
    stage.dispatch.ledger.limits = Limits(20, 50)
    other = annex(stage)
    await until_member(stage, other)
    lab = ChannelRules(barred=("zoom",), most_size=256)
    await rule(stage, channels=(id_of(stage, "lab"),), by_channel={id_of(stage, "lab"): lab}, hidden=("spiders",))
    await rule(stage, other, by_channel={id_of(stage, "attic"): ChannelRules(barred=("dream",))})
    closed = await dreamed(stage, "You")
    assert refused_with(closed, ChannelClosed, f"<#{id_of(stage, 'lab')}>")
    assert not (await dreamed(stage, "You", "lab")).ephemeral
    (row,) = await stage.queued(1)
    assert climb(row).size == 256, "who asked for no size gets what is allowed"
    large = await dreamed(stage, "Mod", "lab", size=640)
    assert refused_with(large, SizeBarred, "256")
    await stage.press("Mod", large, wording.VERBS["smaller"])
    assert [climb(one).size for one in await stage.queued(2)] == [256, 256], "its button mends it"
    assert refused_with(await stage.ask("You", "zoom", "lab"), RecipeBarred, "Zoom")
    assert refused_with(await dreamed(stage, "You", "lab", subject="spider"), SubjectHidden)
    assert refused_with(await dreamed(stage, "Ada", "annex", subject="bomb"), SubjectHidden), "hidden by default"
    assert refused_with(await dreamed(stage, "Ada", "attic"), RecipeBarred)
    assert not (await dreamed(stage, "Ada", "annex", subject="spider", size=640)).ephemeral
    assert not (await dreamed(stage, "Ada", "dm", subject="bomb")).ephemeral, "a direct message is no server"


async def test_what_is_hidden_is_not_suggested(stage: Stage) -> None:  # noqa: F811
    async def offered(channel: str, typed: str) -> list[str]:
        found = await stage.playground.autocomplete("You", channel, "dream", "subject", subject=typed)
        return [one["value"] for one in found]

    assert "bomb" in await offered("dm", "bomb")
    assert "bomb" not in await offered("dreams", "bomb")
    await rule(stage, hidden=())
    assert "bomb" in await offered("dreams", "bomb")


async def test_a_thread_is_as_its_channel(stage: Stage) -> None:  # noqa: F811
    await rule(stage, channels=(id_of(stage, "lab"),))
    world = stage.playground.world
    for channel, is_open in (("lab", True), ("dreams", False)):
        said = stage.playground.say("Ada", channel, "look at this")
        thread = world.add_thread(said, f"under {channel}")
        async with asyncio.timeout(60):
            while stage.client.get_channel(int(thread.id)) is None:
                await asyncio.sleep(0.005)
        answer = await dreamed(stage, "Ada", thread.id)
        assert refused_with(answer, ChannelClosed) is not is_open


async def test_roles_raise_the_servers_limits_and_never_the_owners(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    regulars = world.add_role("Regulars", "Ada", "Mod")
    patrons, newcomers = world.add_role("Patrons", "Ada"), world.add_role("Newcomers", "You")
    roles = {
        regulars.id: PersonLimit(at_once=2), patrons.id: PersonLimit(at_once=9), newcomers.id: PersonLimit(hourly=1),
    }  # fmt: skip
    await rule(stage, whole=ChannelRules(limit=PersonLimit(at_once=1)), by_role=roles)
    async with asyncio.timeout(60):
        while stage.client.get_guild(int(world.guild_id)).get_role(int(newcomers.id)) is None:  # type: ignore[union-attr]
            await asyncio.sleep(0.005)
    assert not (await dreamed(stage, "You")).ephemeral
    assert refused_with(await dreamed(stage, "You"), TooManyAtOnce, "1", "in this server")
    await settle(stage)
    assert refused_with(await dreamed(stage, "You"), HourlyLimit), "the role's, though nothing waits any more"
    for _ in range(2):
        assert not (await dreamed(stage, "Mod")).ephemeral
    assert refused_with(await dreamed(stage, "Mod"), TooManyAtOnce, "2")
    await settle(stage)
    for _ in range(3):  # the ledger allows 3 here
        assert not (await dreamed(stage, "Ada")).ephemeral
    assert "R21" in words(await dreamed(stage, "Ada")), "the owner's limit holds"


async def test_what_failed_costs_nothing_and_hours_pass(stage: Stage) -> None:  # noqa: F811
    gate, now = stage.client.service.gate, [time.time()]
    gate.clock = lambda: now[0]
    await rule(stage, whole=ChannelRules(limit=PersonLimit(hourly=1, daily=2)))
    await dreamed(stage, "Ada")
    stage.dispatch.fail(stage.start().id, OutOfMemory())
    assert not (await dreamed(stage, "Ada")).ephemeral
    await settle(stage)
    assert refused_with(await dreamed(stage, "Ada"), HourlyLimit, "60 min")
    assert not (await dreamed(stage, "You")).ephemeral, "a limit is each person's own"
    await settle(stage)
    now[0] += 3601
    assert not (await dreamed(stage, "Ada")).ephemeral
    await settle(stage)
    now[0] += 3601
    assert refused_with(await dreamed(stage, "Ada"), DailyLimit, "22 h")
    await rule(stage, whole=ChannelRules(limit=PersonLimit(cooldown_s=90_000)))
    assert refused_with(await dreamed(stage, "Ada"), Cooldown)


async def test_a_channel_takes_so_many_posts_and_each_person_one_chain(stage: Stage) -> None:  # noqa: F811
    stage.dispatch.ledger.limits = Limits(20, 50)
    busy = ChannelRules(posts_hourly=2, limit=PersonLimit(at_once=5))
    await rule(stage, by_channel={id_of(stage, "lab"): busy}, one_chain=True)
    first = await dreamed(stage, "Ada", "lab")
    assert refused_with(await dreamed(stage, "Ada", "lab"), OneAtATime)
    assert not (await dreamed(stage, "Ada", "dreams")).ephemeral
    await settle(stage)
    assert refused_with(await stage.press("Ada", first, "Deeper"), ChannelBusy) is False
    await settle(stage)
    full = await stage.press("You", first, "Re-roll")
    assert refused_with(full, ChannelBusy, "2")
    hidden = await dreamed(stage, "You", "lab", private=True)
    assert "R111" not in words(hidden), "what only its person sees is no post"


async def test_a_changed_rule_holds_for_the_next_request_while_twenty_wait(stage: Stage) -> None:  # noqa: F811
    stage.dispatch.ledger.limits = Limits(30, 60)
    for _ in range(20):
        stage.playground.command("Ada", "dreams", "dream", start="noise", size=128)
    waiting = await stage.queued(20)
    admin = await stage.ask(ADMIN, "server pause")
    assert admin.ephemeral
    assert wording.PAUSED_WORDS in words(admin)
    assert refused_with(await dreamed(stage, "You"), ServerPaused)
    assert len(await stage.queued(20)) == 20, "what waits is made"
    stage.dispatch.finish(stage.start().id, png())
    await stage.posted(waiting[0].id)
    await stage.ask(ADMIN, "server resume")
    await stage.ask(ADMIN, "server limit", hourly=20)
    assert refused_with(await dreamed(stage, "Ada"), HourlyLimit)
    assert not (await dreamed(stage, "You")).ephemeral


async def test_private_by_default_and_quiet_hours(stage: Stage) -> None:  # noqa: F811
    await rule(stage, private=True)
    assert (await dreamed(stage, "You")).ephemeral
    shown = await dreamed(stage, "You", private=False)
    assert not shown.ephemeral
    await settle(stage)
    assert (await stage.press("Ada", shown, "Re-roll")).ephemeral, "buttons obey the same rule"
    await settle(stage)
    world = stage.playground.world
    stage.playground.say("Ada", "dreams", f"<@{world.bot.id}> low")
    (row,) = await stage.queued(1)
    assert row.posting["channel_id"] == int(world.channel("dm", world.persona("Ada")).id), (
        "a mention is answered directly"
    )
    await settle(stage)
    gate = stage.client.service.gate
    await rule(stage, private=False, quiet=QuietHours(22 * 60, 7 * 60, "UTC+2"))
    gate.clock = lambda: 1_800_000_000.0 - 1_800_000_000.0 % 86_400 + 21 * 3600  # 23:00 there
    assert (await dreamed(stage, "You", private=False)).ephemeral
    stage.playground.say("Ada", "dreams", f"<@{world.bot.id}> low")
    assert "07:00" in words(await told_directly(stage, "Ada", QuietHoursNow))


async def test_follow_ups_go_to_a_thread_under_the_first_result(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    first, _ = await stage.dreamed("You")
    await rule(stage, threads=True)
    stage.playground.press("Ada", first, "Deeper")
    (row,) = await stage.queued(1)
    thread = world.channels[first.id]
    assert (thread.parent, row.posting["channel_id"]) == (first.channel_id, int(first.id))
    (below,) = world.history(thread)
    await stage.finish(below)
    stage.playground.press("You", first, "Re-roll")
    (again,) = await stage.queued(1)
    assert again.posting["channel_id"] == int(thread.id), "there is one thread under a message"
    await settle(stage)
    stage.playground.press("You", below, "Deeper")
    (deeper,) = await stage.queued(1)
    assert deeper.posting["channel_id"] == int(thread.id)
    await settle(stage)
    fresh = await dreamed(stage, "You")
    assert fresh.channel_id == first.channel_id, "first results stay out"
    await settle(stage)
    stage.playground.say("You", "dreams", "deeper", reply_to=fresh)
    (reply,) = await stage.queued(1)
    assert reply.posting["channel_id"] == int(fresh.id)


def may_open(guild: discord.Guild, message: Message) -> bool:
    """Whether the bot believes that it may open a thread there."""
    channel = guild.get_channel(int(message.channel_id))
    return channel is not None and channel.permissions_for(guild.me).create_public_threads


async def test_where_no_thread_may_be_opened_the_channel_stays(stage: Stage) -> None:  # noqa: F811
    first, _ = await stage.dreamed("You")
    await rule(stage, threads=True)
    world = stage.playground.world
    world.deny_bot(world.channel("dreams"), CREATE_PUBLIC_THREADS)
    async with asyncio.timeout(60):
        while (found := stage.client.get_guild(int(world.guild_id))) and may_open(found, first):
            await asyncio.sleep(0.005)
    await stage.press("Ada", first, "Deeper")
    (row,) = await stage.queued(1)
    assert row.posting["channel_id"] == int(first.channel_id)
    said = words(await stage.ask(ADMIN, "server check"))
    assert "Create Public Threads in #dreams" in said
    await rule(stage, threads=False)
    assert "Create Public Threads" not in words(await stage.ask(ADMIN, "server check")), "only where it is needed"


async def test_no_way_leads_around_discords_own_command_permissions(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    server = world.servers[world.guild_id]
    first, _ = await stage.dreamed("You")
    friends = world.add_role("Friends", "Ada")
    dreams, everyone = id_of(stage, "dreams"), server.id
    command_permissions.set_permissions(world, server, "dream", [(1, everyone, False), (1, friends.id, True)])
    await until_forgotten(stage)
    assert refused_with(await stage.press("You", first, "Deeper"), CommandForbidden, "/dream")
    stage.playground.say("You", "dreams", f"<@{world.bot.id}> low")
    assert "/dream" in words(await told_directly(stage, "You", CommandForbidden))
    assert await stage.rows() == []
    async with asyncio.timeout(60):
        while stage.client.get_guild(int(server.id)).get_role(int(friends.id)) is None:  # type: ignore[union-attr]
            await asyncio.sleep(0.005)
    await stage.press("Ada", first, "Deeper")
    await stage.press(ADMIN, first, "Deeper")
    assert len(await stage.queued(2)) == 2, "the role that may, and the owner"
    await settle(stage)
    command_permissions.set_permissions(world, server, "", [(3, dreams, False)])
    command_permissions.set_permissions(world, server, "dream", [])
    await until_forgotten(stage)
    assert refused_with(await stage.press("Ada", first, "Zoom"), CommandForbidden, "/zoom")
    asked = [call for call in world.calls if call.path.endswith("/commands/permissions")]
    assert len(asked) <= 4, "Discord is asked once, and again after a change"


async def until_forgotten(stage: Stage) -> None:  # noqa: F811
    """The bot heard that command permissions changed."""
    async with asyncio.timeout(60):
        while stage.client.service.command_permissions._known:
            await asyncio.sleep(0.005)


async def test_mentions_in_a_closed_channel_are_answered_directly_and_small_talk_never(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    first, _ = await stage.dreamed("You")
    await rule(stage, channels=(id_of(stage, "lab"),))
    before = len(world.history("dreams"))
    stage.playground.say("Ada", "dreams", "what a nice dream", reply_to=first)
    stage.playground.say("Ada", "dreams", f"<@{world.bot.id}> castles")
    assert f"<#{id_of(stage, 'lab')}>" in words(await told_directly(stage, "Ada", ChannelClosed))
    assert len(world.history("dreams")) == before + 2, "nothing is said in the channel"
    assert len(world.history(world.channel("dm", world.persona("Ada")))) == 1
    menu = stage.playground.menu("Ada", "dreams", wording.DREAM_AVATAR, "Ada")
    assert refused_with(await stage.response_to(menu), ChannelClosed)


async def test_apes_are_hidden_on_other_peoples_avatars_whoever_goes_on(stage: Stage) -> None:  # noqa: F811
    stage.dispatch.ledger.limits = Limits(20, 50)
    assert refused_with(await dreamed(stage, "You", user="Ada", subject="gorilla"), SubjectHidden, "avatars")
    image = stage.playground.upload("cat.png", png())
    assert not (await dreamed(stage, "You", image=image, subject="gorilla")).ephemeral
    own = await dreamed(stage, "You", subject="gorilla")
    assert not own.ephemeral
    await settle(stage)
    assert refused_with(await stage.press("Ada", own, "Re-roll"), SubjectHidden), "to her it is another's avatar"
    assert not (await stage.press("You", own, "Re-roll")).ephemeral


async def test_only_who_manages_the_server_changes_it_and_only_that_one(stage: Stage) -> None:  # noqa: F811
    other = annex(stage)
    await until_member(stage, other)
    panel = await stage.ask(ADMIN, "server panel")
    assert panel.ephemeral
    for persona, custom_id in (("Ada", "server:pause"), ("You", "server:private:on"), ("You", "server:limits_all")):
        refused = await stage.response_to(forged_press(stage, panel, custom_id, persona))
        assert "R116" in words(refused)
    assert await rule(stage) == ServerRules()
    theirs = await stage.ask("Ada", "server panel", "annex")
    await stage.press("Ada", theirs, "Pause")
    assert refused_with(await dreamed(stage, "You", "annex"), ServerPaused)
    assert not (await dreamed(stage, "You", "dreams")).ephemeral


async def filled(stage: Stage, panel: Message, part: str, values: list[str] | None, **typed: str) -> Interaction:  # noqa: F811
    """A form of the panel, opened and sent."""
    opened = stage.playground.press(ADMIN, panel, part, values)
    await stage.playground.world.until(lambda: opened.modal)
    names = [part["component"]["custom_id"] for part in (opened.modal or {})["components"]]
    fields: Mapping[str, str] = dict(zip(names, typed.values(), strict=True))
    return stage.playground.submit(ADMIN, opened, **fields)


async def test_the_panel_changes_every_rule_and_the_log_says_who_did(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    regulars, lab, dreams = world.add_role("Regulars", "Ada"), id_of(stage, "lab"), id_of(stage, "dreams")
    panel = await stage.ask(ADMIN, "server panel")

    async def press(part: str, values: list[str] | None = None) -> None:
        await stage.press(ADMIN, panel, part, values)

    await press("Results")
    await press("server:log", [lab])
    await press("server:private:on")
    await press("server:threads:on")
    await stage.response_to(await filled(stage, panel, "server:quiet_edit", None, a="22", b="7.30", c="Europe/Berlin"))
    await press("Channels")
    await press("server:answers", [dreams, lab])
    await press("server:recipes", ["dream", "see"])
    await press("server:one_channel", [lab])
    await press(f"server:size:c{lab}", ["384"])
    await press("Limits")
    await press("server:one_chain:on")
    await stage.response_to(await filled(stage, panel, "server:limits_all", None, a="2", b="10", c="", d="30", e="40"))
    await stage.response_to(await filled(stage, panel, "server:limits_role", [regulars.id], a="3", b="", c="", d=""))
    await press("Safety")
    await press("server:hidden", ["spiders"])
    await press("Overview")
    rules = await rule(stage)
    assert {"zoom", "concept", "animate"} <= set(rules.whole.barred)
    assert not {"dream", "see"} & set(rules.whole.barred)
    assert rules == ServerRules(
        channels=(dreams, lab), whole=ChannelRules(rules.whole.barred, None, PersonLimit(2, 10, None, 30), 40),
        by_channel={lab: ChannelRules(most_size=384)}, by_role={regulars.id: PersonLimit(at_once=3)}, one_chain=True,
        private=True, threads=True, quiet=QuietHours(22 * 60, 7 * 60 + 30, "Europe/Berlin"), log_channel=lab,
        hidden=("spiders",),
    )  # fmt: skip
    for said in wording.rules_lines(rules).values():
        assert said in words(panel)
    await world.until(lambda: any("spiders" in words(one) for one in world.history("lab")) or None)
    assert all(words(one).startswith("Mod changed") for one in world.history("lab"))
    await stage.ask("You", "dream", "dreams", private=False)
    await world.until(lambda: any("asked for" in words(one) for one in world.history("lab")) or None)


async def test_commands_change_a_channel_and_a_role(stage: Stage) -> None:  # noqa: F811
    role, lab = stage.playground.world.add_role("Regulars", "Ada"), id_of(stage, "lab")
    await stage.ask(ADMIN, "server channel", channel="lab", answers=True, size=256, posts=5)
    await stage.ask(ADMIN, "server limit", role="Regulars", daily=7)
    rules = await rule(stage)
    assert "R13" in words(await stage.ask(ADMIN, "server channel", channel="lab", size=3)), "nothing is as small"
    assert (rules.channels, rules.by_channel) == ((lab,), {lab: ChannelRules(most_size=256, posts_hourly=5)})
    assert rules.by_role == {role.id: PersonLimit(daily=7)}
    assert "R13" in words(await stage.ask(ADMIN, "server channel", channel="lab", answers=False)), "none would be left"
    await stage.ask(ADMIN, "server channel", channel="lab", size=0, posts=0)
    assert (await rule(stage)).by_channel == {}


async def test_the_check_says_what_is_wrong_with_its_remedy(stage: Stage) -> None:  # noqa: F811
    fine = words(await stage.ask(ADMIN, "server check"))
    assert wording.ALL_FINE in fine
    assert "I can add emoji and stickers" in fine
    guild = stage.client.get_guild(int(stage.playground.world.guild_id))
    assert guild is not None
    for role in guild.me.roles:
        role._permissions &= ~CREATE_EXPRESSIONS
    without = words(await stage.ask(ADMIN, "server check"))
    assert "allow Create Expressions for my role" in without
    assert wording.ALL_FINE in without, "nothing is wrong without it"
    gone = "9" * 18
    await rule(stage, channels=(id_of(stage, "lab"), gone), by_role={gone: PersonLimit(at_once=99)}, log_channel=gone)
    said = words(await stage.ask(ADMIN, "server check"))
    for part in (
        "channels in the rules are gone",
        "roles in the rules are gone",
        "99 in the queue",
        "log channel is gone",
    ):
        assert part in said


async def test_the_week_is_counted_for_each_server(stage: Stage) -> None:  # noqa: F811
    other = annex(stage)
    await until_member(stage, other)
    assert wording.NO_WEEK in words(await stage.ask(ADMIN, "server week"))
    for persona, channel in (("You", "lab"), ("Ada", "lab"), ("Ada", "annex")):
        await dreamed(stage, persona, channel, subject="eyes")
        await settle(stage)
    said = words(await stage.ask(ADMIN, "server week"))
    assert "2 dreams** by 2 people" in said
    assert f"<#{id_of(stage, 'lab')}>" in said
    assert "eyes (2)" in said
    assert "1 dream** by 1 person" in words(await stage.ask("Ada", "server week", "annex"))


async def test_a_server_that_removed_the_bot_is_forgotten_after_a_month(stage: Stage) -> None:  # noqa: F811
    other, world = annex(stage), stage.playground.world
    await until_member(stage, other)
    await rule(stage, other, paused=True)
    await rule(stage, private=True)
    rules = stage.client.membership._rules
    now = [time.time()]
    rules.clock = lambda: now[0]
    world.remove_bot(other)
    async with asyncio.timeout(60):
        while stage.client.get_guild(int(other.id)) is not None:
            await asyncio.sleep(0.005)
    await stage.client.membership.note([world.guild_id])
    now[0] += KEPT_S - 60
    assert await stage.client.membership.purge() == 0
    assert (await rules.load(other.id)).paused
    now[0] += 120
    assert await stage.client.membership.purge() == 1
    assert await rules.load(other.id) == ServerRules()
    assert (await rule(stage)).private, "the other server's stay"


async def test_the_owner_blocks_a_server(stage: Stage) -> None:  # noqa: F811
    stage.client._blocked_guild_ids = frozenset({int(stage.playground.world.guild_id)})
    assert wording.NOT_HERE in words(await dreamed(stage, "You"))
    assert not (await dreamed(stage, "You", "dm")).ephemeral


@pytest.mark.parametrize(
    ("zone", "at", "quiet"),
    [("UTC", 23, True), ("UTC", 7, False), ("UTC", 12, False), ("UTC+5", 18, True), ("-03:00", 23, False)],
)
def test_quiet_hours_pass_midnight_and_know_zones(zone: str, at: int, quiet: bool) -> None:
    assert QuietHours(22 * 60, 7 * 60, zone).holds(at * 3600.0) is quiet


def test_the_panels_stay_readable_with_everything_set() -> None:
    id = str(2**63)
    whole = ChannelRules(("zoom",) * 3, 1024, PersonLimit(1, 2, 3, 4), 5)
    many = {str(2**62 + at): whole for at in range(40)}
    rules = ServerRules(True, (id,) * 25, whole, many, dict.fromkeys(many, whole.limit), True, True, True, None, id)
    said = wording.rules_words(wording.rules_lines(rules))
    assert len(said) <= 3600
    assert "more" in said
