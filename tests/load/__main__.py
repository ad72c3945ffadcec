"""`make load`, `make soak`: many people at once, `(verb, habits) => figures`, exit status 1 where a promise fails.

    python -m tests.load crowd [--minutes 12]     100 light and 10 heavy users in 50 channels, and 8 who send files that
                                                 cost much to open; Discord's limits enforced
    python -m tests.load soak [--jobs 20000]      the same people without pauses, until so many jobs were answered,
                                                 or so many minutes are over

The bot, the supervisor and the decoder are the real ones, each in its own process. The supervisor's child dreams
nothing by default (`tests.load.quick_child`), so that the queue and not the dreaming is what is measured; `--real`
takes the real child, whose jobs take as long as they take.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import statistics
import sys
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.load.gauges import Sample, Stock, jain, processes, quantile, sample, slope, stock
from tests.load.hall import Habits, Hall, open_hall

SAMPLE_S = 5.0
AGAIN_S = 5.0
"""How soon a heavy user asks again after a refusal."""
ACKNOWLEDGE_S = 3.0
FAIR = 0.95
LINE_S = 3.0
"""A mean wait below this is no line: as long as Discord itself waits for a bot, nobody wonders whose turn it was. What
the index compares then is the rest of whatever dream was just under way."""
DECODER_MB = 120.0
"""What a decoder has left when all is quiet, where people send files that take hundreds of MB while they are opened: a
slope says nothing of it then."""
BOT_MB = 300.0
"""The most memory that the bot has at any moment, whatever people send."""
FLAT_MB = 1.0
"""A process may seem to grow by this much per 1,000 jobs: an allocator's breath, no leak."""
SOAK_TIDY_S = 30.0
SOAK_DAYS = 60.0 / 86400
"""A soak keeps rows for a minute, so that retention keeps up with it."""
OVERDUE_S = 2 * SOAK_TIDY_S
GIVEN_UP = "unanswered"
DRAIN_S = 180.0
QUIET_S = 40.0
"""Idle connections are closed after 15 to 30 s."""
POOLED = 20
"""Descriptors that stay open on purpose once there has been work: connections to the database, three files each."""


@dataclass
class Verdict:
    """Figures and whether each keeps its promise."""

    lines: list[tuple[str, str, bool | None]] = field(default_factory=list)

    def say(self, what: str, figure: str, kept: bool | None = None) -> None:
        """Add a line; `kept` is None where nothing was promised."""
        self.lines.append((what, figure, kept))

    @property
    def kept(self) -> bool:
        """Whether all promises were."""
        return all(kept is not False for _, _, kept in self.lines)

    def __str__(self) -> str:
        marks = {None: "", True: "ok", False: "BROKEN"}
        return "\n".join(f"| {what} | {figure} | {marks[kept]} |" for what, figure, kept in self.lines)


@dataclass(frozen=True, slots=True)
class Waited:
    """A job's way through the queue; Unix seconds."""

    id: str
    user: str
    created: float
    started: float | None
    posted: str | None
    """The message of its answer; "unanswered" where its command was given up, and the user saw it fail."""


class Watch:
    """Samples the processes while the people ask."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.began = time.time()
        self.samples: list[Sample] = []
        self.stocks: list[tuple[str, Stock]] = []
        self.look()
        self._task = asyncio.create_task(self._run())

    async def end(self) -> None:
        """Watch no longer."""
        self._task.cancel()
        await asyncio.wait({self._task})
        self.look()

    async def _run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(SAMPLE_S)
            self.look()

    def look(self) -> None:
        """One sample."""
        pids = {**processes(self.hall.bot_pid, self.hall.data_dir / "run"), "playground": os.getpid()}
        self.samples.append(sample(pids, time.time() - self.began, self.hall.crowd.done))

    async def count(self, when: str) -> None:
        """What lies in the data folder now."""
        before = time.time() - self.hall.habits.days * 86400 - OVERDUE_S
        self.stocks.append((when, await asyncio.to_thread(stock, self.hall.data_dir, before)))


async def crowd(habits: Habits, minutes: float, every_s: float) -> Verdict:
    """So many minutes of everyone's asking; then what the promises have come to."""
    async with open_hall(habits) as hall:
        watch = Watch(hall)
        people = begin(hall, every_s)
        await asyncio.sleep(minutes * 60)
        await end(hall, people)
        await watch.end()
        await watch.count("at the end")
        line = waited(hall.data_dir)
        verdict = Verdict()
        say_answers(verdict, hall, line)
        say_slow_files(verdict, hall)
        say_fairness(verdict, hall, line, watch.began, minutes * 60)
        say_limits(verdict, hall)
        say_memory(verdict, watch.samples, slow_files=habits.slow > 0)
        say_logs(verdict, hall)
    return verdict


