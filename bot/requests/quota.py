"""How much one person may ask for: `user => slot`, and `params => nothing, or a refusal`.

The ledger counts jobs inside its transaction; this counts the requests that are not jobs yet, whose pictures are being
fetched and decoded, so that nobody can keep the decoder busy without queueing anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.errors import MoreThanTyped, TooManyJobs
from engine.params import Dream, Params, See, Zoom

GROWING = ("size", "frames")
"""The options that commands offer and that make more work."""


class Quota:
    """Slots for requests that are being opened."""

    def __init__(self, per_user: int) -> None:
        self._per_user = per_user
        self._open: Counter[str] = Counter()

    @property
    def busy(self) -> bool:
        """Whether any request is being opened."""
        return bool(self._open)

    @contextmanager
    def slot(self, user: str) -> Iterator[None]:
        """Hold one of the user's slots. Raises `TooManyJobs`."""
        if self._open[user] >= self._per_user:
            raise TooManyJobs(count=self._open[user])
        self._open[user] += 1
        try:
            yield
        finally:
            self._open[user] -= 1
            if not self._open[user]:
                del self._open[user]


def check_work(params: Dream | Zoom | See) -> None:
    """Refuse more work than the commands can be made to ask for. Raises `MoreThanTyped`.

    Params have options that no command offers, such as `iterations`: whoever writes them into a file must not get more
    of the engine by it than anyone who types.
    """
    times = params.work() / _largest(params)
    if times > 1:
        raise MoreThanTyped(times=f"{times:.1f}", recipe=params.recipe)


def _largest(params: Dream | Zoom | See) -> float:
    """The most work that a command can ask of this recipe and network."""
    kind = type(params)
    bounds: dict[str, Any] = {name: _bound(kind, name) for name in GROWING if name in kind.model_fields}
    plain = kind.model_construct(network=params.network, **bounds)
    notebook = {**Dream.NOTEBOOK, "look": "2015"}
    return max(plain.work(), plain.model_copy(update=notebook).work() if kind is Dream else 0.0)


def _bound(kind: type[Params], name: str) -> int:
    return next(int(bound.le) for bound in kind.model_fields[name].metadata if hasattr(bound, "le"))
