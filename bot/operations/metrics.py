"""What the bot counts, for Prometheus: `events + rows + hints => numbers`. docs/watching.md explains each.

Counters start at nothing with the process, as Prometheus expects. A job is counted when its answer is recorded as
posted, which happens once however often bot and engine were restarted meanwhile. Depths and memory are read when
somebody asks.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections import Counter as Tally
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import aiohttp
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from engine.queue.job import JobRow, Progress, State

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1200)
"""Upper ends of the histograms' buckets: from a quick dream on a GPU to the longest film on a CPU."""


class Metrics:
    """All numbers of one bot, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        own = self.registry
        self._jobs = Counter(
            "pareidolia_jobs", "Settled jobs whose answer was recorded.", ["recipe", "state", "code"], registry=own
        )
        self._waited = Histogram(
            "pareidolia_job_waiting_seconds", "From the request to the start of its last attempt.", ["recipe"],
            buckets=SECONDS, registry=own,
        )  # fmt: skip
        self._ran = Histogram(
            "pareidolia_job_running_seconds", "From the start of the last attempt to its end.", ["recipe"],
            buckets=SECONDS, registry=own,
        )  # fmt: skip
        self._refusals = Counter("pareidolia_refusals", "Requests refused with a sentence.", ["code"], registry=own)
        self._edits = Counter("pareidolia_edits", "Edits of jobs' messages.", ["kind", "outcome"], registry=own)
        self._requests = Counter("pareidolia_discord_requests", "Calls of Discord.", ["method", "status"], registry=own)
        self._limited = Counter("pareidolia_discord_rate_limits", "Calls answered by 429.", ["scope"], registry=own)
        self._depth = Gauge("pareidolia_jobs_open", "Jobs not yet posted.", ["recipe", "state"], registry=own)
        self._oldest = Gauge("pareidolia_oldest_waiting_seconds", "Age of the oldest queued job.", registry=own)
        self._gpu = Gauge("pareidolia_gpu_bytes", "GPU memory that torch holds.", ["engine"], registry=own)
        self._resident = Gauge("pareidolia_resident_bytes", "Memory held by a process.", ["process"], registry=own)
        self._up = Gauge("pareidolia_up", "Whether a part is there.", ["part"], registry=own)

    # what happens

    def count_answer(self, row: JobRow) -> None:
        """A job's answer was recorded."""
        recipe = row.job.params.recipe
        self._jobs.labels(recipe, row.state.value, row.error_code).inc()
        if row.started is None:
            return
        self._waited.labels(recipe).observe(max(0.0, row.started - row.created))
        if row.finished is not None:
            self._ran.labels(recipe).observe(max(0.0, row.finished - row.started))

    def count_refusal(self, code: str) -> None:
        """A request became a sentence instead of a job."""
        self._refusals.labels(code).inc()

    def count_edit(self, kind: str, outcome: str = "ok") -> None:
        """A job's message was edited (`kind` is "preview" or "answer"), or could not be: `outcome` is the error."""
        self._edits.labels(kind, outcome).inc()

    def observe_progress(self, hint: Progress) -> None:
        """The engine told how far it is; on a GPU also how much of its memory it holds."""
        if hint.gpu_bytes:
            self._gpu.labels("engine").set(hint.gpu_bytes)

    def trace(self) -> aiohttp.TraceConfig:
        """Counts every call that discord.py makes, also those that it repeats by itself after a 429."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._on_response)
        trace.on_request_exception.append(self._on_exception)
        return trace

    async def _on_response(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        self._requests.labels(end.method, str(end.response.status)).inc()
        if end.response.status == 429:
            self._limited.labels(end.response.headers.get("X-RateLimit-Scope", "unknown")).inc()

    async def _on_exception(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestExceptionParams
    ) -> None:
        self._requests.labels(end.method, type(end.exception).__name__).inc()

    # what is so

    def page(self, rows: Sequence[JobRow] | None, up: dict[str, bool], pids: dict[str, int]) -> bytes:
        """All numbers in Prometheus' text format: what was counted, and how it stands now.

        `rows` None: the ledger cannot be read, so nothing is said of what waits.
        """
        self._depth.clear()
        for (recipe, state), count in Tally((row.job.params.recipe, row.state.value) for row in rows or ()).items():
            self._depth.labels(recipe, state).set(count)
        self._oldest.set(math.nan if rows is None else oldest_waiting(rows))
        for part, there in up.items():
            self._up.labels(part).set(there)
        if not up.get("engine", True):
            self._gpu.clear()
        self._resident.clear()
        for process, pid in pids.items():
            if (held := resident_bytes(pid)) is not None:
                self._resident.labels(process).set(held)
        return generate_latest(self.registry)


def oldest_waiting(rows: Sequence[JobRow]) -> float:
    """Seconds that the oldest queued job has waited; 0 if none waits."""
    now = time.time()
    return max((now - row.created for row in rows if row.state is State.QUEUED), default=0.0)


def resident_bytes(pid: int) -> int | None:
    """Memory of a process; None where there is no /proc, or no such process."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def engine_pids(run_dir: Path) -> dict[str, int]:
    """The engine's processes by name, as the supervisor wrote them down; none if it never ran here."""
    try:
        found = json.loads((run_dir / "engine.pid").read_text("utf-8"))
        return {str(name): int(pid) for name, pid in found.items() if pid}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
