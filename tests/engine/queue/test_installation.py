"""One machine or many: what the settings say, and nothing of the other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine import settings
from engine.errors import SettingsError
from engine.queue import installation
from engine.queue.blob_stores import open_blobs
from engine.queue.database import database_url
from engine.queue.hint_socket import HintServer
from engine.queue.local_dispatch import LocalDispatch

ALONE = """
import sys
import engine.worker
print("sqlalchemy" in sys.modules)
import bot.app, engine.supervisor
print(sorted({name.partition('.')[0] for name in sys.modules} & {'psycopg', 'obstore'}))
"""


def in_fleet(data_dir: Path, **fleet: str) -> settings.Settings:
    return settings.load(data_dir=data_dir, fleet={"database_url": "postgresql://db/dreams", **fleet})


@pytest.mark.process
def test_a_child_needs_no_database_and_a_single_machine_nothing_of_a_fleet() -> None:
    told = subprocess.run([sys.executable, "-c", ALONE], check=True, capture_output=True, text=True)
    assert told.stdout == "False\n[]\n"


async def test_without_a_fleet_everything_is_as_it_was(data_dir: Path) -> None:
    found = settings.load(data_dir=data_dir)
    dispatch = installation.open_dispatch(found)
    assert isinstance(dispatch, LocalDispatch)
    assert isinstance(installation.open_bot_link(found, "engine", dispatch.ledger, lambda _: None), HintServer)
    assert installation.engine_name(found) == "engine"
    assert not (found.run_dir / "engine-name").exists()
    await dispatch.close()


def test_an_engine_of_a_fleet_keeps_its_name_and_shares_it_with_nobody(data_dir: Path, tmp_path: Path) -> None:
    one, two = (in_fleet(data_dir / name, blob_url=tmp_path.as_uri()) for name in ("one", "two"))
    names = [installation.engine_name(home) for home in (one, one, two)]
    assert names[0] == names[1] != names[2]
    assert max(map(len, names)) <= 64


def test_a_shared_folder_that_is_not_mounted_is_not_made(data_dir: Path, tmp_path: Path) -> None:
    missing = tmp_path / "not mounted"
    with pytest.raises(SettingsError, match="not mounted, is not there"):
        open_blobs(in_fleet(data_dir, blob_url=missing.as_uri()))
    assert not missing.exists()


@pytest.mark.parametrize(
    ("fleet", "said"),
    [
        ({"blob_url": "s3://dreams"}, "needs both"),
        ({"database_url": "postgresql://db/dreams"}, "needs both"),
        (
            {"database_url": "mysql://ada:hunter2@db/dreams", "blob_url": "s3://dreams"},
            "should begin with postgresql://",
        ),
        ({"database_url": "postgresql://db/dreams", "blob_url": "gs://dreams"}, "should begin with s3://"),
    ],
)
def test_what_is_wrong_about_a_fleet_is_said_without_the_value(
    data_dir: Path, fleet: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        settings.load(data_dir=data_dir, fleet=fleet)
    assert "hunter2" not in str(refused.value)


def test_an_address_that_is_none_is_said_without_its_password(data_dir: Path) -> None:
    found = settings.load(
        data_dir=data_dir, fleet={"database_url": "postgresql://ada:hunter2@db:port/x", "blob_url": "s3://dreams"}
    )
    with pytest.raises(SettingsError, match=r"fleet\.database_url") as refused:
        database_url(found)
    assert "hunter2" not in str(refused.value)
