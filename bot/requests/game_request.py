"""What a game asks for otherwise than a person does: `fields of the job and of its posting`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.queue.job import JobId


@dataclass(frozen=True, slots=True)
class GameRequest:
    """A picture that is made for a game."""

    id: JobId
    """The id that its job will have, by which the game knows it."""
    requester: str = ""
    """In whose name it is queued, where that is nobody's: then it is among no person's dreams."""
    posting: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `bot.store.posting.Posting`."""
