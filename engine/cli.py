"""The command line: `pareidolia VERB`. Verbs that need the bot start it as a process; nothing of it is imported.

torch is imported inside the verbs that dream, so that `pareidolia --help` answers at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from engine.jobs import catalog, decoder, params, settings
from engine.jobs.errors import NetworkMissing, PareidoliaError
from engine.jobs.params import Dream, Zoom
from engine.patience import wait_patiently

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Pareidolia: a Discord bot that posts dreamed images."
)
say = Console(stderr=True, highlight=False)

Picture = Annotated[str, typer.Argument(metavar="IN", help="a picture, or `noise`")]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="where the result goes", show_default=False)]
Layer = Annotated[str | None, typer.Option(help="low, mid, high, or the exact name of a layer")]
Octaves = Annotated[int | None, typer.Option(help="sizes the picture is dreamed at")]
Ratio = Annotated[float | None, typer.Option(help="how much larger each octave is")]
Iterations = Annotated[int | None, typer.Option(help="gradient steps per octave")]
Strength = Annotated[float | None, typer.Option(help="size of a step; 1 is normal")]
Jitter = Annotated[int | None, typer.Option(help="random shift per step, in pixels")]
Seed = Annotated[int | None, typer.Option(help="same seed, same picture; drawn if not given")]
Size = Annotated[int | None, typer.Option(help="long side of the result, in pixels")]
Network = Annotated[str | None, typer.Option(help="which network dreams; see `pareidolia networks`")]
AsJson = Annotated[bool, typer.Option("--json", help="say what was made as JSON")]


def main() -> None:
    """Run the verb; an error that has a sentence is that sentence, and exit status 1."""
    try:
        app()
    except PareidoliaError as error:
        say.print(f"[red]{error}[/] [dim]({error.code})[/]")
        sys.exit(1)


@app.command()
def dream(
    picture: Picture,
    out: Out = None,
    layer: Layer = None,
    octaves: Octaves = None,
    ratio: Ratio = None,
    iterations: Iterations = None,
    strength: Strength = None,
    jitter: Jitter = None,
    seed: Seed = None,
    size: Size = None,
    network: Network = None,
    as_json: AsJson = False,
) -> None:
    """Dream a picture: what a layer sees in it grows."""
    wanted = params.make(
        Dream, layer=layer, octaves=octaves, ratio=ratio, iterations=iterations, strength=strength, jitter=jitter,
        seed=_seed(seed), size=size, network=network,
    )  # fmt: skip
    _make(wanted, picture, out or Path(f"{_stem(picture)}-dream.png"), as_json)


@app.command()
def zoom(
    picture: Picture,
    out: Out = None,
    frames: Annotated[int | None, typer.Option(help="pictures in the animation")] = None,
    layer: Layer = None,
    octaves: Octaves = None,
    ratio: Ratio = None,
    iterations: Iterations = None,
    strength: Strength = None,
    jitter: Jitter = None,
    seed: Seed = None,
    size: Size = None,
    network: Network = None,
    as_json: AsJson = False,
) -> None:
    """Zoom endlessly into a dream, as a GIF."""
    wanted = params.make(
        Zoom, layer=layer, octaves=octaves, ratio=ratio, iterations=iterations, strength=strength, jitter=jitter,
        seed=_seed(seed), size=size, network=network, frames=frames,
    )  # fmt: skip
    _make(wanted, picture, out or Path(f"{_stem(picture)}-zoom.gif"), as_json)


@app.command()
def networks() -> None:
    """List the networks and their layers."""
    from engine.networks.loading import load

    table = Table("network", "state", "licence", "layers", box=None, pad_edge=False)
    for name, entry in catalog.networks().items():
        words = [f"{word} ({named.about})" for word, named in entry.friendly.items()]
        try:
            load(name)
            state = "[green]ready[/]"
        except NetworkMissing:
            state = "[red]missing[/]"
        table.add_row(f"[bold]{name}[/]", state, entry.licence, "\n".join([*words, *entry.layers]))
    Console().print(table)


@app.command()
def run() -> None:
    """Run the bot on Discord, with one engine."""
    os.execv(sys.executable, [sys.executable, "-m", "bot"])


@app.command()
def setup() -> None:
    """Ask for the bot's token, check it, and print the link that invites the bot."""
    sys.exit(subprocess.call([sys.executable, "-m", "bot", "setup"]))


