"""What is stored about a person, and what is left when they delete it: every table and every blob is looked through."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import sqlalchemy as sa

from bot import wording
from bot.playground.faults import Fault
from bot.playground.world import Message
from bot.requests.server_membership import KEPT_S
from bot.store import tables
from bot.store.server_rules import ChannelRules, PersonLimit
from bot.store.server_uses import DAY_S
from engine.errors import Cooldown, DailyLimit, Gone, HourlyLimit, NotYours, OneAtATime, OutOfMemory
from engine.files.blobs import BlobKey
from engine.queue import database
from engine.queue.job import JobId, JobRow, Limits
from tests.bot.cogs.test_moderation import block_user
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
EXPORTED = {"presets", "shared_presets", "user_settings", "server_uses", "server_blocks", "jobs"}
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
    await block_user(stage, "Ada")
    await stage.client.service.gate.blocks.add(await block_by(stage, ada))
    assert naming(stage, ada).keys() == EXPORTED - {"shared_presets"}, "a share is found by its preset"
    told = await exported(stage, ada)
    assert told["settings"]["size"] == 128
    for part in ("presets", "shared_presets", "asked_in_servers", "blocked_in_servers", "blocks_as_a_moderator"):
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
    assert first.id not in world.messages, "its message, too"
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
