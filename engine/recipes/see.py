"""What the network sees in a picture, and why: `(params, picture or noise) => one page`.

Olah et al. 2018, "The Building Blocks of Interpretability": the picture as each layer perceives it, in feature
pictures; the channels that fire most, and how much each speaks for the answer; and where in the picture the answer
comes from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from engine.ascent.imagine import Views, imagine
from engine.ascent.memory import afford
from engine.ascent.report import Frame, Report
from engine.ascent.response import Perceived, perceived, probes, pushes, usual
from engine.canvas.colour import vivid
from engine.canvas.fourier import Fourier
from engine.canvas.opening import opening
from engine.canvas.page import BAD, FAINT, GOOD, INK, LEAF, MARGIN, PAPER, SOFT, WARM, WIDTH, Page, shortened
from engine.canvas.resample import Size, fitted, resize
from engine.jobs import catalog
from engine.jobs.params import See
from engine.networks.network import EVIDENCE, Network
from engine.objectives import channel, each
from engine.studio import Studio

SIZES = (6 / 7, 1.0, 8 / 7)
"""Sizes at which labels are asked for, beside the one that the network learned: their probabilities are averaged."""
LOOK = 2
"""Layers are shown as they see the picture this many times as large as the network learned: details count."""
LABELS = 5
CELLS = 9
"""Cells along the long side of a picture as it is perceived."""
DIMMEST = 0.3
"""How bright a cell is at least."""
LIT, DARK = 0.03, 0.25
"""The share of a picture's places that are lit in full for what they say for the answer; how bright it is elsewhere."""
SHADE = 0.6
"""How much of the picture's light and shade lies over that."""
CELL, GAP = 48, 2
"""Pixels of a cell, and how many of them stay dark between two."""
DEPTHS = ("low · strokes, colours", "mid · patterns", "deep · parts of things")
"""What is said of layers that have no friendly word, by their place."""
NAMED = 3
"""Channels of each layer that are shown by name because they fire most; one more because it speaks most."""
GUTTER = 32.0
COLUMN = (WIDTH - 2 * MARGIN - 2 * GUTTER) / 3
TALLEST = 440.0
TILE_GAP = 12.0
TILE = (COLUMN - NAMED * TILE_GAP) / (NAMED + 1)
SURE = 0.3
"""What is less likely than this is called a guess."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What one layer has to say."""

    name: str
    word: str
    """What people call it, and what it sees."""
    view: Perceived
    speaker: int
    """The channel that speaks most for the answer."""
    pushes: dict[int, float]
    """How much each of the layer's channels speaks for the answer, 1 for as much as one does for or against it."""

    @property
    def channels(self) -> tuple[int, ...]:
        """The view's channels, and last the speaker."""
        return (*self.view.channels, self.speaker)

    @property
    def named(self) -> tuple[int, ...]:
        """Places among the channels of those that are shown by name."""
        return (*range(min(NAMED, len(self.view.channels))), len(self.channels) - 1)


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything that was found out about a picture."""

    labels: tuple[tuple[str, float], ...]
    """The likeliest labels with their probabilities; none for a network that names nothing."""
    heat: Tensor = field(repr=False)
    """Where the answer comes from, [h, w] in [0, 1]."""
    layers: tuple[Layer, ...]


def see(params: See, source: Tensor | None, studio: Studio) -> Iterator[Report]:
    """Progress after every step, then one Frame with labels and channels as facts; without a source noise is seen."""
    generator = studio.generator(params.seed)
    network = studio.network(params.network)
    picture = studio.hold(opening(source, params.size // 2, generator))
    noise = studio.hold(probes(catalog.network(params.network).side, generator))
    sight = seen(network, picture, noise, params.network)
    page = _page(params, sight, picture)
    steps = len(sight.layers) * params.iterations
    for at, layer in enumerate(sight.layers):
        objective, views = each(layer.name, *layer.channels), Views(side=params.view)
        canvas = Fourier((views.enough, views.enough), generator, len(layer.channels)).to(studio.device)
        afford(network, objective.layers, views.widest(canvas), studio.memory)
        for report in imagine(network, objective, canvas, params.iterations, generator, views):
            show = partial(_painted, page, at, layer, canvas, picture)
            yield replace(report, step=at * params.iterations + report.step, steps=steps, show=show, size=page.size)
        _painted(page, at, layer, canvas, picture)
    yield Frame(0, 1, page.shown(), facts(params.network, sight))


# what is found out


def probabilities(network: Network, picture: Tensor, side: int) -> Tensor:
    """The network's answers for a picture [3, h, w], [classes]: the mean of softmaxes at `SIZES` x side."""
    size = (picture.shape[1], picture.shape[2])
    with torch.no_grad():
        views = (resize(picture, fitted(size, round(side * share))).clamp(0, 1)[None] for share in SIZES)
        scores = [network.activations(view, [EVIDENCE])[EVIDENCE].float().mean((2, 3))[0] for view in views]
    return torch.stack([score.softmax(0) for score in scores]).mean(0)


