"""Jobs and ledgers for the counter's tests."""

from __future__ import annotations

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
        return str(request.getfixturevalue("fleet_url"))
    engine = connect(url)
    migrate.upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture
def ledger(database: str, clock: Clock) -> Iterator[Ledger]:
    ledger = Ledger(database, Limits(per_user=4, total=12), clock=clock)
    yield ledger
    ledger.close()
