"""The verbs for many machines as a person types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine import settings
from engine.cli import doctor
from engine.cli.program import app
from engine.errors import BackupError, DatabaseUnreachable, MoveError, SettingsError
from engine.params import Dream
from engine.queue import engine_registry, installation
from engine.queue.job import Job
from tests.s3_server import S3Server

SECRET = "hunter2-of-the-database"


def call(*words: str) -> str:
    done = CliRunner().invoke(app, [*words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


@pytest.fixture
def _alone(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(data_dir))
    monkeypatch.setenv("PAREIDOLIA_STORAGE__FREE_MB", "0")


@pytest.fixture
def _nowhere(_alone: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fleet whose database is not there."""
    monkeypatch.setenv("PAREIDOLIA_FLEET__DATABASE_URL", f"postgresql://ada:{SECRET}@127.0.0.1:9/dreams")
    monkeypatch.setenv("PAREIDOLIA_FLEET__BLOB_URL", tmp_path.as_uri())


@pytest.mark.usefixtures("_alone")
def test_without_a_fleet_it_is_said_what_to_set() -> None:
    with pytest.raises(SettingsError, match=r"`fleet.database_url` is empty"):
        call("fleet", "status")
    with pytest.raises(MoveError, match=r"set `fleet.database_url` and `fleet.blob_url`"):
        call("migrate-to-fleet")


@pytest.mark.usefixtures("_nowhere")
def test_a_database_that_is_not_there_is_a_sentence_without_its_password(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(DatabaseUnreachable, match="Start that server") as refused:
        call("fleet", "status")
    checks = {check.what: check for check in (doctor._database(settings.load()), doctor._pictures(settings.load()))}
    assert not checks["database"].fine
    assert checks["pictures of the fleet"].fine
    everything = [str(refused.value), caplog.text, checks["database"].remedy, repr(settings.load())]
    assert [text for text in everything if SECRET in text] == []


@pytest.mark.usefixtures("_nowhere")
@pytest.mark.parametrize(("verb", "tool"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_a_backup_of_a_fleet_is_not_one_of_what_is_left_on_this_machine(verb: str, tool: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=tool):
        call(verb, str(tmp_path / "kept.zip"))


@pytest.fixture
def fleet(_alone: None, fleet_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    with S3Server.run(tmp_path) as s3:
        monkeypatch.setenv("PAREIDOLIA_FLEET__DATABASE_URL", fleet_url.replace("+psycopg", ""))
        for name, value in s3.settings("here").items():
            monkeypatch.setenv(f"PAREIDOLIA_FLEET__{name.upper()}", value)
        yield s3


@pytest.mark.process
@pytest.mark.postgresql
def test_the_status_says_who_is_there_and_who_waits(fleet: S3Server) -> None:
    with closing(installation.open_ledger(settings.load())) as ledger:
        ledger.submit(Job(Dream(), "ada"), {})
        told = call("fleet", "status")
        assert "No engine lives. Start one with `pareidolia engine`." in told
        assert "1 wait, the oldest for" in told
        assert CliRunner().invoke(app, ["fleet", "status", "--here"]).exit_code == 1
        about = {"host": "attic", "version": "1", "device": "cuda:0", "memory_mb": 24000}
        for name, age in (("attic-1", 2), ("cellar-1", 200)):
            with ledger._db.begin() as db:
                values = {"name": name, "beats": 1, "seen": ledger.clock() - age, "about": json.dumps(about)}
                db.execute(engine_registry.engines.insert().values(values))
    told = call("fleet", "status")
    for word in ("attic-1", "cuda:0", "23.4 GB", "lives", "silent 3 min 2"):
        assert word in told


@pytest.mark.process
@pytest.mark.postgresql
def test_a_container_asks_for_its_own_engine(fleet: S3Server) -> None:
    found = settings.load()
    assert installation.engine_names(found) == set()
    name = installation.engine_name(found)
    attic = found.data_dir / "gpu0" / "run" / "engine-name"
    attic.parent.mkdir(parents=True)
    attic.write_text("attic-1")
    assert installation.engine_names(found) == {name, "attic-1"}
    with closing(installation.open_ledger(found)) as ledger:
        for age, code in ((200, 1), (2, 0)):
            values = {"name": "attic-1", "beats": 1, "seen": ledger.clock() - age, "about": "{}"}
            with ledger._db.begin() as db:
                db.execute(engine_registry.engines.delete())
                db.execute(engine_registry.engines.insert().values(values))
            assert CliRunner().invoke(app, ["fleet", "status", "--here"]).exit_code == code


@pytest.mark.process
@pytest.mark.postgresql
def test_the_doctor_says_where_the_pictures_cannot_go(fleet: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "BOT_PATIENCE_S", 0.0)
    assert doctor._database(settings.load()).fine
    assert doctor._pictures(settings.load()).fine
    fleet.kill()
    found = doctor._pictures(settings.load())
    assert not found.fine
    assert "`fleet.blob_url`" in found.remedy