def warmth(pushed: Tensor) -> Tensor:
    """Where an answer comes from, [h, w] in [0, 1], of gradient x activation [1, c, h, w]: what speaks against is 0.

    The places that speak most are all 1: one of them alone would often leave the rest in the dark.
    """
    regions = pushed[0].sum(0).clamp(min=0)
    return (regions / (regions.flatten().quantile(1 - LIT) + 1e-9)).clamp(max=1)


def seen(network: Network, picture: Tensor, noise: Tensor, name: str) -> Sight:
    """All that is told about a picture [3, h, w]; `noise` [n, 3, s, s] is where there is nothing to see."""
    side = catalog.network(name).side
    names = catalog.seen(name)
    close = resize(picture, fitted((picture.shape[1], picture.shape[2]), LOOK * side)).clamp(0, 1)[None]
    common = usual(network, noise, names)
    with torch.no_grad():
        found = network.activations(close, names)
    answers = probabilities(network, picture, side) if EVIDENCE in network.layers else torch.zeros(0)
    pushed = {layer: torch.zeros_like(plane, dtype=torch.float32) for layer, plane in found.items()}
    if len(answers):
        pushed = pushes(network, channel(EVIDENCE, int(answers.argmax())), close, names)
    grid = _grid((picture.shape[1], picture.shape[2]))
    views = {layer: perceived(common[layer].beyond(found[layer])[0], grid, See.FEATURES - 1) for layer in names}
    layers = tuple(_layer(name, layer, views[layer], pushed[layer]) for layer in names)
    return Sight(_likeliest(network, answers), warmth(pushed[names[-1]]), layers)


def facts(name: str, sight: Sight) -> dict[str, Any]:
    """What was found out, as JSON knows it."""
    emoji = catalog.labels(name)
    labels = [{"label": label, "emoji": emoji.get(label, ""), "probability": round(p, 4)} for label, p in sight.labels]
    layers = [
        {"layer": one.name, "channels": [{"channel": at, "push": round(one.pushes[at], 4)} for at in one.channels]}
        for one in sight.layers
    ]
    return {"labels": labels, "layers": layers}


def _likeliest(network: Network, answers: Tensor) -> tuple[tuple[str, float], ...]:
    best = answers.argsort(descending=True, stable=True)[:LABELS].tolist()
    names = [network.labels[at] if at < len(network.labels) else f"class {at}" for at in best]
    return tuple(zip(names, answers[best].tolist(), strict=True))


def _layer(name: str, layer: str, view: Perceived, pushed: Tensor) -> Layer:
    by_channel = pushed.sum((0, 2, 3))
    shares = by_channel / (by_channel.abs().max() + 1e-9)
    speaker = int(shares.argmax())
    return Layer(layer, _word(name, layer), view, speaker, {at: float(shares[at]) for at in (*view.channels, speaker)})


def _grid(size: Size) -> tuple[int, int]:
    """Rows and columns of nearly square cells."""
    rows, columns = (max(2, round(CELLS * edge / max(size))) for edge in size)
    return rows, columns


def _word(name: str, layer: str) -> str:
    named = [
        (word, meaning.about) for word, meaning in catalog.network(name).friendly.items() if meaning.layer == layer
    ]
    return " · ".join(named[0]) if named else DEPTHS[catalog.seen(name).index(layer)]


# the page


def _panel(picture: Tensor) -> tuple[float, float]:
    """Width and height of the picture on the page, in points."""
    shape = picture.shape[1] / picture.shape[2]
    height = min(COLUMN * shape, TALLEST)
    return height / shape, height


def _left(column: int) -> float:
    return MARGIN + column * (COLUMN + GUTTER)


TOP = 176.0


def _page(params: See, sight: Sight, picture: Tensor) -> Page:
    """The page with everything on it that needs no feature pictures."""
    width, height = _panel(picture)
    page = Page(params.size, _tiles_top(height) + TILE + 136)
    best, share = sight.labels[0] if sight.labels else ("", 0.0)
    verb = "sees" if share >= SURE or not best else "guesses"
    page.text(f"{catalog.network(params.network).title} looks and {verb}", MARGIN, 70, 24, FAINT)
    page.text(shortened(best or "what it has no names for", 60, WIDTH - 2 * MARGIN), MARGIN, 130, 60)
    page.picture(picture, _left(0), TOP, width, height)
    page.text("the picture", _left(0), TOP + height + 32, 21, FAINT)
    if best:
        page.picture(_glowing(picture, sight.heat), _left(1), TOP, width, height)
        page.text(shortened(f"what speaks for {best}", 21, COLUMN), _left(1), TOP + height + 32, 21, FAINT)
        _bars(page, sight.labels, height)
    for at, layer in enumerate(sight.layers):
        _head(page, at, layer, height)
    foot = "Every tile is what one channel of the network responds to, drawn by the network itself."
    foot += f" Bars: it speaks for (right) or against {best}." if best else ""
    page.text(shortened(foot, 19, WIDTH - 2 * MARGIN), MARGIN, _tiles_top(height) + TILE + 92, 19, FAINT)
    return page


