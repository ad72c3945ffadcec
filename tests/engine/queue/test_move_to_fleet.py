"""A single machine's installation moves to a fleet whole, and goes on there."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.store.presets import Presets
from engine import settings
from engine.errors import MoveError
from engine.files.blobs import BlobKey
from engine.params import Dream
from engine.queue import fleet_status, installation, move_to_fleet
from engine.queue.blob_stores import open_blobs
from engine.queue.database import connect
from engine.queue.job import Job, JobId, Result, State
from engine.queue.ledger import Ledger
from engine.settings import Settings
from tests.postgresql_server import PostgresServer

pytestmark = pytest.mark.postgresql


@pytest.fixture
def alone(data_dir: Path) -> Settings:
    return settings.load(data_dir=data_dir)


@pytest.fixture
def fleet(data_dir: Path, tmp_path: Path, postgresql: PostgresServer) -> Settings:
    url = postgresql.empty_database().replace("+psycopg", "")
    return settings.load(data_dir=data_dir, fleet={"database_url": url, "blob_url": tmp_path.as_uri()})


async def fill(alone: Settings) -> tuple[JobId, JobId, BlobKey]:
    """A done job and one that waits, a preset, and pictures; an id of each job, and the picture."""
    picture = open_blobs(alone).put(b"a picture")
    with closing(installation.open_ledger(alone)) as ledger:
        done = ledger.submit(Job(Dream(seed=1), "ada", picture, spoiler=True), {"channel_id": 7})
        row = ledger.claim("engine")
        assert row
        made = open_blobs(alone).put(b"a dream")
        ledger.finish(done, row.attempt, Result(made, "image/png", 8, 8, 7), 1.5)
        waits = ledger.submit(Job(Dream(), "ben", picture), {})
    database = connect(f"sqlite:///{alone.database}")
    await Presets(database, 20).save("7", "Fur", {"layer": "mid"})
    database.dispose()
    return done, waits, picture


def move(fleet: Settings) -> move_to_fleet.Step:
    *_, last = move_to_fleet.move(fleet)
    return last


async def test_everything_is_there_afterwards_and_goes_on(alone: Settings, fleet: Settings) -> None:
    done, waits, picture = await fill(alone)
    last = move(fleet)
    assert (last.pictures, last.lost) == (2, 0)
    assert {"jobs": 2, "presets": 1, "calibrations": 1}.items() <= last.rows.items()
    with closing(installation.open_ledger(alone)) as here, closing(installation.open_ledger(fleet)) as there:
        assert there.row(done) == here.row(done)
        assert there.row(waits) == here.row(waits)
        assert there.estimate(Job(Dream(), "ada")) == here.estimate(Job(Dream(), "ada"))
        row = there.claim("elsewhere")
        assert row
        assert (row.id, row.job.picture) == (waits, picture)
    assert open_blobs(fleet).get(picture) == b"a picture"
    database = connect(fleet.fleet.database_url.get_secret_value().replace("://", "+psycopg://"))
    presets = Presets(database, 20)
    await presets.save("7", "Eyes", {"layer": "high"})  # the database counts on where the other one was
    assert len(await presets.all("7")) == 2
    database.dispose()


async def test_an_interrupted_move_goes_on_where_it_was(
    alone: Settings, fleet: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(alone)
    monkeypatch.setattr(move_to_fleet, "AT_ONCE", 1)
    steps = move_to_fleet.move(fleet)
    for _ in range(5):
        next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert move(fleet).rows["jobs"] == 2
    assert move(fleet).rows["jobs"] == 2, "and once more changes nothing"


async def test_what_did_not_arrive_as_it_was_is_told(alone: Settings, fleet: Settings) -> None:
    done, _, _ = await fill(alone)
    move(fleet)
    with closing(installation.open_ledger(fleet)) as there, there._db.begin() as db:
        db.execute(sa.text("UPDATE jobs SET requester = 'eve' WHERE id = :id"), {"id": done})
    with pytest.raises(MoveError, match="jobs did not arrive whole"):
        move(fleet)


async def test_another_installation_is_not_mixed_in(alone: Settings, fleet: Settings) -> None:
    await fill(alone)
    with closing(installation.open_ledger(fleet)) as there:
        there.submit(Job(Dream(), "eve"), {})
    with pytest.raises(MoveError, match="Choose an empty one"):
        move(fleet)


async def test_nobody_may_be_at_work(alone: Settings, fleet: Settings) -> None:
    await fill(alone)
    with closing(installation.open_ledger(alone)), pytest.raises(MoveError, match="Stop the bot"):
        move(fleet)


def test_where_to_must_be_said(alone: Settings) -> None:
    with pytest.raises(MoveError, match=r"fleet\.database_url"):
        move(alone)


async def test_a_damaged_picture_stays_behind_and_is_counted(alone: Settings, fleet: Settings) -> None:
    _, _, picture = await fill(alone)
    (alone.data_dir / "blobs" / picture[:2] / picture).write_bytes(b"half")
    last = move(fleet)
    assert (last.pictures, last.lost) == (1, 1)


def test_the_status_tells_of_engines_queue_and_times(fleet_url: str) -> None:
    with closing(Ledger(fleet_url)) as ledger:
        first = ledger.submit(Job(Dream(), "ada"), {})
        ledger.submit(Job(Dream(), "ben"), {})
        row = ledger.claim("one")
        assert row
        with ledger._db.begin() as db:
            db.execute(
                sa.text("INSERT INTO engines VALUES ('one', 1, :now, '{\"host\": \"h\"}')"), {"now": ledger.clock()}
            )
            db.execute(sa.text("INSERT INTO engines VALUES ('two', 1, 5, '{}')"))
        told = fleet_status.read(ledger)
        assert [(one.name, one.alive, one.jobs) for one in told.engines] == [("one", True, [first]), ("two", False, ())]
        assert (told.waiting, told.running, told.recipes) == (1, 1, [])
        assert told.oldest_s >= 0
        ledger.finish(first, row.attempt, Result(BlobKey("0" * 64), "image/png", 8, 8, 7), 1.5)
        (dreams,) = fleet_status.read(ledger).recipes
        assert (dreams.recipe, dreams.done, dreams.failed) == ("dream", 1, 0)
        settled = ledger.row(first)
        assert settled
        assert settled.state is State.DONE


def test_a_checksum_tells_any_row_from_another() -> None:
    rows: list[move_to_fleet.Row] = [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
    assert move_to_fleet.fingerprint(rows) == move_to_fleet.fingerprint(reversed(rows))
    assert move_to_fleet.fingerprint(rows) != move_to_fleet.fingerprint([rows[0], {"a": 2, "b": ""}])
