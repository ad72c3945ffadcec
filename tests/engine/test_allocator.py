"""Large tensors are mapped on their own: where that is set, and where it is left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine import allocator

PROGRAM = """
import os, sys
from engine import allocator
if sys.argv[1:]:
    allocator.map_large_tensors()
import torch
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
torch.ones(3 * 2**20)  # glibc maps the first on its own, and none of that size again
before = resident()
pairs = [(torch.ones(3 * 2**20), torch.ones(2**14)) for _ in range(8)]
small = [second for _, second in pairs]
del pairs
print((resident() - before) / 2**20)
"""
"""Eight tensors of 12 MB are freed from between small ones that stay."""


@pytest.mark.process
@pytest.mark.skipif(not allocator._has_huge_pages(), reason="the kernel gives no huge pages")
def test_what_is_freed_goes_back_at_once() -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_", "THP_"))}

    def left(*words: str) -> float:
        asked = [sys.executable, "-c", PROGRAM, *words]
        return float(subprocess.run(asked, env=clean, capture_output=True, text=True, check=True).stdout)

    assert left("map") < 24 < 72 < left(), "MB"


@pytest.mark.parametrize("said", ["always madvise [never]", None])
def test_without_huge_pages_nothing_is_changed(
    said: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if said:
        (tmp_path / "enabled").write_text(said)
    monkeypatch.setattr(allocator, "HUGE_PAGES", tmp_path / "enabled")
    assert _changes(monkeypatch) == []


@pytest.mark.skipif(sys.platform != "linux", reason="glibc")
def test_with_huge_pages_both_numbers_are_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "enabled").write_text("always [madvise] never")
    monkeypatch.setattr(allocator, "HUGE_PAGES", tmp_path / "enabled")
    assert _changes(monkeypatch) == [allocator.M_MMAP_THRESHOLD, allocator.M_TRIM_THRESHOLD]


def _changes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What would be set."""
    found: list[int] = []

    class Libc:
        def mallopt(self, name: int, _value: int) -> int:
            found.append(name)
            return 1

    monkeypatch.setattr("ctypes.CDLL", lambda _name: Libc())
    monkeypatch.setattr(os, "putenv", lambda _name, _value: None)
    allocator.map_large_tensors()
    return found
