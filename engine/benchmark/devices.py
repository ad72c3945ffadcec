"""Every recipe on a device beside the CPU: `python -m engine.benchmark.devices [--device cuda] [--out FOLDER]`.

For each, whether it runs there, how much alike the two results are, and the seconds of both; then the dream and the
zoom that docs/performance.md speaks of, alone and warm, without encoding; then many dreams at once, each a job in a
thread of its own, whose passes are shared. Beside each time stands how much of it the device would need at its own
measured best. Needs torch, numpy, Pillow and pydantic; weights may lie in a folder (`--networks`), as wheels. Meant to
take under five minutes beside an H100-class card and 16 cores.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NamedTuple

import torch
from torch import Tensor

from engine import recipes
from engine.ascent.progress import Frame
from engine.benchmark.roofline import Operation, Peaks, measure_peaks, record, roofline, wait_for
from engine.canvas.image_grid import mosaic
from engine.canvas.pillow_image import to_pillow
from engine.canvas.similarity import ssim
from engine.catalog.catalog import Catalog
from engine.errors import PareidoliaError
from engine.gallery.sources import source
from engine.params import AnyParams, Channel, Concept, Dream, Morph, See, Style, Upscale, Zoom, make
from engine.runtime import Runtime

SOURCE: Final = "landscape"
"""What is dreamed on: painted here, so that it can be had everywhere."""
SEED: Final = 7
ROUNDS: Final = 5
DTYPES: Final = {"float32": torch.float32, "bfloat16": torch.bfloat16}


class Case(NamedTuple):
    """What is asked of a recipe."""

    kind: type[AnyParams]
    options: dict[str, Any]
    picture: bool = True
    """Whether it begins with the source."""


CASES: Final = {
    "dream": Case(Dream, {"size": 256}),
    "dream, vivid": Case(Dream, {"size": 256, "layer": "mid", "look": "vivid"}),
    "dream, 2015": Case(Dream, {"size": 256, "layer": "mid", "look": "2015"}),
    "dream, pocket": Case(Dream, {"size": 256, "layer": "mid", "network": "pocket"}),
    "subject": Case(Dream, {"size": 256, "subject": "goldfish"}),
    "concept": Case(Concept, {"size": 224, "subject": "goldfish"}, picture=False),
    "channel": Case(Channel, {"size": 256, "layer": "block14", "channel": 7}, picture=False),
    "see": Case(See, {}),
    "zoom": Case(Zoom, {"size": 192, "frames": 8}),
    "morph": Case(Morph, {"size": 128, "subject": "banana > eel", "frames": 8}, picture=False),
    "style": Case(Style, {"size": 256, "painting": "swirls"}),
    "upscale": Case(Upscale, {"size": 512}),
}
TIMED: Final = {
    "dream, 512 px": Case(Dream, {"size": 512}),
    "zoom, 512 px, 30 frames": Case(Zoom, {"size": 512, "frames": 30}),
}
AT_ONCE: Final = "dream, 512 px"
"""What many ask for."""


class Comparison(NamedTuple):
    """A recipe on both devices."""

    alike: float
    """Structural similarity of the last pictures; 1 is the same."""
    cpu_s: float
    device_s: float
    pictures: tuple[Tensor, Tensor]
    """[3, h, w] in [0, 1], the CPU's first."""


def compare(case: Case, cpu: Runtime, device: Runtime) -> Comparison:
    """Run a case on both. Raises what the recipe raises."""
    (one, cpu_s), (two, device_s) = (_run(case, runtime) for runtime in (cpu, device))
    return Comparison(ssim(one, two), cpu_s, device_s, (one, two))


def median_seconds(case: Case, runtime: Runtime, rounds: int = ROUNDS) -> float:
    """How long a case takes warm, without encoding: the median of so many."""
    _run(case, runtime)
    return statistics.median(_run(case, runtime)[1] for _ in range(rounds))


def dreams_a_second(case: Case, runtime: Runtime, jobs: int, rounds: int = ROUNDS) -> float:
    """How many of a case are made in a second by so many jobs at once, each with seeds of its own, warm."""
    all_ready = threading.Barrier(jobs + 1)
    seeds = [range(SEED + at * rounds, SEED + (at + 1) * rounds) for at in range(jobs)]

    def work(own: range) -> None:
        runtime.prepare_thread()
        with runtime.passes.job() if runtime.passes else contextlib.nullcontext():
            _run(case, runtime, own[0])
            all_ready.wait()
            for seed in own:
                _run(case, runtime, seed)

    with ThreadPoolExecutor(jobs, "job") as pool:
        working = [pool.submit(work, own) for own in seeds]
        for job in working:
            job.add_done_callback(lambda one: all_ready.abort() if one.exception() else None)
        with contextlib.suppress(threading.BrokenBarrierError):  # what broke it is said below
            all_ready.wait()
        begun = time.perf_counter()
        for job in working:
            job.result()
    return jobs * rounds / (time.perf_counter() - begun)


