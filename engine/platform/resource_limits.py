"""How much of the machine is ours: `() => CPUs and bytes`. What a container is allowed counts, not what the host has.

Limits stand in control groups, those of this process and of all above it: version 2 in one tree, version 1 in a tree
for each kind (docs.kernel.org/admin-guide/cgroup-v2.html, and cgroup-v1).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
NO_LIMIT = 2**60
"""Bytes; version 1 writes a number of this size where there is none."""
RESERVE = 640 * 2**20
"""Bytes of a limit that bot, decoder, supervisor and torch itself take beside a dream."""
GB = 10**9


@dataclass(frozen=True, slots=True)
class Share:
    """What there is, and what of it we may use."""

    cpus: float
    memory: int
    host_cpus: int
    host_memory: int

    @property
    def threads(self) -> int:
        """As many as can run at once; more would only wait for their turn."""
        return max(1, int(self.cpus))

    @property
    def budget(self) -> int:
        """Bytes for a dream: what is left of a limit, else the whole machine, whose other memory nobody knows."""
        if self.memory >= self.host_memory:
            return self.host_memory
        return max(self.memory - RESERVE, self.memory // 3)

    def __str__(self) -> str:
        if self.cpus >= self.host_cpus and self.memory >= self.host_memory:
            return f"{self.host_cpus} CPUs, {self.host_memory / GB:.1f} GB of memory"
        cpus = f"{self.cpus:g} of {self.host_cpus} CPUs"
        return (
            f"{cpus}, {self.memory / GB:.1f} of {self.host_memory / GB:.1f} GB of memory, as this container is allowed"
        )


def share(root: Path = ROOT, own: Path = OWN) -> Share:
    """What this process may use."""
    cpus, memory = os.cpu_count() or 1, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    groups = list(_groups(root, own))
    quotas = [quota for group in groups if (quota := _quota(group)) is not None]
    limits = [limit for group in groups if (limit := _limit(group)) is not None]
    return Share(min([_allowed_cpus(), *quotas]), min([memory, *limits]), cpus, memory)


def _allowed_cpus() -> int:
    """CPUs that this process may be put on; only Linux tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _groups(root: Path, own: Path) -> Iterator[Path]:
    """The folders of all groups that this process is in. In a container the tree may begin at its own."""
    for line in _text(own).splitlines():
        _, kinds, path = (*line.split(":", 2), "", "")[:3]
        names = [part for part in PurePosixPath(path).parts if part not in ("/", "..")]
        for tree in (root, *(root / kind for kind in {kinds, *kinds.split(",")} if kind)):
            for depth in range(len(names) + 1):
                yield tree.joinpath(*names[:depth])


def _quota(group: Path) -> float | None:
    """CPUs that the group may keep busy; None for no limit."""
    allowed, period = (*_text(group / "cpu.max").split(), "", "")[:2]
    if not allowed:
        allowed, period = _text(group / "cpu.cfs_quota_us"), _text(group / "cpu.cfs_period_us")
    quota, per = _number(allowed), _number(period)
    return quota / per if quota and per else None


def _limit(group: Path) -> int | None:
    """Bytes that the group may hold; None for no limit."""
    found = _number(_text(group / "memory.max")) or _number(_text(group / "memory.limit_in_bytes"))
    return found if found and found < NO_LIMIT else None


def _number(text: str) -> int:
    """A positive number; 0 for "max", -1, nothing, or nonsense."""
    return int(text) if text.strip().isascii() and text.strip().isdigit() else 0


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, ValueError):
        return ""
