"""What is stored about a person, and what is left when they delete it: every table and every blob is looked through."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import sqlalchemy as sa

from bot import wording
from bot.delivery.errors import Unavailable
from bot.playground.faults import Fault
from bot.playground.world import ATTACH_FILES, Message
from bot.requests.server_membership import KEPT_S
from bot.store import tables
from bot.store.server_rules import ChannelRules, PersonLimit
from bot.store.server_uses import DAY_S
from engine.errors import Cooldown, DailyLimit, Gone, HourlyLimit, NotYours, OneAtATime, OutOfMemory
from engine.files.blobs import BlobKey
from engine.queue import database
from engine.queue.job import JobId, JobRow, Limits
from tests.bot.cogs.test_moderation import block_user
from tests.bot.cogs.test_reactions import ENVELOPE, sent
from tests.bot.cogs.test_server import annex, dreamed, refused_with, rule, settle, until_member
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    made,
    png,
    specification,
    stage,
    walk,
    words,
)

pytestmark = pytest.mark.slow

PLAYED = {"guess_rounds", "guess_answers", "fool_entries", "dex_entries", "votes", "schedule_entries"}
"""Exported and deleted, too: see tests of the games and rituals."""
EXPORTED = {"presets", "shared_presets", "user_settings", "server_uses", "server_blocks", "jobs", "result_copies"}
IMPERSONAL = {"server_rules": "a server's", "fool_rounds": "of channels", "schedules": "of channels",
              "reports": "codes without a person", "calibrations": "of the machine",
              "timings": "of the machine"}  # fmt: skip


def data_of(stage: Stage) -> Any:  # noqa: F811
    return stage.client.settings_actions._personal_data


async def exported(stage: Stage, user_id: str) -> dict[str, Any]:  # noqa: F811
    told: dict[str, Any] = json.loads(await data_of(stage).export(int(user_id), 10**7))
    return told


def stored(stage: Stage) -> dict[str, list[dict[str, Any]]]:  # noqa: F811
    """All rows of all tables that there are, by the tables' names."""
    found: dict[str, list[dict[str, Any]]] = {}
    for engine in (stage.client.service.gate.uses._engine, stage.dispatch.ledger._db):
        for name in sa.inspect(engine).get_table_names():
            with engine.connect() as db:
                rows = db.execute(sa.text(f'SELECT * FROM "{name}"')).mappings().all()
            found.setdefault(name, []).extend(dict(row) for row in rows)
    return found


def naming(stage: Stage, user_id: str) -> dict[str, int]:  # noqa: F811
    """How many rows of which tables have a person's id in them."""
    counts = {
        table: sum(any(user_id in str(value) for value in row.values()) for row in rows)
        for table, rows in stored(stage).items()
    }
    return {table: count for table, count in counts.items() if count}


def pictures_of(row: JobRow) -> set[BlobKey]:
    return {key for key in (row.job.picture, *row.job.others.values(), made(row).blob) if key}


async def delete(stage: Stage, persona: str, message: Message) -> Message:  # noqa: F811
    """Press Delete, which is in More."""
    more = await stage.press(persona, message, "More")
    return await stage.press(persona, more, wording.VERBS["delete"])


async def forgotten(stage: Stage, row: JobRow) -> None:  # noqa: F811
    async with asyncio.timeout(60):
        while await stage.dispatch.row(row.id) is not None:
            await asyncio.sleep(0.005)


def test_every_table_is_known_to_the_export_and_the_deletion() -> None:
    """Whoever adds a table decides what export and delete do with it, and writes it here."""
    there = {*tables.metadata.tables, *database.metadata.tables} - {"alembic_version"}
    assert there == EXPORTED | PLAYED | IMPERSONAL.keys()