def work_of(case: Case, catalog: Catalog) -> list[Operation]:
    """The operations of a case, which are counted on the CPU: recorded passes do not show theirs."""
    runtime = Runtime("cpu", "float32", catalog=catalog, shared=True)  # shared: all of it in this thread
    _run(case, runtime)
    return record(lambda: _run(case, runtime))


def _run(case: Case, runtime: Runtime, seed: int = SEED) -> tuple[Tensor, float]:
    """The last picture, on the CPU, and the seconds until it was there."""
    params = make(case.kind, runtime.catalog, seed=seed, **case.options)
    picture = source(SOURCE, params.size if isinstance(params, Dream | Zoom) else 256) if case.picture else None
    wait_for(runtime.device)
    begun = time.perf_counter()
    frames = [one.picture for one in recipes.run(params, picture, runtime) if isinstance(one, Frame)]
    wait_for(runtime.device)
    return frames[-1].float().cpu(), time.perf_counter() - begun


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, print, and write pictures of both devices side by side. Exits with 1 where a recipe does not run."""
    asked = _parser().parse_args(arguments)
    catalog = Catalog.read(asked.networks) if asked.networks else Catalog()
    cpu = Runtime("cpu", "float32", catalog=catalog)
    device = Runtime(asked.device, "float32", catalog=catalog, shared=True)
    name = torch.cuda.get_device_name(device.device) if device.device.type == "cuda" else asked.device
    print(f"torch {torch.__version__}; {name}; the CPU with {cpu.threads} threads", flush=True)
    broken = [name for name in asked.case if not _tell_of(name, cpu, device, asked.out)]
    work = {name: work_of(TIMED[name], catalog) for name in {*asked.timed, *([AT_ONCE] if asked.jobs else [])}}
    for dtype in asked.dtype:
        runtime = Runtime(asked.device, dtype, catalog=catalog, shared=True)
        _tell_speeds(runtime, dtype, work, asked)
    if broken:
        raise SystemExit(f"did not run: {', '.join(broken)}")


def _tell_speeds(runtime: Runtime, dtype: str, work: dict[str, list[Operation]], asked: argparse.Namespace) -> None:
    """In one number type."""
    peaks = measure_peaks(DTYPES[dtype], runtime.device)
    flops, bandwidth = peaks.giga()
    print(f"{dtype}: a product of matrices reaches {flops:.0f} GFLOP/s, memory {bandwidth:.0f} GB/s", flush=True)
    for name in asked.timed:
        seconds = median_seconds(TIMED[name], runtime, asked.rounds)
        share = _share_of_peak(work[name], peaks, seconds)
        print(f"{name}, {dtype}: {1000 * seconds:.0f} ms, the median of {asked.rounds}; {share}", flush=True)
    for jobs in asked.jobs:
        rate = dreams_a_second(TIMED[AT_ONCE], runtime, jobs, asked.rounds)
        share = _share_of_peak(work[AT_ONCE], peaks, 1 / rate)
        print(f"{AT_ONCE}, {dtype}, {jobs} at once: {rate:.3g} a second; {share}", flush=True)
    if runtime.passes:
        print(f"{dtype}: {runtime.passes.recordings} passes are recorded", flush=True)


def _share_of_peak(work: list[Operation], peaks: Peaks, seconds: float) -> str:
    least = roofline(work, peaks)
    return (
        f"{least.gigaflop:.1f} GFLOP and {least.gigabytes:.2f} GB in float32 each: "
        f"{least.gigaflop / seconds * 1e9 / peaks.flops:.1%} of its peak, {least.seconds / seconds:.1%} of the roofline"
    )


def _tell_of(name: str, cpu: Runtime, device: Runtime, out: Path | None) -> bool:
    try:
        found = compare(CASES[name], cpu, device)
    except (RuntimeError, PareidoliaError) as error:
        print(f"{name}: {type(error).__name__}: {error}", flush=True)
        return False
    print(f"{name}: alike {found.alike:.3f}, {found.cpu_s:.2f} s and {found.device_s:.2f} s", flush=True)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        to_pillow(mosaic(torch.stack(found.pictures))).save(out / f"{name.replace(', ', '-')}.jpg", quality=90)
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="engine.benchmark.devices", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--networks", type=Path, help="a folder with weights, or wheels of them")
    parser.add_argument("--out", type=Path, help="a folder for pictures, both devices' side by side")
    parser.add_argument("--case", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--timed", nargs="*", default=list(TIMED), choices=list(TIMED))
    parser.add_argument("--jobs", nargs="*", type=int, default=[1, 8, 32], help="so many dreams at once")
    parser.add_argument("--dtype", nargs="*", default=list(DTYPES), choices=list(DTYPES), help="for what is timed")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="measurements of each")
    return parser


if __name__ == "__main__":
    main()
