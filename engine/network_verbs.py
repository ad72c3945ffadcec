"""`pareidolia networks` and what comes behind it: what there is, what is ready, and how to get the rest.

Listing looks for files only; torch is imported when something is fetched.
"""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from engine.jobs import catalog, settings

app = typer.Typer(help="List the networks and their layers, or fetch one.")
say = Console(stderr=True, highlight=False)


@app.callback(invoke_without_command=True)
def networks(context: typer.Context) -> None:
    """List the networks and their layers, or fetch one."""
    if context.invoked_subcommand is None:
        found = settings.read()
        Console().print(_table())
        absent = [name for name, entry in catalog.networks().items() if entry.source and not catalog.is_ready(name)]
        if absent:
            say.print(f"Get one with [bold]pareidolia networks fetch {absent[0]}[/]; it goes to {found.networks_dir}.")


@app.command()
def fetch(name: Annotated[str, typer.Argument(help="a network's name, see `pareidolia networks`")]) -> None:
    """Download a network, verify it, and keep it."""
    found = settings.load()
    entry = catalog.network(name)
    if catalog.is_ready(name):
        say.print(f"[bold]{name}[/] is ready already: use it with --network {name}.")
        return
    from engine.networks.fetch import fetch as transfers

    with _progress_bar() as bar:
        task = bar.add_task(name, total=None)
        for transfer in transfers(name, entry, found.networks_dir, offline=found.offline):
            bar.update(task, completed=transfer.done, total=transfer.total)
    say.print(f"[bold]{name}[/] is ready: use it with --network {name}. Licence: {entry.licence}.")


def _table() -> Table:
    table = Table("network", "state", "licence", "layers", box=None, pad_edge=False, leading=1)
    for name, entry in catalog.networks().items():
        words = [f"{word} ({named.about})" for word, named in entry.friendly.items()]
        exact = ", ".join(entry.layers)
        table.add_row(f"[bold]{name}[/]\n{entry.about}", _state(name, entry), entry.licence, "\n".join([*words, exact]))
    return table


def _state(name: str, entry: catalog.Entry) -> str:
    if not catalog.fault(name):
        return "[green]ready[/]" + (", the default" if name == catalog.default_network() else "")
    if entry.package:
        return "[red]cannot be used[/]: see pareidolia doctor"
    if entry.source:
        return f"download of {entry.source.megabytes:.0f} MB"
    return f"[red]missing[/]: put {entry.file} beside {name}.toml"


def _progress_bar() -> Progress:
    words, left = TextColumn("{task.description}"), TextColumn("left")
    return Progress(
        words, BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(), left, console=say
    )
