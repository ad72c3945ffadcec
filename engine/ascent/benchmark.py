"""How fast the loop is: `python -m engine.ascent.benchmark => megapixel-iterations per second`.

Beside it, in the same run and turn by turn so that both suffer the same neighbours, a textbook's loop: a hook on the
layer, the whole network run for it, BatchNorm unfolded, float32, channels first.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from statistics import median

import torch
from torch import Tensor

from engine.ascent.pixel_ascent import OctaveSchedule, ascend
from engine.canvas.noise import coloured_noise
from engine.catalog.catalog import shipped_catalog
from engine.networks import loading, pocket
from engine.networks.network import Network
from engine.objectives import layer
from engine.runtime import Runtime

Loop = Callable[[Tensor], None]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    asked = _parser().parse_args(arguments)
    model = pocket.load()[0] if pocket.WEIGHTS.exists() else pocket.Pocket(100).eval()
    name = shipped_catalog().meaning("pocket", asked.layer).layer
    picture = coloured_noise((asked.size, asked.size), torch.Generator().manual_seed(0))
    loops = {f"ours, {dtype}": _our_loop(model, name, asked.steps, dtype) for dtype in ("bfloat16", "float32")}
    loops["textbook"] = _textbook_loop(model, name, asked.steps)
    seconds = _time_loops(loops, picture, asked.rounds)
    work = asked.size**2 * asked.steps / 1e6
    print(f"pocket {name}, {asked.size} px, {torch.get_num_threads()} threads, one octave, median of {asked.rounds}")
    for title, taken in seconds.items():
        print(f"{title:15}{work / taken:6.2f} Mpx-it/s   {seconds['textbook'] / taken:5.2f} x textbook")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="engine.ascent.benchmark", description="Time the loop beside a textbook's.")
    parser.add_argument("--layer", default="mixed5b", help="low, mid, or the exact name of a stage")
    parser.add_argument("--size", type=int, default=512, help="side of the picture in pixels")
    parser.add_argument("--steps", type=int, default=4, help="steps per measurement")
    parser.add_argument("--rounds", type=int, default=5, help="measurements")
    return parser


def _time_loops(loops: dict[str, Loop], picture: Tensor, rounds: int) -> dict[str, float]:
    """Median seconds of each loop; one more round, not counted, warms up."""
    seconds: dict[str, list[float]] = {title: [] for title in loops}
    for _ in range(rounds + 1):
        for title, loop in loops.items():
            begin = time.perf_counter()
            loop(picture)
            seconds[title].append(time.perf_counter() - begin)
    return {title: median(taken[1:]) for title, taken in seconds.items()}


def _our_loop(model: pocket.Pocket, name: str, steps: int, dtype: str) -> Loop:
    runtime = Runtime("cpu", "bfloat16" if dtype == "bfloat16" else "float32", loader=lambda _: _network(model))
    network = runtime.network("pocket")
    schedule = OctaveSchedule(octaves=1, iterations=steps)

    def loop(picture: Tensor) -> None:
        for _ in ascend(network, layer(name), picture, schedule, runtime.generator(0)):
            pass

    return loop


def _network(model: pocket.Pocket) -> Network:
    return loading.from_pocket(model, [])


def _textbook_loop(model: pocket.Pocket, name: str, steps: int) -> Loop:
    """What tutorials teach."""
    seen: list[Tensor] = []
    model.stages[name].register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (pocket.MEAN, pocket.STD))

    def loop(picture: Tensor) -> None:
        x = picture[None].clone()
        for _ in range(steps):
            x.requires_grad_()
            seen.clear()
            model((x - mean) / std)
            seen[0].norm().backward()
            slope = x.grad
            assert slope is not None
            x = (x.detach() + 0.012 * slope / slope.abs().mean()).clamp(0, 1)

    return loop


if __name__ == "__main__":
    main()
