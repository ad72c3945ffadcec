"""Verbs that start the bot, as a process: nothing of it is imported. `doctor` asks it, too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from engine.platform.terminal import report as results

app = typer.Typer()


@app.command()
def run(
    no_engine: Annotated[
        bool, typer.Option("--no-engine", help="only the bot: `pareidolia engine` runs elsewhere")
    ] = False,
    shards: Annotated[
        str, typer.Option("--shards", metavar="0-3/16", help="of a fleet's bot: these shards, of so many in all")
    ] = "",
) -> None:
    """Run the bot on Discord, with one engine."""
    words = [*(["--no-engine"] if no_engine else []), *(["--shards", shards] if shards else [])]
    os.execv(sys.executable, [sys.executable, "-m", "bot", "run", *words])


@app.command()
def setup() -> None:
    """Ask for the bot's token, check it, and print the link that invites the bot."""
    sys.exit(subprocess.call([sys.executable, "-m", "bot", "setup"]))


@app.command()
def exhibit(
    channel: Annotated[str, typer.Argument(help="id of the gallery's channel, where there are several")] = "",
    out: Annotated[Path, typer.Option("--out", "-o", help="folder to write the page to")] = Path("exhibition"),
    title: Annotated[str, typer.Option(help="what stands over it")] = "Exhibition",
) -> None:
    """Write a gallery of the bot as a web page: its dreams with title, maker and settings."""
    words = [*([channel] if channel else []), "--out", str(out), "--title", title]
    sys.exit(subprocess.call([sys.executable, "-m", "bot", "exhibit", *words]))


@app.command()
def doctor() -> None:
    """Check everything that must work, and say how to mend what does not."""
    from engine.cli import doctor as checkup

    fine, report, settled = True, results(), True
    for check in checkup.checks():
        fine &= check.fine
        settled &= check.what != checkup.SETTINGS or check.fine
        report.print(Text("ok    " if check.fine else "wrong ", "green" if check.fine else "red"), end="")
        report.print(check.what + (f"\n      → {check.remedy}" if not check.fine else ""))
    if settled:
        fine &= subprocess.call([sys.executable, "-m", "bot", "doctor"]) == 0
    sys.exit(0 if fine else 1)
