"""What channels respond to: `(params, picture or nothing) => one feature picture, or the atlas of a layer`.

Olah et al. 2017, "Feature Visualization". All pictures of an atlas are painted at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from engine.ascent.attribution import channel_statistics, gradient_times_activation, noise_baseline
from engine.ascent.feature_visualization import Transform, visualize
from engine.ascent.memory_budget import check_memory
from engine.ascent.pixel_ascent import OctaveSchedule, ascend
from engine.ascent.progress import Frame, Report
from engine.canvas.contrast import stretch_contrast
from engine.canvas.fourier_canvas import FourierCanvas
from engine.canvas.image_grid import grid_columns
from engine.canvas.initial_image import initial_image
from engine.canvas.page_layout import FAINT, INK, MARGIN, SOFT, WIDTH, Page, shorten
from engine.networks.network import LOGITS, Network
from engine.objectives import Objective, channel_batch, channel_pair_batch, strongest_channel
from engine.params import Channel
from engine.runtime import Runtime

EXAMPLES = 3
"""Pictures of what is searched that are imagined first."""
ENLARGEMENT = 2
"""A picture whose channels are measured is seen this many times as large as the network learned: details count."""
GUTTER, HEADER, CAPTION = 24.0, 132.0, 46.0
"""Points of an atlas: between tiles, above them, and below each."""
NAMES = 64.0
"""Points for the numbers of channels to the left of a grid of pairs."""
FINE = 0.5
"""Strength of the last steps of a single picture, at full size: surfaces, no new shapes."""


@dataclass(frozen=True, slots=True)
class ChannelSelection:
    """The channels of an atlas."""

    layer: str
    channels: tuple[int, ...]
    scores: tuple[float, ...]
    """What they were chosen by, 1 for the first."""
    why: str
    captions: tuple[str, ...]

    def facts(self) -> dict[str, Any]:
        """As JSON knows it."""
        found = zip(self.channels, self.captions, self.scores, strict=True)
        keys = ("channel", "caption", "score")
        return {"layer": self.layer, "why": self.why, "channels": [dict(zip(keys, one, strict=True)) for one in found]}


def channel(params: Channel, source: Tensor | None, runtime: Runtime) -> Iterator[Report]:
    """Progress after every step, then one Frame; over `source` [3, H, W] in [0, 1] an atlas's channels are chosen.

    Raises `UnknownChannel` at its first step.
    """
    if params.pairs:
        yield from _channel_pairs(params, runtime)
        return
    generator = runtime.generator(params.seed)
    network = runtime.network(params.network)
    examples, done = None, 0
    if params.search:
        transform = Transform(side=_side(params))
        # Its channels are those that make pictures of what is searched what they are.
        searched = FourierCanvas((transform.canvas_side, transform.canvas_side), generator, EXAMPLES).to(runtime.device)
        for report in visualize(network, _search_objective(params), searched, params.SEARCHING, generator, transform):
            done += 1
            yield replace(report, steps=params.steps, size=(params.size, params.size))
        examples = searched.pictures((transform.side, transform.side)).detach()
    chosen = _select_channels(params, source, examples, runtime, network)
    objective, transform = channel_batch(chosen.layer, *chosen.channels), Transform(side=params.view)
    canvas = FourierCanvas((transform.canvas_side, transform.canvas_side), generator, len(chosen.channels)).to(
        runtime.device
    )
    show, size = None, (params.size, params.size)
    if params.channel is None:
        show, size = partial(_draw_atlas, params, chosen, canvas), _page_with_heading(params, chosen).size
    else:
        check_memory(network, objective.layers, torch.empty(3, *size, device=runtime.device), runtime.memory)
    check_memory(network, objective.layers, transform.largest_view(canvas), runtime.memory)
    for report in visualize(network, objective, canvas, params.iterations, generator, transform):
        done += 1
        yield replace(report, step=done, steps=params.steps, show=show or report.show, size=size)
    if params.channel is None:
        yield Frame(0, 1, _draw_atlas(params, chosen, canvas), chosen.facts())
        return
    picture = stretch_contrast(canvas.pictures((params.size, params.size)).detach())[0]
    for report in ascend(network, objective, picture, OctaveSchedule(1, 1.6, params.FINISHING, FINE), generator):
        yield replace(report, step=done + report.step, steps=params.steps)
    yield Frame(0, 1, report.show(), chosen.facts())


def _channel_pairs(params: Channel, runtime: Runtime) -> Iterator[Report]:
    """A grid of what any two of some channels respond to together; in its diagonal stand the channels by themselves."""
    generator, network = runtime.generator(params.seed), runtime.network(params.network)
    name, transform = params.catalog.meaning(params.network, params.layer).layer, Transform(side=params.view)
    objective, side = channel_pair_batch(name, params.grid), transform.canvas_side
    canvas = FourierCanvas((side, side), generator, len(params.grid)).to(runtime.device)
    check_memory(network, objective.layers, transform.largest_view(canvas), runtime.memory)
    show, size = partial(_draw_pairs, params, canvas), _page_of_pairs(params).size
    for report in visualize(network, objective, canvas, params.iterations, generator, transform):
        yield replace(report, show=show, size=size)
    yield Frame(0, 1, show(), {"layer": params.layer, "pairs": [list(pair) for pair in params.grid]})


def _side(params: Channel) -> int:
    return params.catalog.network(params.network).side


def _select_channels(
    params: Channel, source: Tensor | None, examples: Tensor | None, runtime: Runtime, network: Network
) -> ChannelSelection:
    """The channel that was asked for, or those of the atlas, the best first."""
    meaning = params.catalog.meaning(params.network, params.layer)
    if params.channel is not None:
        return _describe(network, meaning.layer, [params.channel], torch.ones(1), "the channel that was asked for")
    scores, why = _scores(params, source, examples, runtime, network, meaning.layer)
    if meaning.channels:
        scores = _mask_scores(scores, meaning.channels)
    best = scores.argsort(descending=True, stable=True)[: min(params.top, len(meaning.channels) or len(scores))]
    found = scores[best]
    return _describe(network, meaning.layer, best.tolist(), found / (found[0].abs() + 1e-9), why)


def _scores(
    params: Channel, source: Tensor | None, examples: Tensor | None, runtime: Runtime, network: Network, layer: str
) -> tuple[Tensor, str]:
    """How much each channel of the layer belongs into the atlas, [c], and why."""
    side = _side(params)
    noise = runtime.to_device(noise_baseline(side, runtime.generator(params.seed)))
    baseline = channel_statistics(network, noise, [layer])[layer]
    if examples is not None:
        pushes = gradient_times_activation(network, _search_objective(params), examples, layer, baseline)
        return pushes, f"the channels most linked to {params.search}"
    if source is None:
        return baseline.std, "the most varied channels"
    picture = runtime.to_device(initial_image(source, ENLARGEMENT * side, runtime.generator(params.seed)))
    with torch.no_grad():
        found = network.activations(picture[None], [layer])[layer]
    return baseline.z_scores(found).mean((0, 2, 3)), "the most active channels for this image"


def _search_objective(params: Channel) -> Objective:
    """What is searched, as evidence for any of its classes."""
    order = list(params.catalog.labels(params.network))
    searched = params.catalog.meanings(params.network, params.search)
    classes = [order.index(name) for found in searched for name in found.classes]
    return strongest_channel(LOGITS, *classes)


def _mask_scores(scores: Tensor, channels: Sequence[int]) -> Tensor:
    kept = torch.full_like(scores, -torch.inf)
    kept[list(channels)] = scores[list(channels)]
    return kept


def _describe(network: Network, layer: str, channels: Sequence[int], scores: Tensor, why: str) -> ChannelSelection:
    named = layer == LOGITS and network.labels
    captions = (network.labels[at] if named and at < len(network.labels) else f"{layer}:{at}" for at in channels)
    return ChannelSelection(
        layer, tuple(channels), tuple(round(one, 4) for one in scores.tolist()), why, tuple(captions)
    )


def _feature_grid(count: int) -> tuple[int, float]:
    """How many feature pictures of so many stand in a row, and the side of each in points."""
    columns = grid_columns(count)
    return columns, (WIDTH - 2 * MARGIN - GUTTER * (columns - 1)) / columns


def _page_with_heading(params: Channel, chosen: ChannelSelection) -> Page:
    """The page of an atlas with its heading."""
    columns, tile = _feature_grid(len(chosen.channels))
    rows = -(-len(chosen.channels) // columns)
    page = Page(params.size, HEADER + rows * (tile + CAPTION) + MARGIN - GUTTER / 2)
    page.text(chosen.layer, MARGIN, 74, 46)
    page.text(chosen.why, MARGIN, 110, 24, FAINT)
    return page


def _draw_atlas(params: Channel, chosen: ChannelSelection, canvas: FourierCanvas) -> Tensor:
    """All of them on one page, each above its name."""
    page, (columns, tile) = _page_with_heading(params, chosen), _feature_grid(len(chosen.channels))
    with torch.no_grad():
        pictures = stretch_contrast(canvas.pictures())
    for at, (picture, caption) in enumerate(zip(pictures, chosen.captions, strict=True)):
        left, top = MARGIN + at % columns * (tile + GUTTER), HEADER + at // columns * (tile + CAPTION)
        page.picture(picture, left, top, tile, tile)
        page.text(shorten(caption, 22, tile), left, top + tile + 28, 22, SOFT if at else INK)
    return page.render()


def _pair_tile(params: Channel) -> float:
    """The side of each picture of a grid of pairs, in points: names stand to the left of the rows."""
    count = len(params.paired)
    return (WIDTH - 2 * MARGIN - NAMES - GUTTER * (count - 1)) / count


def _page_of_pairs(params: Channel) -> Page:
    count, tile = len(params.paired), _pair_tile(params)
    page = Page(params.size, HEADER + CAPTION + count * (tile + GUTTER) - GUTTER + MARGIN)
    page.text(params.layer, MARGIN, 74, 46)
    page.text("what two channels respond to together", MARGIN, 110, 24, FAINT)
    return page


def _draw_pairs(params: Channel, canvas: FourierCanvas) -> Tensor:
    """A grid of channels by channels, the same on both sides of its diagonal."""
    page, tile, order = _page_of_pairs(params), _pair_tile(params), params.paired
    with torch.no_grad():
        painted = dict(zip(params.grid, stretch_contrast(canvas.pictures()), strict=True))
    for row, one in enumerate(order):
        top = HEADER + CAPTION + row * (tile + GUTTER)
        page.text(str(one), MARGIN, top + tile / 2 + 8, 22, SOFT)
        page.text(str(one), MARGIN + NAMES + row * (tile + GUTTER), HEADER + CAPTION - 14, 22, SOFT)
        for column, other in enumerate(order):
            pair = (one, other) if (one, other) in painted else (other, one)
            page.picture(painted[pair], MARGIN + NAMES + column * (tile + GUTTER), top, tile, tile)
    return page.render()
