"""Where large tensors lie: `() => None`, called before torch is first imported. Linux with glibc only.

glibc keeps what is given back in one heap, where tensors of different sizes leave gaps that no other fits into. Mapped
on its own, a tensor's memory goes back as soon as it is freed: 324 MB for 460 of a GoogLeNet step at 1024 px. That
costs page faults, a quarter of a step with pages of 4 KB, less with huge ones (docs/performance.md), so it is left
alone where the kernel gives no huge pages.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import Final

HUGE_PAGES: Final = Path("/sys/kernel/mm/transparent_hugepage/enabled")
MAPPED: Final = 8 * 2**20
"""Bytes from which on a tensor is mapped on its own: at 512 px none is so large, and none pays for it."""
KEPT: Final = 8 * MAPPED
"""Free bytes that the heap keeps at its end; glibc's own rule is lost where the other number is set."""
M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3


def map_large_tensors() -> None:
    """Map large tensors on their own, in huge pages."""
    if sys.platform != "linux" or not _has_huge_pages():
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    os.putenv("THP_MEM_ALLOC_ENABLE", "1")  # torch reads it with its first tensor
    mallopt(M_MMAP_THRESHOLD, MAPPED)
    mallopt(M_TRIM_THRESHOLD, KEPT)


def _has_huge_pages() -> bool:
    try:
        return "[never]" not in HUGE_PAGES.read_text("ascii")
    except OSError:
        return False