async def soak(habits: Habits, jobs: int, minutes: float, every_s: float) -> Verdict:
    """So many jobs, or as many as so many minutes allow; then whether anything has grown."""
    async with open_hall(habits) as hall:
        watch = Watch(hall)
        people = begin(hall, every_s)
        for quarter in (1, 2, 3, 4):
            until = watch.began + 60 * minutes * quarter / 4
            while hall.crowd.done < jobs * quarter // 4 and time.time() < until:
                await asyncio.sleep(0.5)
            await watch.count(f"{25 * quarter} %, {hall.crowd.done:,} jobs")
            print(f"{hall.crowd.done:,} jobs after {time.time() - watch.began:.0f} s", flush=True)
        await end(hall, people)
        await watch.end()
        verdict = Verdict()
        say_answers(verdict, hall, None)
        say_limits(verdict, hall)
        say_memory(verdict, watch.samples)
        say_stock(verdict, watch.stocks)
        say_logs(verdict, hall)
    return verdict


def begin(hall: Hall, every_s: float) -> list[asyncio.Task[None]]:
    """Everyone starts to ask; a heavy user has one hand more than jobs are allowed."""
    crowd = hall.crowd
    light = (crowd.modest(person, place, every_s) for person, place in crowd.light)
    heavy = (crowd.greedy(person, place, AGAIN_S) for person, place in crowd.heavy for _ in range(5))
    slow = (crowd.tiresome(person, place, AGAIN_S) for person, place in crowd.slow)
    return [asyncio.create_task(habit) for habit in (*light, *heavy, *slow)]


async def end(hall: Hall, people: Sequence[asyncio.Task[None]]) -> None:
    """Nobody asks any more; what was asked is answered; then it is quiet for a while."""
    hall.crowd.stopped.set()
    await asyncio.wait(people, timeout=DRAIN_S)
    async with asyncio.timeout(DRAIN_S):
        while any(not one.posted for one in waited(hall.data_dir)):
            await asyncio.sleep(0.5)
    await asyncio.sleep(QUIET_S)


def waited(data_dir: Path) -> list[Waited]:
    """Every job of the ledger."""
    query = "SELECT id, requester, created, started, posted FROM jobs"
    with closing(sqlite3.connect(f"file:{data_dir / 'pareidolia.db'}?mode=ro", uri=True)) as db:
        return [Waited(*row) for row in db.execute(query)]


# what is said


def say_answers(verdict: Verdict, hall: Hall, line: list[Waited] | None) -> None:
    """Acknowledgements, refusals, and that every job was answered once."""
    asks = hall.crowd.asks
    waits = [ask.acknowledged - ask.asked for ask in asks if ask.acknowledged is not None]
    missed = sum(ask.refused == "late" for ask in asks)
    reasons = Counter(ask.refused for ask in asks if ask.refused)
    verdict.say("commands", f"{len(asks)}")
    verdict.say("acknowledged within 3 s", f"{len(waits)}, missed {missed}", missed == 0)
    slow = f"p50 {quantile(waits, 0.5):.2f}, p99 {quantile(waits, 0.99):.2f}, max {max(waits):.2f}"
    verdict.say("time to acknowledgement (s)", slow, max(waits) <= ACKNOWLEDGE_S)
    told = ", ".join(f"{code} {count}" for code, count in sorted(reasons.items()))
    verdict.say("refused with a reason", told or "none", reasons["silent"] == 0)
    answers = hall.crowd.answers
    twice = sum(count != 1 for count in answers.values())
    accepted = {ask.job for ask in asks if ask.job}
    accepted |= {one.id for one in line or () if one.posted != GIVEN_UP}
    lost = len(accepted - set(answers))
    verdict.say("jobs answered", f"{len(answers)}, twice {twice}, never {lost}", twice == lost == 0)


