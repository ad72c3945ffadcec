"""Our loop against a textbook's, as a table and as JSON: `python -m engine.benchmark [--case lite2] [--json FILE]`."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.allocator import map_large_tensors
from engine.openmp import sleep_while_waiting

COLUMNS = {
    "CPU s": ("cpu_s", "{:.2f}"),
    "x": ("cpu_ratio", "{:.2f}"),
    "wall s": ("wall_s", "{:.2f}"),
    "x wall": ("wall_ratio", "{:.2f}"),
    "CPU s/Mpx-it": ("cpu_s_per_mpx_it", "{:.3f}"),
    "wall s/Mpx-it": ("wall_s_per_mpx_it", "{:.3f}"),
    "GFLOP/Mpx-it": ("gflop_per_mpx_it", "{:.1f}"),
    "GB/Mpx-it": ("gb_per_mpx_it", "{:.2f}"),
    "GFLOP/s": ("gflop_per_s", "{:.0f}"),
    "GB/s": ("gb_per_s", "{:.1f}"),
    "of roofline": ("share_of_roofline", "{:.0%}"),
    "activation": ("activation", "{:.2%}"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    asked = _parser().parse_args(arguments)
    sleep_while_waiting()
    map_large_tensors()
    found = _measure(asked)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    _print(found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="engine.benchmark", description="Time our loop beside a textbook's.")
    parser.add_argument("--case", nargs="+", default=["googlenet", "lite2"], help="googlenet, lite2, pocket")
    parser.add_argument("--size", type=int, default=512, help="side of the picture in pixels")
    parser.add_argument("--octaves", type=int, default=3)
    parser.add_argument("--iterations", type=int, default=10, help="steps at each octave")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each loop")
    parser.add_argument("--threads", type=int, default=2, help="of what is measured by the clock")
    parser.add_argument("--memory-size", type=int, default=1024, help="side for the peak of memory; 0: not measured")
    parser.add_argument("--json", type=Path, help="a file for all figures")
    return parser


def _measure(asked: argparse.Namespace) -> dict[str, Any]:
    import torch

    from engine.ascent.pixel_ascent import OctaveSchedule
    from engine.benchmark.cases import CASES
    from engine.benchmark.comparison import Setting, compare
    from engine.benchmark.peak_memory import measure
    from engine.benchmark.roofline import measure_peaks

    torch.set_flush_denormal(True)
    setting = Setting(
        asked.size, OctaveSchedule(octaves=asked.octaves, iterations=asked.iterations), asked.rounds, asked.threads
    )
    cases = {name: CASES[name]() for name in asked.case}
    compared = {f"{name} {case.layer}": compare(case, setting) for name, case in cases.items()}
    torch.set_num_threads(asked.threads)
    peaks = {str(dtype): measure_peaks(dtype) for dtype in (torch.float32, torch.bfloat16)}
    memory = {name: measure(name, asked.memory_size) for name in cases} if asked.memory_size else {}
    return {
        "setting": {**vars(asked), "json": None}, "load": os.getloadavg(), "torch": torch.__version__,
        "peaks": {name: dict(zip(("gflop_per_s", "gb_per_s"), one.giga(), strict=True)) for name, one in peaks.items()},
        "cases": {name: {loop: one._asdict() for loop, one in loops.items()} for name, loops in compared.items()},
        "peak_memory_mb": memory,
    }  # fmt: skip


def _print(found: dict[str, Any]) -> None:
    setting = found["setting"]
    print(f"{setting['size']} px, {setting['octaves']} octaves, {setting['iterations']} iterations, medians of "
          f"{setting['rounds']}, {setting['threads']} threads by the clock; load {found['load'][0]:.1f}")  # fmt: skip
    for name, peak in found["peaks"].items():
        print(f"peak in {name.removeprefix('torch.')}: {peak['gflop_per_s']:.0f} GFLOP/s, {peak['gb_per_s']:.1f} GB/s")
    for name, loops in found["cases"].items():
        rows = [[loop, *(form.format(one[key]) for key, form in COLUMNS.values())] for loop, one in loops.items()]
        table = [[name, *COLUMNS], *rows]
        widths = [max(len(row[at]) for row in table) for at in range(len(table[0]))]
        print()
        for row in table:
            print("  ".join(cell.ljust(width) if at == 0 else cell.rjust(width)
                            for at, (cell, width) in enumerate(zip(row, widths, strict=True))))  # fmt: skip
    for name, megabytes in found["peak_memory_mb"].items():
        print(f"\n{name}: at most {megabytes} MB above a process that imported torch, at {setting['memory_size']} px")


if __name__ == "__main__":
    main()
