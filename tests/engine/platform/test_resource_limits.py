"""What control groups allow, of both versions, however the tree is mounted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.platform import resource_limits
from engine.platform.resource_limits import Share, share

HOST = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
MB = 2**20


def tree(folder: Path, own: str, files: dict[str, str]) -> Share:
    """The share of a process in such a tree."""
    (folder / "own").write_text(own)
    for name, text in files.items():
        path = folder / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return share(folder / "cgroup", folder / "own")


V1 = "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n"


@pytest.mark.parametrize(
    ("own", "files", "cpus", "memory"),
    [
        ("0::/\n", {"cpu.max": "50000 100000\n", "memory.max": "268435456\n"}, 0.5, 256 * MB),
        ("0::/a/b\n", {"a/memory.max": "268435456", "a/b/memory.max": "max", "a/b/cpu.max": "max 9"}, None, 256 * MB),
        ("0::/a/b\n", {"a/memory.max": "268435456", "a/b/memory.max": "536870912"}, None, 256 * MB),
        ("0::/../../a\n", {"memory.max": "268435456", "cpu.max": "25000 50000"}, 0.5, 256 * MB),
        (V1, {"memory/docker/abc/memory.limit_in_bytes": "268435456"}, None, 256 * MB),
        (V1, {"memory/memory.limit_in_bytes": "268435456", "memory/docker/abc/x": ""}, None, 256 * MB),
        (V1, {"cpu,cpuacct/cpu.cfs_quota_us": "50000", "cpu,cpuacct/cpu.cfs_period_us": "100000"}, 0.5, None),
        (V1, {"cpu/docker/abc/cpu.cfs_quota_us": "50000", "cpu/docker/abc/cpu.cfs_period_us": "100000"}, 0.5, None),
        (V1, {"memory/memory.limit_in_bytes": "9223372036854771712", "cpu/cpu.cfs_quota_us": "-1"}, None, None),
        ("0::/\n", {"memory.max": "nonsense", "cpu.max": ""}, None, None),
        ("", {}, None, None),
        ("nonsense", {}, None, None),
    ],
)  # fmt: skip
def test_the_narrowest_limit_counts(
    tmp_path: Path, own: str, files: dict[str, str], cpus: float | None, memory: int | None
) -> None:
    found = tree(tmp_path, own, files)
    assert found.cpus == (cpus or len(os.sched_getaffinity(0)))
    assert found.memory == (memory or HOST)
    assert found.host_memory == HOST
    assert ("as this container is allowed" in str(found)) == bool(cpus or memory or found.cpus < found.host_cpus)


def test_a_machine_without_groups_is_all_ours(tmp_path: Path) -> None:
    found = share(tmp_path, tmp_path / "nothing")
    assert (found.memory, found.budget) == (HOST, HOST)


@pytest.mark.parametrize(("cpus", "threads"), [(0.5, 1), (1.0, 1), (1.9, 1), (2.0, 2), (7.5, 7)])
def test_no_more_threads_than_can_run(cpus: float, threads: int) -> None:
    assert Share(cpus, 8, 8, 8).threads == threads


def test_a_dream_gets_what_the_others_leave() -> None:
    limit = 4096 * MB
    assert Share(2, limit, 8, 2**36).budget == limit - resource_limits.RESERVE
    assert 0 < Share(2, 300 * MB, 8, 2**36).budget < 300 * MB
