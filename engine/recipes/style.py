"""A picture in the style of a painting: `(params, picture or noise, further pictures) => one painted picture`.

Gatys, Ecker and Bethge 2015, "A Neural Algorithm of Artistic Style"; the picture's own colours: Gatys et al. 2016,
"Preserving Color in Neural Artistic Style Transfer". Beside a layer or a subject the picture is dreamed before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial

import torch
from torch import Tensor

from engine.ascent.memory_budget import check_memory
from engine.ascent.progress import Frame, Progress, Report
from engine.ascent.style_transfer import RIM, Scene, StyleSchedule, paint
from engine.canvas.colour_matching import restore_colours, transport_colours
from engine.canvas.initial_image import initial_image
from engine.canvas.resample import resize
from engine.errors import NoPainting
from engine.networks.network import Network
from engine.paintings import PAINTERS
from engine.params import YOURS, Dream, Style, style_layers
from engine.runtime import Runtime

Recipe = Callable[[Dream, Tensor | None, Mapping[str, Tensor]], Iterator[Report]]
"""A dream of a picture, with further pictures by what they are for."""

CONTENT_WEIGHT = 0.55
"""How much a picture of strength 1 is held to itself."""
LEAST_WIDTH = 512
"""Pixels at which a painting of ours is painted at least: smaller, its strokes would be lost."""


def style(
    params: Style, source: Tensor | None, runtime: Runtime, others: Mapping[str, Tensor] | None, recipe: Recipe
) -> Iterator[Report]:
    """Progress after every step, then a Frame; `source` is [3, H, W] in [0, 1], or None for nothing but texture.

    `others` holds the "painting" [3, h, w] where it is the user's. Raises `NoPainting` and `TooMuchMemory`.
    """
    painting, done = _painting(params, runtime, others or {}), 0
    for report in recipe(params.dream(), source, {}) if params.dreams else ():
        if isinstance(report, Frame):
            source = report.picture
        else:
            done = report.step
            yield replace(report, steps=report.steps + params.steps)
    for report in _paint(params, source, painting, runtime):
        yield replace(report, step=done + report.step, steps=done + report.steps)
        finished = report.show
    yield Frame(0, 1, finished())


def _paint(params: Style, source: Tensor | None, painting: Tensor, runtime: Runtime) -> Iterator[Progress]:
    """Its steps, in the colours that were asked for."""
    picture = runtime.to_device(initial_image(source, params.size, runtime.generator(params.seed)))
    network = runtime.network(params.network)
    scene = _scene(params, picture, painting, network)
    if source is None:
        scene = replace(scene, content_weight=0.0)
    framed = torch.empty(1, 3, *(edge + RIM for edge in picture.shape[1:]), device=runtime.device)
    check_memory(network, scene.layers, framed, runtime.memory)
    schedule = StyleSchedule(params.painted_sizes, params.ratio, params.iterations)
    for report in paint(network, scene, schedule, runtime.generator(params.seed)):
        yield replace(report, show=partial(_finish, params, report.show, picture))


def _scene(params: Style, picture: Tensor, painting: Tensor, network: Network) -> Scene:
    """What is painted, in the colours that were asked for."""
    if params.colours != "as is":
        painting = transport_colours(painting, picture)
    start = transport_colours(picture, painting)
    styles, content_layer = style_layers(network.layers)
    return Scene(start, painting, styles, content_layer, CONTENT_WEIGHT / params.strength)


def _painting(params: Style, runtime: Runtime, others: Mapping[str, Tensor]) -> Tensor:
    """The painting [3, h, w]. Raises `NoPainting`."""
    if params.painting != YOURS:
        return runtime.to_device(shipped_painting(params.painting, max(LEAST_WIDTH, params.size)))
    if "painting" not in others:
        raise NoPainting
    return runtime.to_device(others["painting"])


@lru_cache(maxsize=4)
def shipped_painting(name: str, width: int) -> Tensor:
    """A painting of ours, [3, h, w] in [0, 1]; painted once."""
    return torch.from_numpy(PAINTERS[name](width)).permute(2, 0, 1).contiguous()


def _finish(params: Style, show: Callable[[], Tensor], picture: Tensor) -> Tensor:
    """What is shown, in the colours that were asked for."""
    painted = show()
    if params.colours != "keep":
        return painted
    return restore_colours(painted, resize(picture, (painted.shape[1], painted.shape[2])).clamp(0, 1))
