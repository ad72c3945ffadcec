"""The dreams before a dream, of which its file tells, dreamed again: `(dreams, picture) => what was dreamed of`.

Between two dreams lies a file, as in the bot, so that the same picture comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from engine.errors import NoAnimation, OtherRecipe
from engine.files.generation_metadata import Imprint
from engine.params import (
    Animate,
    DreamedOn,
    PastDream,
    Upscale,
    is_dreamed_on,
    upscale_of,
)

if TYPE_CHECKING:
    from engine.ascent.progress import Progress
    from engine.encoders.encoder import Encoded
    from engine.runtime import Runtime

Watch = Callable[[str, "Progress"], None]
"""Told of every step, under the name of what is made."""


def dream_again(
    dreams: Sequence[PastDream], png: bytes | None, others: Mapping[str, bytes], runtime: Runtime, watch: Watch
) -> bytes | None:
    """What the last of the dreams made of a clean picture, or of noise."""
    from engine.render import render

    for at, dream in enumerate(dreams, 1):
        used: dict[str, bytes] = {name: data for name, data in others.items() if name in dream.others}
        name = f"{dream.params.recipe} {at} of {len(dreams) + 1}"
        png = finish(render(dream.params, png, runtime, others=used), name, watch, dream.stopped).data
    return png


def finish(
    reports: Generator[Progress | Encoded, bool | None, None], name: str, watch: Watch, stopped: int = 0
) -> Encoded:
    """The file at the end of a rendering; stopped and kept at a step where that is named."""
    from engine.encoders.encoder import Encoded

    report = next(reports)
    while not isinstance(report, Encoded):
        watch(name, report)
        report = reports.send(report.step == stopped)
    return report


def animation(made: Imprint, frames: int | None, size: int | None) -> Animate:
    """The film of how a file came about. Raises `NoAnimation`."""
    if made.omitted:
        raise NoAnimation(problem="its first dreams are not in it any more")
    dreams = made.params.dreams if isinstance(made.params, Animate) else (*made.before, *_itself(made))
    given = {"frames": frames, "size": size, "dreams": dreams}
    options = {name: value for name, value in given.items() if value is not None}
    return Animate.model_validate(options, context=made.params.catalog)


def upscale_plan(made: Imprint, side: int) -> tuple[Upscale, tuple[PastDream, ...]]:
    """What makes a file larger that is so many pixels long, and the dreams of which that is made. Raises `OtherRecipe`
    and `LargestAlready`."""
    params = made.params
    if not isinstance(params, DreamedOn) or not is_dreamed_on(params):
        raise OtherRecipe(made=params.recipe, asked="upscale")
    return upscale_of(params, side), (*made.before, *_itself(made))


def _itself(made: Imprint) -> Iterator[PastDream]:
    params = made.params
    if not isinstance(params, DreamedOn) or not is_dreamed_on(params):
        raise NoAnimation(problem="it is no single dream")
    yield PastDream.model_validate({"params": params, "others": made.others})


def lines(made: Imprint) -> Iterator[tuple[str, str]]:
    """The dreams before, one a line: `("before 1", "dream layer high seed 4821")`."""
    if made.omitted:
        yield "omitted", f"{made.omitted} dreams before these"
    dreams = made.params.dreams if isinstance(made.params, Animate) else made.before
    for at, dream in enumerate(dreams, 1):
        params = dream.params
        told = {params.aim[0]: params.aim[1], "seed": params.seed, "size": params.size, "network": params.network}
        words = [f"{name} {value}" for name, value in told.items()]
        words += [f"with a {name}" for name in dream.others]
        words += [f"stopped at step {dream.stopped}"] if dream.stopped else []
        yield f"before {at}" if params is not made.params else "", ", ".join([params.recipe, *words])
