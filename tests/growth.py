"""What a piece of work costs as there is more of it: `python -m tests.growth [pixels|queue|all]`. Numbers, no verdict.

pixels   CPU seconds of a megapixel-iteration, and the peak of memory, from 256 to 4096 px
queue    CPU milliseconds to submit a job, to find its place and to claim it, in an empty ledger, and in one with
         100,000 finished jobs and 1,000 waiting ones
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

SIDES: Final = (256, 512, 1024, 2048, 4096)
STEP: Final = """
import json, resource, sys, time
import torch
from engine.ascent.tiled_gradient import TiledGradient, gradient_in_tiles
from engine.benchmark.comparison import noise
from engine.benchmark.peak_memory import kilobytes
from engine.networks.loading import load
from engine.objectives import layer
side, name, wanted, tile = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
torch.set_num_threads(1)
torch.set_flush_denormal(True)
network, picture = load(name), noise(side)
work = TiledGradient(network, torch.Generator().manual_seed(0))
work.tile = tile if side > tile else 0
work(layer(wanted), noise(128))
idle, took = kilobytes("VmRSS"), []
for _ in range(2):
    began = time.process_time()
    work(layer(wanted), picture)
    took.append(time.process_time() - began)
print(json.dumps([min(took) / (side * side / 1e6), (kilobytes("VmHWM") - idle) / 1e3]))
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("pixels", "queue", "all"), default="all")
    parser.add_argument("--network", default="lite2")
    parser.add_argument("--layer", default="block14")
    parser.add_argument("--tile", type=int, default=1024, help="side from which on it goes by tiles")
    parser.add_argument("--sides", type=int, nargs="+", default=SIDES)
    parser.add_argument("--finished", type=int, default=100_000)
    parser.add_argument("--waiting", type=int, default=1_000)
    asked = parser.parse_args(arguments)
    if asked.what in ("pixels", "all"):
        _print_pixels(asked)
    if asked.what in ("queue", "all"):
        _print_queue(asked.finished, asked.waiting)


def _print_pixels(asked: argparse.Namespace) -> None:
    print(f"{asked.network} {asked.layer}, one thread, tiles of {asked.tile} px where it is larger")
    print(f"{'px':>6}{'CPU s/Mpx-it':>14}{'peak MB':>10}")
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    for side in asked.sides:
        words = [sys.executable, "-c", STEP, str(side), asked.network, asked.layer, str(asked.tile)]
        done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
        seconds, megabytes = json.loads(done.stdout)
        print(f"{side:>6}{seconds:>14.3f}{megabytes:>10.0f}")


def _print_queue(finished: int, waiting: int) -> None:
    print(f"\n{'CPU ms':<10}{'empty':>10}{'full':>10}")
    with tempfile.TemporaryDirectory() as folder:
        empty = _time_queue(Path(folder, "empty.db"), 0, 0)
        full = _time_queue(Path(folder, "full.db"), finished, waiting)
    for name in empty:
        print(f"{name:<10}{empty[name]:>10.2f}{full[name]:>10.2f}")


def _time_queue(path: Path, finished: int, waiting: int, rounds: int = 30) -> dict[str, float]:
    """Median CPU milliseconds of a ledger's moves."""
    from engine import params
    from engine.queue import migrate
    from engine.queue.database import connect, sqlite_url
    from engine.queue.job import Job, Limits, State
    from engine.queue.ledger import Ledger

    engine = connect(sqlite_url(path))
    migrate.upgrade(engine)
    engine.dispose()
    ledger = Ledger(sqlite_url(path), Limits(per_user=10, total=10**6))
    dream = params.make(params.Dream, ledger.catalog)
    jobs = iter(Job(dream, f"new{number}") for number in range(10**6))
    try:
        ledger.submit(next(jobs), {})
        _copy_first_row(path, finished, State.DONE, attempt=1)
        _copy_first_row(path, waiting, State.QUEUED, attempt=0)
        times: dict[str, list[float]] = {"submit": [], "place": [], "claim": []}
        for _ in range(rounds):
            id = _timed(times["submit"], lambda: ledger.submit(next(jobs), {}))
            _timed(times["place"], partial(ledger.place, id))
            _timed(times["claim"], lambda: ledger.claim("engine"))
        return {name: 1000 * median(taken) for name, taken in times.items()}
    finally:
        ledger.close()


def _copy_first_row(path: Path, count: int, state: str, attempt: int) -> None:
    """The oldest row as often as that, each of somebody else."""
    with closing(sqlite3.connect(path)) as db, db:
        names = [row[1] for row in db.execute("PRAGMA table_info(jobs)")]
        changed = {
            "id": f"'{state}' || n", "state": f"'{state}'", "requester": "n % 5000", "tag": "n / 1000.0",
            "created": "created + n", "attempt": str(attempt), "finished": "created + n" if attempt else "NULL",
            "posted": "n" if attempt else "NULL", "cost_s": "3.0",
        }  # fmt: skip
        values = ", ".join(changed.get(name, name) for name in names)
        numbers = f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})"
        first = "(SELECT * FROM jobs ORDER BY created LIMIT 1)"
        copied = f"SELECT {values} FROM numbers, {first} WHERE {count}"
        db.execute(f"{numbers} INSERT INTO jobs ({', '.join(names)}) {copied}")


def _timed(times: list[float], move: Callable[[], Any]) -> Any:
    began = time.process_time()
    found = move()
    times.append(time.process_time() - began)
    return found


if __name__ == "__main__":
    main()