def _layers_top(height: float) -> float:
    return TOP + height + 130


def _tiles_top(height: float) -> float:
    return _layers_top(height) + height + 48


def _bars(page: Page, labels: Sequence[tuple[str, float]], height: float) -> None:
    """The likeliest labels, one below the other, beside a picture of that height."""
    left, pace = _left(2), min(80.0, (height + 34) / LABELS)
    for at, (label, share) in enumerate(labels):
        base = TOP + 18 + at * pace
        page.text(shortened(label, 25, COLUMN - 90), left, base, 25, SOFT if at else INK)
        page.text(_percent(share), left + COLUMN, base, 25, SOFT if at else INK, "rs")
        page.bar(left, base + 11, COLUMN, 8, LEAF)
        page.bar(left, base + 11, max(8.0, COLUMN * share), 8, FAINT if at else WARM)


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "< 1%"


def _head(page: Page, at: int, layer: Layer, height: float) -> None:
    """Above and below a layer's panel: its name, and what each named channel does for the answer."""
    top = _layers_top(height)
    page.text(layer.name, _left(at), top - 46, 28)
    page.text(shortened(layer.word, 20, COLUMN), _left(at), top - 18, 20, FAINT)
    page.text("fires most", _left(at), _tiles_top(height) - 12, 18, FAINT)
    page.text("speaks most", _left(at) + COLUMN, _tiles_top(height) - 12, 18, FAINT, "rs")
    for nth, place in enumerate(layer.named):
        nth = NAMED if place == layer.named[-1] else nth
        left, base = _tile_left(at, nth), _tiles_top(height) + TILE + 23
        number = layer.channels[place]
        page.text(f"#{number}", left, base, 18, SOFT)
        _push(page, left, base + 12, layer.pushes[number])


def _push(page: Page, left: float, top: float, push: float) -> None:
    """A bar as wide as a tile that goes right for what speaks for the answer, left for what speaks against it."""
    page.bar(left, top, TILE, 6, LEAF)
    middle, reach = left + TILE / 2, max(3.0, abs(push) * TILE / 2)
    page.bar(middle if push >= 0 else middle - reach, top, reach, 6, GOOD if push >= 0 else BAD)


def _tile_left(column: int, nth: int) -> float:
    return _left(column) + nth * (TILE + TILE_GAP)


def _painted(page: Page, at: int, layer: Layer, canvas: Fourier, picture: Tensor) -> Tensor:
    """The page with a layer's feature pictures where they belong."""
    width, height = _panel(picture)
    with torch.no_grad():
        tiles = vivid(canvas.pictures())
    page.picture(_mosaic(layer.view, tiles, picture), _left(at), _layers_top(height), width, height)
    for nth, place in enumerate(layer.named):
        nth = NAMED if place == layer.named[-1] else nth
        page.picture(tiles[place], _tile_left(at, nth), _tiles_top(height), TILE, TILE)
    return page.shown()


def _mosaic(view: Perceived, tiles: Tensor, picture: Tensor) -> Tensor:
    """The picture as it is perceived: in each cell its channel's tile, the darker the less it fires.

    A little of the picture's own light and shade is left in it, so that people see which cell is where.
    """
    small = adaptive_avg_pool2d(tiles, CELL - GAP)
    paper = torch.tensor(PAPER, device=tiles.device).view(3, 1, 1) / 255
    rows, columns = view.choice.shape
    bright = DIMMEST + (1 - DIMMEST) * view.strength.sqrt()[:, :, None, None, None]
    cells = torch.lerp(paper.expand_as(small[0]), small[view.choice], bright)  # [rows, columns, 3, side, side]
    framed = paper.expand(rows, columns, 3, CELL, CELL).clone()
    framed[..., : CELL - GAP, : CELL - GAP] = cells
    whole = framed.permute(2, 0, 3, 1, 4).reshape(3, rows * CELL, columns * CELL)
    light = resize(picture, (rows * CELL, columns * CELL)).mean(0)
    return (whole * (1 + SHADE * (light / (light.mean() + 1e-6) - 1).clamp(-1, 1))).clamp(0, 1)


def _glowing(picture: Tensor, heat: Tensor) -> Tensor:
    """The picture in the dark, lit where the answer comes from."""
    size = (picture.shape[1], picture.shape[2])
    glow = interpolate(heat[None, None], size, mode="bicubic", antialias=True)[0].clamp(0, 1)
    grey = picture.mean(0, keepdim=True).expand_as(picture)
    return torch.lerp(DARK * grey, picture, glow)
