"""The verbs that make pictures, and `imprint`, which says how one was made. torch is imported where one is made.

Longer than most files: a verb is a function whose parameters are its options, as typer reads them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import sys
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from engine import params, settings
from engine.allocator import map_large_tensors
from engine.catalog import subject_sequence
from engine.catalog.catalog import Catalog
from engine.cli import output_files, past_dreams, posters
from engine.cli.error_line import print_error
from engine.cli.output_files import Place, Target
from engine.cli.soundtrack import Soundtrack, mp4_path, soundtrack
from engine.errors import NoImprint, OptionConflict, OtherRecipe, PareidoliaError
from engine.files import decoder, generation_metadata, mp4_boxes, picture_size
from engine.files.generation_metadata import Imprint
from engine.notes import sentences
from engine.openmp import sleep_while_waiting
from engine.params import (
    Animate,
    AnyParams,
    AscentParams,
    Channel,
    Concept,
    Dream,
    Morph,
    P,
    PastDream,
    Poster,
    See,
    Style,
    Upscale,
    Video,
    Zoom,
)
from engine.platform.garbage import nothing_discarded
from engine.platform.terminal import report as results
from engine.platform.terminal import say, with_bold
from engine.video.last_frame import last_frame

if TYPE_CHECKING:
    from engine.ascent.progress import Progress as StepReport
    from engine.runtime import Runtime

app = typer.Typer()
A = TypeVar("A")


Pictures = Annotated[list[str], typer.Argument(metavar="IN...", help="pictures, or `noise`")]
Out = Annotated[
    Path | None,
    typer.Option(
        "-o", "--out", help="file (.png, .jpg, .webp, .gif, .mp4) or folder of the result", show_default=False
    ),
]
Force = Annotated[bool, typer.Option("--force", help="write over a file that is there")]
Layer = Annotated[str | None, typer.Option(help="low, mid, high, an exact name, or several: 'high*0.7 + mid:21'")]
Subject = Annotated[str | None, typer.Option(help="towards what instead; see `pareidolia subjects`")]
Octaves = Annotated[int | None, typer.Option(help=params.describe(AscentParams, "octaves"))]
Ratio = Annotated[float | None, typer.Option(help=params.describe(AscentParams, "ratio"))]
Iterations = Annotated[int | None, typer.Option(help=params.describe(AscentParams, "iterations"))]
Strength = Annotated[float | None, typer.Option(help=params.describe(AscentParams, "strength"))]
Jitter = Annotated[int | None, typer.Option(help=params.describe(AscentParams, "jitter"))]
Seed = Annotated[int | None, typer.Option(help="same seed, same picture; drawn if not given")]
Size = Annotated[int | None, typer.Option(help=params.describe(AscentParams, "size"))]
Smoothing = Annotated[int | None, typer.Option(help=params.describe(Dream, "smoothing"))]
Colours = Annotated[str | None, typer.Option("--palette", "--colours", help=params.describe(Dream, "colours"))]
Keep = Annotated[float | None, typer.Option("--original", "--keep", help=params.describe(Dream, "keep"))]
Protect = Annotated[str | None, typer.Option(help=params.describe(Dream, "protect"))]
Mask = Annotated[Path | None, typer.Option(metavar="FILE", help="a picture, white where it is dreamed")]
Guide = Annotated[Path | None, typer.Option(metavar="FILE", help="a picture to dream towards")]
GuideBy = Annotated[str | None, typer.Option(help=params.describe(Dream, "guide_by"))]
Look = Annotated[str | None, typer.Option(help=params.describe(Dream, "look"))]
Where = Annotated[str | None, typer.Option(help=params.describe(Dream, "where"))]
Classic = Annotated[bool, typer.Option("--classic", hidden=True, help="the look of 2015, as it was called")]
Network = Annotated[
    str | None, typer.Option("--model", "--network", help="which network dreams; see `pareidolia networks`")
]
Like = Annotated[Path | None, typer.Option(metavar="FILE", help="with the options of a file that Pareidolia made")]
AsJson = Annotated[bool, typer.Option("--json", help="say what was made as JSON")]


def main() -> None:
    """Run the program: scripts that were installed before `engine.cli.program` was there call this."""
    from engine.cli import program

    program.main()


@app.command()
def dream(
    pictures: Pictures,
    out: Out = None,
    force: Force = False,
    layer: Layer = None,
    subject: Subject = None,
    octaves: Octaves = None,
    ratio: Ratio = None,
    iterations: Iterations = None,
    strength: Strength = None,
    jitter: Jitter = None,
    smoothing: Smoothing = None,
    colours: Colours = None,
    keep: Keep = None,
    protect: Protect = None,
    mask: Mask = None,
    guide: Guide = None,
    guide_by: GuideBy = None,
    look: Look = None,
    where: Where = None,
    classic: Classic = False,
    seed: Seed = None,
    size: Size = None,
    network: Network = None,
    like: Like = None,
    as_json: AsJson = False,
) -> None:
    """Dream pictures: what a layer sees in them grows, or a subject does, or what a guide shows."""
    others = {name: path for name, path in (("mask", mask), ("guide", guide)) if path is not None}
    wanted = _build_params(
        Dream, like, others, layer=layer, subject=subject, octaves=octaves, ratio=ratio, iterations=iterations,
        strength=strength, jitter=jitter, smoothing=smoothing, colours=colours, keep=keep, protect=protect,
        guide_by=guide_by, look=look or ("2015" if classic else None), where=where, seed=seed, size=size,
        network=network,
    )  # fmt: skip
    _make(wanted, pictures, Place(out, force), as_json, others=others, like=like)


@app.command()
def zoom(
    pictures: Pictures,
    out: Out = None,
    force: Force = False,
    frames: Annotated[int | None, typer.Option(help=params.describe(Zoom, "frames"))] = None,
    fps: Annotated[int | None, typer.Option(help=params.describe(Zoom, "fps"))] = None,
    speed: Annotated[float | None, typer.Option(help=params.describe(Zoom, "speed"))] = None,
    rotate: Annotated[float | None, typer.Option(help=params.describe(Zoom, "rotate"))] = None,
    drift_x: Annotated[float | None, typer.Option(help=params.describe(Zoom, "drift_x"))] = None,
    drift_y: Annotated[float | None, typer.Option(help=params.describe(Zoom, "drift_y"))] = None,
    motion: Annotated[str | None, typer.Option(help=params.describe(Zoom, "motion"))] = None,
    audio: Annotated[
        Path | None, typer.Option(metavar="FILE", help="a song: it moves to the beat, and is heard in the MP4")
    ] = None,
    go_on: Annotated[
        bool, typer.Option("--continue", help="IN is a zoom: go on from where it ended, with its options")
    ] = False,
    layer: Layer = None,
    subject: Annotated[
        str | None, typer.Option(help="towards what instead, one after another: 'dogs > castles > coral'")
    ] = None,
    octaves: Octaves = None,
    ratio: Ratio = None,
    iterations: Iterations = None,
    strength: Strength = None,
    jitter: Jitter = None,
    seed: Seed = None,
    size: Size = None,
    network: Network = None,
    like: Like = None,
    as_json: AsJson = False,
) -> None:
    """Zoom endlessly into a dream, as a GIF, or as a WebP or an MP4 where the name of -o ends so."""
    if go_on:
        like, seed = like or Path(pictures[0]), random.randrange(params.SEED_COUNT) if seed is None else seed
    wanted = _build_params(
        Zoom, like, layer=layer, subject=subject, octaves=octaves, ratio=ratio, iterations=iterations,
        strength=strength, jitter=jitter, seed=seed, size=size, network=network, frames=frames, fps=fps, speed=speed,
        rotate=rotate, drift_x=drift_x, drift_y=drift_y, motion=motion, continued=go_on,
    )  # fmt: skip
    song = None
    if audio:
        _open(str(audio)).close()
        song, out = soundtrack(wanted, audio, out, whole=frames is None), mp4_path(out, f"{_stem(pictures[0])}-zoom")
    _make(song.params if song else wanted, pictures, Place(out, force), as_json, like=like, song=song)


@app.command()
def video(
    film: Annotated[str, typer.Argument(metavar="IN", help="a GIF, a WebP or an MP4")],
    out: Out = None,
    force: Force = False,
    layer: Layer = None,
    subject: Subject = None,
    strength: Strength = None,
    start: Annotated[float | None, typer.Option(help=params.describe(Video, "start"))] = None,
    seconds: Annotated[float | None, typer.Option(help="how much of it is dreamed; all if not given")] = None,
    fps: Annotated[int | None, typer.Option(help=params.describe(Video, "fps"))] = None,
    octaves: Octaves = None,
    iterations: Annotated[int | None, typer.Option(help=params.describe(Video, "iterations"))] = None,
    seed: Seed = None,
    size: Size = None,
    network: Network = None,
    like: Like = None,
    as_json: AsJson = False,
) -> None:
    """Dream a video, steadily, as an MP4 with its sound, or as a GIF or a WebP where the name of -o ends so."""
    whole = params.bounds(Video, "seconds")["le"] if like is None else None
    wanted = _build_params(
        Video, like, layer=layer, subject=subject, strength=strength, start=start, fps=fps, octaves=octaves,
        seconds=whole if seconds is None else seconds, iterations=iterations, seed=seed, size=size, network=network,
    )  # fmt: skip
    _make(wanted, [film], Place(mp4_path(out, f"{_stem(film)}-video"), force), as_json, like=like)


@app.command()
def style(
    pictures: Pictures,
    out: Out = None,
    force: Force = False,
    painting: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help=f"{', '.join(params.PAINTINGS)}, or a picture of a painting")
    ] = None,
    strength: Annotated[float | None, typer.Option(help=params.describe(Style, "strength"))] = None,
    colours: Annotated[
        str | None, typer.Option("--palette", "--colours", help=params.describe(Style, "colours"))
    ] = None,
    layer: Annotated[str | None, typer.Option(help=params.describe(Style, "layer"))] = None,
    subject: Annotated[str | None, typer.Option(help=params.describe(Style, "subject"))] = None,
    octaves: Annotated[int | None, typer.Option(help=params.describe(Style, "octaves"))] = None,
    iterations: Annotated[int | None, typer.Option(help=params.describe(Style, "iterations"))] = None,
    seed: Seed = None,
    size: Size = None,
    network: Network = None,
    like: Like = None,
    as_json: AsJson = False,
) -> None:
    """Paint pictures in the style of a painting: one of six, or one of yours."""
    own = painting is not None and painting not in (*params.PAINTINGS, params.YOURS)
    others = {"painting": Path(str(painting))} if own else {}
    wanted = _build_params(
        Style, like, others, painting=params.YOURS if own else painting, strength=strength, colours=colours,
        layer=layer, subject=subject, octaves=octaves, iterations=iterations, seed=seed, size=size, network=network,
    )  # fmt: skip
    _make(wanted, pictures, Place(out, force), as_json, others=others, like=like)


@app.command()
def concept(
    subject: Annotated[
        str | None, typer.Argument(metavar="WORDS", help="a subject, a class, an emoji: 'banana + eye', 🦊")
    ] = None,
    out: Out = None,
    force: Force = False,
    image: Annotated[Path | None, typer.Option(metavar="FILE", help="a picture that it grows out of")] = None,
    variations: Annotated[int | None, typer.Option(help=params.describe(Concept, "variations"))] = None,
    iterations: Annotated[int | None, typer.Option(help="steps of painting")] = None,
    seed: Seed = None,
    size: Size = None,
    network: Network = None,
    like: Like = None,
    as_json: AsJson = False,
) -> None:
    """Draw what the network imagines, alone or grown out of a picture."""
    wanted = _build_params(
        Concept, like, subject=subject, variations=variations, iterations=iterations, seed=seed, size=size,
        network=network,
    )  # fmt: skip
    name = wanted.subject.replace(" + ", "-").replace(" ", "-")
    _make(wanted, [str(image or "noise")], Place(out, force), as_json, f"concept-{name}", like=like)


@app.command()
def morph(
    subjects: Annotated[
        list[str] | None, typer.Argument(metavar="WORDS...", help="2 to 6 things: banana eye dog, or 'banana > eye'")
    ] = None,
    out: Out = None,
    force: Force = False,
    image: Annotated[Path | None, typer.Option(metavar="FILE", help="a picture that it grows out of")] = None,
    strip: Annotated[bool | None, typer.Option("--strip/--animation", help=params.describe(Morph, "strip"))] = None,
    frames: Annotated[int | None, typer.Option(help=params.describe(Morph, "frames"))] = None,
    fps: Annotated[int | None, typer.Option(help=params.describe(Morph, "fps"))] = None,
    iterations: Annotated[int | None, typer.Option(help=params.describe(Morph, "iterations"))] = None,
    seed: Seed = None,
    size: Size = None,
    network: Network = None,
    like: Like = None,
    as_json: AsJson = False,
) -> None:
    """Let one thing become another, and the first again, as an animation that plays for ever or a strip of stills."""
    wanted = _build_params(
        Morph, like, subject=subject_sequence.THEN.join(subjects) if subjects else None, strip=strip, frames=frames,
        fps=fps, iterations=iterations, seed=seed, size=size, network=network,
    )  # fmt: skip
    name = "-".join(re.findall(r"\w+", wanted.subject))
    _make(wanted, [str(image or "noise")], Place(out, force), as_json, f"morph-{name}", like=like)


@app.command("neuron", hidden=True)  # as it was called
@app.command()
def channel(
    where: Annotated[
        str | None, typer.Argument(metavar="LAYER[:CHANNEL]", help="mid:21, or a layer for its atlas; mid if not given")
    ] = None,
    out: Out = None,
    force: Force = False,
    image: Annotated[Path | None, typer.Option(metavar="FILE", help="the channels that fire most over it")] = None,
    search: Annotated[str | None, typer.Option(help=params.describe(Channel, "search"))] = None,
    pairs: Annotated[str | None, typer.Option(help=params.describe(Channel, "pairs"))] = None,
    top: Annotated[int | None, typer.Option(help=params.describe(Channel, "top"))] = None,
    iterations: Annotated[int | None, typer.Option(help="steps of painting")] = None,
    seed: Seed = None,
    size: Size = None,
    network: Network = None,
    like: Like = None,
    as_json: AsJson = False,
) -> None:
    """Draw what one channel of a layer responds to, or the atlas of a layer."""
    layer, _, number = where.rpartition(":") if where and ":" in where else (where, "", None)
    wanted = _build_params(
        Channel, like, layer=layer, channel=number, search=search, pairs=pairs, top=top,
        iterations=iterations, seed=seed, size=size, network=network,
    )  # fmt: skip
    name = f"channel-{wanted.layer}" + ("" if wanted.channel is None else f"-{wanted.channel}")
    name += "".join(f"-{one}" for one in wanted.paired)
    _make(wanted, [str(image or "noise")], Place(out, force), as_json, name, like=like)


@app.command()
def see(
    pictures: Pictures,
    out: Out = None,
    force: Force = False,
    iterations: Annotated[int | None, typer.Option(help="steps of painting what channels respond to")] = None,
    seed: Seed = None,
    size: Annotated[int | None, typer.Option(help="width of the page, in pixels")] = None,
    network: Network = None,
    like: Like = None,
    as_json: AsJson = False,
) -> None:
    """Show what the network sees in a picture, and why, on one page."""
    wanted = _build_params(See, like, iterations=iterations, seed=seed, size=size, network=network)
    _make(wanted, pictures, Place(out, force), as_json, like=like)


@app.command()
def upscale(
    picture: Annotated[str, typer.Argument(metavar="IN", help="a dream that Pareidolia made, or another picture")],
    out: Out = None,
    force: Force = False,
    layer: Layer = None,
    subject: Subject = None,
    iterations: Annotated[int | None, typer.Option(help=params.describe(Upscale, "iterations"))] = None,
    strength: Annotated[float | None, typer.Option(help=params.describe(Upscale, "strength"))] = None,
    look: Annotated[str | None, typer.Option(help=params.describe(Upscale, "look"))] = None,
    seed: Seed = None,
    size: Size = None,
    network: Network = None,
    like: Like = None,
    as_json: AsJson = False,
) -> None:
    """Make a dream twice as large, with new detail, as its own options have it."""
    options: dict[str, Any] = {
        "layer": layer, "subject": subject, "iterations": iterations, "strength": strength, "look": look,
        "seed": seed, "size": size, "network": network,
    }  # fmt: skip
    plan = None if like or picture == "noise" else _enlargement(Path(picture), options)
    wanted = plan.wanted if plan else _build_params(Upscale, like, **options)
    _make(wanted, [picture], Place(out, force), as_json, like=like, plan=plan)


@app.command()
def poster(
    picture: Annotated[str, typer.Argument(metavar="IN", help="a picture, or `noise`")],
    out: Out = None,
    force: Force = False,
    paper: Annotated[str | None, typer.Option(help=f"what it is printed on: {', '.join(posters.PAPERS)}")] = None,
    dpi: Annotated[int | None, typer.Option(help=params.describe(Poster, "dpi"))] = None,
    size: Size = None,
    steps: Annotated[int | None, typer.Option(help=params.describe(Poster, "detail_steps"))] = None,
    layer: Layer = None,
    subject: Subject = None,
    octaves: Octaves = None,
    ratio: Ratio = None,
    iterations: Iterations = None,
    strength: Strength = None,
    look: Annotated[str | None, typer.Option(help=params.describe(Poster, "look"))] = None,
    seed: Seed = None,
    network: Network = None,
    like: Annotated[Path | None, typer.Option(metavar="FILE", help="a dream, or a poster, to make one like")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="begin without a question")] = False,
    as_json: AsJson = False,
) -> None:
    """Dream a picture so large that it can be printed: up to 8192 pixels. Says first what that takes."""
    if paper and size:
        raise OptionConflict(first="--paper", second="--size")
    options: dict[str, Any] = {
        "layer": layer, "subject": subject, "octaves": octaves, "ratio": ratio, "iterations": iterations,
        "strength": strength, "look": look, "seed": seed, "network": network, "size": size, "dpi": dpi,
        "detail_steps": steps,
    }  # fmt: skip
    wanted = _build_params(Poster, like, **options)
    edges = (wanted.source_size,) * 2 if picture == "noise" else _edges(Path(picture), wanted)
    if paper:
        chosen = posters.fit_paper(paper, wanted.dpi, edges)
        changes = {"size": chosen.size, "dpi": chosen.dpi}
        wanted = params.make(Poster, wanted.catalog, **params.override(wanted.model_dump(), changes))
    width, height = (round(wanted.size * edge / max(edges)) for edge in edges)
    found = posters.estimate(wanted, (width, height), _runtime(wanted.catalog))
    say.print(posters.sentence(wanted, (width, height), found))
    if not yes and sys.stdin.isatty():
        typer.confirm("Begin?", default=True, abort=True)
    _make(wanted, [picture], Place(out, force), as_json)


def _edges(file: Path, wanted: Poster) -> tuple[int, int]:
    """Width and height of a picture as it will be dreamed as a whole."""
    clean = _ask_decoder(file, lambda child, data: child.clean(data, wanted.source_size))
    return picture_size.fit((clean.width, clean.height), wanted.source_size, step=2)


@app.command("imprint")
def show_imprint(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a picture or animation that Pareidolia made")],
    as_json: AsJson = False,
) -> None:
    """Show how a file was made; `--like FILE` makes another like it."""
    made = _imprint(file, settings.read().catalog)
    if as_json:
        print(generation_metadata.write(made.params, made.others, made.before, made.omitted))
        return
    report, options = results(), made.params.model_dump(exclude={"dreams"})
    for name, value in {**options, **dict.fromkeys(made.others, "a picture; not in the file")}.items():
        report.print(f"{name:<11}{value}")
    for name, words in past_dreams.lines(made):
        report.print(f"{name:<11}{words}")


@app.command()
def animate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a dream that Pareidolia made, or a dream of a dream")],
    picture: Annotated[str, typer.Argument(metavar="IN", help="the picture with which all began, or `noise`")],
    out: Out = None,
    force: Force = False,
    frames: Annotated[int | None, typer.Option(help=params.describe(Animate, "frames"))] = None,
    mask: Mask = None,
    guide: Guide = None,
    painting: Annotated[Path | None, typer.Option(metavar="FILE", help="the painting, where one of yours was")] = None,
    size: Size = None,
    as_json: AsJson = False,
) -> None:
    """Animate how a dream came about, as a GIF, or as a WebP or an MP4 where the name of -o ends so."""
    given = (("mask", mask), ("guide", guide), ("painting", painting))
    others = {name: path for name, path in given if path is not None}
    wanted = past_dreams.animation(_imprint(file, settings.read().catalog), frames, size)
    _make(wanted, [picture], Place(out, force), as_json, others=others)


# making a picture


def _build_params(kind: type[P], like: Path | None, others: Collection[str] = (), **options: Any) -> P:
    """The options that were typed, over those of a file that is to be followed. Raises `OtherRecipe` and more."""
    catalog = settings.read().catalog
    given = {name: value for name, value in options.items() if value is not None}
    if like is None and "network" not in given and (said := catalog.default_fallback()):
        say.print(said)
    kept = (
        {"seed": random.randrange(params.SEED_COUNT)}
        if like is None
        else _options_of_file(kind, _imprint(like, catalog), others)
    )
    return params.make(kind, catalog, **params.override(kept, given))


def _options_of_file(kind: type[P], made: Imprint, others: Collection[str]) -> dict[str, Any]:
    """The options of a file. Says which pictures it was made with that neither it nor the command line has."""
    if kind is Poster:
        return posters.options_of(made)
    if not isinstance(made.params, kind):
        raise OtherRecipe(made=made.params.recipe, asked=kind.model_fields["recipe"].default)
    for name in made.others:
        if name not in others:
            say.print(f"That was made with a {name}, which is not in its file: give one with --{name}, or go without.")
    return made.params.model_dump()


def _imprint(file: Path, catalog: Catalog) -> Imprint:
    """How a file was made, by its own words. Raises `NoImprint` and more."""
    said = _ask_decoder(file, lambda child, data: child.imprint(data), *posters.FILE_LIMITS)
    return generation_metadata.read(said, catalog)


def _stem(picture: str) -> str:
    return "noise" if picture == "noise" else Path(picture).stem


def _make(
    wanted: AnyParams, pictures: Sequence[str], place: Place, as_json: bool, name: str = "",
    others: Mapping[str, Path] | None = None, like: Path | None = None, plan: Plan | None = None,
    song: Soundtrack | None = None,
) -> None:  # fmt: skip
    """Make a file of every picture. Where it goes is settled before; one that cannot be made stops no other."""
    others = others or {}
    inputs = [*(Path(one) for one in pictures if one != "noise"), *others.values(), *([like] if like else [])]
    names = [name or f"{_stem(one)}-{wanted.recipe}" for one in pictures]
    goals = output_files.targets(place, names, inputs, animated=params.is_animated(wanted))
    plan = plan or Plan(wanted, *_dreams_before(like, wanted.catalog), song=song)
    further = {name: _clean(path, plan.first_size) for name, path in others.items()}
    if len(pictures) == 1:
        _make_one(plan, pictures[0], goals[0], further, as_json)
        return
    made = [_try_make_one(plan, *one, further, as_json) for one in zip(pictures, goals, strict=True)]
    if not all(made):
        raise typer.Exit(1)


class Plan(NamedTuple):
    """What is made of each picture."""

    wanted: AnyParams
    before: Sequence[PastDream] = ()
    """What is dreamed before, each out of the one before."""
    omitted: int = 0
    """How many dreams before those nobody knows of any more."""
    dreamed: bool = False
    """Whether the picture is what those dreams made."""
    song: Soundtrack | None = None
    """What is heard with it."""

    @property
    def first_size(self) -> int:
        """The size for which pictures are opened."""
        if self.dreamed:
            return self.before[-1].params.size
        dreams = self.wanted.dreams if isinstance(self.wanted, Animate) else self.before
        return dreams[0].params.size if dreams else self.wanted.source_size


def _enlargement(file: Path, options: Mapping[str, Any]) -> Plan | None:
    """How to make a file larger that says how it was made, with what was typed over that; None where it does not."""
    catalog = settings.read().catalog
    try:
        made = _imprint(file, catalog)
    except NoImprint:
        return None
    clean = _ask_decoder(file, lambda child, data: child.clean(data, made.params.size))
    wanted, dreams = past_dreams.upscale_plan(made, max(clean.width, clean.height))
    given = {name: value for name, value in options.items() if value is not None}
    wanted = params.make(Upscale, catalog, **params.override(wanted.model_dump(), given))
    return Plan(wanted, dreams, made.omitted, dreamed=True)


def _dreams_before(like: Path | None, catalog: Catalog) -> tuple[Sequence[PastDream], int]:
    """The dreams before that of a file which is followed, and how many are left out. Says what that means."""
    made = _imprint(like, catalog) if like else None
    if made is None or not (made.before or made.omitted):
        return (), 0
    if made.omitted:
        say.print(f"The first {made.omitted} dreams before it are not in its file, so this comes out different.")
    say.print(f"That was dreamed out of other dreams, so {len(made.before)} come first.")
    return made.before, made.omitted


def _try_make_one(plan: Plan, picture: str, target: Target, further: Mapping[str, bytes], as_json: bool) -> bool:
    """Whether one of several could be made; says why not."""
    try:
        _make_one(plan, picture, target, further, as_json)
    except PareidoliaError as error:
        print_error(error, picture)
    except typer.BadParameter as error:
        say.print(error.message, style="red")
    else:
        return True
    return False


def _make_one(plan: Plan, picture: str, target: Target, further: Mapping[str, bytes], as_json: bool) -> None:
    last = isinstance(plan.wanted, Zoom) and plan.wanted.continued
    moves = isinstance(plan.wanted, Video)
    png = None if picture == "noise" or moves else _clean(Path(picture), plan.first_size, last=last)
    from engine.render import render

    wanted, before, omitted, dreamed, song = plan
    pulses, sound = (song.pulses, song.sound()) if song else ((), None)
    runtime = _runtime(wanted.catalog)
    began = time.monotonic()
    with _open(picture) if moves else contextlib.nullcontext() as film, _progress_bar() as bar:
        task = bar.add_task(wanted.recipe, total=None)

        def watch(name: str, report: StepReport) -> None:
            bar.update(task, description=name, completed=report.step, total=report.steps)

        source = png if dreamed else past_dreams.dream_again(before, png, further, runtime, watch)
        rendering = render(wanted, source, runtime, None, further, target.kind, before, omitted, sound, pulses, film)
        report = past_dreams.finish(rendering, wanted.recipe, watch)
    target.write(report.data)
    facts = {"file": str(target.path), "bytes": len(report.data), "width": report.width, "height": report.height}
    if report.notes:
        say.print(sentences(report.notes))
    took = {"seconds": round(time.monotonic() - began, 2), "device": str(runtime.device)}
    found = {"found": dict(report.facts)} if report.facts else {}
    _print_facts({**facts, **took, "params": wanted.model_dump(), **found}, as_json)


def _open(file: str) -> IO[bytes]:
    """What something else reads: a video, of which only its own child sees anything, or a song."""
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read ({error.strerror}). Check the path.") from None


@lru_cache(1)
def _runtime(catalog: Catalog) -> Runtime:
    """One for all that this program makes."""
    sleep_while_waiting()
    map_large_tensors()
    with nothing_discarded():
        from engine.runtime import Runtime

    return Runtime.from_settings(settings.read().engine, catalog)


def _clean(picture: Path, long_side: int, *, last: bool = False) -> bytes:
    """The picture through the decoder, as every picture; of an animation perhaps its last frame."""

    async def clean(child: decoder.Decoder, data: bytes) -> bytes:
        shown = last_frame(data, long_side) if last and mp4_boxes.is_mp4(data) else data
        return (await child.clean(shown, long_side, last=last)).png

    return _ask_decoder(picture, clean)


def _ask_decoder(
    file: Path, question: Callable[[decoder.Decoder, bytes], Awaitable[A]], megapixels: float = 0, megabytes: float = 0
) -> A:
    """What the decoder says of a file, which may be at least so large."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read ({error.strerror}). Check the path.") from None

    async def ask() -> A:
        limits = settings.read().limits
        most = max(limits.megapixels, megapixels), max(limits.upload_mb, megabytes)
        async with decoder.Decoder(*most) as child:
            return await question(child, data)

    return asyncio.run(ask())


def _progress_bar() -> Progress:
    words = TextColumn("{task.description}", markup=False)
    return Progress(words, BarColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), console=say)


def _print_facts(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(facts))
        return
    for label in facts.get("found", {}).get("labels", []):
        say.print(f"{label['probability']:6.1%}  {label['emoji']} {label['label']}")
    seed, size = facts["params"]["seed"], f"{facts['width']}x{facts['height']}"
    say.print(with_bold(f"{facts['file']} {size}, {facts['seconds']} s, seed {seed}", facts["file"]))
