"""Which engine of a fleet takes which job, on PostgreSQL with machines that are only told of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from engine import params
from engine.catalog.catalog import shipped_catalog
from engine.errors import NoMachineHasNetwork, TooMuchForMachines, TooMuchMemory
from engine.files.blobs import BlobKey
from engine.files.picture_size import Edges
from engine.params import Dream, Style
from engine.queue import engine_registry, placement
from engine.queue.job import Job, JobId, JobRow, State, new_id
from engine.queue.ledger import Ledger, jobs
from engine.queue.memory_need import FLOAT_BYTES
from engine.queue.placement import Abilities, Placement

pytestmark = pytest.mark.postgresql

PHOTO = BlobKey("f" * 64)


@pytest.fixture
def ledger(fleet_url: str) -> Iterator[Ledger]:
    found = Ledger(fleet_url)
    yield found
    found.close()


class Machine:
    """An engine without a process."""

    def __init__(self, ledger: Ledger, name: str, memory_mb: int, *networks: str) -> None:
        self.ledger = ledger
        self.placement = Placement(ledger, name, shipped_catalog())
        known = networks or ("pocket",)
        self.placement.abilities = Abilities(frozenset(known), memory_mb, dict.fromkeys(known, FLOAT_BYTES))
        self.placement.begin()
        about: dict[str, Any] = self.placement.abilities.to_about()
        with ledger._db.begin() as db:
            db.execute(engine_registry.engines.insert().values(name=name, beats=1, seen=0.0, about=json.dumps(about)))

    def claim(self) -> JobRow | None:
        return self.ledger.claim(self.placement.name, choose=self.placement.choose)

    def run_out(self, row: JobRow, needed: int) -> bool:
        limit = self.placement.abilities.memory_mb
        return self.placement.hand_on(row, TooMuchMemory(needed=needed, limit=limit))


def order(requester: str = "ada", **options: object) -> Job:
    return Job(params.make(Dream, shipped_catalog(), network="pocket", **options), requester)


def refuse(ledger: Ledger, job: Job) -> None:
    """What becomes of a job without a picture when it is asked for."""
    placement.place(ledger, job, new_id(), never)


def never(_key: BlobKey) -> Edges | None:
    raise AssertionError("no picture has to be opened")


def row_of(ledger: Ledger, id: JobId) -> JobRow:
    row = ledger.row(id)
    assert row
    return row


def write_params(ledger: Ledger, id: JobId, **changes: object) -> None:
    """What another version, or a bot with other networks, wrote."""
    with ledger._db.begin() as db:
        before = json.loads(db.scalar(sa.select(jobs.c.params).where(jobs.c.id == id)) or "")
        db.execute(jobs.update().where(jobs.c.id == id).values(params=json.dumps({**before, **changes})))


def test_a_job_too_large_for_one_goes_to_one_that_has_room(ledger: Ledger) -> None:
    small, large = Machine(ledger, "small", 1000), Machine(ledger, "large", 8000)
    id = ledger.submit(order(size=1024), {})
    row = small.claim()
    assert row
    assert small.run_out(row, needed=3000)
    assert (row_of(ledger, id).state, row_of(ledger, id).crashes) == (State.QUEUED, 0)
    assert small.claim() is None, "it was passed over for good"
    taken = large.claim()
    assert taken
    assert taken.id == id
    again = ledger.submit(order("bob", size=1024, seed=7), {})
    assert small.claim() is None, "what was learned is not tried again"
    assert row_of(ledger, again).attempt == 0
    assert large.claim()


def test_what_is_too_large_for_all_is_refused_when_it_is_asked_for(ledger: Ledger) -> None:
    small, large = Machine(ledger, "small", 1000), Machine(ledger, "large", 2000)
    id = ledger.submit(order(size=1024), {})
    refuse(ledger, order(size=1024))
    row = large.claim()
    assert row
    assert not large.run_out(row, needed=3000), "nobody has room: it fails where it is"
    ledger.fail(row.id, row.attempt, TooMuchMemory(needed=3000, limit=2000))
    assert row_of(ledger, id).error_code == TooMuchMemory.code
    with pytest.raises(TooMuchForMachines) as refused:
        refuse(ledger, order(size=1024, seed=3))
    assert refused.value.facts == {"needed": 3000, "limit": 2000}
    refuse(ledger, order(size=512))
    assert small.claim() is None
    Machine(ledger, "larger", 4000)
    refuse(ledger, order(size=1024))


def painted(picture: BlobKey | None = None) -> Job:
    """A job whose need is known beforehand: 1.5 GB for a square."""
    wanted = params.make(Style, shipped_catalog(), network="vgg19", painting="glass", size=1024)
    return Job(wanted, "ada", picture)


def test_what_is_known_to_be_too_large_for_one_goes_to_another_before_anything_ran(ledger: Ledger) -> None:
    small, large = Machine(ledger, "small", 1000, "vgg19"), Machine(ledger, "large", 8000, "vgg19")
    id = new_id()
    placement.place(ledger, painted(PHOTO), id, lambda _: (1000, 900))
    ledger.submit(painted(PHOTO), {}, id)
    assert small.claim() is None
    assert row_of(ledger, id).attempt == 0
    taken = large.claim()
    assert taken
    assert (taken.id, taken.attempt) == (id, 1)


def test_what_is_known_to_be_too_large_for_all_is_refused_before_anything_ran(ledger: Ledger) -> None:
    Machine(ledger, "small", 500, "vgg19")
    Machine(ledger, "larger", 1000, "vgg19")
    Machine(ledger, "another", 8000)
    with pytest.raises(TooMuchForMachines) as refused:
        refuse(ledger, painted())
    assert refused.value.facts == {"needed": 1532, "limit": 1000}
    Machine(ledger, "large", 1600, "vgg19")
    refuse(ledger, painted())


def test_the_shape_of_a_picture_counts_where_it_decides(ledger: Ledger) -> None:
    small = Machine(ledger, "small", 1000, "vgg19")
    with pytest.raises(TooMuchForMachines):
        placement.place(ledger, painted(PHOTO), new_id(), lambda _: (1000, 900))
    for edges in ((1000, 400), None):  # a panorama, and what nobody can tell before it runs
        placement.place(ledger, painted(PHOTO), new_id(), lambda _, edges=edges: edges)  # type: ignore[misc]
    ledger.submit(painted(PHOTO), {})
    assert small.claim()
    Machine(ledger, "large", 1600, "vgg19")
    engine_registry.leave(ledger, "small")
    placement.place(ledger, painted(PHOTO), new_id(), never)


def test_an_engine_that_came_later_passes_over_what_it_knows_to_be_too_large(ledger: Ledger) -> None:
    id = ledger.submit(painted(), {})
    assert Machine(ledger, "small", 1000, "vgg19").claim() is None
    assert row_of(ledger, id).attempt == 0
    halved = Machine(ledger, "halved", 1000, "vgg19")
    halved.placement.learn({"memory_mb": 1000, "number_bytes": {"vgg19": 2}, "device": "cuda"})
    assert halved.claim(), "its numbers are half as large"


def test_the_room_that_a_job_waited_for_is_gone(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    small = Machine(ledger, "small", 1000)
    Machine(ledger, "large", 8000)
    id = ledger.submit(order(size=1024), {})
    row = small.claim()
    assert row
    assert small.run_out(row, needed=3000)
    assert placement.fail_hopeless(ledger) == []
    engine_registry.leave(ledger, "large")
    assert placement.fail_hopeless(ledger) == [], "it may be restarted"
    back = Machine(ledger, "large again", 8000)
    monkeypatch.setattr(placement, "HOPELESS_S", -1.0)
    assert placement.fail_hopeless(ledger) == [], "from then on it is counted anew"
    engine_registry.leave(ledger, back.placement.name)
    assert placement.fail_hopeless(ledger) == []
    assert placement.fail_hopeless(ledger) == [id]
    assert (row_of(ledger, id).state, row_of(ledger, id).error_code) == (State.FAILED, "F63")


def test_a_network_is_looked_for_where_it_is_installed(ledger: Ledger) -> None:
    plain, rich = Machine(ledger, "plain", 1000), Machine(ledger, "rich", 1000, "pocket", "googlenet")
    wanted = Job(params.make(Dream, shipped_catalog(), network="googlenet"), "ada")
    refuse(ledger, wanted)
    id, other = ledger.submit(wanted, {}), ledger.submit(order("bob"), {})
    mine = plain.claim()
    assert mine
    assert mine.id == other, "it does not hold up what waits behind it"
    theirs = rich.claim()
    assert theirs
    assert theirs.id == id
    engine_registry.leave(ledger, "rich")
    with pytest.raises(NoMachineHasNetwork):
        refuse(ledger, wanted)


def test_while_no_engine_lives_or_one_is_older_nothing_is_refused(ledger: Ledger) -> None:
    wanted = Job(params.make(Dream, shipped_catalog(), network="googlenet"), "ada")
    refuse(ledger, wanted)
    Machine(ledger, "plain", 1000)
    with ledger._db.begin() as db:
        old = {"name": "old", "beats": 1, "seen": 0.0, "about": json.dumps({"host": "h", "version": "1"})}
        db.execute(engine_registry.engines.insert().values(**old))
    refuse(ledger, wanted)


@pytest.mark.parametrize("newer", [{"recipe": "fly"}, {"wings": 2}, {"network": "next year's"}])
def test_an_older_engine_leaves_what_a_newer_version_wrote(
    ledger: Ledger, newer: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Machine(ledger, "old", 1000)
    id, other = ledger.submit(order(), {}), ledger.submit(order("bob"), {})
    write_params(ledger, id, **newer)
    claimed = old.claim()
    assert claimed
    assert claimed.id == other
    assert (row_of(ledger, id).state, row_of(ledger, id).attempt) == (State.QUEUED, 0)
    assert placement.fail_hopeless(ledger) == [], "engines are being updated"
    monkeypatch.setattr(placement, "HOPELESS_S", -1.0)
    Machine(ledger, "unheard", 1000)
    assert placement.fail_hopeless(ledger) == [], "one has not looked at it yet"
    engine_registry.leave(ledger, "unheard")
    assert [placement.fail_hopeless(ledger) for _ in range(2)] == [[], [id]]
    assert row_of(ledger, id).error_code == "F61"


def test_an_engine_that_was_updated_looks_again(ledger: Ledger) -> None:
    old = Machine(ledger, "old", 1000)
    id = ledger.submit(order(), {})
    write_params(ledger, id, recipe="fly")
    assert old.claim() is None
    write_params(ledger, id, recipe="dream")
    assert old.claim() is None, "it has passed it over"
    old.placement.begin()
    found = old.claim()
    assert found
    assert found.id == id


def test_a_long_line_of_what_it_cannot_do_is_passed_once(ledger: Ledger) -> None:
    ledger.limits = replace(ledger.limits, per_user=500, total=500)
    old = Machine(ledger, "old", 1000)
    for _ in range(placement.LOOKED_AT + 5):
        write_params(ledger, ledger.submit(order(), {}), wings=2)
    last = ledger.submit(order(), {})
    claimed = old.claim()
    assert claimed
    assert claimed.id == last
