"""Paintings by our own code: `width => picture [h, w, 3]` in [0, 1], 4:3, the same every time, in about a second.

procedural_painting  what they, and the gallery's pictures, are painted with
brushwork            strokes along a flow
motif                the landscape that some of them show
swirls, dots, woodcut, glass, planes, wave: one painting each
"""

from __future__ import annotations

from collections.abc import Callable

from engine.paintings.dots import dots
from engine.paintings.glass import glass
from engine.paintings.planes import planes
from engine.paintings.procedural_painting import Plane
from engine.paintings.swirls import swirls
from engine.paintings.wave import wave
from engine.paintings.woodcut import woodcut

PAINTERS: dict[str, Callable[[int], Plane]] = {
    "swirls": swirls,
    "dots": dots,
    "woodcut": woodcut,
    "glass": glass,
    "planes": planes,
    "wave": wave,
}
"""By the names that `engine.params.Style` has for them."""