def say_slow_files(verdict: Verdict, hall: Hall) -> None:
    """What those were told whose files cost much."""
    slow = {person.id for person, _ in hall.crowd.slow}
    asks = [ask for ask in hall.crowd.asks if ask.user in slow]
    if not asks:
        return
    waits = [ask.acknowledged - ask.asked for ask in asks if ask.acknowledged is not None]
    told = Counter(ask.refused or "dreamed" for ask in asks)
    outcomes = ", ".join(f"{name} {count}" for name, count in told.most_common())
    kept = len(waits) == len(asks) and max(waits) <= ACKNOWLEDGE_S and told["silent"] == 0
    verdict.say("slow files: time to acknowledgement (s)", f"{len(asks)}, max {max(waits, default=0):.2f}", kept)
    verdict.say("slow files: what became of them", outcomes, told["silent"] == 0)


def say_fairness(verdict: Verdict, hall: Hall, line: list[Waited], began: float, seconds: float) -> None:
    """Jain's index over the light users' mean waiting at half time."""
    half = began + seconds / 2
    light = {person.id for person, _ in hall.crowd.light}
    means = mean_waiting([one for one in line if one.user in light], half)
    counts = Counter(one.user for one in line if one.user in light and one.created < half)
    spread = f"{min(counts.values(), default=0)} to {max(counts.values(), default=0)} dreams each"
    told, kept = fairness(means)
    verdict.say("Jain's index of light users' waiting at half time", f"{told} ({spread})", kept)
    turns, half_way = in_turns(line, half)
    told = f"{jain(mean_waiting([one for one in turns if one.user in light], half_way)):.3f}"
    verdict.say("the same, waiting counted in dreams begun meanwhile", told)
    everyone = ((light, "light"), ({person.id for person, _ in hall.crowd.heavy}, "heavy"))
    for users, name in everyone:
        waits = [one.started - one.created for one in line if one.user in users and one.started]
        told = f"{len(waits)} dreams, mean {statistics.fmean(waits or [0]):.2f}, p99 {quantile(waits, 0.99):.2f}"
        verdict.say(f"waiting for the engine, {name} users (s)", told)


def fairness(means: Sequence[float]) -> tuple[str, bool | None]:
    """The index of mean waits (s) in words, and whether it is kept; None where there was no line to be fair in."""
    mean = statistics.fmean(means or [0.0])
    if mean < LINE_S:
        return f"not judged: nobody waited (mean {mean:.1f} s)", None
    index = jain(means)
    return f"{index:.3f}", index >= FAIR


def in_turns(line: Sequence[Waited], at: float) -> tuple[list[Waited], float]:
    """The line, and a moment, by a clock that goes on by one whenever a dream begins: what the queue does, without what
    the machine does meanwhile."""
    starts = sorted(one.started for one in line if one.started is not None)

    def turn(when: float | None) -> float | None:
        return None if when is None else float(bisect_left(starts, when))

    turned = [replace(one, created=turn(one.created) or 0.0, started=turn(one.started)) for one in line]
    return turned, turn(at) or 0.0


def mean_waiting(line: Sequence[Waited], at: float) -> list[float]:
    """Each user's mean waiting as it stands at a moment; what still waits has waited until then."""
    waits: dict[str, list[float]] = defaultdict(list)
    for one in line:
        if one.created < at:
            waits[one.user].append(min(at if one.started is None else one.started, at) - one.created)
    return [statistics.fmean(found) for found in waits.values()]


def say_limits(verdict: Verdict, hall: Hall) -> None:
    """How often the bot ran into Discord's limits."""
    overruns = hall.limits.overruns
    told = ", ".join(f"{bucket} {count}" for bucket, count in sorted(overruns.items())) or "none"
    share = overruns.total() / max(1, hall.limits.requests)
    verdict.say("requests answered by 429", f"{told} of {hall.limits.requests}", share <= 0.001)


