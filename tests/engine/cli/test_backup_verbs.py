"""`pareidolia backup` and `restore` as a person types them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine import settings
from engine.cli.program import app
from engine.errors import BackupError
from engine.params import Dream
from engine.queue.blob_stores import open_local_blobs
from engine.queue.job import Job
from engine.queue.local_dispatch import open_ledger


@pytest.fixture
def _data(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(data_dir))
    monkeypatch.setenv("PAREIDOLIA_STORAGE__FREE_MB", "0")


def call(*words: str) -> str:
    done = CliRunner().invoke(app, [*words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


@pytest.mark.usefixtures("_data")
def test_there_and_back_says_what_was_done_and_what_comes_next(tmp_path: Path) -> None:
    found = settings.load()
    with closing(open_ledger(found)) as ledger:
        key = open_local_blobs(found).put(b"a photo")
        id = ledger.submit(Job(Dream(), "ada", key), {})
        gone = open_local_blobs(found).put(b"another")
        ledger.submit(Job(Dream(), "ada", gone), {})
        open_local_blobs(found).path(gone).unlink()
        said = call("backup", str(tmp_path / "kept.zip"))  # while the ledger is open: the bot runs
        assert "holds the database and 1 pictures. Keep it private." in said
        assert "1 old pictures were gone already" in said
        with pytest.raises(BackupError, match="Stop the bot"):
            call("restore", str(tmp_path / "kept.zip"))
    said = call("restore", str(tmp_path / "kept.zip"))
    assert "Restored the database and 1 pictures. Start the bot" in said
    assert "pareidolia-before-" in said.replace(" ", "")
    with closing(open_ledger(found)) as ledger:
        assert ledger.row(id)


@pytest.mark.parametrize("verb", ["backup", "restore"])
def test_the_help_says_what_to_do_with_postgresql(verb: str) -> None:
    assert "PostgreSQL: use pg_" in call(verb, "--help").replace("│ ", "")
