"""An engine is dead once its beats stand still while somebody could see it; and then its job goes on elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from engine.queue import engine_registry
from engine.queue.engine_registry import BEAT, DEAD_S, LOOK_S, READ_BEATS, UNREGISTERED, EngineWatch
from engine.queue.job import State
from engine.queue.ledger import Ledger
from tests.engine.queue.conftest import Clock, a_job


def looks(watch: EngineWatch, clock: Clock, beats: dict[str, int], seconds: float) -> dict[str, int]:
    """What the watch says in the end, when it has read the same for so many seconds."""
    found = watch.look(beats)
    for _ in range(round(seconds / LOOK_S)):
        clock.now += LOOK_S
        found = watch.look(beats)
    return found


def test_whose_beats_stand_still_is_dead(clock: Clock) -> None:
    watch = EngineWatch(clock)
    assert looks(watch, clock, {"a": 4}, DEAD_S - LOOK_S) == {}
    assert watch.alive == ["a"]
    assert looks(watch, clock, {"a": 4}, LOOK_S) == {"a": 4}
    assert watch.alive == []


def test_who_beats_lives_whatever_the_number(clock: Clock) -> None:
    watch = EngineWatch(clock)
    looks(watch, clock, {"a": 4}, DEAD_S - LOOK_S)
    assert looks(watch, clock, {"a": 1}, DEAD_S - LOOK_S) == {}, "declared dead by somebody else, and there again"


@pytest.mark.parametrize("how", ["the database was away", "the watcher was suspended"])
def test_who_could_not_see_judges_nobody(clock: Clock, how: str) -> None:
    watch = EngineWatch(clock)
    looks(watch, clock, {"a": 4}, DEAD_S - LOOK_S)
    if how == "the database was away":
        watch.forget()
    else:
        clock.now += 3600
    assert looks(watch, clock, {"a": 4}, DEAD_S - LOOK_S) == {}
    assert looks(watch, clock, {"a": 4}, LOOK_S) == {"a": 4}


def test_who_has_gone_is_forgotten(clock: Clock) -> None:
    watch = EngineWatch(clock)
    looks(watch, clock, {"a": 4}, LOOK_S)
    assert looks(watch, clock, {}, DEAD_S) == {}
    assert watch.alive == []


@pytest.fixture
def fleet(fleet_url: str) -> Iterator[Ledger]:
    with closing(Ledger(fleet_url)) as ledger:
        yield ledger


def beat(url: str, name: str) -> None:
    execute(url, BEAT, {"name": name, "about": "{}"})


def beats(url: str) -> dict[str, int]:
    return dict(execute(url, READ_BEATS, {}))  # type: ignore[arg-type]


def execute(url: str, statement: str, given: dict[str, str]) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        found = db.execute(statement.encode(), given)
        return found.fetchall() if found.description else []


@pytest.mark.postgresql
def test_the_job_of_a_dead_engine_is_taken_back_once(fleet: Ledger, fleet_url: str) -> None:
    id = fleet.submit(a_job(), {})
    beat(fleet_url, "a")
    row = fleet.claim("a")
    assert row
    assert beats(fleet_url) == {"a": 1}
    assert engine_registry.take_back(fleet, "a", 1) == [id]
    assert engine_registry.take_back(fleet, "a", 1) == [], "somebody else was quicker"
    again = fleet.claim("b")
    assert again
    assert (again.id, again.attempt) == (id, 2)
    assert fleet.stop_flag(id, row.attempt) == "lost", "the dead one, were it to live"


@pytest.mark.postgresql
def test_who_beat_meanwhile_keeps_its_job(fleet: Ledger, fleet_url: str) -> None:
    fleet.submit(a_job(), {})
    beat(fleet_url, "a")
    row = fleet.claim("a")
    assert row
    beat(fleet_url, "a")
    assert engine_registry.take_back(fleet, "a", 1) == []
    assert fleet.stop_flag(row.id, row.attempt) == ""


@pytest.mark.postgresql
def test_a_job_on_an_engine_that_nobody_knows_is_not_forgotten(fleet: Ledger, fleet_url: str) -> None:
    id = fleet.submit(a_job(), {})
    fleet.claim("a")
    assert beats(fleet_url) == {"a": UNREGISTERED}
    assert engine_registry.take_back(fleet, "a", UNREGISTERED) == [id]
    fleet.claim("a")
    beat(fleet_url, "a")
    assert engine_registry.take_back(fleet, "a", UNREGISTERED) == [], "it is known now"


@pytest.mark.postgresql
def test_who_leaves_leaves_nothing_behind(fleet: Ledger, fleet_url: str) -> None:
    id = fleet.submit(a_job(), {})
    beat(fleet_url, "a")
    fleet.claim("a")
    for job in (id, "of a hint that was lost"):
        execute(fleet_url, "INSERT INTO previews VALUES (%(id)s, 'jpeg')", {"id": job})
    assert engine_registry.leave(fleet, "a") == [id]
    assert beats(fleet_url) == {}
    assert execute(fleet_url, "SELECT job_id FROM previews", {}) == [(id,)]
    row = fleet.row(id)
    assert row
    assert row.state is State.QUEUED
