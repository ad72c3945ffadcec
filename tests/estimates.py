"""Whether the rest that is shown is right: `python -m tests.estimates [--rounds N] [--only zoom]`.

Runs a real engine on an empty data folder and asks for each recipe at several sizes, round by round; listens as the bot
does and looks once a second at what a status message would say. Printed for every recipe and size, and for each round:
in how many of these looks, after `EARLY` of the time a job took, the rest that is shown was within `FACTOR` of the true
one; whether the percent ever fell; the longest time for which nothing came; the estimate beside what it took. In the
first round nothing has been learned yet. The engine is as nice as this process, not nicer; with VERBOSE=1 every look is
printed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bot.playground import samples
from engine import settings as settings_
from engine.params import AnyParams, Channel, Concept, Dream, See, Style, Zoom
from engine.queue.job import Hint, Job, JobId, Progress, Settled
from engine.queue.local_dispatch import LocalDispatch

EARLY, FACTOR = 0.2, 1.5
LOOK_S = 1.0
"""Between two looks: a status message is edited at most so often."""
LEAST_S = 1.0
"""What is shorter is not shown, and need not be told apart."""
LONGEST_S = 900.0
CASES: tuple[AnyParams, ...] = (
    Dream(size=256),
    Dream(size=512),
    Dream(size=1024),
    Dream(subject="goldfish", size=512),
    Dream(size=512, look="2015"),
    Concept(subject="goldfish", size=320),
    Concept(subject="goldfish", size=512, variations=3),
    Style(painting="glass", size=256),
    Style(painting="swirls"),
    Style(painting="dots", subject="goldfish", size=384),
    Channel(channel=5),
    Channel(),
    See(),
    Zoom(frames=12),
    Zoom(frames=30, size=320),
)


@dataclass(frozen=True, slots=True)
class Update:
    """What an update said: when, how much is done in [0, 1], and how many seconds are left."""

    at: float
    done: float
    left: float


@dataclass(frozen=True, slots=True)
class Course:
    """A job from its start to its end; times are seconds since the start."""

    estimate: float
    seconds: float
    updates: tuple[Update, ...]

    def looks(self) -> Iterator[tuple[float, Update]]:
        """The time of each look after `EARLY`, and the newest update then; nothing before the first."""
        for number in range(1, int(self.seconds / LOOK_S) + 1):
            at = number * LOOK_S
            seen = [update for update in self.updates if update.at <= at]
            if EARLY * self.seconds <= at < self.seconds and seen:
                yield at, seen[-1]

    def verdicts(self) -> list[bool]:
        """Whether the rest was right, look by look."""
        return [is_right(seen.left, self.seconds - at) for at, seen in self.looks()]

    @property
    def falls(self) -> bool:
        """Whether the percent ever fell."""
        return any(after.done < before.done for before, after in pairwise(self.updates))

    @property
    def silence(self) -> float:
        """The longest time for which nothing came."""
        times = [0.0, *(update.at for update in self.updates), self.seconds]
        return max(after - before for before, after in pairwise(times))


def is_right(shown: float, true: float) -> bool:
    """Whether the rest that is shown is within `FACTOR` of the true one."""
    ratio = max(shown, LEAST_S) / max(true, LEAST_S)
    return 1 / FACTOR <= ratio <= FACTOR


async def main(rounds: int, only: str) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="p-") as folder:
        settings = settings_.load(data_dir=Path(folder))
        environment = {**os.environ, "PAREIDOLIA_DATA_DIR": folder, "PAREIDOLIA_ENGINE__NICE": "0"}
        engine = await asyncio.create_subprocess_exec(sys.executable, "-m", "engine.supervisor", env=environment)
        dispatch = LocalDispatch.open(settings)
        try:
            await measure(dispatch, [case for case in CASES if only in case.recipe], rounds)
        finally:
            await dispatch.close()
            engine.terminate()
            await engine.wait()


async def measure(dispatch: LocalDispatch, cases: Sequence[AnyParams], rounds: int) -> None:
    """Every case in every round."""
    heard: asyncio.Queue[tuple[float, Hint]] = asyncio.Queue()
    listening = asyncio.create_task(_listen(dispatch, heard))
    picture = samples.sample_png("cat")
    await _run(dispatch, Job(Dream(size=128), "ada"), heard)  # until the engine is warm
    for number in range(rounds):
        found: list[bool] = []
        print(f"\nround {number + 1}, load {os.getloadavg()[0]:.1f}", flush=True)
        for params in cases:
            pictured = not isinstance(params, Concept)
            key = await dispatch.put_blob(picture) if pictured else None
            course = await _run(dispatch, Job(params, "ada", key), heard)
            found += course.verdicts()
            _print(params, course)
        print(f"right in {share(found)}", flush=True)
    listening.cancel()


async def _listen(dispatch: LocalDispatch, heard: asyncio.Queue[tuple[float, Hint]]) -> None:
    async for hint in dispatch.hints():
        heard.put_nowait((time.time(), hint))


async def _run(dispatch: LocalDispatch, job: Job, heard: asyncio.Queue[tuple[float, Hint]]) -> Course:
    estimate = await dispatch.estimate(job)
    id = await dispatch.submit(job, {})
    async with asyncio.timeout(LONGEST_S):
        told = [one async for one in _until_settled(id, heard)]
    row = await dispatch.row(id)
    assert row
    assert row.started
    assert row.finished
    if row.error:
        print(f"{job.params.recipe}: {row.error}", flush=True)
    updates = [Update(at - row.started, *shown(hint)) for at, hint in told]
    return Course(estimate, row.finished - row.started, tuple(updates))


async def _until_settled(id: JobId, heard: asyncio.Queue[tuple[float, Hint]]) -> AsyncIterator[tuple[float, Progress]]:
    while True:
        at, hint = await heard.get()
        if isinstance(hint, Settled) and hint.id == id:
            return
        if isinstance(hint, Progress) and hint.id == id:
            yield at, hint


def shown(hint: Progress) -> tuple[float, float]:
    """How much is done and how much is left, as the bot shows it."""
    return hint.done, hint.eta_s


def share(found: Sequence[bool]) -> str:
    """ "27 of 30 (90 %)"."""
    return f"{sum(found)} of {len(found)} ({sum(found) / max(1, len(found)):.0%})"


def _print(params: AnyParams, course: Course) -> None:
    option, word = params.aim
    told = params.model_dump(exclude_defaults=True, exclude={"recipe", "network", option})
    name = " ".join([params.recipe, word, *(f"{key}:{value}" for key, value in told.items())])
    times = f"{course.seconds:6.1f} s, guessed {course.estimate:6.1f} s, longest silence {course.silence:4.1f} s"
    falls = ", FALLS" if course.falls else ""
    print(f"{name:50.50} {times}, right in {share(course.verdicts())}{falls}", flush=True)
    if os.environ.get("VERBOSE"):
        for at, seen in course.looks():
            print(f"    {at:5.1f}  {seen.done:4.0%}  left {seen.left:5.1f}  true {course.seconds - at:5.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Whether the rest that is shown is right.")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run (default 3)")
    parser.add_argument("--only", default="", help="one recipe only")
    asked = parser.parse_args()
    asyncio.run(main(asked.rounds, asked.only))
