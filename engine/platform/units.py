"""Units that several packages count in."""

from typing import Final

MEGABYTE: Final = 2**20
"""Bytes."""
