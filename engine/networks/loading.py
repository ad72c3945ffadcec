"""A network by its catalogue name: `name => Network`."""

from __future__ import annotations

from collections.abc import Callable

from engine.jobs import catalog
from engine.jobs.errors import NetworkMissing
from engine.networks import pocket
from engine.networks.network import Network


def load(name: str) -> Network:
    """The network of that name, in float32 on the CPU. Raises `UnknownNetwork` or `NetworkMissing`."""
    catalog.network(name)
    try:
        return _LOADERS[name]()
    except (KeyError, FileNotFoundError):
        raise NetworkMissing(name=name) from None


def from_pocket(model: pocket.Pocket, labels: list[str]) -> Network:
    """A pocket network, trained or not, made ready for dreaming."""
    stages = dict(model.stages.items())
    return Network(stages, mean=pocket.MEAN, std=pocket.STD, head=model.head.linear, labels=labels)


def _pocket() -> Network:
    return from_pocket(*pocket.load())


_LOADERS: dict[str, Callable[[], Network]] = {"pocket": _pocket}
