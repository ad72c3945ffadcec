"""Our loop and a textbook's on the same picture, turn by turn: `(case, schedule) => figures`.

In turns A B A B, so that both suffer the same neighbours; medians; CPU seconds on one thread, and seconds by the clock
on several. Ratios of one run can be compared with those of another; seconds only on an idle machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import NamedTuple

import torch
from torch import Tensor

from engine.ascent.gradient import gradient
from engine.ascent.octaves import octave_sizes
from engine.ascent.pixel_ascent import OctaveSchedule, ascend
from engine.benchmark.cases import Case
from engine.benchmark.roofline import Peaks, Roofline, measure_peaks, record, roofline
from engine.networks.network import Network
from engine.objectives import layer
from engine.passes.joint_gradient import FeatureExtractor

OURS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
TEXTBOOK, TRUNCATED = "textbook", "textbook, truncated"
Loop = Callable[[], Tensor]


class Setting(NamedTuple):
    """How much is measured."""

    size: int
    """Side of the picture in pixels."""
    schedule: OctaveSchedule
    rounds: int
    threads: int
    """Of what is measured by the clock."""

    @property
    def work(self) -> float:
        """Megapixel-iterations of one dream."""
        sizes = octave_sizes((self.size, self.size), self.schedule.octaves, self.schedule.ratio)
        return sum(height * width for height, width in sizes) * self.schedule.iterations / 1e6


class Figures(NamedTuple):
    """Of one loop."""

    cpu_s: float
    """CPU seconds of a dream on one thread."""
    wall_s: float
    """Seconds of a dream by the clock, on several threads."""
    cpu_ratio: float
    """How many times as fast as the textbook's, by CPU seconds."""
    wall_ratio: float
    cpu_s_per_mpx_it: float
    wall_s_per_mpx_it: float
    gflop_per_mpx_it: float
    gb_per_mpx_it: float
    """What its operations read and write, one after another."""
    roofline_s_per_mpx_it: float
    """The least that they take on several threads."""
    share_of_roofline: float
    """1: as fast as these operations can be one after another."""
    gflop_per_s: float
    gb_per_s: float
    activation: float
    """What the layer says of the dream, as a share of what it says of the textbook's; the picture's own is left out."""


def compare(case: Case, setting: Setting) -> dict[str, Figures]:
    """Every loop, by its name."""
    picture = noise(setting.size)
    measures = {name: case.network().to(dtype=dtype) for name, dtype in OURS.items()}
    books = {TEXTBOOK: case.textbook(True), TRUNCATED: case.textbook(False)}
    networks: dict[str, FeatureExtractor] = {**{f"ours, {name}": one for name, one in measures.items()}, **books}
    loops = {name: _loop(one, case.layer, picture, setting.schedule) for name, one in networks.items()}
    cpu = _time(loops, setting.rounds, 1, time.process_time)
    peaks = {name: _peaks(name, setting.threads) for name in networks}
    wall = _time(loops, setting.rounds, setting.threads, time.perf_counter)
    reached = {name: _activation(measures["float32"], case.layer, loop()) for name, loop in loops.items()}
    before = _activation(measures["float32"], case.layer, picture)
    shares = {name: (one - before) / (reached[TEXTBOOK] - before) for name, one in reached.items()}
    lines = {name: _roofline(one, case.layer, picture, peaks[name]) for name, one in networks.items()}
    return {name: _figures(name, cpu, wall, setting.work, lines[name], shares[name]) for name in networks}


def noise(size: int) -> Tensor:
    """A picture [3, size, size] in [0, 1]."""
    from engine.canvas.noise import coloured_noise

    return coloured_noise((size, size), torch.Generator().manual_seed(0))


def _loop(network: FeatureExtractor, name: str, picture: Tensor, schedule: OctaveSchedule) -> Loop:
    def dream() -> Tensor:
        for report in ascend(network, layer(name), picture, schedule, torch.Generator().manual_seed(0)):
            if report.step == report.steps:
                return report.full_size()
        raise AssertionError("a schedule without a step")

    return dream


def _time(loops: Mapping[str, Loop], rounds: int, threads: int, clock: Callable[[], float]) -> dict[str, float]:
    """Median seconds of each loop; one more round, not counted, warms up."""
    torch.set_num_threads(threads)
    seconds: dict[str, list[float]] = {name: [] for name in loops}
    for _ in range(rounds + 1):
        for name, loop in loops.items():
            began = clock()
            loop()
            seconds[name].append(clock() - began)
    return {name: median(taken[1:]) for name, taken in seconds.items()}


def _peaks(name: str, threads: int) -> Peaks:
    torch.set_num_threads(threads)
    return measure_peaks(torch.bfloat16 if "bfloat16" in name else torch.float32)


def _activation(network: Network, name: str, picture: Tensor) -> float:
    """The objective's value, measured with float32 whatever dreamed."""
    with torch.no_grad():
        return float(layer(name)(network.activations(picture[None], [name])))


def _roofline(network: FeatureExtractor, name: str, picture: Tensor, peaks: Peaks) -> Roofline:
    """Of one step of a megapixel."""
    found = roofline(record(lambda: gradient(network, layer(name), picture)), peaks)
    share = 1e6 / picture[0].numel()
    return Roofline(*(share * value for value in found))


def _figures(
    name: str, cpu: Mapping[str, float], wall: Mapping[str, float], work: float, line: Roofline, activation: float
) -> Figures:
    took = wall[name] / work
    return Figures(
        cpu[name], wall[name], cpu[TEXTBOOK] / cpu[name], wall[TEXTBOOK] / wall[name], cpu[name] / work, took,
        line.gigaflop, line.gigabytes, line.seconds, line.seconds / took, line.gigaflop / took, line.gigabytes / took,
        activation,
    )  # fmt: skip
