"""What is said of an error that has a sentence: the sentence, and its code."""

from __future__ import annotations

from rich.text import Text

from engine.errors import PareidoliaError
from engine.platform.terminal import say


def print_error(error: PareidoliaError, about: str = "") -> None:
    """Say it, perhaps with what it is about before it."""
    say.print(Text.assemble(f"{about}: " if about else "", (str(error), "red"), (f" ({error.code})", "dim")))
