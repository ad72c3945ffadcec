"""Two verbs of the command line: `pareidolia backup FILE` and `pareidolia restore FILE`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import track

from engine import settings
from engine.platform.terminal import say, with_bold

if TYPE_CHECKING:
    from engine.queue.backup import Step

app = typer.Typer()
File = Annotated[Path, typer.Argument(metavar="FILE", help="a zip file")]


@app.command()
def backup(file: File) -> None:
    """Write dreams, pictures and presets into one file, while the bot runs.

    Not in it: pareidolia.toml with the token, and fetched networks. A ledger on PostgreSQL: use pg_dump.
    """
    from engine.queue import backup as keeping

    last = _show_progress(keeping.backup(settings.load(), file), "backing up")
    say.print(with_bold(f"{file} holds the database and {last.done - last.lost} pictures. Keep it private.", str(file)))
    _print_lost(last)


@app.command()
def restore(file: File) -> None:
    """Put a backup in place of what is there. Stop the bot first; the old database is set aside.

    A ledger on PostgreSQL: use pg_restore.
    """
    from engine.queue import backup as keeping

    last = _show_progress(keeping.restore(settings.load(), file), "restoring")
    say.print(f"Restored the database and {last.done} pictures. Start the bot: dreams that were waiting go on.")
    if last.aside:
        say.print(f"The database from before is {last.aside}; delete it when you no longer need it.")
    _print_lost(last)


def _print_lost(last: Step) -> None:
    if last.lost:
        say.print(f"{last.lost} old pictures were gone already; their buttons say so.")


def _show_progress(steps: Iterator[Step], words: str) -> Step:
    """A bar until the last step, which is returned."""
    step = next(steps)
    for now in track(steps, words, total=step.total + 1, console=say, transient=True):
        step = now
    return step