async def test_all_that_names_a_person_is_in_the_file_and_goes(stage: Stage) -> None:  # noqa: F811
    world, here = stage.playground.world, set(stage.dispatch._blobs)
    stage.dispatch.ledger.limits = Limits(20, 50)
    ada, you = world.persona("Ada").id, world.persona("You").id
    await stage.ask("Ada", "preset save", name="sea", layer="low")
    await stage.ask("Ada", "preset share", name="sea")
    await stage.client.service.user_settings.change(ada, size=128)
    image, guide = (stage.playground.upload(f"{at}.png", png(9, at)) for at in (5, 7))
    first = await dreamed(stage, "Ada", image=image, guide=guide)
    row = await stage.finish(first, png(11, 11))
    await stage.finish(await stage.press("You", first, "Deeper"), png(12, 12))
    (of_ada,) = [await stage.finish(await dreamed(stage, "You", user="Ada"), png(13, 13))]
    stage.playground.react("Ada", first, ENVELOPE)
    copy = await sent(stage, "Ada", first.id)
    async with asyncio.timeout(60):
        while not stored(stage)["result_copies"]:
            await asyncio.sleep(0.005)
    await block_user(stage, "Ada")
    await stage.client.service.gate.blocks.add(await block_by(stage, ada))
    assert naming(stage, ada).keys() == EXPORTED - {"shared_presets"}, "a share is found by its preset"
    told = await exported(stage, ada)
    assert told["settings"]["size"] == 128
    for part in ("presets", "shared_presets", "asked_in_servers", "blocked_in_servers", "blocks_as_a_moderator",
                 "copies_sent_to_me"):  # fmt: skip
        assert len(told[part]) == 1, part
    assert {one["id"] for one in told["others_dreams_of_my_images"]} >= {of_ada.id}
    (dream,) = told["dreams"]
    assert {dream["picture"], *dream["further_pictures"].values(), dream["result"]["blob"]} == pictures_of(row)

    await data_of(stage).delete(int(ada))
    left = naming(stage, ada)
    assert left.pop("server_blocks") == 2, "else deleting would end a block"
    assert left == {"jobs": 1}, "what others made"
    assert {one["requester"] for one in stored(stage)["jobs"]} <= {you, ""}
    assert stored(stage)["shared_presets"] == []
    others = set().union(*(pictures_of(one) for one in await stage.dispatch.history(you)))
    begun = {key for one in await stage.dispatch.history(you) for key in one.job.history.pictures.values()}
    assert set(stage.dispatch._blobs) == here | others | begun, "no blob that only this person's jobs name"
    assert not {first.id, copy.id} & world.messages.keys(), "its message, too, and what was sent of it"
    (use,) = (await exported(stage, ada))["asked_in_servers"]
    assert ada not in str(use), "and how much was asked for, without a name, for a day"
    uses = stage.client.service.gate.uses
    await uses.purge(stage.client.service.gate.clock() + DAY_S)
    assert (await exported(stage, ada))["asked_in_servers"] == []


async def block_by(stage: Stage, moderator: str) -> Any:  # noqa: F811
    """A block like the one that there is, by somebody else."""
    (block,) = await stage.client.moderation.blocks(stage.playground.world.guild_id)
    return type(block)(block.guild_id, block.kind, "1" * 18, "somebody", moderator, 0.0)


def first_id(message: Message) -> str:
    """The id of the job that a message's buttons are about."""
    return str(next(item["custom_id"].split(":")[1] for item in walk(message.components) if "custom_id" in item))


async def test_no_deletion_gives_back_what_a_servers_limits_counted(stage: Stage) -> None:  # noqa: F811
    ada = int(stage.playground.world.persona("Ada").id)
    await rule(stage, whole=ChannelRules(limit=PersonLimit(hourly=2, daily=3)), one_chain=True)
    first = await dreamed(stage, "Ada")
    await settle(stage)
    row = await stage.row(JobId(first_id(first)))
    await delete(stage, "Ada", first)
    await forgotten(stage, row)
    second = await dreamed(stage, "Ada")
    assert not second.ephemeral, "what was deleted is not under way any more"
    await settle(stage)
    await data_of(stage).delete(ada)
    assert refused_with(await dreamed(stage, "Ada"), HourlyLimit)
    await rule(stage, whole=ChannelRules(limit=PersonLimit(daily=2)))
    await data_of(stage).delete(ada)
    assert refused_with(await dreamed(stage, "Ada"), DailyLimit)
    await rule(stage, whole=ChannelRules(limit=PersonLimit(cooldown_s=3600)))
    assert refused_with(await dreamed(stage, "Ada"), Cooldown)
    assert not (await dreamed(stage, "You")).ephemeral, "a pseudonym is one person's"


