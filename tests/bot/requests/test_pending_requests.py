"""What was being opened when a bot ended is known to the next one."""

import asyncio
from pathlib import Path

import pytest

from bot.requests.pending_requests import Openings
from bot.store.posting import Posting
from engine.queue.job import JobId

ID = JobId("job")
POSTING = Posting(1, "Ada", "Ada's cat", channel_id=2, token="t")


@pytest.fixture
def openings(tmp_path: Path) -> Openings:
    return Openings(tmp_path / "openings")


def test_what_came_to_an_end_is_forgotten(openings: Openings) -> None:
    with openings.kept(ID, POSTING):
        assert openings.left() == [(ID, POSTING)]
    assert openings.left() == []
    with pytest.raises(ValueError, match="x"), openings.kept(ID, POSTING):
        raise ValueError("x")
    assert openings.left() == []


def test_what_is_known_later_replaces_it(openings: Openings) -> None:
    with openings.kept(ID, POSTING):
        openings.keep(ID, Posting(1, "Ada", "Ada's cat", channel_id=2, message_id=7))
        assert openings.left()[0][1].message_id == 7


def test_what_is_cut_off_stays(openings: Openings) -> None:
    with pytest.raises(asyncio.CancelledError), openings.kept(ID, POSTING):
        raise asyncio.CancelledError
    assert openings.left() == [(ID, POSTING)]
    openings.drop(ID)


def test_once_the_bot_stops_failures_are_for_the_next_one_to_tell(openings: Openings) -> None:
    openings.end()
    with pytest.raises(ValueError, match="x"), openings.kept(ID, POSTING):
        raise ValueError("x")
    assert openings.left() == [(ID, POSTING)]


def test_what_cannot_be_read_is_removed(openings: Openings, tmp_path: Path) -> None:
    for name, text in (("a.json", "{"), ("b.json", "[]"), ("c.json", "{}"), (".d", "{")):
        (tmp_path / "openings" / name).write_text(text)
    assert openings.left() == []
    assert list((tmp_path / "openings").iterdir()) == []


def test_a_full_disk_costs_only_the_memory_of_it(openings: Openings, tmp_path: Path) -> None:
    (tmp_path / "openings" / ".job.json").mkdir()
    with openings.kept(ID, POSTING):
        assert not (tmp_path / "openings" / "job.json").exists()
    with pytest.raises(ZeroDivisionError), openings.kept(ID, POSTING):
        raise ZeroDivisionError
