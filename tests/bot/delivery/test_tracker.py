"""The tracker against a dispatch driven by hand and a Discord that only remembers."""

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TypedDict, TypeVar, Unpack

import pytest

from bot import wording
from bot.delivery.channel_lane import ChannelLane, Pace, Phase, TrackedJob
from bot.delivery.errors import Archived, MessageGone, OutOfReach, PostError, TooLarge, Unavailable, Unwelcome
from bot.delivery.tracker import DeliveryTracker
from bot.operations.shard_range import ShardRange
from bot.store.posting import Posting
from bot.views import result_card
from bot.views.message_card import Card
from engine.errors import NoLedger
from engine.params import Dream
from engine.queue.in_memory_dispatch import MemoryDispatch
from engine.queue.job import Job, JobId, JobRow, Place, Progress, Settled, Started, State

PNG = b"\x89PNG result"
JPEG = b"\xff\xd8 preview"
T = TypeVar("T")
FAST = Pace(edits=50, window_s=0.05, preview_s=0.0, sweep_s=0.02)


class Wall:
    """A poster that remembers what it was asked, and fails when told to."""

    def __init__(self) -> None:
        self.shown: list[tuple[JobId, Card]] = []
        self.pings: list[JobId] = []
        self.written: list[JobId] = []
        self.told: list[JobId] = []
        self.sent: list[JobId] = []
        self.reopened = self.deleted = 0
        self.trouble: list[PostError] = []
        self.news = asyncio.Condition()

    async def deliver(self, id: JobId, posting: Posting, card: Card) -> int:
        if self.trouble:
            raise self.trouble.pop(0)
        await self._tell(self.shown, (id, card))
        return posting.message_id or 999

    async def send_once(self, id: JobId, posting: Posting, card: Card) -> int:
        if self.trouble:
            raise self.trouble.pop(0)
        await self._tell(self.sent, id)
        return 333

    async def reopen(self, posting: Posting) -> None:
        self.reopened += 1

    async def delete(self, posting: Posting) -> bool:
        self.deleted += 1
        return True

    async def write(self, id: JobId, posting: Posting, card: Card) -> int:
        await self._tell(self.written, id)
        return 555

    async def ping(self, id: JobId, posting: Posting, note: str = "") -> None:
        await self._tell(self.pings, id)

    async def tell(self, id: JobId, user_id: int, text: str) -> None:
        await self._tell(self.told, id)

    async def _tell(self, where: list[T], what: T) -> None:
        async with self.news:
            where.append(what)
            self.news.notify_all()

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(60), self.news:
            await self.news.wait_for(condition)

    def texts(self, id: JobId) -> list[str]:
        return [card.text for shown, card in self.shown if shown == id]


class Where(TypedDict, total=False):
    """What of a posting differs from test to test."""

    message_id: int | None
    token: str
    token_until: float
    ephemeral: bool
    reachable: bool
    abandoned: bool
    guild_id: int


def posting(**changes: Unpack[Where]) -> Posting:
    known: Where = {"message_id": 7}
    return Posting(user_id=1, name="Ada", original="Ada's cat", channel_id=5, **(known | changes))


async def queue(dispatch: MemoryDispatch, user: str = "1", **changes: Unpack[Where]) -> JobId:
    return await dispatch.submit(Job(Dream(seed=4821), user), posting(**changes).to_json())


def picture(card: Card) -> bytes:
    assert card.picture is not None
    return card.picture.data


async def posted(dispatch: MemoryDispatch, id: JobId) -> str:
    async with asyncio.timeout(60):
        while not (row := await dispatch.row(id)) or row.posted is None:
            await asyncio.sleep(0.005)
    return row.posted


@pytest.fixture
async def dispatch() -> AsyncIterator[MemoryDispatch]:
    dispatch = MemoryDispatch()
    yield dispatch
    await dispatch.close()


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
async def tracker(dispatch: MemoryDispatch, wall: Wall) -> AsyncIterator[DeliveryTracker]:
    tracker = DeliveryTracker(dispatch, wall, FAST)
    task = asyncio.create_task(tracker.run())
    async with asyncio.timeout(60):
        while not dispatch._listeners:
            await asyncio.sleep(0)
    yield tracker
    task.cancel()
    await asyncio.wait({task})


