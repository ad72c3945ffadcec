"""The engine's parent: `ledger -> jobs -> child -> ledger`, without torch, so that it survives whatever the child does.

It holds the lock on the engine's name (a restart that gets the lock knows that the old engine is dead and takes its
jobs back at once), claims a job for each lane of its child, and answers every report of the child with go on, stop or
keep. Only it writes to the ledger, fenced by (id, attempt).

Longer than most files: whatever may become of a job and of its child is decided here, in turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar

from engine import errors, logs
from engine.child_lanes import Child, Lane
from engine.platform import atomic_file, backoff, file_lock
from engine.queue import retention
from engine.queue.installation import (
    FLEET_PAUSE_S,
    await_ledger,
    engine_name,
    open_bot_link,
    open_placement,
    place_of_database,
)
from engine.queue.job import JobId, JobRow, Progress, Requeued, Result, Settled, Started, State, batch_result
from engine.queue.ledger import Ledger
from engine.settings import Settings, load
from engine.supervised_run import SHORT_S, Run

log = logging.getLogger("pareidolia.supervisor")
P = ParamSpec("P")
T = TypeVar("T")

NAME = "engine"
LOCKED = 75
"""Exit status when an engine of this name lives (EX_TEMPFAIL of sysexits.h)."""
UNUSABLE = 78
"""Exit status when the person who runs this must change something first (EX_CONFIG)."""
POLL_S = 5.0
"""A lost wake-up costs at most this."""
BEAT_S = 1.0
"""A lost stop costs at most this."""
GRACE_S = 5.0
"""A child that was told to stop and does not answer is replaced after this."""
WARM_UP_S = 300.0
"""A child that is not warm after this hangs, and is replaced."""
CHILD = (sys.executable, "-m", "engine.worker")
BACK_OFF_S = 1.0
"""Before the second start of a child that came to nothing, doubled from time to time: it must not burn a core."""
LONGEST_BACK_OFF_S = 60.0


def main() -> int:
    """Run the engine of the settings until SIGTERM. Returns the exit status."""
    settings = load()
    logs.start(settings, "supervisor")
    if said := settings.catalog.default_fallback():
        log.warning("%s", said)
    try:
        file_lock.acquire(settings.run_dir / f"{NAME}.lock")  # until this process ends
    except BlockingIOError:
        log.info("another engine is at work here")
        return LOCKED
    try:
        ledger = await_ledger(settings)
    except errors.SettingsError as error:
        log.error("%s (%s)", error, error.code)
        return UNUSABLE
    with contextlib.closing(ledger):
        asyncio.run(Supervisor(settings, ledger).run())
    return 0


class Supervisor:
    """One engine."""

    def __init__(self, settings: Settings, ledger: Ledger, child: Sequence[str] = CHILD) -> None:
        self.settings = settings
        self.ledger = ledger
        self.child = child
        self.name = engine_name(settings)
        self.placement = open_placement(settings, ledger, self.name)
        self.live = open_bot_link(settings, self.name, ledger, self._handle_frame, self.placement)
        self._child: Child | None = None
        self._lanes: Sequence[Lane] = ()
        """Those of the child, or of the last one."""
        self._suspects = 0
        """So many jobs run alone, as they were in a child together when it died: whoever kills the next is known."""
        self._failed_starts = 0
        """Children in a row that died before they did anything."""
        self._stopping = asyncio.Event()
        self._claiming, self._claimed = threading.Lock(), dict[JobId, JobRow]()
        """Jobs that the ledger gave us and that nobody does yet: a stop may overtake them."""

    async def run(self) -> None:
        """Dream until told to stop, then give back what was being dreamed. Raises what broke the work, if anything."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        self._write_pids(0)
        back = await self._retry_until_taken(self.ledger.requeue, self.name)
        log.info("engine started, %d jobs taken back", back)
        if self.placement:
            await self._retry_until_taken(self.placement.begin)
        await self.live.start()
        working = asyncio.create_task(self._run_jobs())
        tidying = asyncio.create_task(retention.tidy_in_turn(self.settings, self.ledger))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait((working, tidying, stopping), return_when=asyncio.FIRST_COMPLETED)
            for task in (working, tidying):
                if task.done():
                    task.result()
        finally:
            stopping.cancel()
            tidying.cancel()
            await self._stop(working)

    def stop(self) -> None:
        """Ask for a graceful end."""
        self._stopping.set()

    async def _stop(self, working: asyncio.Task[None]) -> None:
        self._stopping.set()  # nothing is claimed from now on
        working.cancel()  # before the child: its death must not count as a crash
        await asyncio.wait((working,))
        await self._kill_child()
        for row in [run.row for lane in self._lanes for run in lane.runs] + await asyncio.to_thread(self._overtaken):
            await self._give_back(row)
        await self.live.stop()
        log.info("engine stopped")

    async def _give_back(self, row: JobRow) -> None:
        with contextlib.suppress(errors.NoLedger):  # the next start takes it back
            if await asyncio.to_thread(self.ledger.give_back, row.id, row.attempt):
                self.live.send_hint(Requeued(row.id))

    async def _run_jobs(self) -> None:
        while True:
            child = await self._warm_child()
            if child is None:
                continue
            first, *others = self._lanes
            if self._suspects or not others:
                await self._serve(first, alone=True)
                continue
            async with asyncio.TaskGroup() as group:
                for lane in self._lanes:
                    group.create_task(self._serve(lane))

    async def _serve(self, lane: Lane, *, alone: bool = False) -> None:
        """One job after another, until the child has died; alone, also until no job is suspected any more."""
        while lane.child.is_alive:
            lane.wake.clear()
            suspected = self._suspects
            row = await self._retry_until_taken(self._claim)
            if row is None and alone and suspected:
                self._suspects = 0
            elif row is None:
                await self._wait_for_work(lane)
            else:
                self._failed_starts = 0
                with logs.job_context(row.id):
                    run = await self._run_job(row, lane)
                if alone:
                    self._suspects = max(0, suspected - 1)
                elif not lane.child.is_alive and not (run.innocent or run.stop_signal):
                    self._suspects += 1
            if alone and suspected and not self._suspects:
                return

    def _claim(self, at_most_s: float = math.inf) -> JobRow | None:
        """The next job that this engine can do, if any waits."""
        with self._claiming:
            if self._stopping.is_set():
                return None
            row = self.ledger.claim(self.name, at_most_s, self.placement.choose if self.placement else None)
            if row is not None:
                self._claimed[row.id] = row
            return row

    def _overtaken(self) -> list[JobRow]:
        """What was claimed in the moment of the stop. Waits for a claim that is being made."""
        with self._claiming:
            return list(self._claimed.values())

    async def _wait_for_work(self, lane: Lane) -> None:
        """Until a bot wakes us, the child dies, or the safety net's interval is over."""
        dead = asyncio.create_task(lane.child.wait())
        awake = asyncio.create_task(lane.wake.wait())
        done, _ = await asyncio.wait((dead, awake), timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
        for task in (dead, awake):
            task.cancel()
        if not done:
            self._failed_starts = 0

    async def _retry_until_taken(self, move: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """A move on the ledger, made again until it succeeds: no dream is lost over a disk that is full for a while."""
        failed = 0
        while True:
            try:
                return await asyncio.to_thread(move, *given, **named)
            except errors.NoLedger:
                failed += 1
                longest = FLEET_PAUSE_S if self.settings.fleet.on else LONGEST_BACK_OFF_S
                pause = backoff.pause_s(failed, BACK_OFF_S, longest)
                if failed == 1:
                    log.error("look at %s; it is tried again every %.0f s", place_of_database(self.settings), longest)
            await asyncio.sleep(pause)

    # one job

    async def _run_job(self, row: JobRow, lane: Lane) -> Run:
        log.info("%s begins, attempt %d", row.job.params.recipe, row.attempt)
        run = lane.run = Run(row, outer=lane.run)
        self._claimed.pop(row.id, None)
        self.live.send_hint(Started(row.id))
        async with asyncio.TaskGroup() as group:  # without its clock a dream could go on for ever
            watch = group.create_task(self._watch(run, lane))
            ended = await self._converse(run, lane)
            watch.cancel()
        await self._settle(run, ended)
        lane.run = run.outer
        await self._send_end(row.id)
        return run

    async def _send_end(self, id: JobId) -> None:
        """What the row says, and nothing else."""
        row = await self._retry_until_taken(self.ledger.row, id)
        if row is not None:
            self.live.send_hint(Settled(id) if row.state.settled else Requeued(id))

    async def _converse(self, run: Run, lane: Lane) -> dict[str, Any] | None:
        """Answer reports until the last one, which is returned; None if the child died."""
        job = run.row.job
        lane.send(
            id=run.row.id, params=job.params.model_dump_json(), picture=job.picture, others=dict(job.others),
            history=job.history.to_json(), limit_bytes=job.limit_bytes,
        )  # fmt: skip
        while frame := await lane.receive():
            report, preview = frame
            if report["report"] == "made":
                run.made[report["at"]] = report["result"]
                continue
            if report["report"] != "progress":
                return report
            self._tell_step(run, report, preview)
            await self._let_short_jobs_pass(run, lane)
            lane.send(word=run.stop_signal)
        return None

    async def _let_short_jobs_pass(self, run: Run, lane: Lane) -> None:
        """Between two steps of a long job its lane takes short ones that wait: the long one never holds the engine."""
        while run.gives_way and lane.child.is_alive:
            row = await self._retry_until_taken(self._claim, SHORT_S)
            if row is None:
                return
            with run.pause(), logs.job_context(row.id):
                await self._run_job(row, lane)
            run.innocent = not lane.child.is_alive

    def _tell_step(self, run: Run, report: dict[str, Any], preview: bytes) -> None:
        step, steps, held = report["step"], report["steps"], report.get("gpu_bytes", 0)
        stands = run.watch.step(step, steps)
        self._tell(run, Progress(run.row.id, step, steps, stands.done, stands.left_s, preview, held))

    def _tell_wait(self, run: Run) -> None:
        """No step for a while: a network is loaded, or the file is made. The clock goes on."""
        stands = run.watch.look()
        self._tell(run, replace(run.told, done=stands.done, eta_s=stands.left_s, preview=b""))

    def _tell(self, run: Run, progress: Progress) -> None:
        run.told, run.told_at = progress, time.monotonic()
        self.live.send_hint(progress)

    async def _watch(self, run: Run, lane: Lane) -> None:
        """Heartbeat: notices a stop whose frame was lost, the time limit, and a child that does not listen."""
        while True:
            await asyncio.sleep(BEAT_S)
            with contextlib.suppress(errors.NoLedger):  # the flag can wait, the clock cannot
                run.signal_stop(await asyncio.to_thread(self.ledger.stop_flag, run.row.id, run.row.attempt))
            if time.monotonic() - run.told_at >= BEAT_S:
                self._tell_wait(run)
            if run.watch.elapsed_s > run.limit_s(self.settings.engine.timeout_s) and not run.stop_signal:
                run.timed_out = True
                run.signal_stop("stop")
            if run.is_deaf(GRACE_S):
                log.warning("it did not stop, its child is replaced")
                for other in (one for beside in self._lanes if beside is not lane for one in beside.runs):
                    other.innocent = True
                lane.child.kill()

    async def _settle(self, run: Run, ended: dict[str, Any] | None) -> None:
        """Write what became of the job."""
        outcome, child_died = ended["report"] if ended else "died", ended is None
        if run.is_done_in_part(outcome):
            outcome = "done in part"
        seconds = run.watch.elapsed_s
        log.info("%s after %.2f s", outcome, seconds)
        await self._retry_until_taken(self._write_outcome, run, outcome, ended or {}, seconds)
        if child_died:
            await self._kill_child()

    def _write_outcome(self, run: Run, outcome: str, ended: dict[str, Any], seconds: float) -> None:
        id, attempt = run.row.id, run.row.attempt
        if outcome == "done":
            self.ledger.finish(id, attempt, Result.from_json(ended["result"]), seconds, run.watch.course())
        elif outcome == "done in part":
            self.ledger.finish(id, attempt, Result.from_json(batch_result(run.made)), seconds / run.share_made)
        elif run.timed_out:
            limit = max(1, round(run.limit_s(self.settings.engine.timeout_s) / 60))
            self.ledger.fail(id, attempt, errors.TimedOut(minutes=limit))
        elif outcome == "stopped" or run.stop_signal:  # also a child that had to be killed because it did not stop
            self.ledger.settle_cancelled(id, attempt)
        elif outcome == "failed":
            kind: type[errors.PareidoliaError] = getattr(errors, ended["error"])
            error = kind(**ended["facts"])
            if not (self.placement and self.placement.hand_on(run.row, error)):
                self.ledger.fail(id, attempt, error)
        elif run.innocent:
            self.ledger.give_back(id, attempt)
        elif self.ledger.record_crash(id, attempt) == State.FAILED:
            log.error("it crashed its child again and failed")

    # the child

    async def _warm_child(self) -> Child | None:
        """The child, started and warm; None if it could not be started this time."""
        if self._child is not None and self._child.is_alive:
            return self._child
        await self._kill_child()
        await self._delay_restart()
        started = await asyncio.create_subprocess_exec(
            *self.child,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**22,
        )  # fmt: skip
        self._child = Child(started)
        self._write_pids(started.pid)
        ready = await self._wait_until_warm(self._child)
        if ready is None:
            await self._kill_child()
            return None
        self._lanes = self._child.lanes
        log.info("child %d is warm: %s", started.pid, ready)
        if self.placement:
            self.placement.learn(ready)
        return self._child

    async def _wait_until_warm(self, child: Child) -> dict[str, Any] | None:
        """What a child says once it is warm; None for one that dies or hangs before."""
        try:
            async with asyncio.timeout(WARM_UP_S):
                ready = await child.wait_until_ready()
        except TimeoutError:
            log.error("the child was not warm after %.0f s and is replaced", WARM_UP_S)
            return None
        if ready is None:
            log.error("the child did not start; its words stand above this line")
        return ready

    async def _delay_restart(self) -> None:
        """Children that come to nothing, one after another, are started ever more slowly."""
        if self._failed_starts:
            pause = backoff.pause_s(self._failed_starts, BACK_OFF_S, LONGEST_BACK_OFF_S)
            log.error("%d starts of the child came to nothing; next start in %.0f s", self._failed_starts, pause)
            await asyncio.sleep(pause)
        self._failed_starts += 1

    def _write_pids(self, worker: int) -> None:
        path = self.settings.run_dir / f"{NAME}.pid"
        # a full disk; whoever reads the file asks the lock first
        with contextlib.suppress(OSError), atomic_file.replacing(path) as part:
            part.write_text(json.dumps({"supervisor": os.getpid(), "worker": worker}))

    async def _kill_child(self) -> None:
        if self._child is None:
            return
        child, self._child = self._child, None
        await child.close()

    def _handle_frame(self, header: dict[str, Any]) -> None:
        """A frame from a bot."""
        for lane in self._lanes:
            if header.get("wake"):
                lane.wake.set()
            for run in lane.runs:
                if JobId(header.get("stop", "")) == run.row.id:
                    run.signal_stop("keep" if header.get("keep") else "stop")


if __name__ == "__main__":
    sys.exit(main())
