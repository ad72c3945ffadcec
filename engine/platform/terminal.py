"""What is shown to whoever types: `[brackets]` are text, and a letter that a terminal lacks ends nothing."""

from __future__ import annotations

import io
import sys

from rich.console import Console
from rich.text import Text

say = Console(stderr=True, highlight=False, markup=False, emoji=False)
"""For what is said while something is done; results go to stdout."""


def report() -> Console:
    """A console for results."""
    return Console(highlight=False, markup=False, emoji=False)


def replace_unprintable() -> None:
    """Show a replacement for what the terminal's encoding lacks. Once a program, before anything is said."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors != "backslashreplace":
            stream.reconfigure(errors="replace")


def with_bold(text: str, *strong: str) -> Text:
    """The text with these parts of it in bold."""
    shown = Text(text)
    for part in strong:
        if part:
            at = text.find(part)
            shown.stylize("bold", at, at + len(part)) if at >= 0 else None
    return shown
