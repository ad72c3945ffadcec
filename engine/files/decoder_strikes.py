"""Who sent files that were too much for the decoder: `person => a pause, or the slow lane`.

Nobody is asked whether they meant it: who did not gets over a pause, and who did cannot do it again at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from engine.errors import DecoderResting
from engine.platform import backoff

SLOW_S = 600.0
"""After a picture that took long, a person's pictures wait in the slow lane for so long."""
REST_S = 60.0
"""After one that a decoder died of, none of that person's is opened; twice as long after each further one."""
LONGEST_REST_S = 900.0
FORGOTTEN_S = 3600.0
"""After the last of them."""


@dataclass(slots=True)
class _Record:
    deaths: int = 0
    slow_until: float = 0.0
    rests_until: float = 0.0
    forgotten: float = 0.0


class Strikes:
    """In memory: a restart forgives."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._records: dict[str, _Record] = {}

    def check(self, person: str) -> None:
        """Raises `DecoderResting` while nothing of theirs is opened."""
        record = self._records.get(person)
        rest = record.rests_until - self._clock() if record else 0.0
        if rest > 0:
            raise DecoderResting(minutes=max(1, round(rest / 60)))

    def is_slow(self, person: str) -> bool:
        """Whether their pictures go to the slow lane at once."""
        record = self._records.get(person)
        return record is not None and record.slow_until > self._clock()

    def count_slow(self, person: str) -> None:
        """A picture of theirs took more than its time in the quick lane."""
        if person:
            self._record(person).slow_until = self._clock() + SLOW_S

    def count_death(self, person: str) -> None:
        """A decoder died of a picture of theirs, or gave it up."""
        if person:
            record = self._record(person)
            record.deaths += 1
            record.rests_until = self._clock() + backoff.pause_s(record.deaths, REST_S, LONGEST_REST_S)

    def _record(self, person: str) -> _Record:
        now = self._clock()
        self._records = {who: one for who, one in self._records.items() if one.forgotten > now}
        record = self._records.setdefault(person, _Record())
        record.forgotten = now + FORGOTTEN_S
        return record
