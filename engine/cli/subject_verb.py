"""`pareidolia subjects`: what a picture can be dreamed towards."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from engine import settings
from engine.catalog.catalog import PACKED
from engine.platform.terminal import report as results
from engine.platform.terminal import with_bold

app = typer.Typer()
Network = Annotated[
    str | None, typer.Option("--model", "--network", help="which network dreams; see `pareidolia networks`")
]


@app.command()
def subjects(network: Network = None) -> None:
    """List what a picture can be dreamed towards."""
    catalog = settings.read().catalog
    name = network or catalog.default_network()
    table = Table("", "subject", "what grows", "classes", box=None, pad_edge=False)
    named = catalog.subjects(name)
    for word, subject in named.items():
        table.add_row(subject.emoji, Text(word, "bold"), subject.about, ", ".join(subject.classes))
    offered = dict(catalog.subject_choices(name) if network else catalog.open_choices())
    own = dict(catalog.subject_choices(name))
    classes = [label for label, word in own.items() if word not in named]
    report = results()
    report.print(table, sep="\n")
    head = f"or one of {len(classes)} classes"
    report.print(with_bold(f"\n{head}: {', '.join(classes)}\n", head))
    if further := [label.split(" · ")[0] for label, word in offered.items() if own.get(label) != word]:
        head = f"or what only {PACKED} knows"
        report.print(with_bold(f"{head}, which then dreams it: {', '.join(further)}\n", head))
    report.print("By name, by emoji, or several: --subject eyes, --subject 🦊, --subject 'eyes + castle'")
