"""What was being opened when a bot ended is known to the next one."""

import asyncio
from pathlib import Path

import pytest

from bot.requests.pending_requests import PendingRequests
from bot.store.posting import Posting
from engine.queue.job import JobId

ID = JobId("job")
POSTING = Posting(1, "Ada", "Ada's cat", channel_id=2, token="t")


@pytest.fixture
def pending_requests(tmp_path: Path) -> PendingRequests:
    return PendingRequests(tmp_path / "openings")


def test_what_came_to_an_end_is_forgotten(pending_requests: PendingRequests) -> None:
    with pending_requests.remember(ID, POSTING):
        assert pending_requests.list_unfinished() == [(ID, POSTING)]
    assert pending_requests.list_unfinished() == []
    with pytest.raises(ValueError, match="x"), pending_requests.remember(ID, POSTING):
        raise ValueError("x")
    assert pending_requests.list_unfinished() == []


def test_what_is_known_later_replaces_it(pending_requests: PendingRequests) -> None:
    with pending_requests.remember(ID, POSTING):
        pending_requests.save(ID, Posting(1, "Ada", "Ada's cat", channel_id=2, message_id=7))
        assert pending_requests.list_unfinished()[0][1].message_id == 7


def test_what_is_cut_off_stays(pending_requests: PendingRequests) -> None:
    with pytest.raises(asyncio.CancelledError), pending_requests.remember(ID, POSTING):
        raise asyncio.CancelledError
    assert pending_requests.list_unfinished() == [(ID, POSTING)]
    pending_requests.drop(ID)


def test_once_the_bot_stops_failures_are_for_the_next_one_to_tell(pending_requests: PendingRequests) -> None:
    pending_requests.end()
    with pytest.raises(ValueError, match="x"), pending_requests.remember(ID, POSTING):
        raise ValueError("x")
    assert pending_requests.list_unfinished() == [(ID, POSTING)]


def test_what_cannot_be_read_is_removed(pending_requests: PendingRequests, tmp_path: Path) -> None:
    for name, text in (("a.json", "{"), ("b.json", "[]"), ("c.json", "{}"), (".d", "{")):
        (tmp_path / "openings" / name).write_text(text)
    assert pending_requests.list_unfinished() == []
    assert list((tmp_path / "openings").iterdir()) == []


def test_a_full_disk_costs_only_the_memory_of_it(pending_requests: PendingRequests, tmp_path: Path) -> None:
    (tmp_path / "openings" / ".job.json.part").mkdir()
    with pending_requests.remember(ID, POSTING):
        assert not (tmp_path / "openings" / "job.json").exists()
    with pytest.raises(ZeroDivisionError), pending_requests.remember(ID, POSTING):
        raise ZeroDivisionError
