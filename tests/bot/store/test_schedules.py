"""Schedules, votes and entries: claimed once, counted once, exported, deleted and purged."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.store.schedule_entries import Entry, ScheduleEntries
from bot.store.schedules import ENDLESS, GAME, Schedule, Schedules
from bot.store.server_rules import ServerRulesStore
from bot.store.votes import STAR, Vote, Votes, star_poll, tally
from engine.queue.database import connect
from tests.engine.queue.conftest import database  # noqa: F401

ONE = Schedule("a_" + "b" * 18, "77", "78", ENDLESS, 18, "UTC", 100.0, 1.0, state={"round": 2})


@pytest.fixture
def engine(database: str) -> Iterator[sa.Engine]:  # noqa: F811
    made = connect(database)
    yield made
    made.dispose()


def vote(user: str, choice: str, at: float, poll: str = ONE.poll) -> Vote:
    return Vote(poll, user, "77", "78", choice, at)


async def test_a_channel_has_one_of_a_kind_and_as_many_games_as_people_begin(engine: sa.Engine) -> None:
    store = Schedules(engine)
    await store.add(ONE)
    again = await store.add(replace(ONE, id="c" * 20, hour=9, state={"every_h": 8}))
    assert (again.id, again.hour, dict(again.state)) == (ONE.id, 9, {"round": 2, "every_h": 8})
    for id in ("d" * 20, "e" * 20):
        await store.add(replace(ONE, id=id, kind=GAME, due=None))
    assert [one.id for one in await store.of_server("77")] == [ONE.id, "d" * 20, "e" * 20]
    assert [one.id for one in await store.due(99.0)] == []
    assert [one.id for one in await store.due(100.0)] == [ONE.id]


async def test_of_many_who_claim_at_once_one_does(engine: sa.Engine) -> None:
    store, taken = Schedules(engine), []
    await store.add(ONE)

    def claim(one: Schedule, _votes: object) -> Schedule | None:
        if one.claimed is not None:
            return None
        taken.append(one)
        return replace(one, claimed=5.0)

    await asyncio.gather(*(store.change(ONE.id, claim) for _ in range(8)))
    assert len(taken) == 1
    assert [one.id for one in await store.due(0.0)] == [ONE.id], "what is claimed is found, whenever it is due"


async def test_the_last_vote_counts_and_the_earliest_of_as_many(engine: sa.Engine) -> None:
    votes = Votes(engine)
    for user, choice, at in (("7", "0", 1), ("8", "1", 2), ("7", "0", 3), ("9", "2", 4), ("9", "0", 5), ("8", "1", 9)):
        await votes.cast(vote(user, choice, at))
    assert tally(await votes.of_poll(ONE.poll)) == {"0": 2, "1": 1}
    await votes.cast(vote("7", "1", 10))
    assert list(tally(await votes.of_poll(ONE.poll))) == ["1", "0"]
    await votes.cast(vote("8", "0", 11))
    await votes.cast(vote("5", "1", 12))
    assert list(tally(await votes.of_poll(ONE.poll))) == ["0", "1"], "two each, and 0 began earlier"


async def test_a_star_is_given_once_and_taken_back(engine: sa.Engine) -> None:
    votes = Votes(engine)
    star = vote("7", STAR, 1.0, star_poll("j" * 20))
    assert await votes.toggle(star)
    assert [*(await votes.stars("77", "78"))] == ["j" * 20]
    assert await votes.stars("77", "other") == {}
    assert await votes.stars("77", since=2.0) == {}
    assert not await votes.toggle(star)
    assert await votes.stars("77") == {}


async def test_an_entry_is_there_once_under_the_next_number(engine: sa.Engine) -> None:
    entries = ScheduleEntries(engine)
    first, second = (Entry(ONE.id, id * 20, "77", "7", 0, 1.0) for id in "jk")
    assert [await entries.add(one) for one in (first, first, second)] == [True, False, True]
    await entries.show(second, 99)
    assert [(one.number, one.message_id) for one in await entries.of_schedule(ONE.id)] == [(1, None), (2, "99")]
    assert len(await entries.of_user("7")) == 2
    assert await entries.delete("7") == 2


async def test_nothing_is_left_of_a_schedule_and_of_a_server(engine: sa.Engine) -> None:
    store, votes, entries = Schedules(engine), Votes(engine), ScheduleEntries(engine)
    other = replace(ONE, id="axb" + "b" * 17, channel_id="79")
    for one in (ONE, other):
        await store.add(one)
        await votes.cast(vote("7", "0", 1.0, one.poll))
        await entries.add(Entry(one.id, "j" * 20, "77", "7", 0, 1.0))
    await store.delete(ONE.id)
    assert [one.poll for one in await votes.of_user("7")] == [other.poll]
    assert [one.schedule_id for one in await entries.of_user("7")] == [other.id]
    rules = ServerRulesStore(engine, lambda: 50.0)
    await rules.note_servers([])
    assert await rules.list_removed(51.0) == ["77"], "its server was written down with it"
    await rules.purge("77")
    assert (await store.of_server("77"), await votes.of_user("7"), await entries.of_user("7")) == ([], [], [])


async def test_a_persons_votes_go_with_the_person(engine: sa.Engine) -> None:
    votes = Votes(engine)
    await votes.cast(vote("7", "0", 1.0))
    await votes.cast(vote("8", "0", 1.0))
    assert await votes.delete("7") == 1
    assert [one.user_id for one in await votes.of_poll(ONE.poll)] == ["8"]
