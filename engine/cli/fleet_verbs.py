"""Verbs for many machines: `pareidolia engine`, `pareidolia fleet status` and `pareidolia migrate-to-fleet`."""

from __future__ import annotations

import enum
import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.progress import track
from rich.table import Column, Table

from engine import settings
from engine.errors import SettingsError
from engine.platform.terminal import report as results
from engine.platform.terminal import say

if TYPE_CHECKING:
    from engine.queue.fleet_status import FleetStatus

app = typer.Typer()
fleet = typer.Typer(no_args_is_help=True, help="Look after many machines.")
app.add_typer(fleet, name="fleet")


class Gpus(enum.StrEnum):
    """How many engines a machine runs."""

    ALL = "all"


@app.command()
def engine(
    gpus: Annotated[Gpus | None, typer.Option(help="all: an engine on each GPU of this machine")] = None,
) -> None:
    """Run an engine alone: the bot is elsewhere, or was started with --no-engine."""
    os.execv(sys.executable, [sys.executable, "-m", "engine.gpu_engines" if gpus else "engine.supervisor"])


@app.command()
def migrate_to_fleet() -> None:
    """Move dreams, pictures and presets to the PostgreSQL and the store of `[fleet]`. Stop the bot first.

    What is here stays. If it is interrupted, ask again: it goes on where it was.
    """
    from engine.queue import move_to_fleet

    steps = move_to_fleet.move(settings.load())
    step = next(steps)
    for now in track(steps, "moving", total=step.total + 1, console=say, transient=True):
        step = now
    say.print(f"{sum(step.rows.values())} rows and {step.pictures} pictures are there, and are what they are here.")
    if step.lost:
        say.print(f"{step.lost} pictures were damaged here already; their buttons say so.")
    say.print("Start the bot: dreams that were waiting go on. The database here is no longer used; keep it a while.")


@fleet.command()
def status(
    here: Annotated[bool, typer.Option("--here", help="exit with 1 unless an engine of this folder lives")] = False,
) -> None:
    """Which engines there are, how long the queue is, and how long dreams take."""
    from engine.queue import fleet_status, installation

    found = settings.load()
    if not found.fleet.on:
        raise SettingsError(problem="There is no fleet here: `fleet.database_url` is empty. See docs/scale.md.")
    with closing(installation.open_ledger(found)) as ledger:
        told, report = fleet_status.read(ledger), results()
    report.print(_engines(told) if told.engines else "No engine lives. Start one with `pareidolia engine`.")
    oldest = f", the oldest for {_duration(told.oldest_s)}" if told.waiting else ""
    report.print(f"{told.waiting} wait{oldest}; {told.running} run")
    if told.recipes:
        report.print(_recipes(told))
    if here and not installation.engine_names(found) & {one.name for one in told.engines if one.alive}:
        report.print("None of them is this data folder's.")
        raise typer.Exit(1)


def _duration(seconds: float) -> str:
    """The two largest units: "3 h 12 min", "41 s"."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if minutes else f"{rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _engines(told: FleetStatus) -> Table:
    """Their names begin with their host's; names and jobs are shown whole, to be looked for in logs."""
    names, running = Column("engine", overflow="fold"), Column("jobs", no_wrap=True)
    table = Table(names, "device", "memory", "version", "state", running, box=box.SIMPLE, padding=(0, 1, 0, 0))
    for one in told.engines:
        state = "lives" if one.alive else f"silent {_duration(one.silent_s)}"
        memory = int(one.about.get("memory_mb", 0)) / 1024
        about = {**one.about, "memory": f"{memory:.1f} GB" if memory else ""}
        table.add_row(
            one.name, *(about.get(key, "") for key in ("device", "memory", "version")), state, "\n".join(one.jobs)
        )
    return table


def _recipes(told: FleetStatus) -> Table:
    table = Table("within a day", "done", "failed", "waited", "took", box=box.SIMPLE)
    for one in told.recipes:
        table.add_row(one.recipe, str(one.done), str(one.failed), f"{one.wait_s:.1f} s", f"{one.run_s:.1f} s")
    return table