async def test_what_cost_nothing_costs_nothing_when_it_is_deleted(stage: Stage) -> None:  # noqa: F811
    await rule(stage, whole=ChannelRules(limit=PersonLimit(hourly=1)))
    await dreamed(stage, "Ada")
    id = stage.start().id
    stage.dispatch.fail(id, OutOfMemory())
    await stage.posted(id)
    await data_of(stage).delete(int(stage.playground.world.persona("Ada").id))
    assert not (await dreamed(stage, "Ada")).ephemeral


async def test_one_who_waits_still_waits(stage: Stage) -> None:  # noqa: F811
    await rule(stage, one_chain=True)
    await dreamed(stage, "Ada")
    assert refused_with(await dreamed(stage, "Ada"), OneAtATime)


async def test_delete_takes_the_row_the_result_and_the_source_at_once(stage: Stage) -> None:  # noqa: F811
    image = stage.playground.upload("cat.png", png(9, 5))
    dream = await dreamed(stage, "You", image=image)
    row = await stage.finish(dream, png(11, 11))
    more = await stage.press("Ada", dream, "More")
    assert refused_with(await stage.press("Ada", more, wording.VERBS["delete"]), NotYours)
    assert wording.DELETED in words(await delete(stage, "You", dream))
    await forgotten(stage, row)
    assert [await stage.dispatch.has_blob(key) for key in pictures_of(row)] == [False, False]
    assert refused_with(await stage.press("Ada", more, "Report"), Gone)


async def test_what_is_stored_goes_also_where_the_message_cannot(stage: Stage) -> None:  # noqa: F811
    dream, row = await stage.dreamed()
    more = await stage.press("You", dream, "More")
    route = "/channels/{channel}/messages/{message}"
    stage.playground.rest.faults.plan(Fault("missing_access", "DELETE", route))
    assert wording.CANNOT_DELETE in words(await stage.press("You", more, wording.VERBS["delete"]))
    await forgotten(stage, row)


async def test_what_was_dreamed_in_a_server_goes_a_month_after_the_bot_was_removed(stage: Stage) -> None:  # noqa: F811
    other, world = annex(stage), stage.playground.world
    await until_member(stage, other)
    there = await stage.finish(await dreamed(stage, "Ada", "annex"), png(11, 11))
    here = await stage.finish(await dreamed(stage, "Ada"), png(12, 12))
    membership = stage.client.membership
    async with asyncio.timeout(60):
        while other.id not in json.dumps(stored(stage)["server_rules"]):
            await asyncio.sleep(0.005)
    begun = membership._rules.clock()
    membership._rules.clock = lambda: begun
    await membership.note([world.guild_id])
    membership._rules.clock = lambda: begun + KEPT_S - 1
    assert await membership.purge() == 0
    membership._rules.clock = lambda: begun + KEPT_S + 1
    assert await membership.purge() == 1
    assert await stage.dispatch.row(there.id) is None
    assert not await stage.dispatch.has_blob(made(there).blob)
    assert await stage.dispatch.row(here.id)
    assert other.id not in json.dumps(stored(stage)), "nothing names the server any more"


async def copied(stage: Stage, persona: str, dream: Message) -> Message:  # noqa: F811
    """A copy that somebody had sent, once it is written down."""
    before = len(stored(stage)["result_copies"])
    stage.playground.react(persona, dream, ENVELOPE)
    copy = await sent(stage, persona, dream.id)
    async with asyncio.timeout(60):
        while len(stored(stage)["result_copies"]) == before:
            await asyncio.sleep(0.005)
    return copy


