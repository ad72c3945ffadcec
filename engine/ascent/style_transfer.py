"""Painting a picture in the style of another: `(network, scene, schedule) => iterator of Progress`.

Pixels are moved by Adam, coarse to fine: at each size the picture and the painting are looked at at the same scale, so
that first its large shapes are taken over, and then its strokes. It begins with the picture in the painting's colours.
Gatys, Ecker and Bethge 2015, arXiv:1508.06576; coarse to fine: Gatys et al. 2017, arXiv:1611.07865.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, pad

from engine.ascent.adam import Adam
from engine.ascent.octaves import octave_sizes
from engine.ascent.progress import Progress
from engine.canvas.resample import Size, resize
from engine.objectives import Activations, StyleStatistics, measure_style, style_distance
from engine.passes.joint_gradient import FeatureExtractor

RIM = 16
"""Pixels of mirrored picture around it, unevenly, so that the network's grid lies elsewhere at each step and leaves no
trace."""
TURNS = ((0, 0), (1, 2), (2, 3), (3, 1))
"""Left and top of the grid in steps that follow each other: of a grid of 4 pixels each row and column once, of one of 2
each point."""
SMALLEST = 64
"""The shortest side at which a picture is painted, in pixels."""
SPECKLE = 0.08
"""Spread of the noise over the picture with which painting begins."""
MOMENTA = (0.9, 0.99)
DECAY_START, FINAL_RATE = 0.4, 0.05
"""After this share of an octave's steps they become smaller, down to this share."""
COARSE = 8
"""Light and colour of squares of so many pixels are held to those of the picture."""
COARSE_WEIGHT = 20.0
GRAIN_WEIGHT, CHROMA_GRAIN_WEIGHT = 0.4, 3.0
"""How much differences between neighbours count, and of those what is colour: strokes have edges, grain is speckled."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is painted, and how."""

    start: Tensor
    """The picture with which it begins, and that it is held to, [3, h, w] in [0, 1]."""
    painting: Tensor
    """[3, H, W] in [0, 1], of any shape."""
    style_layers: tuple[str, ...]
    content_layer: str
    content_weight: float = 1.0
    """How much it is held to the picture; 0 is nothing but the painting's texture."""

    @property
    def layers(self) -> frozenset[str]:
        """All layers that are looked at."""
        return frozenset({*self.style_layers, self.content_layer})


@dataclass(frozen=True, slots=True)
class StyleSchedule:
    """How to paint."""

    octaves: int = 3
    ratio: float = 1.6
    iterations: int = 40
    """Steps at each octave."""
    rate: float = 0.03
    """How far Adam moves a pixel in one step, in [0, 1] units."""

    def sizes(self, size: Size) -> list[Size]:
        """The sizes at which a picture of that size is painted, small to large."""
        return octave_sizes(size, self.octaves, self.ratio, SMALLEST)


class _Target:
    """What is wanted at one size."""

    def __init__(self, network: FeatureExtractor, scene: Scene, size: Size, generator: torch.Generator) -> None:
        self.picture = resize(scene.start, size).clamp(0, 1)
        self.rims = [_rim(turn, generator) for turn in TURNS]
        with torch.no_grad():
            seen = _resize_long_side(scene.painting, max(size))
            self.style: dict[str, StyleStatistics] = measure_style(
                network.activations(seen[None], scene.style_layers), scene.style_layers
            )
            held = self.rims if scene.content_weight else []
            self.content = [
                network.activations(pad_rims(self.picture, rim), {scene.content_layer})[scene.content_layer].float()
                for rim in held
            ]


def paint(
    network: FeatureExtractor, scene: Scene, schedule: StyleSchedule, generator: torch.Generator
) -> Iterator[Progress]:
    """Paint; every step is reported, the last one's picture is the result. The generator, on the CPU, draws rims."""
    size: Size = (scene.start.shape[1], scene.start.shape[2])
    sizes = schedule.sizes(size)
    steps, done, painted = len(sizes) * schedule.iterations, 0, _add_speckle(resize(scene.start, sizes[0]), generator)
    for small in sizes:
        target = _Target(network, scene, small, generator)
        pixels = resize(painted, small).clamp(0, 1).clone().requires_grad_()
        optimizer = Adam(pixels, schedule.rate, MOMENTA)
        for step in range(schedule.iterations):
            optimizer.rate = schedule.rate * _decay(step / schedule.iterations)
            optimizer.minimize(_loss(network, scene, target, pixels, step))
            with torch.no_grad():
                pixels.clamp_(0, 1)
            done += 1
            yield Progress(done, steps, pixels.detach, size)
        painted = pixels.detach()


def _add_speckle(picture: Tensor, generator: torch.Generator) -> Tensor:
    """A picture that chance has touched: another seed lays other strokes."""
    return picture + SPECKLE * torch.randn(1, *picture.shape[1:], generator=generator).to(picture.device)


def _loss(network: FeatureExtractor, scene: Scene, target: _Target, pixels: Tensor, step: int) -> Tensor:
    """What is to become less: the distance to the style and, as far as it is held to it, to the picture; and grain."""
    turn = step % len(TURNS)
    found = network.activations(pad_rims(pixels, target.rims[turn]), scene.layers)
    loss = style_distance(found, target.style) + grain(pixels)
    if scene.content_weight:
        apart = _content_distance(found, scene.content_layer, target.content[turn])
        light = (avg_pool2d(pixels[None], COARSE) - avg_pool2d(target.picture[None], COARSE)).square().mean()
        loss = loss + scene.content_weight * (apart + COARSE_WEIGHT * light)
    return loss


def _content_distance(found: Activations, layer: str, wanted: Tensor) -> Tensor:
    """How far activations are from those of the picture, in units of their spread."""
    return (found[layer].float() - wanted).square().mean() / (wanted.var() + 1e-6)


def grain(pixels: Tensor) -> Tensor:
    """How much neighbours differ in a picture [3, h, w], and in colour."""
    colour = pixels - pixels.mean(0, keepdim=True)
    return GRAIN_WEIGHT * _variation(pixels) + CHROMA_GRAIN_WEIGHT * _variation(colour)


def _variation(planes: Tensor) -> Tensor:
    down, right = planes[:, 1:] - planes[:, :-1], planes[:, :, 1:] - planes[:, :, :-1]
    return down.abs().mean() + right.abs().mean()


def pad_rims(picture: Tensor, rim: tuple[int, int]) -> Tensor:
    """A picture [3, h, w] as a batch of one with mirrored rims, so many pixels at the left and at the top."""
    left, top = rim
    return pad(picture[None], (left, RIM - left, top, RIM - top), mode="reflect")


def _rim(turn: tuple[int, int], generator: torch.Generator) -> tuple[int, int]:
    left, top = (4 * torch.randint(0, RIM // 4, (2,), generator=generator)).tolist()
    return left + turn[0], top + turn[1]


def _resize_long_side(picture: Tensor, side: int) -> Tensor:
    share = side / max(picture.shape[1:])
    size = tuple(max(SMALLEST, round(edge * share)) for edge in picture.shape[1:])
    return resize(picture, (size[0], size[1])).clamp(0, 1)


def _decay(done: float) -> float:
    return 1 - (1 - FINAL_RATE) * max(0.0, done - DECAY_START) / (1 - DECAY_START)
