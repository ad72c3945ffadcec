"""`pareidolia networks` and what comes behind it: what there is, what is ready, and how to get the rest.

Listing looks for files only; torch is imported when something is fetched.
"""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

from engine import settings
from engine.catalog.catalog import Catalog, Entry
from engine.platform.terminal import report, say, with_bold

app = typer.Typer()
group = typer.Typer(help="List the networks and their layers, or fetch one.")
app.add_typer(group, name="networks")


@group.callback(invoke_without_command=True)
def networks(context: typer.Context) -> None:
    """List the networks and their layers, or fetch one."""
    if context.invoked_subcommand is None:
        found = settings.read()
        report().print(_table(found.catalog))
        known = found.catalog.networks().items()
        absent = [name for name, entry in known if entry.source and not found.catalog.is_ready(name)]
        if absent:
            fetching = f"pareidolia networks fetch {absent[0]}"
            say.print(with_bold(f"Get one with {fetching}; it goes to {found.networks_dir}.", fetching))


@group.command()
def fetch(name: Annotated[str, typer.Argument(help="a network's name, see `pareidolia networks`")]) -> None:
    """Download a network, verify it, and keep it."""
    found = settings.load()
    entry = found.catalog.network(name)
    if found.catalog.is_ready(name):
        say.print(with_bold(f"{name} is ready already: use it with --model {name}.", name))
        return
    from engine.networks.download import fetch as transfers

    with _progress_bar() as bar:
        task = bar.add_task(name, total=None)
        for transfer in transfers(name, entry, found.networks_dir, offline=found.offline, proxy_for=found.proxy_for):
            bar.update(task, completed=transfer.done, total=transfer.total)
    say.print(with_bold(f"{name} is ready: use it with --model {name}. Licence: {entry.licence}.", name))


def _table(catalog: Catalog) -> Table:
    table = Table("network", "state", "licence", "layers", box=None, pad_edge=False, leading=1)
    for name, entry in catalog.networks().items():
        words = [f"{word} ({named.about})" for word, named in entry.friendly.items()]
        exact = ", ".join(entry.layers)
        table.add_row(
            with_bold(f"{name}\n{entry.about}", name),
            _state(catalog, name, entry),
            entry.licence,
            "\n".join([*words, exact]),
        )
    return table


def _state(catalog: Catalog, name: str, entry: Entry) -> Text:
    if not catalog.fault(name):
        return Text.assemble(("ready", "green"), ", the default" if name == catalog.default_network() else "")
    if entry.package:
        return Text.assemble(("cannot be used", "red"), ": see pareidolia doctor")
    if entry.source:
        return Text(f"download of {entry.source.megabytes:.0f} MB")
    return Text.assemble(("missing", "red"), f": put {entry.file} beside {name}.toml")


def _progress_bar() -> Progress:
    words, left = TextColumn("{task.description}", markup=False), TextColumn("left")
    return Progress(
        words, BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(), left, console=say
    )