@app.command()
def doctor() -> None:
    """Check everything that must work, and say how to mend what does not."""
    fine, report = True, Console(highlight=False)
    for check in _checks():
        fine &= check.fine
        mark = "[green]ok[/]   " if check.fine else "[red]wrong[/]"
        report.print(f"{mark} {check.what}" + (f"\n      → {check.remedy}" if not check.fine else ""))
    fine &= subprocess.call([sys.executable, "-m", "bot", "doctor"]) == 0
    sys.exit(0 if fine else 1)


@dataclass(frozen=True)
class Check:
    """One thing that the doctor looked at."""

    fine: bool
    what: str
    remedy: str = ""


def _checks() -> Iterator[Check]:
    try:
        found = settings.load()
    except PareidoliaError as error:
        yield Check(False, "settings", str(error))
        return
    path = settings.config_file()
    yield Check(True, f"settings ({path})" if path.exists() else f"settings (the defaults; there is no {path})")
    free = shutil.disk_usage(found.data_dir).free / 1e9
    yield Check(free > 1, f"disk: {free:.1f} GB free for {found.data_dir}", "Free some space, or move `data_dir`.")
    yield _check_database(found)
    yield from _check_torch(found)


def _check_database(found: settings.Settings) -> Check:
    from engine.jobs.local import open_ledger

    try:
        ledger = open_ledger(found)
        waiting = len(ledger.waiting())
        ledger.close()
    except Exception as error:
        return Check(False, "database", f"{error} Restore a backup of {found.database}, or move it away.")
    return Check(True, f"database: {waiting} dreams wait or run")


def _check_torch(found: settings.Settings) -> Iterator[Check]:
    import torch

    from engine.studio import Studio

    try:
        studio = Studio(found.engine.device, found.engine.dtype, found.engine.threads)
    except (RuntimeError, AssertionError) as error:
        yield Check(False, f"device {found.engine.device}", f"{error} Set `engine.device` to auto.")
        return
    on = torch.cuda.get_device_name() if studio.device.type == "cuda" else f"CPU, {studio.threads} threads"
    yield Check(True, f"torch {torch.__version__} on {on}, {str(studio.dtype).removeprefix('torch.')}")
    try:
        studio.network("pocket")
        yield Check(True, "network pocket")
    except NetworkMissing as error:
        yield Check(False, "network pocket", f"{error} Its file is part of the package: install Pareidolia again.")


# making a picture


def _seed(seed: int | None) -> int:
    return random.randrange(params.SEEDS) if seed is None else seed


def _stem(picture: str) -> str:
    return "noise" if picture == "noise" else Path(picture).stem


def _make(wanted: Dream | Zoom, picture: str, out: Path, as_json: bool) -> None:
    png = _clean(picture, wanted.size)
    wait_patiently()
    from engine.encoders.encoded import Encoded
    from engine.production import produce
    from engine.studio import Studio

    chosen = settings.load().engine
    studio = Studio(chosen.device, chosen.dtype, chosen.threads)
    began = time.monotonic()
    with _progress_bar() as bar:
        task = bar.add_task(wanted.recipe, total=None)
        for report in produce(wanted, png, studio):
            if not isinstance(report, Encoded):
                bar.update(task, completed=report.step, total=report.steps)
    assert isinstance(report, Encoded)
    _write(out, report.data)
    facts = {"file": str(out), "bytes": len(report.data), "width": report.width, "height": report.height}
    took = {"seconds": round(time.monotonic() - began, 2), "device": str(studio.device)}
    _tell({**facts, **took, "params": wanted.model_dump()}, as_json)


def _clean(picture: str, long_side: int) -> bytes | None:
    """The picture through the decoder, as every picture; None for noise."""
    if picture == "noise":
        return None
    try:
        data = Path(picture).read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{picture} cannot be read ({error.strerror}). Check the path.") from None

    async def ask() -> bytes:
        async with decoder.Decoder(settings.load().limits.megapixels) as child:
            return (await child.clean(data, long_side)).png

    return asyncio.run(ask())


def _write(out: Path, data: bytes) -> None:
    try:
        out.write_bytes(data)
    except OSError as error:
        raise typer.BadParameter(f"{out} cannot be written ({error.strerror}). Choose another with -o.") from None


def _progress_bar() -> Progress:
    words = TextColumn("{task.description}")
    return Progress(words, BarColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), console=say)


def _tell(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(facts))
        return
    seed, size = facts["params"]["seed"], f"{facts['width']}x{facts['height']}"
    say.print(f"[bold]{facts['file']}[/] {size}, {facts['seconds']} s, seed {seed}")


if __name__ == "__main__":
    main()
