"""What others have published, vendored under tests/data: `name => what stands there`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).parent / "data"
SPECIFICATION: Final = DATA / "discord" / "openapi.json.xz"
"""Discord's description of its API, for `bot.playground.openapi.Specification`."""

Shapes = Mapping[str, list[int]]


def shapes(name: str) -> Shapes:
    """The keys and shapes of a published file of weights."""
    found: Shapes = json.loads((DATA / "networks" / f"{name}.json").read_text("utf-8"))
    return found