def say_memory(verdict: Verdict, samples: Sequence[Sample], *, slow_files: bool = False) -> None:
    """Memory, descriptors and sockets of every process, and what a job costs it. The playground is Discord's part: it
    keeps messages for a while, and its memory is no promise."""
    for name in dict.fromkeys(name for one in samples for name in one.resident):
        seen = [one for one in samples if name in one.resident]
        rise = 1000 * slope([(float(one.jobs), one.resident[name]) for one in seen])
        first, middle, last = (seen[n].resident[name] for n in (0, len(seen) // 2, -1))
        told = f"{first:.0f}, {middle:.0f}, {last:.0f} MB; {rise:+.2f} MB per 1,000 jobs"
        kept: bool | None = rise <= FLAT_MB
        if slow_files and name.startswith("decoder"):
            kept = last <= DECODER_MB
        elif name == "playground" or (slow_files and name == "bot"):
            kept = None  # of the bot the most is judged: what it has now are the files that are held just now
        verdict.say(f"memory of {name}: start, half, end", told, kept)
        used = seen[-1].cpu[name] - seen[0].cpu[name]
        jobs = max(1, seen[-1].jobs - seen[0].jobs)
        verdict.say(f"CPU of {name}", f"{1000 * used / jobs:.1f} ms a job")
    peak = max(one.peak["bot"] for one in samples if "bot" in one.peak)
    verdict.say("memory of bot at its most, at any moment", f"{peak:.0f} MB", peak <= BOT_MB)
    for name in ("bot", "supervisor"):
        opened = [(one.files[name], one.sockets[name]) for one in samples if name in one.files]
        (before, _), (after, sockets), (most, _) = opened[0], opened[-1], max(opened)
        told = f"{before}, {most}, {after} ({sockets} sockets)"
        verdict.say(f"descriptors of {name}: before, most, after", told, after <= before + POOLED)


def say_stock(verdict: Verdict, stocks: Sequence[tuple[str, Stock]]) -> None:
    """What lies in the data folder, by quarters."""
    for when, one in stocks:
        sizes = f"database {one.database_mb:.1f} + {one.wal_mb:.1f} MB, logs {one.logs_mb:.1f} MB"
        told = f"{one.rows} rows, {one.overdue} overdue, {one.blobs} pictures, {sizes}"
        verdict.say(f"kept at {when}", told, one.overdue == 0)
    each = [1000 * one.database_mb / max(seen.rows for _, seen in stocks[: n + 1]) for n, (_, one) in enumerate(stocks)]
    told = f"{each[1]:.2f}, {each[-1]:.2f} MB per 1,000 rows"
    verdict.say("database by the most rows it ever held: half, end", told, each[-1] <= 1.25 * each[1])


def say_logs(verdict: Verdict, hall: Hall) -> None:
    """Nothing went wrong that nobody was told of."""
    text = "".join(path.read_text("utf-8", "replace") for path in (hall.data_dir / "logs").iterdir())
    verdict.say("tracebacks in the logs", str(text.count("Traceback")), "Traceback" not in text)


def main() -> int:
    """Read the options, run, print."""
    options = argparse.ArgumentParser(prog="python -m tests.load")
    options.add_argument("verb", choices=("crowd", "soak"))
    options.add_argument("--light", type=int, default=100, help="users who ask now and then")
    options.add_argument("--heavy", type=int, default=10, help="users who ask as often as they may")
    options.add_argument("--slow", type=int, default=8, help="users who send files that cost much (crowd)")
    options.add_argument("--channels", type=int, default=50)
    options.add_argument("--every", type=float, help="seconds between a light user's dreams (crowd: 10, soak: 5)")
    options.add_argument("--minutes", type=float, help="how long the crowd asks (12), or at most a soak takes (60)")
    options.add_argument("--jobs", type=int, default=20_000, help="how many jobs a soak is")
    options.add_argument("--job-s", type=float, help="seconds that a job takes in the child (crowd: 0.2, soak: 0.02)")
    options.add_argument("--real", action="store_true", help="the real child instead of one that dreams nothing")
    given = options.parse_args()
    quick, every_s = (0.2, 10.0) if given.verb == "crowd" else (0.02, 5.0)
    job_s = 0.0 if given.real else given.job_s or quick
    people = (given.light, given.heavy, given.channels, job_s)
    began = time.time()
    if given.verb == "crowd":
        verdict = asyncio.run(crowd(Habits(*people, slow=given.slow), given.minutes or 12.0, given.every or every_s))
    else:
        kept = Habits(*people, SOAK_TIDY_S, SOAK_DAYS)
        verdict = asyncio.run(soak(kept, given.jobs, given.minutes or 60.0, given.every or every_s))
    print(f"\n{' '.join(sys.argv[1:])}, {time.time() - began:.0f} s\n\n{verdict}")
    return 0 if verdict.kept else 1


if __name__ == "__main__":
    sys.exit(main())
