"""The catalogue of whoever names none, for tests: `catalog` speaks to it, `include` puts another in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from engine.catalog import catalog as module
from engine.catalog.catalog import Catalog

POCKET: Final = Catalog(default="pocket")
"""The package's networks, and pocket by default."""


class _Shipped:
    """What `engine.catalog.catalog.shipped_catalog` gives at the moment, and the names of that module."""

    def include(self, folder: Path, default: str = "lite2") -> None:
        """Let it be one with what lies in a folder. Raises `SettingsError`."""
        module._SHIPPED = Catalog.read(folder, default)  # type: ignore[misc]

    def __getattr__(self, name: str) -> Any:
        return getattr(module.shipped_catalog() if hasattr(Catalog, name) else module, name)


catalog: Final = _Shipped()
