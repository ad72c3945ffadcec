"""How much memory a dream needs at its worst: `python -m engine.benchmark.peak_memory CASE SIZE => megabytes`.

In a process of its own: what is printed is how much its resident set grew beyond that of a process that has only
imported torch. Linux only, as the kernel tells it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from engine.allocator import map_large_tensors

STATUS = Path("/proc/self/status")


def measure(case: str, size: int) -> float | None:
    """Megabytes beyond an idle process that imported torch, for our loop in float32; None where nobody tells."""
    if not STATUS.exists():
        return None
    asked = [sys.executable, "-m", "engine.benchmark.peak_memory", case, str(size)]
    return float(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)


def main(case: str, size: int) -> None:
    """Dream one step, and print."""
    map_large_tensors()
    import torch

    idle = kilobytes("VmRSS")
    torch.set_num_threads(2)
    from engine.ascent.gradient import gradient
    from engine.benchmark.cases import CASES
    from engine.benchmark.comparison import noise
    from engine.objectives import layer

    asked = CASES[case]()
    network, picture = asked.network(), noise(size)
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # forget the peak of loading
    for _ in range(2):
        gradient(network, layer(asked.layer), picture)
    print(f"{(kilobytes('VmHWM') - idle) / 1e3:.0f}")


def kilobytes(field: str) -> int:
    """A line of what the kernel says of this process, such as VmRSS."""
    found = re.search(rf"^{field}:\s+(\d+) kB", STATUS.read_text("ascii"), re.MULTILINE)
    assert found
    return int(found[1])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
