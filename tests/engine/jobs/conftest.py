"""Jobs and ledgers for the counter's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.jobs import migrate
from engine.jobs.job import Job, Limits
from engine.jobs.ledger import Ledger, connect, sqlite_url
from engine.jobs.params import Dream


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def a_job(requester: str = "ada", **options: object) -> Job:
    return Job(params=Dream(**options), requester=requester)  # type: ignore[arg-type]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> str:
    url = sqlite_url(tmp_path / "ledger.db")
    engine = connect(url)
    migrate.upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture
def ledger(database: str, clock: Clock) -> Iterator[Ledger]:
    ledger = Ledger(database, Limits(per_user=4, total=12), clock=clock)
    yield ledger
    ledger.close()
