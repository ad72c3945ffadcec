"""Enhance what a layer sees: `(params, picture or noise, further pictures) => one dreamed picture`.

Mordvintsev, Olah and Tyka 2015, "Inceptionism", and the notebook that came with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from math import prod
from typing import NamedTuple

import torch
from torch import Tensor

from engine.ascent import notebook_ascent
from engine.ascent.classification import FACE_THRESHOLD
from engine.ascent.concept_schedules import FINDING
from engine.ascent.crop_ascent import accentuate
from engine.ascent.crop_setup import crop_schedule, dream_scorers, starting_sketches, thing_scorers
from engine.ascent.memory_budget import check_memory
from engine.ascent.pixel_ascent import OctaveSchedule, ascend
from engine.ascent.progress import Frame, Progress, Report
from engine.ascent.subject_ascent import ACCENTUATING, Aims, Course, grow_subjects
from engine.ascent.variations import variations
from engine.canvas.colour_matching import CHROMA, match_histograms, restore_colours
from engine.canvas.fourier_overlay import LOOKS, Overlay
from engine.canvas.initial_image import initial_image
from engine.canvas.mask import painted_mask, protect_mask, spare_boxes
from engine.canvas.resample import Size, resize, resize_long_side
from engine.canvas.spots import Spots, spots_mask
from engine.catalog.catalog import LOGITS, Meaning
from engine.errors import BadOption
from engine.networks import face_detector
from engine.networks.network import Network
from engine.objectives import Objective, blended_position_objectives, guide_objective, layer
from engine.params import Dream
from engine.runtime import Runtime

VIVID_CHROMA = 1.0
"""How much of a step's colour is left where rainbow edges are wanted."""
START = 0.15
"""Spread of the first waves: so much that each seed begins with something else, so little that no grain stays."""


class Variety(NamedTuple):
    """What makes the dreams of a layer by two seeds different, beside a taste of their own (`crop_objective.taste`)."""

    coarsest: tuple[float, float]
    """Waves along the long side below which light, and colour, fade out: light and shade of the whole picture would be
    the same for every seed. Colour may be coarser: fur and walls have colours of their own."""
    spots: Spots
    """Where it is dreamed most."""
    pace: float
    """How much further a step goes: what is dreamed in a part of the picture may be stronger there."""


VARIETY = Variety(coarsest=(4.0, 3.0), spots=Spots((1.0, 1.0, 1.0), 0.22, 0.2), pace=1.15)
CLOSE_UP = 0.2
"""The share of a picture from which on a face is what the picture is of: spared, hardly anything would be left to dream
over."""
GUIDE_SIDE = 224
"""Long side at which a guide is looked at, in pixels: the notebook's size, and features enough to choose from."""


def dream(
    params: Dream, source: Tensor | None, runtime: Runtime, others: Mapping[str, Tensor] | None = None
) -> Iterator[Report]:
    """Progress after every step, then a Frame for each variation; `source` is [3, H, W] in [0, 1], or None for noise.

    `others` may hold a "mask" (dreamed where it is white) and a "guide" (what is dreamed towards), each [3, h, w].
    """
    further = {name: runtime.to_device(picture) for name, picture in (others or {}).items()}
    picture = None if source is None else runtime.to_device(resize_long_side(source, params.size))
    mask = _mask(params, picture, further.get("mask"), runtime.device)
    yield from variations(params, lambda one: _one_dream(one, picture, mask, runtime, further))


def _one_dream(
    params: Dream, source: Tensor | None, mask: Tensor | None, runtime: Runtime, further: Mapping[str, Tensor]
) -> Iterator[Report]:
    generator = runtime.generator(params.seed)
    start = runtime.to_device(initial_image(source, params.size, generator))
    network = runtime.network(params.network)
    if params.by_crops and "guide" not in further:
        by_crops = _subjects if params.subject else partial(_layers, varied=source is not None)
        yield from _with_finish(params, by_crops(params, start, mask, runtime), start)
        return
    objective = _objective(params, network, further.get("guide"))
    check_memory(network, objective.layers, start, runtime.memory)
    notebook = params.look == "2015"
    strength = params.strength if notebook else params.pace()
    chroma = VIVID_CHROMA if params.look == "vivid" else CHROMA
    schedule = OctaveSchedule(
        params.octaves, params.ratio, params.iterations, strength, params.jitter, params.smoothing, chroma
    )
    climb = notebook_ascent.notebook_ascend if notebook else ascend
    yield from _with_finish(params, climb(network, objective, start, schedule, generator, mask), start)


def _with_finish(params: Dream, reports: Iterator[Progress], start: Tensor) -> Iterator[Report]:
    """What is shown as `_finish` has it, and the last of it as a Frame."""
    for report in reports:
        finished = partial(_finish, params, report.show, start)
        yield replace(report, show=finished)
    yield Frame(0, 1, finished())


