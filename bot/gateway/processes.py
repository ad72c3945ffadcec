"""What several processes of one bot do in turn: `settings => their common notes, IDENTIFYs, and turns`, in a fleet."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from bot.gateway.connect_limits import SharedIdentifies
from bot.operations.persistent_state import Note
from engine.queue import installation
from engine.queue.database import database_url
from engine.queue.shared_state import SharedNote, SharedState
from engine.settings import Settings


@dataclass(frozen=True, slots=True)
class Processes:
    """What one of them knows of the others."""

    state: SharedState
    commands: Note
    """What Discord was told about commands last, by any of them."""
    identifies: SharedIdentifies
    in_turn: Callable[[Callable[[], Coroutine[Any, Any, None]]], Coroutine[Any, Any, None]]
    """Tells Discord about commands while no other does."""

    @classmethod
    def open(cls, settings: Settings) -> Processes:
        """Raises `SettingsError`."""
        state = SharedState(database_url(settings))

        async def in_turn(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
            await installation.run_in_turn(settings, "commands", work)

        return cls(state, SharedNote(state, "commands"), SharedIdentifies(state), in_turn)