async def test_previews_then_the_result_then_nothing(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    dispatch.start()
    dispatch.progress(id, 2, 5, JPEG)
    await wall.until(lambda: len(wall.shown) == 1)
    dispatch.finish(id, PNG)
    assert await posted(dispatch, id) == "7"
    first, last = wall.shown[0][1], wall.shown[-1][1]
    assert "Dreaming… 40%" in first.text
    assert first.verbs == ("cancel", "keep")
    assert (picture(first), picture(last)) == (JPEG, PNG)
    assert last.verbs == ("deeper", "again", "zoom", "tune", "more")
    assert "`/dream layer:high seed:4821`" in last.text
    count = len(wall.shown)
    await tracker.sweep()
    await tracker.resume()
    assert len(wall.shown) == count


async def test_a_lost_hint_is_found_by_the_sweep(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    dispatch.start()
    listeners, dispatch._listeners = dispatch._listeners, set()
    dispatch.finish(id, PNG)
    dispatch._listeners = listeners
    assert await posted(dispatch, id) == "7"


async def test_a_restart_takes_up_everything_unposted(dispatch: MemoryDispatch, wall: Wall) -> None:
    done, failed, waiting = [await queue(dispatch, user, message_id=int(user)) for user in "123"]
    dispatch.start()
    dispatch.start()
    dispatch.finish(done, PNG)
    dispatch.fail(failed)
    tracker = DeliveryTracker(dispatch, wall, FAST)
    await tracker.resume()
    assert await posted(dispatch, done) == "1"
    assert await posted(dispatch, failed) == "2"
    assert wall.texts(waiting) == []
    assert len(wall.shown) == 2
    await tracker.close()


async def test_a_failed_job_says_why_and_offers_again(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    dispatch.start()
    dispatch.fail(id)
    await posted(dispatch, id)
    card = wall.shown[-1][1]
    assert card.verbs == ("retry",)
    assert "Try again" in card.text
    assert "F04" in card.text


async def test_a_cancelled_job_says_so(dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    await dispatch.cancel(id)
    await posted(dispatch, id)
    assert "Cancelled" in wall.shown[-1][1].text


async def test_a_job_whose_engine_crashed_is_shown_waiting_again(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    dispatch.start()
    dispatch.progress(id, 2, 5, JPEG)
    await wall.until(lambda: wall.shown)
    dispatch.ledger.requeue("by hand")
    await wall.until(lambda: "next" in wall.texts(id)[-1])
    dispatch.start()
    dispatch.progress(id, 1, 5, JPEG)
    await wall.until(lambda: "20%" in wall.texts(id)[-1])


async def test_the_time_left_counts_what_posting_took_of_late(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    slow, next_one = await queue(dispatch), await queue(dispatch, "2")
    await tracker.follow(slow)
    await tracker.follow(next_one)
    dispatch.start()
    now = dispatch.ledger.clock
    dispatch.ledger.clock = lambda: now() - 10.0
    dispatch.finish(slow, PNG)
    dispatch.ledger.clock = now
    await posted(dispatch, slow)
    dispatch.start()
    dispatch.progress(next_one, 1, 2, JPEG, eta_s=5.0)
    await wall.until(lambda: wall.texts(next_one) and f"about {wording.duration(8.0)} left" in wall.texts(next_one)[-1])


@pytest.mark.parametrize("dead", ["child", "engine"])
async def test_a_crashed_job_says_so_keeps_cancel_and_is_answered_once(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker, dead: str
) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    dispatch.start()
    dispatch.progress(id, 2, 5, JPEG)
    await wall.until(lambda: wall.shown)
    assert (dispatch.crash(id) if dead == "child" else dispatch.restart_engine(id)) is State.QUEUED
    await wall.until(lambda: "Something broke, trying once more. You're next" in wall.texts(id)[-1])
    dispatch.start()
    dispatch.progress(id, 1, 5, JPEG)
    await wall.until(lambda: "Something broke, trying once more. Dreaming… 20%" in wall.texts(id)[-1])
    dispatch.finish(id, PNG)
    assert await posted(dispatch, id) == "7"
    assert [card.verbs for _, card in wall.shown] == [
        ("cancel", "keep"),
        ("cancel",),
        ("cancel", "keep"),
        ("deeper", "again", "zoom", "tune", "more"),
    ]


async def test_a_second_crash_is_the_answer(dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    for _ in range(2):
        dispatch.start()
        dispatch.crash(id)
    await posted(dispatch, id)
    assert "F01" in wall.texts(id)[-1]
    assert [text for text in wall.texts(id) if "Cancelled" in text] == []


@pytest.mark.parametrize("running", [True, False])
async def test_a_hint_that_a_job_is_settled_is_not_believed_over_its_row(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker, running: bool
) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    if running:
        dispatch.start()
    dispatch._send_hint(Settled(id))
    await wall.until(lambda: wall.shown)
    assert wall.shown[0][1].verbs == ("cancel",)
    assert ("Dreaming" if running else "next") in wall.texts(id)[0]
    if not running:
        dispatch.start()
    dispatch.progress(id, 4, 5, JPEG)
    await wall.until(lambda: "80%" in wall.texts(id)[-1])
    dispatch.finish(id, PNG)
    assert await posted(dispatch, id) == "7"


async def test_a_preview_that_is_late_does_not_say_that_a_finished_dream_is_dreamed(
    dispatch: MemoryDispatch, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = DeliveryTracker(dispatch, wall, Pace(edits=50, window_s=0.05, preview_s=0.0, sweep_s=1000))
    id = await queue(dispatch)
    await tracker.follow(id)
    row = dispatch.ledger.claim("by hand")
    assert row
    dispatch.ledger.settle_cancelled(id, row.attempt)
    tracker._handle_hint(Progress(id, 2, 5, 0.4, 1.0, JPEG))
    await posted(dispatch, id)
    assert ["Cancelled" in text for text in wall.texts(id)] == [True]
    await tracker.close()


async def test_a_job_that_is_held_is_not_edited_because_it_was_cancelled(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    id = await queue(dispatch)
    tracker.expect(id, Job(Dream(), "1"), posting(message_id=None))
    await dispatch.cancel(id)
    await tracker.refresh(id)
    dispatch._send_hint(Settled(id))
    await tracker.sweep()
    assert wall.shown == []
    await tracker.follow(id)
    await posted(dispatch, id)
    assert "Cancelled" in wall.texts(id)[-1]


async def test_after_a_restart_a_job_that_was_put_back_does_not_look_as_if_it_were_dreamed(
    dispatch: MemoryDispatch, wall: Wall
) -> None:
    begun, fresh = await queue(dispatch), await queue(dispatch, "2")
    dispatch.start()
    dispatch.crash(begun)
    tracker = DeliveryTracker(dispatch, wall, FAST)
    await tracker.resume()
    await wall.until(lambda: wall.shown)
    assert "trying once more" in wall.texts(begun)[0]
    assert wall.texts(fresh) == []
    await tracker.close()


async def test_what_was_seen_of_an_earlier_attempt_is_not_shown_of_the_next(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    id = await queue(dispatch)
    tracker.expect(id, Job(Dream(), "1"), posting())
    dispatch.start()
    dispatch.progress(id, 4, 5, JPEG)
    dispatch.ledger.record_crash(id, 1)  # its hint is lost
    await asyncio.sleep(0)
    await tracker.follow(id)
    track = tracker._tracks[id]
    assert (track.phase, track.preview, track.fraction) == (Phase.WAITING, b"", 0.0)


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING])
async def test_there_is_no_final_card_of_a_row_that_is_not_final(dispatch: MemoryDispatch, state: State) -> None:
    row = await dispatch.row(await queue(dispatch))
    assert row
    with pytest.raises(ValueError, match=state):
        result_card.result_card(dataclasses.replace(row, state=state), posting(), [])


async def test_hints_before_the_status_message_are_kept(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    id = await queue(dispatch)
    tracker.expect(id, Job(Dream(), "1"), posting(message_id=None))
    dispatch.start()
    dispatch.progress(id, 2, 5, JPEG)
    await tracker.sweep()
    assert wall.shown == []
    await dispatch.update_posting(id, posting().to_json())
    await tracker.follow(id)
    await wall.until(lambda: wall.shown)
    assert picture(wall.shown[0][1]) == JPEG


async def test_a_deleted_message_ends_the_matter(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    dispatch.start()
    wall.trouble = [MessageGone()]
    dispatch.finish(id, PNG)
    assert await posted(dispatch, id) == "7"
    assert wall.shown == []


async def test_an_unavailable_discord_is_asked_again(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    dispatch.start()
    wall.trouble = [Unavailable(), Unavailable()]
    dispatch.finish(id, PNG)
    assert await posted(dispatch, id) == "7"
    assert len(wall.shown) == 1


async def met(wall: Wall) -> None:
    """All trouble was met."""
    async with asyncio.timeout(60):
        while wall.trouble:
            await asyncio.sleep(0.005)


async def test_an_answer_waits_as_long_as_discord_says(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    dispatch.start()
    wall.trouble = [Unavailable("", after_s=3600.0)]
    dispatch.finish(id, PNG)
    await met(wall)
    async with asyncio.timeout(60):
        while tracker._tracks[id].due - time.monotonic() < 3500:
            await asyncio.sleep(0.005)
    await tracker.sweep()
    assert wall.shown == []


@pytest.mark.parametrize("refusal", [Unwelcome, MessageGone, OutOfReach])
async def test_previews_that_discord_refuses_are_not_tried_again(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker, refusal: type[PostError]
) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    dispatch.start()
    wall.trouble = [refusal()]
    for step in range(5):
        dispatch.progress(id, step, 9, JPEG)
        await met(wall)
    dispatch.finish(id, PNG)
    await posted(dispatch, id)
    assert [picture(card) for _, card in wall.shown] == [PNG]


def test_previews_are_tried_less_and_less_often_while_discord_is_out_of_reach(
    dispatch: MemoryDispatch, wall: Wall
) -> None:
    tracker = DeliveryTracker(dispatch, wall)
    followed, pauses = track("a"), []
    for _ in range(8):
        followed.slow_down(Unavailable(), tracker._pace.preview_s)
        pauses.append(followed.due - time.monotonic())
    assert pauses == pytest.approx([2, 4, 8, 16, 32, 60, 60, 60], abs=0.5)
    followed.slow_down(Unavailable("", after_s=500.0), tracker._pace.preview_s)
    assert followed.due - time.monotonic() == pytest.approx(500.0, abs=0.5)


async def test_an_archived_thread_is_opened_again_for_the_answer(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    dispatch.start()
    wall.trouble = [Archived()]
    dispatch.finish(id, PNG)
    assert await posted(dispatch, id) == "7"
    assert (wall.reopened, wall.sent, wall.written) == (1, [], [])


async def test_what_was_given_up_is_settled_without_a_word(dispatch: MemoryDispatch, wall: Wall) -> None:
    running = await queue(dispatch, abandoned=True)
    dispatch.start()
    waiting = await queue(dispatch, "2", abandoned=True)
    tracker = DeliveryTracker(dispatch, wall, FAST)
    await tracker.resume()
    dispatch.progress(running, 1, 2, JPEG)
    dispatch.settle_cancelled(running)
    await tracker.sweep()
    assert {await posted(dispatch, running), await posted(dispatch, waiting)} == {"unanswered"}
    assert (wall.shown, wall.sent, wall.written) == ([], [], [])
    await tracker.close()


async def test_too_large_a_picture_becomes_words(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    dispatch.start()
    wall.trouble = [TooLarge()]
    dispatch.finish(id, PNG)
    await posted(dispatch, id)
    assert wall.shown[-1][1].picture is None
    assert "too large" in wall.shown[-1][1].text


async def test_words_that_were_too_large_are_said_again(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    wall.trouble = [TooLarge()]
    await dispatch.cancel(id)
    assert await posted(dispatch, id) == "7"
    assert wall.sent == wall.written == []


@pytest.mark.parametrize(
    ("where", "trouble", "message"),
    [
        ({}, [Unwelcome()], "333"),
        ({}, [Unwelcome(), Unwelcome()], "555"),
        ({"ephemeral": True}, [OutOfReach()], "555"),
        ({"reachable": False}, [OutOfReach()], "555"),
    ],
)
async def test_what_cannot_be_edited_is_sent_beside_it_or_directly(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker, where: Where, trouble: list[PostError], message: str
) -> None:
    id = await queue(dispatch, **where)
    await tracker.follow(id)
    dispatch.start()
    wall.trouble = trouble
    dispatch.finish(id, PNG)
    assert await posted(dispatch, id) == message
    assert len(wall.sent + wall.written) == 1
    assert wall.deleted == 1, "the status message says for ever that the dream is under way"


async def test_a_lost_blob_becomes_words(dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker) -> None:
    id = await queue(dispatch)
    await tracker.follow(id)
    dispatch.start()
    dispatch.finish(id, PNG)
    dispatch._blobs.clear()
    await posted(dispatch, id)
    assert "no longer stored" in wall.shown[-1][1].text


async def test_only_a_long_wait_pings_and_only_once(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = await queue(dispatch)
    await tracker.follow(soon)
    dispatch.start()
    dispatch.finish(soon, PNG)
    await posted(dispatch, soon)
    late = await queue(dispatch)
    await tracker.follow(late)
    dispatch.start()
    now = time.time()
    monkeypatch.setattr("bot.delivery.tracker.time.time", lambda: now + 61)
    dispatch.finish(late, PNG)
    await wall.until(lambda: wall.pings)
    await tracker.resume()
    assert wall.pings == [late]


async def test_a_message_made_after_a_restart_is_remembered(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    id = await queue(dispatch, message_id=None)
    await tracker.follow(id)
    dispatch.start()
    dispatch.progress(id, 1, 5, JPEG)
    await wall.until(lambda: wall.shown)
    async with asyncio.timeout(60):
        while (row := await dispatch.row(id)) and row.posting["message_id"] != 999:
            await asyncio.sleep(0.005)


async def test_the_place_is_told_again_when_it_changes(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    first, second = await queue(dispatch, "1"), await queue(dispatch, "2")
    await tracker.follow(first)
    await tracker.follow(second)
    await tracker.sweep()
    dispatch.start()
    dispatch.finish(first, PNG)
    await posted(dispatch, first)
    await wall.until(lambda: wall.texts(second))
    assert "next" in wall.texts(second)[-1]


async def test_while_the_database_is_away_sweeps_say_nothing_and_go_on(
    dispatch: MemoryDispatch, wall: Wall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One line with its traceback for each was 700 lines in half a minute."""
    id = await queue(dispatch)
    dispatch.start()
    dispatch.finish(id, PNG)
    failures = iter(range(5))
    real = dispatch.list_unposted

    async def list_unposted() -> Sequence[JobRow]:
        if next(failures, None) is not None:
            raise NoLedger(reason="connection refused")
        return await real()

    monkeypatch.setattr(dispatch, "list_unposted", list_unposted)
    monkeypatch.setattr("bot.delivery.tracker.UNFOLLOWED_S", 0.0)  # nobody else will follow it
    tracker = DeliveryTracker(dispatch, wall, FAST)
    sweeping = asyncio.create_task(tracker._sweep_forever())
    assert await posted(dispatch, id) == "7"
    sweeping.cancel()
    await tracker.close()
    assert [one for one in caplog.records if one.levelname in ("WARNING", "ERROR")] == []


async def test_a_sweep_asks_once_for_all_places(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a place asked for each, 170 waiting dreams took the bot's whole core."""
    ids = [await queue(dispatch, str(n)) for n in range(6)]
    for id in ids:
        await tracker.follow(id)
    asked: list[str] = []

    async def counted() -> Mapping[JobId, Place]:
        asked.append("places")
        return dispatch.ledger.places()

    monkeypatch.setattr(dispatch, "places", counted)
    monkeypatch.setattr(dispatch, "place", None)
    await tracker.sweep()
    assert asked.count("places") == 1
    assert [tracker._tracks[id].ahead for id in ids] == list(range(6))


async def test_a_start_that_overtakes_a_sweep_is_not_taken_back(
    dispatch: MemoryDispatch, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await queue(dispatch)
    tracker = DeliveryTracker(dispatch, wall, Pace(sweep_s=1000))
    await tracker.follow(id)
    rows = await dispatch.list_unposted()

    async def old_rows() -> Sequence[JobRow]:
        tracker._handle_hint(Started(id))
        return rows

    monkeypatch.setattr(dispatch, "list_unposted", old_rows)
    await tracker.sweep()
    assert tracker._tracks[id].phase is Phase.RUNNING
    await tracker.close()


async def test_once_the_answer_is_posted_its_row_holds_no_token(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker
) -> None:
    secret: Where = {"token": "s3cret", "token_until": time.time() + 600}
    ids = [await queue(dispatch, **secret), await queue(dispatch, "2", **(secret | {"ephemeral": True}))]
    for id in ids:
        await tracker.follow(id)
        dispatch.start()
        dispatch.finish(id, PNG)
        await posted(dispatch, id)
    public, private = [row.posting for id in ids if (row := await dispatch.row(id))]
    assert "s3cret" not in str(public)
    assert private["token"] == "s3cret", "its Delete goes by nothing else"


def track(id: str, due: float = 0.0) -> TrackedJob:
    return TrackedJob(JobId(id), Job(Dream(), "1"), posting(), due=due)


def test_a_lane_does_results_first() -> None:
    lane = ChannelLane(Pace())
    lane.live[JobId("a")] = track("a")
    lane.results[JobId("b")] = None
    assert lane.pop(0.0) == ("b", None)
    assert lane.pop(0.0)[0] == "a"


def test_a_lane_keeps_the_budget_and_its_last_edit_for_results() -> None:
    lane = ChannelLane(Pace(edits=5, window_s=5.0))
    for second in range(4):
        lane.live[JobId("a")] = track("a")
        assert lane.wait_s(float(second) / 10) <= 0
        lane.pop(float(second) / 10)
    lane.live[JobId("a")] = track("a")
    assert lane.wait_s(0.4) == pytest.approx(4.6)
    lane.results[JobId("b")] = None
    assert lane.wait_s(0.4) <= 0
    lane.pop(0.4)
    lane.results[JobId("c")] = None
    assert lane.wait_s(0.5) == pytest.approx(4.5)


def test_a_lane_shows_the_preview_that_waited_longest() -> None:
    lane = ChannelLane(Pace())
    lane.live = {JobId("a"): track("a", 2.0), JobId("b"): track("b", 1.0)}
    assert lane.wait_s(0.5) == pytest.approx(0.5)
    assert lane.pop(1.0)[0] == "b"


async def test_a_row_of_before_the_clock_was_set_back_is_found(
    dispatch: MemoryDispatch, wall: Wall, tracker: DeliveryTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await queue(dispatch)
    dispatch.start()
    dispatch.finish(id, PNG)
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now - 3600)
    assert await posted(dispatch, id) == "7"


async def test_each_process_answers_for_its_shards_only(dispatch: MemoryDispatch) -> None:
    walls, ranges = (Wall(), Wall()), (ShardRange.parse("0/2"), ShardRange.parse("1/2"))
    trackers = [DeliveryTracker(dispatch, wall, FAST, shard_range=one) for wall, one in zip(walls, ranges, strict=True)]
    ids = [await queue(dispatch, user, guild_id=shard << 22) for shard, user in enumerate("ab")]
    tasks = [asyncio.create_task(tracker.run()) for tracker in trackers]
    for tracker in trackers:
        for id in ids:
            await tracker.refresh(id)  # a button somewhere else
    for id in ids:
        dispatch.start()
        dispatch.finish(id, PNG)
        await posted(dispatch, id)
    assert [{shown for shown, card in wall.shown if card.picture} for wall in walls] == [{ids[0]}, {ids[1]}]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
