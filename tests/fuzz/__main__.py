"""`make fuzz`: damaged files against the decoder, `(cases, seed, workers) => figures`, exit status 1 for a finding.

A tenth of the cases comes from hypothesis, which shrinks what it finds. The same seed and number of workers make the
same files. `--speed` measures instead what the warm child costs.
"""

from __future__ import annotations

import argparse
import io
import os
import secrets
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import reduce
from multiprocessing import get_context
from operator import add

from PIL import Image

from engine.files.sanitizer import FORMATS
from tests.fuzz.campaign import besiege
from tests.fuzz.decoder_harness import Finding, Siege

PICTURES = 25


def measure_speed() -> None:
    """Print what a picture costs once the child is warm: the way there and back, and whole pictures.

    On a busy machine only the child's CPU time says something (Linux tells it in ticks of 10 ms, hence the average).
    """
    with Siege() as siege:
        for name, size, side in (("64 px to 64", (64, 64), 64), ("1 MP to 512", (1200, 900), 512)):
            for kind in FORMATS:
                out = io.BytesIO()
                Image.radial_gradient("L").resize(size).convert("RGB").save(out, kind)
                before = siege.child_seconds()
                took = [_timed(siege, out.getvalue(), side) for _ in range(PICTURES)]
                cpu = (siege.child_seconds() - before) / PICTURES
                median, most = statistics.median(took), max(took)
                print(f"{kind:5} {name:12} {1e3 * median:6.1f} ms (max {1e3 * most:.1f}), CPU {1e3 * cpu:.1f} ms")


def _timed(siege: Siege, data: bytes, side: int) -> float:
    began = time.perf_counter()
    siege.judge(data, side)
    return time.perf_counter() - began


def main() -> int:
    """Read the options, besiege, print."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz")
    options.add_argument("--cases", type=int, default=200_000)
    options.add_argument("--seed", default=secrets.token_hex(4), help="as printed by an earlier run")
    options.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="decoders at a time")
    options.add_argument("--speed", action="store_true", help="measure the warm decoder instead")
    given = options.parse_args()
    if given.speed:
        measure_speed()
        return 0
    print(f"{given.cases} files, seed {given.seed}, {given.workers} decoders", flush=True)
    shares = [given.cases * (n + 1) // given.workers - given.cases * n // given.workers for n in range(given.workers)]
    seeds = [f"{given.seed}/{n}" for n in range(given.workers)]
    try:
        with ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as pool:
            print(reduce(add, pool.map(besiege, shares, seeds)))
    except Finding as finding:
        print(f"FOUND: {finding}. Make it a named test in tests/engine/files/test_decoder.py.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
