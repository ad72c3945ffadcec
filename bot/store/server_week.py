"""What was made in a server within a week, in numbers: `finished jobs => week`."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.queue.job import State
from engine.queue.statistics import FinishedJob

WEEK_S = 7 * 86_400.0
MOST_SUBJECTS = 5


@dataclass(frozen=True, slots=True)
class Week:
    """The numbers."""

    made: int = 0
    people: int = 0
    failed: int = 0
    cancelled: int = 0
    recipes: tuple[tuple[str, int], ...] = ()
    """Each with how often it was made, the most frequent first."""
    subjects: tuple[tuple[str, int], ...] = ()
    """The most frequent ones."""
    channel: int | None = None
    """Where most was made."""
    waited_s: float = 0.0
    """The median, as is the next."""
    took_s: float = 0.0


def week_of(jobs: Sequence[FinishedJob]) -> Week:
    """Count the jobs of a server."""
    made = [one for one in jobs if one.state is State.DONE]
    states = Counter(one.state for one in jobs)
    channels = Counter(one.channel_id for one in made if one.channel_id is not None)
    return Week(
        made=len(made),
        people=len({one.requester for one in made}),
        failed=states[State.FAILED],
        cancelled=states[State.CANCELLED],
        recipes=tuple(Counter(one.recipe for one in made).most_common()),
        subjects=tuple(Counter(one.subject for one in made if one.subject).most_common(MOST_SUBJECTS)),
        channel=channels.most_common(1)[0][0] if channels else None,
        waited_s=statistics.median([one.waited_s for one in made]) if made else 0.0,
        took_s=statistics.median([one.took_s for one in made]) if made else 0.0,
    )
