"""Choices that several commands offer: `() => choices`."""

from __future__ import annotations

from discord.app_commands import Choice

VARIATIONS = [Choice(name=str(count), value=count) for count in (1, 2, 4)]
"""So many fill a sheet without a gap."""
