"""What every kind of ritual has in common: `schedule due => claimed schedule => work done, once`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.delivery.errors import Unavailable
from bot.store.schedules import Schedule
from bot.store.server_rules import ServerRules
from bot.store.votes import Vote
from engine.errors import (
    DiskFull,
    NoLedger,
    NoMachineHasNetwork,
    QueueFull,
    TooManyJobs,
    TooManyPictures,
    Unreachable,
)

PASSING = (Unavailable, NoLedger, QueueFull, TooManyJobs, TooManyPictures, DiskFull, Unreachable, NoMachineHasNetwork)
"""What is over soon: the same is tried again in a moment."""


class Rest(Exception):
    """It cannot go on by itself: nothing happens until somebody switches it on again."""

    def __init__(self, reason: str) -> None:
        """One of `bot.ritual_words.REST_REASONS`."""
        self.reason = reason
        super().__init__(reason)


class Ritual(Protocol):
    """One kind."""

    def claim(self, schedule: Schedule, votes: Sequence[Vote], now: float, rules: ServerRules) -> Schedule:
        """What is to be done now that it is due, written into its state as "work", and when it is due next. Pure: it is
        called inside the transaction that keeps it."""
        ...

    async def work(self, schedule: Schedule) -> None:
        """Do the next step of what was claimed; called again and again until the claim is given up, by this bot or the
        next. Raises `Rest`, `PostError`s and `Refusal`s."""
        ...
