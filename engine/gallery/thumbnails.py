"""`python -m engine.gallery.thumbnails`: paint what every channel of the layers responds to that `/see` shows.

Olah et al. 2017, "Feature Visualization". On one core some eight minutes for lite2's three layers.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from engine.ascent.feature_visualization import Transform, visualize
from engine.canvas.contrast import stretch_contrast
from engine.canvas.fourier_canvas import FourierCanvas
from engine.networks import thumbnails
from engine.networks.network import SMALLEST, Network
from engine.objectives import channel_batch
from engine.runtime import Runtime

BATCH = 24
"""Channels that are painted at once."""
STEPS = 90
SEED = 4821
CONE = 7
"""Pixels looked at for each of a stride, and the fewest and the most: as much as a channel needs to be itself."""
CLOSEST, WIDEST = 80, 112


def main(arguments: Sequence[str] | None = None) -> None:
    """Paint the layers that were asked for and say which files were written."""
    asked = _parser().parse_args(arguments)
    runtime = Runtime("cpu", "float32", asked.threads)
    network = runtime.network(asked.network)
    for layer in asked.layers or runtime.catalog.perception_layers(asked.network):
        path = thumbnails.write(asked.network, layer, paint_layer(network, layer, asked.steps), asked.out)
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB", flush=True)


def paint_layer(network: Network, layer: str, steps: int = STEPS) -> Tensor:
    """What every channel of a layer responds to, [channels, 3, SIDE, SIDE] in [0, 1]."""
    count, stride = _channels_and_stride(network, layer)
    transform = Transform(side=min(WIDEST, max(CLOSEST, round(CONE * stride))))
    batches = [list(range(first, min(count, first + BATCH))) for first in range(0, count, BATCH)]
    return torch.cat([_paint_batch(network, layer, batch, steps, transform) for batch in batches])


def _paint_batch(network: Network, layer: str, channels: list[int], steps: int, transform: Transform) -> Tensor:
    generator = torch.Generator().manual_seed(SEED + channels[0])
    canvas = FourierCanvas((transform.canvas_side, transform.canvas_side), generator, len(channels))
    for _ in visualize(network, channel_batch(layer, *channels), canvas, steps, generator, transform):
        pass
    return adaptive_avg_pool2d(stretch_contrast(canvas.pictures().detach()), thumbnails.SIDE)


def _channels_and_stride(network: Network, layer: str) -> tuple[int, int]:
    """A layer's channels, and how many pixels of a picture each of its positions stands for."""
    side = 8 * SMALLEST
    with torch.no_grad():
        plane = network.activations(torch.zeros(1, 3, side, side), [layer])[layer]
    return plane.shape[1], side // plane.shape[2]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m engine.gallery.thumbnails", description="Paint channel thumbnails."
    )
    parser.add_argument("--network", default="lite2", help="whose channels")
    parser.add_argument("--layers", nargs="+", help="these layers; without it, those that `see` shows")
    parser.add_argument("--steps", type=int, default=STEPS, help="steps of painting")
    parser.add_argument("--threads", type=int, default=0, help="of the CPU; 0 takes all")
    parser.add_argument("--out", type=Path, default=thumbnails.FOLDER, help="the folder for the files")
    return parser


if __name__ == "__main__":
    main()
