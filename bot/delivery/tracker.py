"""Follows jobs and posts their answers: `hints + rows => edits`.

The ledger is the truth and hints are only faster: every answer that is due is found by the sweep, too, and whatever a
hint said, the row is looked at before anything is shown. A job's answer is an edit of its status message and is marked
posted afterwards, so doing it twice changes nothing.

Each channel has a lane, which paces its edits (`channel_lane`); where an answer goes is for `final_answer` to find.

Longer than most files: whatever may become of one job's message, from the first look to the last, is decided in turn.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from bot.delivery.channel_lane import LIVE, ChannelLane, Pace, Phase, TrackedJob
from bot.delivery.errors import MessageGone, PostError, Unavailable
from bot.delivery.final_answer import FinalAnswer, Games, Publisher, Shrink
from bot.delivery.ready_notice import LONG_WAIT_S, ReadyNotice
from bot.languages.current import speaking
from bot.operations.metrics import Metrics
from bot.operations.shard_range import ShardRange
from bot.store.posting import Posting
from bot.store.user_settings import UserSettingsStore
from bot.views import status_card
from bot.views.message_card import Card
from engine import logs
from engine.errors import NoLedger
from engine.queue.dispatch_port import Dispatch
from engine.queue.job import Hint, Job, JobId, JobRow, Place, Progress, Requeued, Settled, Started, State

log = logging.getLogger(__name__)

LONGEST_POSTING_S = 20.0
POSTING_WEIGHT = 0.3
"""How much the last answer counts in the average of how long posting takes."""
UNFOLLOWED_S = 20.0
"""A row this young may still be between its submit and its status message."""
GIVE_UP_S = 24 * 3600.0
"""An answer that nobody could be given for so long is dropped."""


class DeliveryTracker:
    """Keeps the messages of all jobs up to date."""

    def __init__(
        self,
        dispatch: Dispatch,
        publisher: Publisher,
        pace: Pace | None = None,
        metrics: Metrics | None = None,
        shrink: Shrink | None = None,
        user_settings: UserSettingsStore | None = None,
        games: Games | None = None,
        shard_range: ShardRange | None = None,
    ) -> None:
        """`shrink` makes a PNG of at most so many pixels a side of a picture; it raises `Refusal`s."""
        self._dispatch = dispatch
        self._publisher = publisher
        self._pace = pace or Pace()
        self._metrics = metrics or Metrics()
        self._games = games
        self._shard_range = shard_range or ShardRange()
        self._ready_notice = ReadyNotice(publisher, user_settings)
        self._final_answer = FinalAnswer(publisher, dispatch.get_blob, shrink)
        self._posting_s = 0.0
        """From a result to its message, uploading included: a moving average of what it took of late."""
        self._tracks: dict[JobId, TrackedJob] = {}
        self._lanes: dict[int, ChannelLane] = {}

    async def run(self) -> None:
        """Take up what was left, then follow until cancelled."""
        await self.resume()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen(), name="delivery-hints")
                group.create_task(self._sweep_forever(), name="delivery-sweep")
        finally:
            await self.close()

    async def close(self) -> None:
        """Stop the lanes; an edit on its way is cut off and made again after the restart."""
        workers = [lane.worker for lane in self._lanes.values() if lane.worker is not None]
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    async def resume(self) -> None:
        """Take up every row whose answer is not posted, whoever queued it."""
        for row in await self.list_unposted():
            track = self._track(row)
            if row.state.settled:
                self._mark_final(track)
            elif track.posting.abandoned:
                await self._dispatch.cancel(row.id)
            elif row.attempt and row.state is State.QUEUED:
                self._schedule_edit(track)  # its message may say that it is dreamed

    def expect(self, id: JobId, job: Job, posting: Posting) -> None:
        """Remember what hints say of a job whose status message is on its way. `follow` or `drop` comes next."""
        self._tracks[id] = TrackedJob(id, job, posting, Phase.HELD)

    def drop(self, id: JobId) -> None:
        """There is nothing to follow, or the sweep will find it."""
        self._tracks.pop(id, None)

    async def follow(self, id: JobId) -> None:
        """Follow a job whose status message stands, or will not come. It may have begun, or settled, already."""
        row = await self._dispatch.row(id)
        if row is None or row.posted or not self._is_ours(row):
            self.drop(id)
            return
        track = self._track(row)
        track.posting = Posting.from_json(row.posting)
        track.muted |= track.posting.abandoned
        if row.state.settled:
            self._queue_answer(track)
            return
        if row.state is State.QUEUED:
            track.enter(Phase.WAITING)
        track.phase = LIVE[row.state]
        if track.preview:
            self._schedule_edit(track)  # an edit without a picture would only use up the first preview's turn

    async def refresh(self, id: JobId) -> None:
        """Somebody changed a job: do not wait for a hint. One whose status message is on its way is looked at then."""
        track = self._tracks.get(id)
        if track is None or track.phase is not Phase.HELD:
            await self.follow(id)

    async def reveal(self, id: JobId) -> None:
        """A round is over: its message says now what was grown, also where that was held back."""
        if track := self._tracks.get(id):
            track.retries = 0
        await self.refresh(id)

    async def _listen(self) -> None:
        while True:
            try:
                async for hint in self._dispatch.hints(lambda id: id in self._tracks):
                    self._handle_hint(hint)
            except Exception:  # hints may be lost; the sweep finds what they said
                log.exception("hints broke off")
            await asyncio.sleep(self._pace.sweep_s)

    def _handle_hint(self, hint: Hint) -> None:
        track = self._tracks.get(hint.id)
        if track is None:
            return
        match hint:
            case Settled():
                self._mark_final(track)
            case Requeued():
                self._requeue(track)
            case Started():
                track.enter_by_hint(Phase.RUNNING)
            case Progress():
                track.phase = Phase.RUNNING if track.live else track.phase
                track.fraction = hint.done
                track.left_s = hint.eta_s
                track.preview = hint.preview or track.preview
                self._metrics.observe_progress(hint)
                self._schedule_edit(track)

    async def _sweep_forever(self) -> None:
        while True:
            await asyncio.sleep(self._pace.sweep_s)
            try:
                await self.sweep()
            except NoLedger:  # said where it was noticed; the next sweep finds what this one would have
                continue
            except Exception:
                log.exception("sweep failed; trying again")

    async def sweep(self) -> None:
        """Find answers that are due and places that changed, without any hint."""
        now = time.monotonic()
        self._lanes = {key: lane for key, lane in self._lanes.items() if not lane.idle(now)}
        before = {id: track.phase for id, track in self._tracks.items()}  # a hint may overtake the rows
        rows, places = await self.list_unposted(), await self._dispatch.places()
        for row in rows:
            if row.id not in self._tracks and abs(time.time() - row.created) > UNFOLLOWED_S:
                self._track(row)
            if track := self._tracks.get(row.id):
                self._reconcile(track, row, places.get(row.id), overtaken=track.phase is not before.get(row.id))

    async def list_unposted(self) -> Sequence[JobRow]:
        """What is not answered yet, and is for this process to answer."""
        return [row for row in await self._dispatch.list_unposted() if self._is_ours(row)]

    def _is_ours(self, row: JobRow) -> bool:
        return row.id in self._tracks or self._shard_range.owns(Posting.from_json(row.posting))

    def _reconcile(self, track: TrackedJob, row: JobRow, place: Place | None, *, overtaken: bool) -> None:
        """Make good for hints that were lost."""
        if row.state.settled or track.phase is Phase.SETTLING:
            self._mark_final(track)
        elif not track.live or overtaken:
            return
        elif track.phase is not LIVE[row.state]:
            track.enter(LIVE[row.state])
            self._schedule_edit(track)
        elif track.phase is Phase.WAITING:
            self._update_place(track, place)

    def _requeue(self, track: TrackedJob) -> None:
        """Its engine crashed and it waits again."""
        track.enter_by_hint(Phase.WAITING)
        self._schedule_edit(track)

    def _update_place(self, track: TrackedJob, place: Place | None) -> None:
        if place is None or place.ahead == track.ahead:
            return
        first, track.ahead = track.ahead < 0, place.ahead
        if not first:
            self._schedule_edit(track)

    def _track(self, row: JobRow) -> TrackedJob:
        if row.id not in self._tracks:
            posting = Posting.from_json(row.posting)
            phase = LIVE.get(row.state, Phase.SETTLING)
            self._tracks[row.id] = TrackedJob(row.id, row.job, posting, phase, muted=posting.abandoned)
        return self._tracks[row.id]

    def _schedule_edit(self, track: TrackedJob) -> None:
        if track.muted or not track.live:
            return
        lane = self._lane(track)
        lane.live[track.id] = track
        self._wake(lane)

    def _mark_final(self, track: TrackedJob) -> None:
        """Its row is said to be final. What is held is looked at once its status message stands."""
        if track.phase is not Phase.HELD:
            self._queue_answer(track)

    def _queue_answer(self, track: TrackedJob) -> None:
        track.phase = Phase.SETTLING
        lane = self._lane(track)
        lane.live.pop(track.id, None)
        if lane.answering == track.id or (track.retries and time.monotonic() < track.due):
            return
        lane.results[track.id] = None
        self._wake(lane)

    def _lane(self, track: TrackedJob) -> ChannelLane:
        key = track.posting.channel_id or track.posting.user_id
        return self._lanes.setdefault(key, ChannelLane(self._pace))

    def _wake(self, lane: ChannelLane) -> None:
        lane.changed.set()
        if lane.worker is None or lane.worker.done():
            lane.worker = asyncio.create_task(self._run_lane(lane), name="delivery-lane")

    async def _run_lane(self, lane: ChannelLane) -> None:
        while lane.results or lane.live:
            wait = lane.wait_s(time.monotonic())
            if wait > 0:
                await self._pause(lane, wait)
                continue
            id, track = lane.pop(time.monotonic())
            lane.answering = id if track is None else None
            with logs.job_context(id):
                await self._edit(id, track)
            lane.answering = None

    async def _edit(self, id: JobId, track: TrackedJob | None) -> None:
        """The result, or, with a track, how it stands."""
        try:
            await (self._deliver_answer(id) if track is None else self._show_status(track))
        except NoLedger:
            self._postpone(id)
        except Exception:
            log.exception("an edit failed in an unexpected way")
            self._postpone(id)

    async def _pause(self, lane: ChannelLane, seconds: float) -> None:
        lane.changed.clear()
        try:
            await asyncio.wait_for(lane.changed.wait(), seconds)
        except TimeoutError:
            return

    async def _show_status(self, track: TrackedJob) -> None:
        card = await self._live_card(track)
        if card is None:
            return
        try:
            message = await self._publisher.deliver(track.id, track.posting, card)
            await self._store_message_id(track, message)
            self._metrics.count_edit("preview")
            track.failed_previews, track.due = 0, time.monotonic() + self._pace.preview_s
        except PostError as error:
            self._metrics.count_edit("preview", type(error).__name__)
            log.info("a preview was not shown: %s %s", type(error).__name__, error)
            track.slow_down(error, self._pace.preview_s)

    async def _store_message_id(self, track: TrackedJob, message: int) -> None:
        """Keep the id of a message that had to be made here, because a restart came before it could be kept."""
        if track.posting.message_id is None:
            track.posting = replace(track.posting, message_id=message)
            await self._dispatch.update_posting(track.id, track.posting.to_json())

    async def _live_card(self, track: TrackedJob) -> Card | None:
        """How a job stands by its row; None where that is final, because then its answer is next."""
        told = track.phase
        row = await self._dispatch.row(track.id)
        if row is None or row.posted:
            self.drop(track.id)
            return None
        if row.state.settled or not track.live:
            self._mark_final(track)
            return None
        if track.phase is told and track.phase is not LIVE[row.state]:  # unless a hint came since the row was read
            track.enter(LIVE[row.state])
        return await self._status_card(track, row)

    async def _status_card(self, track: TrackedJob, row: JobRow) -> Card:
        id, job, posting = track.id, track.job, track.posting
        shown = [] if track.preview else await self._final_answer.blobs(key for key in job.batch if key is not None)
        if track.phase is Phase.RUNNING:
            left_s = track.left_s + self._posting_s if track.left_s else 0.0
            return status_card.dreaming_card(
                id, job, posting, shown, track.preview, track.fraction, left_s, broken_off=row.broken_off
            )
        place = await self._dispatch.place(id)
        return status_card.waiting_card(id, job, posting, shown, place, broken_off=row.broken_off)

    async def _deliver_answer(self, id: JobId) -> None:
        row = await self._dispatch.row(id)
        if row is None or row.posted:
            self.drop(id)
        elif row.state.settled:
            await self._post_answer(row)
        elif track := self._tracks.get(id):
            log.info("said to be settled, and is %s", row.state)
            track.enter(LIVE[row.state])
            self._schedule_edit(track)

    async def _post_answer(self, row: JobRow) -> None:
        posting = Posting.from_json(row.posting)
        if posting.abandoned:
            await self._dispatch.mark_posted(row.id, "unanswered")
            self.drop(row.id)
            return
        if posting.choices and self._games:
            posting, until = await self._games.settle(row)
            if until:
                await self._hold_back(row, posting, until, self._games)
                return
        try:
            with speaking(posting.locale):
                announced = await self._games.announce(row, posting) if self._games else posting
                message = str(await self._final_answer.post(row, announced))
            self._metrics.count_edit("answer")
        except MessageGone:
            self._metrics.count_edit("answer", MessageGone.__name__)
            message = str(posting.message_id or "gone")
        except PostError as error:
            self._metrics.count_edit("answer", type(error).__name__)
            log.warning("the answer was not posted: %s %s", type(error).__name__, error)
            if isinstance(error, Unavailable) and time.time() - row.created < GIVE_UP_S:
                self._postpone(row.id, error.after_s)
                return
            message = "undeliverable"
            if posting.game and self._games:
                await self._games.undeliverable(posting)
        if await self._dispatch.mark_posted(row.id, message, posting.without_token().to_json()):
            log.info("%s, posted", row.state)
            self._metrics.count_answer(row)
            self._learn_posting(row)
            sent_anew = message != str(posting.message_id or message)  # which has notified already
            waited = time.time() - row.created > LONG_WAIT_S and posting.user_id and not posting.game
            if row.result is not None and waited and not sent_anew:
                await self._ready_notice.notify(row, posting)
        self.drop(row.id)

    async def _hold_back(self, row: JobRow, posting: Posting, until: float, games: Games) -> None:
        """Show what a round has grown without saying what it is, until it is over."""
        try:
            await self._final_answer.post_grown(row, posting, until)
        except PostError as error:
            log.info("what was grown is not shown: %s %s", type(error).__name__, error)
        _, until = await games.settle(await self._dispatch.row(row.id) or row)  # somebody may have been right meanwhile
        self._postpone(row.id, max(0.0, until - time.time()))

    def _learn_posting(self, row: JobRow) -> None:
        """What waited for a bot or for Discord to come back says nothing of the next ones."""
        took_s = time.time() - (row.finished or 0.0)
        if 0.0 <= took_s <= LONGEST_POSTING_S:
            self._posting_s += POSTING_WEIGHT * (took_s - self._posting_s)

    def _postpone(self, id: JobId, after_s: float = 0.0) -> None:
        if track := self._tracks.get(id):
            track.postpone(self._pace.sweep_s, after_s)
