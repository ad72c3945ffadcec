"""What a poster will be, before it is begun: `(paper, dpi, shape) => pixels`, and how long it takes and what it needs.

Seconds are measured on a few windows, bytes are counted by pixels.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import OtherRecipe, PosterMemory, UnknownPaper
from engine.files.generation_metadata import Imprint
from engine.params import Dream, Poster, bounds
from engine.platform.units import MEGABYTE

if TYPE_CHECKING:
    from engine.runtime import Runtime

PAPERS = {"A4": (210, 297), "A3": (297, 420), "A2": (420, 594), "50x70": (500, 700)}
"""Short and long side, in millimetres."""
MM_PER_INCH = 25.4
FILE_LIMITS = (8192**2 / 1e6, 250.0)
"""Megapixels and megabytes of the largest poster's file, whose words are read."""
PIXEL_BYTES = 40
"""What each pixel takes, measured: three floats of three colours, and what it was made larger of."""
BASE_BYTES = 1000 * MEGABYTE
"""What torch, the networks and a few windows take, measured."""
PROBES = 2
"""Times that each network looks at a few windows; the first time it warms up."""


@dataclass(frozen=True, slots=True)
class Print:
    """Pixels on paper."""

    size: int
    """The long side, in pixels."""
    dpi: int


def find_paper(name: str) -> tuple[int, int]:
    """Short and long side of a paper, in millimetres, in any spelling. Raises `UnknownPaper`."""
    plain = name.strip().lower().removesuffix("cm").replace("×", "x").replace(" ", "")
    for known, sides in PAPERS.items():
        if plain == known.lower():
            return sides
    raise UnknownPaper(name=name[:40], known=", ".join(PAPERS))


def fit_paper(name: str, dpi: int, edges: tuple[int, int]) -> Print:
    """The largest print of a picture of that shape that fits on a paper, lengthwise or across. Where that would be more
    pixels than there can be, there are as many as there can, fewer an inch. Raises `UnknownPaper`."""
    short, long = find_paper(name)
    ratio = max(edges) / min(edges)
    length = min(long, short * ratio) / MM_PER_INCH
    most, least = (int(bounds(Poster, "size")[bound]) for bound in ("le", "ge"))
    size = min(round(length * dpi), most)
    return Print(max(size, least), dpi if size < most else int(size / length))


def options_of(made: Imprint) -> dict[str, Any]:
    """The options of a dream's file, or a poster's, for a poster of the same. Raises `OtherRecipe`."""
    params = made.params
    if isinstance(params, Poster):
        return params.model_dump(exclude={"recipe"})
    if not isinstance(params, Dream) or params.look == "2015":
        raise OtherRecipe(made=params.recipe, asked="poster")
    kept = Poster.model_fields.keys() - {"recipe", "size"}
    return {name: value for name, value in params.model_dump().items() if name in kept}


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a poster takes."""

    seconds: float
    bytes: int


def estimate_bytes(size: tuple[int, int]) -> int:
    """Bytes for a poster of that width and height, torch and networks with it."""
    return BASE_BYTES + size[0] * size[1] * PIXEL_BYTES


def estimate(params: Poster, size: tuple[int, int], runtime: Runtime) -> Estimate:
    """How long a poster of that width and height will take, and how many bytes. Raises `PosterMemory`."""
    needed = estimate_bytes(size)
    if needed > runtime.memory:
        raise _memory_error(params, size, needed, runtime.memory)
    return Estimate(_seconds_per_work(params, runtime) * params.work() * min(size) / max(size), needed)


def _memory_error(params: Poster, size: tuple[int, int], needed: int, limit: int) -> PosterMemory:
    """With the largest size that would do, if any."""
    share = (limit - BASE_BYTES) / (needed - BASE_BYTES)
    fits = 64 * int(params.size * max(share, 0) ** 0.5 / 64)
    enough = fits >= bounds(Poster, "size")["ge"]
    hint = f"Choose --size {fits} or less." if enough else "Close other programs, or use a machine that has more."
    return PosterMemory(
        size=max(size), needed=round(needed / MEGABYTE), limit=round(limit / MEGABYTE), hint=hint
    )  # fmt: skip


def _seconds_per_work(params: Poster, runtime: Runtime) -> float:
    """Seconds a megapixel-iteration."""
    import torch

    from engine.ascent.crop_ascent import SIDE
    from engine.ascent.detail_ascent import WINDOWS, detail_scorers, waves, window_slope

    scorers = detail_scorers(params, runtime)
    generator = runtime.generator(0)
    began = 0.0
    for probe in range(PROBES):
        began = time.monotonic() if probe == PROBES - 1 else began
        for scorer in scorers:
            windows = torch.rand(WINDOWS, 3, SIDE, SIDE, generator=generator).to(runtime.device)
            waves(window_slope(scorer, windows, generator), 1.0)
    return (time.monotonic() - began) / (len(scorers) * WINDOWS * SIDE**2 / 1e6)


def sentence(params: Poster, size: tuple[int, int], found: Estimate) -> str:
    """ "4096 x 2731 px, 34.7 x 23.1 cm at 300 dpi: about 12 min, and about 1100 MB of memory."."""
    width, height = (f"{edge / params.dpi * MM_PER_INCH / 10:.1f}" for edge in size)
    paper = f"{width} x {height} cm at {params.dpi} dpi"
    return (
        f"{size[0]} x {size[1]} px, {paper}: about {duration(found.seconds)}, and about"
        f" {found.bytes / MEGABYTE:.0f} MB of memory."
    )


def duration(seconds: float) -> str:
    """In words: "40 s", "12 min", "2.5 h"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
