"""What the network sees in a picture, and why: `(params, picture or noise) => one page`.

Olah et al. 2018, "The Building Blocks of Interpretability": what it says is there; the picture as three layers perceive
it, in feature pictures; and groups of channels, each with its place in the picture, its own picture and its effect on
the answer. Feature pictures come with the package, or else are painted first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from engine.ascent.attribution import DominantChannels, noise_baseline
from engine.ascent.building_blocks import Group, Layer, analyse_layers, enlarge
from engine.ascent.classification import LIKELY, Classification, classify
from engine.ascent.feature_visualization import Transform, visualize
from engine.ascent.memory_budget import check_memory
from engine.ascent.progress import Frame, Progress, Report
from engine.canvas.contrast import stretch_contrast
from engine.canvas.fourier_canvas import FourierCanvas
from engine.canvas.initial_image import initial_image
from engine.canvas.page_layout import (
    BAD,
    FAINT,
    GOOD,
    INK,
    LEAF,
    MARGIN,
    PAPER,
    SOFT,
    VIOLET,
    WARM,
    WIDTH,
    Colour,
    Page,
    shorten,
    text_width,
    wrap,
)  # fmt: skip
from engine.canvas.resample import resize
from engine.networks import face_detector, thumbnails
from engine.networks.network import LOGITS, Network
from engine.objectives import channel_batch
from engine.params import See
from engine.runtime import Runtime

DIMMEST = 0.45
"""How bright a cell is at least."""
SHADE = 0.6
"""How much of the picture's light and shade lies over its cells."""
CELL = 64
"""Pixels of a cell."""
MAX_CHANNELS = 40
"""Different channels that a picture is perceived in, where all are painted already."""
DARK, TINT, LIFT = 0.22, 0.5, 0.4
"""How bright a picture is where a group does not fire; how much of the group's colour there is where it does,
and how bright that is where the picture is black."""
DEPTHS = ("strokes and colours", "patterns", "parts of things")
"""What is said of layers that have no friendly word, by their place."""
COLOURS: tuple[Colour, ...] = (WARM, GOOD, VIOLET, BAD)
"""Of groups."""

