"""How a thing is imagined by crops: begun with a sketch; found, seen small and whole; then given details; or grown out
of a picture.

Values, which `concept` and `morph` have in common.
"""

from __future__ import annotations

from torch import Tensor

from engine.ascent.crop_ascent import THING, Schedule
from engine.ascent.detail_ascent import DetailSchedule
from engine.canvas.class_sketch import lay_sketch
from engine.canvas.fourier_overlay import Look
from engine.params import Concept

SKETCHED, SKETCH_AMOUNT = 0.82, 1.0
"""How large a thing's sketch is, as a share of the short side, and how much lighter, darker and other in its colours
what is there becomes by it: without one, networks find a coat in place of an animal, fret boards without a guitar."""
FINEST = (80.0, 20.0)
"""Waves of light and colour in a thing that fills the picture: finer ones would be grain."""
SHAPE = Look(falloff=1.8, chroma=0.55, rate=0.12, finest=FINEST)
"""Of the waves that find the thing: so smooth that grain cannot stand for it, and with so little colour that it keeps
its sketch's own."""
FINDING = Schedule(pull=0, closest=0.95, margin=0, side=160, grain=0.12, natural=2.0, colour_jitter=THING)
"""The thing is looked for in nearly all of the canvas, seen small: so it grows whole, and large."""
AROUND = 0.3
"""How much of these waves the rim takes; the middle takes all."""
DETAIL = Look(falloff=1.7, chroma=0.55, rate=0.08, finest=FINEST)
"""Of the waves that give it details, and surroundings."""
DETAILING = Schedule(pull=5, closest=0.8, margin=0, natural=2.5, colour_jitter=THING)
EDGES = DetailSchedule(steps=Concept.SHARPENING, amount=0.035, chroma=0.4)
"""Of what is too fine for these waves, window by window."""
GROWN = Look(falloff=1.4, chroma=1.1, rate=0.05, finest=(110.0, 28.0))
"""Of the waves by which it grows out of a picture."""
GROWING = Schedule(pull=15, closest=0.6, natural=2.5, colour_jitter=THING)


def begin_with(ground: Tensor, sketch: Tensor) -> Tensor:
    """What a thing grows out of: a blurred picture [3, h, w] in [0, 1] with a sketch [3, s, s] in its middle."""
    return lay_sketch(ground, sketch, SKETCHED, SKETCH_AMOUNT)
