"""A painting of dots: `width => picture [h, w, 3]`. A riverside in touches of pure paint, which the eye mixes.

A touch has the place's colour, made purer, and one in five is near its complement, as shadows had theirs (Signac 1899,
"D'Eugène Delacroix au néo-impressionnisme").
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.paintings.brushwork import Canvas, scatter_points
from engine.paintings.motif import riverside
from engine.paintings.procedural_painting import Plane, Sheet

LAYERS: Final = (0.026, 0.017, 0.0125)
"""Of touches: their size as a share of the width."""
PURER: Final = 1.9
CORNERS: Final = 9


def dots(width: int) -> Plane:
    """The painting, `width` pixels wide, 4:3."""
    chance, sheet = np.random.default_rng(1886), Sheet.of(width)
    model = riverside(sheet)
    canvas = Canvas(sheet.x.shape[0], width, (0.90, 0.85, 0.72))
    turn = np.linspace(0, 2 * np.pi, CORNERS + 1)[:-1]
    circle = np.stack([np.cos(turn), np.sin(turn)], 1)
    for size in LAYERS:
        places = scatter_points(width, sheet.x.shape[0], 0.74 * size * width, chance)
        colours = _paints(model[places[:, 1].astype(int), places[:, 0].astype(int)], chance)
        radii = 0.5 * size * width * chance.uniform(0.75, 1.1, (len(places), 2))
        for place, colour, radius in zip(places, colours, radii, strict=True):
            canvas.shape(place + radius * circle, colour)
    return canvas.picture()


def _paints(colours: Plane, chance: np.random.Generator) -> Plane:
    """Purer colours [n, 3] than the places have, each a little off; some near their complement."""
    grey = colours.mean(1, keepdims=True)
    away = (colours - grey) * PURER
    other = chance.random((len(colours), 1)) < 0.2
    away = np.where(other, -0.6 * away + np.array((0.08, -0.04, 0.16)) * (1 - grey), away)
    mixed: Plane = np.clip(grey * 0.9 + 0.06 + away + chance.normal(0, 0.06, colours.shape), 0, 1)
    return mixed
