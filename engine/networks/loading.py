"""A network by its catalogue name: `name => Network`."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from engine.catalog.catalog import Catalog, shipped_catalog
from engine.errors import NetworkMissing, OtherNetwork
from engine.networks import architectures, pocket, sketches, weights
from engine.networks.network import Network
from engine.networks.sketches import Sketches


def load(name: str, catalog: Catalog | None = None) -> Network:
    """The network of that name, in float32 on the CPU; without a catalogue, one of the package's.

    Raises `UnknownNetwork`, `NetworkMissing` or `NetworkError`.
    """
    catalog = catalog or shipped_catalog()
    entry, file = catalog.network(name), catalog.weights_file(name)
    if entry.package and not catalog.is_ready(name):
        raise NetworkMissing(name=name)
    try:
        if file is None:
            return from_pocket(*pocket.load(), sketches.of_classes(catalog.sketch_emoji(name)))
        return _from_file(name, catalog, file)
    except FileNotFoundError:
        raise NetworkMissing(name=name) from None


def from_pocket(model: pocket.Pocket, labels: list[str], drawn: Sketches | None = None) -> Network:
    """A pocket network, trained or not, made ready for dreaming."""
    head = model.head.linear
    return Network(
        dict(model.stages.items()), mean=pocket.MEAN, std=pocket.STD, head=head, labels=labels, sketches=drawn
    )


def from_model(name: str, model: nn.Module, catalog: Catalog | None = None) -> Network:
    """A model as the network that the catalogue describes under that name: its input, its labels.

    Raises `ValueError` for a model that cannot be cut, or that lacks a layer that the catalogue promises.
    """
    catalog = catalog or shipped_catalog()
    entry, staged = catalog.network(name), architectures.to_stages(model)
    if unknown := set(entry.layers) - set(staged.stages):
        raise ValueError(f"it has no layer {min(unknown)}; there is {', '.join(staged.stages)}")
    seen, labels = entry.input, tuple(catalog.labels(name))
    if labels and staged.head is None:
        raise ValueError("only its layers can be dreamed, so take `labels` out of its description")
    mean, std = ([value / seen.scale for value in values] for values in (seen.mean, seen.std))
    return Network(
        staged.stages,
        mean=mean,
        std=std,
        head=staged.head,
        behind=staged.behind,
        labels=labels,
        sketches=sketches.of_classes(catalog.sketch_emoji(name)) if entry.sketches else None,
        bgr=seen.bgr,
    )


def _from_file(name: str, catalog: Catalog, file: Path) -> Network:
    entry = catalog.network(name)
    found = weights.read_package(entry.package, file, name) if entry.package else weights.read(file, name)
    try:
        return from_model(name, architectures.model(entry.architecture, entry.classes, found), catalog)
    except ValueError as error:
        facts = {"name": name, "file": file.name, "architecture": entry.architecture, "problem": str(error)}
        raise OtherNetwork(**facts) from None