# Points of the page. Nothing that has to be read is smaller than 34: 10 on a phone, whose screen is a third as wide.
INNER = WIDTH - 2 * MARGIN
GAP = 20.0
TITLE, HEADING, WORDS, NOTE = 76.0, 46.0, 42.0, 34.0
LEFT, TALLEST = 640.0, 720.0
"""The picture beside its labels."""
PACE = 84.0
"""From one label to the next."""
UPRIGHT = 1.1
"""Height over width from which three pictures stand side by side; wider ones are one large and two small ones."""
CARD = (INNER - GAP) / 2
CARD_TALLEST = 500.0
INSET = 0.38
"""A group's own picture, as a share of its card's width."""
LINE = 52.0


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that was found out about a picture."""

    classification: Classification
    layers: tuple[Layer, ...]
    groups: tuple[Group, ...]

    def channels_needed(self, layer: Layer) -> list[int]:
        """Channels of a layer whose feature pictures the page shows."""
        ours = [group.channel for group in self.groups] if layer is self.layers[-1] else []
        return list(dict.fromkeys((*layer.view.channels, *ours)))


Tiles = dict[str, dict[int, Tensor]]
"""Feature pictures by layer and channel."""


def see(params: See, source: Tensor | None, runtime: Runtime) -> Iterator[Report]:
    """Progress once the answer is known and after every step of painting, then one Frame; None is noise.

    With the answer as a fact, in words and numbers.
    """
    generator = runtime.generator(params.seed)
    network = runtime.network(params.network)
    names = params.catalog.perception_layers(params.network)
    side = params.catalog.network(params.network).side
    picture = runtime.to_device(initial_image(source, params.size, generator))
    noise = runtime.to_device(noise_baseline(side, generator))
    check_memory(network, {*names, LOGITS} & set(network.layers), enlarge(picture, side), runtime.memory)
    found = classify(network, picture, side, face_detector.detector(params.catalog))
    ready = _read_thumbnails(network, params, names)
    most = MAX_CHANNELS if ready else See.FEATURES - 1
    page = _SeePage(params, picture, found)
    steps = 1 if ready else 1 + len(names) * params.iterations
    yield Progress(1, steps, page.render, page.size)
    whole = Analysis(found, *analyse_layers(network, picture, noise, names, side, found, most))
    tiles = {
        layer.name: {at: ready[layer.name][at] for at in whole.channels_needed(layer)}
        for layer in whole.layers
        if ready
    }
    for at, layer in enumerate(() if ready else whole.layers):
        for report in _paint_features(
            params, network, layer.name, whole.channels_needed(layer), generator, runtime, tiles
        ):
            step = 1 + at * params.iterations + report.step
            yield replace(report, step=step, steps=steps, show=partial(page.render_with, whole, tiles), size=page.size)
    yield Frame(0, 1, page.render_with(whole, tiles), facts(params, whole))


def facts(params: See, found: Analysis) -> dict[str, Any]:
    """What was found out, as JSON knows it."""
    emoji = params.catalog.labels(params.network)
    told = found.classification
    labels = [{"label": label, "emoji": emoji.get(label, ""), "probability": round(p, 4)} for label, p in told.labels]
    layers = [{"layer": one.name, "channels": list(one.view.channels)} for one in found.layers]
    found_groups = ((one, list(_effect_words(one, told))) for one in found.groups)
    groups = [{"channel": one.channel, "effect": round(one.effect, 4), "words": said} for one, said in found_groups]
    return {
        "verdict": told.verdict, "sentence": told.sentence, "person": told.person, "labels": labels, "layers": layers,
        "groups": groups, "traces": {label: round(p, 4) for label, p in told.traces},
    }  # fmt: skip


def _read_thumbnails(network: Network, params: See, layers: Sequence[str]) -> dict[str, Tensor]:
    """Thumbnails of all channels by layer; nothing for a network that has none, or not of all of them."""
    if not params.catalog.network(params.network).thumbnails:
        return {}
    with torch.no_grad():
        blank = network.activations(torch.zeros(1, 3, 32, 32, device=network.mean.device), layers)
    found = {layer: thumbnails.read(params.network, layer, blank[layer].shape[1]) for layer in layers}
    there = {layer: tiles for layer, tiles in found.items() if tiles is not None}
    return there if len(there) == len(layers) else {}


def _paint_features(
    params: See, network: Network, layer: str, channels: list[int], generator: torch.Generator, runtime: Runtime,
    tiles: Tiles,
) -> Iterator[Progress]:  # fmt: skip
    """Paint the feature pictures of some channels; `tiles` has them as they are so far."""
    objective, transform = channel_batch(layer, *channels), Transform(side=params.view)
    canvas = FourierCanvas((transform.canvas_side, transform.canvas_side), generator, len(channels)).to(runtime.device)
    check_memory(network, objective.layers, transform.largest_view(canvas), runtime.memory)
    for report in visualize(network, objective, canvas, params.iterations, generator, transform):
        tiles[layer] = dict(zip(channels, stretch_contrast(canvas.pictures().detach()).cpu(), strict=True))
        yield report


def _effect_words(group: Group, told: Classification) -> tuple[str, ...]:
    """What a group does to the two likeliest labels, in words."""
    if len(told.labels) < 2:
        return ()
    if not group.decides:
        return ("seen, decides little",)
    (first, _), (second, _) = told.labels[:2]
    more, less = (first, second) if group.effect > 0 else (second, first)
    return f"more {more}", f"less {less}"


# the page


class _SeePage:
    """The page as it is laid out: the answer at once, what is below it later."""

    def __init__(self, params: See, picture: Tensor, told: Classification) -> None:
        self._params, self._picture, self._told = params, picture.cpu(), told
        self._shape = picture.shape[1] / picture.shape[2]
        self._title = wrap(told.sentence or "I have no names for this.", TITLE, INNER, 2)
        self._top = MARGIN + len(self._title) * (TITLE + 12) + 28
        self._panel = _fit_box(self._shape, LEFT, TALLEST)
        self._mosaics = self._top + max(self._panel[1], PACE * len(told.labels)) + 100
        self._places = _layer_boxes(self._shape, self._mosaics)
        self._cards = max(top + height for _, top, _, height in self._places) + 110
        self._card = _fit_box(self._shape, CARD, CARD_TALLEST)
        self._row = self._card[1] + 2 * LINE + 44
        height = self._cards + 2 * self._row + 40
        self._page = Page(params.size, height)
        self._draw_labels()

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self._page.size

    def render(self) -> Tensor:
        """The page so far."""
        return self._page.render()

    def render_with(self, found: Analysis, tiles: Tiles) -> Tensor:
        """The page with layers and groups, as far as they are painted."""
        self._page.text("How I see it", MARGIN, self._mosaics - 26, HEADING)
        last = found.layers[-1]
        for layer, place in zip(reversed(found.layers), self._places, strict=True):
            if layer.name in tiles:
                self._draw_layer(layer, tiles[layer.name], place, DEPTHS[found.layers.index(layer)])
        if last.name in tiles:
            self._page.text("What I go by", MARGIN, self._cards - 26, HEADING)
            for at, group in enumerate(found.groups):
                self._draw_group(at, group, tiles[last.name][group.channel])
        return self._page.render()

    def _draw_labels(self) -> None:
        for at, line in enumerate(self._title):
            self._page.text(line, MARGIN, MARGIN + (at + 1) * (TITLE + 12) - 12, TITLE)
        width, height = self._panel
        self._page.picture(self._picture, MARGIN, self._top, width, height)
        sure = bool(self._told.labels) and self._told.labels[0][1] >= LIKELY
        left, size = MARGIN + width + 2 * GAP, WORDS if sure else NOTE
        for at, (label, share) in enumerate(self._told.labels):
            self._draw_label(label, share, left, self._top + at * PACE, size, bool(at) or not sure)

    def _draw_label(self, label: str, share: float, left: float, top: float, size: float, soft: bool) -> None:
        """A label with its probability, above a bar."""
        width = MARGIN + INNER - left
        percent = f"{share:.0%}" if share >= 0.01 else "<1%"
        colour = SOFT if soft else INK
        words = shorten(label, size, width - text_width(percent, size) - GAP)
        self._page.text(words, left, top + 42, size, colour)
        self._page.text(percent, left + width, top + 42, size, colour, "rs")
        self._page.bar(left, top + 56, width, 10, LEAF)
        self._page.bar(left, top + 56, max(10.0, width * share), 10, FAINT if soft else WARM)

    def _draw_layer(
        self, layer: Layer, tiles: Mapping[int, Tensor], place: tuple[float, float, float, float], word: str
    ) -> None:
        left, top, width, height = place
        self._page.picture(_mosaic(layer.view, tiles, self._picture), left, top, width, height)
        words = shorten(word, NOTE, width - 72)
        self._page.bar(left + 14, top + height - 66, text_width(words, NOTE) + 44, 52, PAPER)
        self._page.text(words, left + 36, top + height - 28, NOTE)

    def _draw_group(self, at: int, group: Group, tile: Tensor) -> None:
        """A group's place in the picture, in its colour, with its own picture in the corner; its effect below."""
        colour, (width, height) = COLOURS[at], self._card
        left, top = MARGIN + at % 2 * (CARD + GAP), self._cards + at // 2 * self._row
        self._page.picture(_spotlight(self._picture, group.heatmap, colour), left, top, width, height)
        side = min(INSET * width, 0.8 * height)
        self._page.bar(left + width - side - 22, top + height - side - 22, side + 12, side + 12, colour, 14)
        self._page.picture(tile, left + width - side - 16, top + height - side - 16, side, side)
        for nth, words in enumerate(_effect_words(group, self._told)):
            base = top + height + (nth + 1) * LINE
            self._page.bar(left, base - 31, 26, 26, colour if not nth and group.decides else PAPER)
            self._page.text(shorten(words, WORDS, CARD - 40), left + 40, base, WORDS, FAINT if nth else INK)


