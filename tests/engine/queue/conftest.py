"""Jobs and ledgers for the counter's tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.params import Dream
from engine.queue import migrate
from engine.queue.database import connect, sqlite_url
from engine.queue.job import Job, Limits
from engine.queue.ledger import Ledger


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def a_job(requester: str = "ada", **options: object) -> Job:
    return Job(params=Dream(**options), requester=requester)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database; the same rules must hold on both kinds."""
    url = sqlite_url(tmp_path / "ledger.db")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
    engine = connect(url)
    if request.param == "postgresql":
        with engine.begin() as db:
            db.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    migrate.upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a throwaway PostgreSQL on a loopback port; skips where PostgreSQL is not installed."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), *filter(None, [shutil.which("pg_ctl")])]
    if not found:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    pg_ctl = str(found[0])
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"

    def call(*command: str) -> None:
        subprocess.run([*as_user, pg_ctl, "-D", str(data), *command], check=True, stdout=subprocess.DEVNULL, cwd="/")

    call("init", "-s", "-o", "--auth=trust --username=test --no-sync")
    options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    call("start", "-w", "-s", "-l", str(folder / "log"), "-o", options)
    yield f"postgresql+psycopg://test@127.0.0.1:{port}/postgres"
    call("stop", "-m", "immediate", "-s")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def ledger(database: str, clock: Clock) -> Iterator[Ledger]:
    ledger = Ledger(database, Limits(per_user=4, total=12), clock=clock)
    yield ledger
    ledger.close()
