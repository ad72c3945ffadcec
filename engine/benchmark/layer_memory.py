"""What a pixel costs in memory: `network => bytes for each of its layers`, as `pixel_bytes` in the catalogue says.

`python -m engine.benchmark.layer_memory NETWORK` prints that line. Weights do not matter and need not be there.
"""

from __future__ import annotations

import sys

import torch

from engine import settings
from engine.ascent.memory_budget import bytes_a_pixel
from engine.catalog.catalog import LOGITS, Catalog
from engine.networks import architectures
from engine.networks.loading import from_model, from_pocket
from engine.networks.network import Network
from engine.networks.pocket import Pocket


def measure(name: str, catalog: Catalog) -> list[int]:
    """Bytes of each layer in order of depth, and of the scores where there are some, in float32 on the CPU."""
    network, entry = without_weights(name, catalog), catalog.network(name)
    layers = [*entry.layers, *({LOGITS} & set(network.layers))]
    return [round(bytes_a_pixel(network, [layer], torch.device("cpu"))) for layer in layers]


def without_weights(name: str, catalog: Catalog) -> Network:
    """A network of the catalogue, with any weights."""
    entry = catalog.network(name)
    if entry.architecture == "pocket":
        return from_pocket(Pocket(len(catalog.labels(name))), [])
    return from_model(name, architectures.untrained_model(entry.architecture, entry.classes), catalog)


def main(name: str) -> None:
    """Print a line for catalog.toml."""
    print(f"pixel_bytes = {measure(name, settings.load().catalog)}")


if __name__ == "__main__":
    main(sys.argv[1])