def _layers(params: Dream, start: Tensor, mask: Tensor | None, runtime: Runtime, varied: bool) -> Iterator[Progress]:
    """What layers see in crops, in the look that was asked for; noise needs no variety, for it differs by seed."""
    generator, look = runtime.generator(params.seed), LOOKS[params.look]
    scorers = dream_scorers(params, runtime, params.seed if varied else None)
    if varied:
        size = (start.shape[1], start.shape[2])
        look = look._replace(start=START, coarsest=VARIETY.coarsest, rate=VARIETY.pace * look.rate)
        mask = spots_mask(size, VARIETY.spots, params.seed, mask).to(start.device)
    return accentuate(scorers, Overlay(start, generator, look, mask), crop_schedule(params, look.rate), generator)


def _subjects(params: Dream, start: Tensor, mask: Tensor | None, runtime: Runtime) -> Iterator[Progress]:
    """Things, each in a place that suits it."""
    network, generator = runtime.network(params.network), runtime.generator(params.seed)
    meanings, scorers = params.meanings(), thing_scorers(params, runtime)
    sketches = [_sketches(network, one, params.starts, generator) for one in meanings]
    course = Course(
        replace(FINDING, steps=params.finding),
        replace(ACCENTUATING, steps=params.detailing),
        params.start,
        params.strength,
        params.look,
        params.where == "everywhere",
    )
    return grow_subjects(Aims(meanings, scorers, sketches), start, mask, course, params.seed, generator)


def _sketches(network: Network, meaning: Meaning, starts: int, generator: torch.Generator) -> list[Tensor | None]:
    """What each start begins with; of what no shape is known one start is enough, for it begins with the photo."""
    found = starting_sketches(network, meaning, starts, generator)
    return found[:1] if found[0] is None else found


def _objective(params: Dream, network: Network, guide: Tensor | None) -> Objective:
    """What is climbed. Raises `BadOption` for a guide beside a subject."""
    if guide is not None:
        return _guide_objective(params, network, guide)
    if params.look == "2015":
        return layer(params.meanings()[0].layer)
    return blended_position_objectives(params.terms())


def _guide_objective(params: Dream, network: Network, guide: Tensor) -> Objective:
    if params.subject:
        raise BadOption(option="guide", problem="takes the place of a subject: leave one of them out")
    terms = [(weight, _feature_layer(network, meaning)) for weight, meanings in params.terms() for meaning in meanings]
    small = resize_long_side(guide, GUIDE_SIDE)
    with torch.no_grad():
        features = network.activations(small[None], {name for _, name in terms})
    return guide_objective(terms, features, params.guide_by)


def _feature_layer(network: Network, meaning: Meaning) -> str:
    """A guide has features and no classes: in place of scores stands the stage that they are made of."""
    return network.behind if meaning.layer == LOGITS else meaning.layer


def _mask(params: Dream, picture: Tensor | None, drawn: Tensor | None, device: torch.device) -> Tensor | None:
    """How much of each step a point of a picture, or of a square of noise, takes, [1, h, w]; None if that is all of it
    everywhere."""
    protected = params.protect
    if protected == "auto" and (drawn is not None or params.look == "2015"):
        protected = "nothing"  # whoever draws a mask has said where, and the notebook knew of no faces
    size = (params.size, params.size) if picture is None else (picture.shape[1], picture.shape[2])
    if protected == "auto" or protected == "faces":
        largest = CLOSE_UP if protected == "auto" else 1.0
        protecting = None if picture is None else _faces_mask(params, picture, size, largest)
    else:
        protecting = None if protected == "nothing" else protect_mask(protected, size)
    masks = [protecting, None if drawn is None else painted_mask(drawn, size)]
    known = [mask.to(device) for mask in masks if mask is not None]
    return prod(known[1:], start=known[0]) if known else None


def _faces_mask(params: Dream, picture: Tensor, size: Size, largest: float) -> Tensor | None:
    """Leaves out people's faces of at most that share of the picture; None where there are none, or nothing that finds
    them is installed."""
    found = face_detector.detector(params.catalog)
    faces = torch.zeros(0, 5) if found is None else found.faces(picture)
    left, top, right, bottom, sure = faces.unbind(1)
    boxes = faces[(sure >= FACE_THRESHOLD) & ((right - left) * (bottom - top) <= largest), :4]
    return spare_boxes(boxes, size) if len(boxes) else None


def _finish(params: Dream, show: Callable[[], Tensor], source: Tensor) -> Tensor:
    """What is shown, in the colours that were asked for, and with as much of the original."""
    picture = show()
    if params.colours == "as is" and params.keep == 0:
        return picture
    source = resize(source, (picture.shape[1], picture.shape[2])).clamp(0, 1)
    if params.colours != "as is":
        picture = (restore_colours if params.colours == "keep" else match_histograms)(picture, source)
    return torch.lerp(picture, source, params.keep)
