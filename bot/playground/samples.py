"""Sample photos: `() => samples`, `(name) => PNG bytes`, and one that moves, for what takes a video.

Photos of scikit-image (extra `play`) where it is installed, otherwise drawings of our own; and what it has none of,
clouds, a town square and leaves, as engine/gallery paints it (`tests/bot/playground/test_samples.py` compares).
"""

from __future__ import annotations

import importlib.util
import io
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image

from bot.playground import avatars

LONGEST_SIDE = 768  # pixels
MOVING_SIZE = (320, 240)  # pixels
MOVING_FRAMES, FRAME_MS = 24, 100
DRAWN_SIDE = 640  # pixels
ONE_AT_A_TIME = threading.Lock()
PAINTED = Path(__file__).parent / "paintings"


@dataclass(frozen=True)
class Sample:
    """A picture at hand: its name, what the page calls it, and where it comes from."""

    name: str
    title: str
    source: str


PHOTOS = (
    Sample("cat", "A cat", "chelsea.png"),
    Sample("astronaut", "An astronaut", "astronaut.png"),
    Sample("coffee", "A cup of coffee", "coffee.png"),
    Sample("rocket", "A rocket", "rocket.jpg"),
    Sample("galaxies", "Deep space", "hubble_deep_field.jpg"),
)
DRAWINGS = (
    Sample("cat", "A cat", "cat"),
    Sample("hills", "Evening hills", "hills"),
    Sample("owl", "An owl", "owl"),
    Sample("spiral", "An eye", "spiral"),
    Sample("planet", "A planet", "planet"),
)


PAINTINGS = (
    Sample("clouds", "Clouds", "clouds.webp"),
    Sample("street", "A town square", "street.webp"),
    Sample("leaves", "Leaves", "leaves.webp"),
)


MOVING = Sample("drift", "Clouds that drift", "clouds.webp")
"""The one that moves: a GIF."""


def has_photos() -> bool:
    """Return whether scikit-image is installed."""
    return bool(photo_folders())


def photo_folders() -> Sequence[str]:
    """Return where scikit-image lies. It is not imported: that would need scipy, 115 MB for five photos."""
    found = importlib.util.find_spec("skimage")
    return found.submodule_search_locations or () if found else ()


def available() -> tuple[Sample, ...]:
    """Return the eight pictures there are; "cat" is always the first."""
    return (*(PHOTOS if has_photos() else DRAWINGS), *PAINTINGS)


def sample_png(name: str) -> bytes:
    """Return a sample as PNG, at most 768 pixels on its longer side; KeyError for an unknown name."""
    sample = {one.name: one for one in available()}[name]
    with ONE_AT_A_TIME:  # five at once would decode and pack five times over
        return encode_sample(sample, maker_of(sample))


def maker_of(sample: Sample) -> Callable[[str], Image.Image]:
    """Return what makes a sample's picture of its source."""
    if sample in PAINTINGS:
        return painting
    return photo if sample in PHOTOS else drawing


@cache
def encode_sample(sample: Sample, maker: Callable[[str], Image.Image]) -> bytes:
    """Return a sample as PNG."""
    picture = maker(sample.source).convert("RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def photo(file: str) -> Image.Image:
    """Return a photo of scikit-image."""
    return Image.open(Path(photo_folders()[0]) / "data" / file)


def drawing(scene: str) -> Image.Image:
    """Return a drawing of our own."""
    return avatars.draw(scene, DRAWN_SIDE).copy()


@cache
def moving_gif() -> bytes:
    """Return the moving sample: a painting over which one looks to the right and back, so that it has no seam."""
    whole = painting(MOVING.source)
    height = whole.height * 0.8
    width = height * MOVING_SIZE[0] / MOVING_SIZE[1]
    lefts = [(whole.width - width) * drift_at(frame) for frame in range(MOVING_FRAMES)]
    top = whole.height * 0.1
    seen = [
        whole.resize(MOVING_SIZE, Image.Resampling.BILINEAR, box=(left, top, left + width, top + height))
        for left in lefts
    ]
    palette = seen[0].quantize()  # one for all: a palette for each frame would take ten times as long
    first, *others = (one.quantize(palette=palette, dither=Image.Dither.NONE) for one in seen)
    out = io.BytesIO()
    first.save(out, "GIF", save_all=True, append_images=others, duration=FRAME_MS, loop=0)
    return out.getvalue()


def drift_at(frame: int) -> float:
    """Return how far to the right one looks in a frame of the moving sample, from 0 to 1."""
    return (1 - math.cos(2 * math.pi * frame / MOVING_FRAMES)) / 2


def painting(filename: str) -> Image.Image:
    """Return a painting that lies beside this file."""
    with Image.open(PAINTED / filename) as picture:
        return picture.convert("RGB")
