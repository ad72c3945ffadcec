"""What the catalogue says of a layer's channels, which no torch is asked for, beside the networks themselves."""

import pytest
import torch

from engine.catalog.catalog import shipped_catalog
from engine.errors import UnknownChannel
from engine.networks import architectures
from engine.networks.pocket import Pocket
from engine.params import Channel, Dream

NETWORKS = shipped_catalog().networks()


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_has_as_many_channels_as_is_said(name: str) -> None:
    entry = NETWORKS[name]
    with torch.device("meta"):
        if entry.architecture == "pocket":
            stages = dict(Pocket(1).eval().stages)
        else:
            made = architectures._maker(entry.architecture)(entry.classes).eval()
            stages = dict(architectures.to_stages(made).stages)
        found, there = torch.zeros(1, 3, 224, 224), {}
        for layer, stage in stages.items():
            found = stage(found)
            there[layer] = found.shape[1]
    assert {layer: there[layer] for layer in entry.layers} == dict(zip(entry.layers, entry.widths, strict=True))


@pytest.mark.parametrize(
    ("network", "layer", "last"), [("lite2", "mid", 87), ("pocket", "mid", 207), ("vgg16", "relu1_1", 63)]
)
def test_a_channel_that_is_not_there_is_refused_before_anything_is_queued(network: str, layer: str, last: int) -> None:
    said = f"only goes up to channel {last}"
    Channel(network=network, layer=layer, channel=last)
    with pytest.raises(UnknownChannel, match=said):
        Channel(network=network, layer=layer, channel=last + 1)
    Dream(network=network, layer=f"{layer}:{last}")
    with pytest.raises(UnknownChannel, match=said):
        Dream(network=network, layer=f"{layer}:{last + 1}")
    with pytest.raises(UnknownChannel, match=said):
        Dream(network=network, layer=f"low + {layer}:9999*0.5")