async def gone_with_row(stage: Stage, *messages: Message) -> None:  # noqa: F811
    """Until these are deleted and forgotten."""
    world, ids = stage.playground.world, {one.id for one in messages}
    async with asyncio.timeout(60):
        while ids & world.messages.keys() or ids & {one["message_id"] for one in stored(stage)["result_copies"]}:
            await asyncio.sleep(0.005)


async def test_copies_go_with_what_they_show_whoever_deletes_it(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    dream = await dreamed(stage, "You", user="Ada")
    await stage.finish(dream)
    other, _ = await stage.dreamed("You", seed=3)
    copies = [await copied(stage, persona, dream) for persona in ("Mod", "You")]
    kept = await copied(stage, "Mod", other)
    await delete(stage, "Ada", dream)  # the avatar's owner
    await gone_with_row(stage, *copies)
    assert kept.id in world.messages
    assert [one["message_id"] for one in stored(stage)["result_copies"]] == [kept.id]
    stage.playground.react("Mod", kept, "❌")
    await gone_with_row(stage, kept)
    assert other.id in world.messages


async def test_delete_my_data_takes_back_what_others_were_sent_and_what_was_sent_to_me(stage: Stage) -> None:  # noqa: F811
    mine, _ = await stage.dreamed("You")
    hers, _ = await stage.dreamed("Ada", seed=3)
    sent_on, received, between = [
        await copied(stage, persona, dream) for persona, dream in (("Ada", mine), ("You", hers), ("Mod", hers))
    ]
    counted = await data_of(stage).delete(int(stage.playground.world.persona("You").id))
    assert (counted.messages, counted.messages_left) == (3, 0)
    await gone_with_row(stage, sent_on, received)
    assert {hers.id, between.id} <= stage.playground.world.messages.keys(), "what is hers stays"


async def test_a_copy_that_discord_keeps_is_tried_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    dream, row = await stage.dreamed("You")
    copy = await copied(stage, "Ada", dream)

    async def refuse(_: object) -> bool:
        raise Unavailable

    with monkeypatch.context() as away:
        away.setattr(stage.client.service.copies._publisher, "delete", refuse)
        assert await stage.client.service.copies.take_back([row.id]) == (0, 1)
    assert copy.id in stage.playground.world.messages
    await stage.client.membership.purge()
    await gone_with_row(stage, copy)


async def test_copies_are_forgotten_with_their_dream_and_stand(stage: Stage) -> None:  # noqa: F811
    dream, row = await stage.dreamed("You")
    copy = await copied(stage, "Ada", dream)
    await stage.client.membership.purge()
    assert len(stored(stage)["result_copies"]) == 1
    await stage.dispatch.forget_job(row.id)  # as after a year
    await stage.client.membership.purge()
    assert stored(stage)["result_copies"] == []
    assert copy.id in stage.playground.world.messages


async def test_a_copy_that_was_under_way_when_its_dream_was_deleted_goes(stage: Stage) -> None:  # noqa: F811
    dream, row = await stage.dreamed("You")
    copy = await copied(stage, "Ada", dream)
    await stage.dispatch.forget_job(row.id)
    place = stage.playground.world.messages[copy.id]
    await stage.client.service.copies.note(row.id, int(copy.id), int(place.channel_id), "7")
    await gone_with_row(stage, copy)


async def test_an_answer_that_was_sent_directly_is_deleted_there(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    message = await dreamed(stage, "You")
    world.channel("dreams").bot_permissions &= ~ATTACH_FILES
    row = stage.start()
    stage.dispatch.finish(row.id, png())
    row = await stage.posted(row.id)
    assert row.posted != message.id
    assert row.posted in world.messages
    counted = await data_of(stage).delete(int(world.persona("You").id))
    assert row.posted not in world.messages
    assert (counted.messages, counted.messages_left) == (1, 0)
