"""When Python looks for garbage in cycles: not while a process loads what it keeps."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_discarded() -> Iterator[None]:
    """What is made meanwhile stays to the end of the process: no garbage is looked for in it, now or ever again.

    Imports make hundreds of thousands of objects and drop none; to look through them takes a fifth of the time of
    importing torch or discord.py, and as long again in whatever runs when it next happens.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