def _fit_box(shape: float, width: float, height: float) -> tuple[float, float]:
    """The width and height of that shape (height over width) that fits into a box."""
    return (width, width * shape) if width * shape <= height else (height / shape, height)


def _layer_boxes(shape: float, top: float) -> list[tuple[float, float, float, float]]:
    """Where the deepest layer's picture stands, and those of the other two: left, top, width, height."""
    if shape > UPRIGHT:
        width = _fit_box(shape, (INNER - 2 * GAP) / 3, TALLEST)[0]
        return [(MARGIN + at * (width + GAP), top, width, width * shape) for at in (2, 1, 0)]
    small = (INNER - GAP - GAP / shape) / 3  # the two small ones and their gap are as high as the large one
    small = max(small, 0.2 * INNER)
    large = INNER - GAP - small
    beside = [(MARGIN + large + GAP, top + at * (small * shape + GAP), small, small * shape) for at in (1, 0)]
    return [(MARGIN, top, large, large * shape), *beside]


def _mosaic(view: DominantChannels, tiles: Mapping[int, Tensor], picture: Tensor) -> Tensor:
    """The picture as it is perceived: in each cell its channel's tile, the darker the less it fires.

    A little of the picture's own light and shade is left in it, so that people see which cell is where.
    """
    small = interpolate(torch.stack([tiles[at] for at in view.channels]), (CELL, CELL), mode="bilinear", antialias=True)
    rows, columns = view.choice.shape
    bright = DIMMEST + (1 - DIMMEST) * view.strength.cpu().sqrt()[:, :, None, None, None]
    cells = small[view.choice.cpu()] * bright  # [rows, columns, 3, CELL, CELL]
    whole = cells.permute(2, 0, 3, 1, 4).reshape(3, rows * CELL, columns * CELL)
    light = resize(picture, (rows * CELL, columns * CELL)).mean(0)
    return (whole * (1 + SHADE * (light / (light.mean() + 1e-6) - 1).clamp(-1, 1))).clamp(0, 1)


def _spotlight(picture: Tensor, heatmap: Tensor, colour: Colour) -> Tensor:
    """The picture in the dark, lit in a colour where a group fires."""
    size = (picture.shape[1], picture.shape[2])
    glow = interpolate(heatmap.cpu()[None, None], size, mode="bicubic", antialias=True)[0].clamp(0, 1)
    grey = picture.mean(0, keepdim=True).expand_as(picture)
    light = torch.tensor(colour).view(3, 1, 1) / 255
    return torch.lerp(DARK * grey, torch.lerp(picture, (LIFT + (1 - LIFT) * grey) * light, TINT), glow)
