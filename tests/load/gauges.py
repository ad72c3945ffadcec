"""What a crowd does to processes and files: `process ids, data folder => numbers`. Linux only: it reads /proc."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.metrics import engine_pids, resident_bytes
from engine.jobs.job import MEGABYTE


@dataclass(frozen=True, slots=True)
class Sample:
    """The processes at one moment."""

    seconds: float
    """Since the beginning."""
    jobs: int
    """Answered until then."""
    resident: dict[str, float]
    """MB of memory by process."""
    peak: dict[str, float]
    """The most that each has had, ever."""
    files: dict[str, int]
    """Open descriptors by process, of whatever kind."""
    sockets: dict[str, int]
    cpu: dict[str, float]
    """Seconds of a core that each has used, ever."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What lies in the data folder at one moment."""

    rows: int
    overdue: int
    """Rows that retention should have taken by now."""
    blobs: int
    database_mb: float
    wal_mb: float
    logs_mb: float


def jain(values: Sequence[float]) -> float:
    """Fairness (Jain, Chiu and Hawe 1984): (Σx)² / (n Σx²), 1 where all are equal, 1/n where one has everything."""
    squares = sum(value * value for value in values)
    return 1.0 if squares == 0 else sum(values) ** 2 / (len(values) * squares)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """How steeply the second half of (x, y) rises: the straight line of least squares. 0 where there is no line."""
    half = points[len(points) // 2 :]
    if len(half) < 2:
        return 0.0
    across, up = sum(x for x, _ in half) / len(half), sum(y for _, y in half) / len(half)
    spread = sum((x - across) ** 2 for x, _ in half)
    return sum((x - across) * (y - up) for x, y in half) / spread if spread else 0.0


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed; 0 where there are none."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0


def processes(bot: int, run_dir: Path) -> dict[str, int]:
    """The product's processes by name, as far as they live now; decoders are numbered as on the page of metrics."""
    decoders = (pid for pid in children(bot) if b"engine.jobs.decoder" in command(pid))
    numbered = {f"decoder {n}" if n > 1 else "decoder": pid for n, pid in enumerate(decoders, 1)}
    return {"bot": bot, **engine_pids(run_dir)} | numbered


def children(parent: int) -> list[int]:
    """Processes that a process has started and that live."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(state[1]) == parent:
            found.append(int(folder.name))
    return found


def command(pid: int) -> bytes:
    """The command line of a process; empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def descriptors(pid: int) -> list[str]:
    """What a process has open; empty if it is gone."""
    try:
        return [str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return []


def sample(pids: dict[str, int], seconds: float, jobs: int) -> Sample:
    """Look at the processes."""
    opened = {name: descriptors(pid) for name, pid in pids.items()}
    return Sample(
        seconds,
        jobs,
        {name: (resident_bytes(pid) or 0) / MEGABYTE for name, pid in pids.items()},
        {name: peak_mb(pid) for name, pid in pids.items()},
        {name: len(found) for name, found in opened.items()},
        {name: sum(one.startswith("socket:") for one in found) for name, found in opened.items()},
        {name: cpu_seconds(pid) for name, pid in pids.items()},
    )


def peak_mb(pid: int) -> float:
    """The most memory that a process has ever had, in MB; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8", "replace").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process; 0 if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stock(data_dir: Path, settled_before: float) -> Stock:
    """Look at the data folder; rows that were answered and settled before that moment (Unix seconds) are overdue."""
    database = data_dir / "pareidolia.db"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        (rows,) = db.execute("SELECT count(*) FROM jobs").fetchone()
        old = "SELECT count(*) FROM jobs WHERE posted IS NOT NULL AND finished < ?"
        (overdue,) = db.execute(old, (settled_before,)).fetchone()
    blobs = sum(1 for _ in (data_dir / "blobs").glob("??/*"))
    wal = Path(f"{database}-wal")
    logs = sum(path.stat().st_size for path in (data_dir / "logs").iterdir())
    return Stock(rows, overdue, blobs, database.stat().st_size / MEGABYTE, size(wal) / MEGABYTE, logs / MEGABYTE)


def size(path: Path) -> int:
    """Bytes of a file; 0 if there is none."""
    return path.stat().st_size if path.exists() else 0
