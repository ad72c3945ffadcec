"""GoogLeNet, cut: the keys of torchvision's file, and the same activations as torchvision's own forward."""

from __future__ import annotations

from functools import cache

import torch
import torchvision
from torch import Tensor
from torchvision.models import GoogLeNet

from engine.benchmark.cases import random_googlenet
from engine.networks import architectures, googlenet, loading
from engine.networks.network import LOGITS, Network
from tests.catalogs import catalog
from tests.engine.networks.conftest import trained


@cache
def model() -> GoogLeNet:
    with torch.random.fork_rng():
        torch.manual_seed(3)
        made = GoogLeNet(num_classes=9, aux_logits=True, transform_input=True, init_weights=False)
    trained(made)
    return made


@cache
def network() -> Network:
    return loading.from_model("googlenet", architectures.model("googlenet", 9, model().state_dict()))


def published_view(picture: Tensor) -> Tensor:
    """The picture as torchvision's transforms hand it over."""
    seen = torchvision.models.GoogLeNet_Weights.IMAGENET1K_V1.transforms()
    return (picture - torch.tensor(seen.mean).view(3, 1, 1)) / torch.tensor(seen.std).view(3, 1, 1)


def test_every_block_is_torchvisions() -> None:
    picture = torch.rand(1, 3, 75, 64, generator=torch.Generator().manual_seed(1))
    seen: dict[str, Tensor] = {}
    names = {"conv1": "conv1", "conv3": "conv3", "maxpool3": "pool3"}
    names |= {f"inception{block}": f"inception_{block}" for block in ("3a", "4c", "4e", "5b")}
    hooks = [
        getattr(model(), theirs).register_forward_hook(lambda _m, _i, out, ours=ours: seen.update({ours: out}))
        for theirs, ours in names.items()
    ]
    scores = model()(published_view(picture))
    for hook in hooks:
        hook.remove()
    found = network().activations(picture, [*seen, LOGITS])
    for name, activation in seen.items():
        torch.testing.assert_close(found[name], activation, rtol=1e-3, atol=1e-3 * activation.abs().mean().item())
    torch.testing.assert_close(found[LOGITS].mean((2, 3)), scores, rtol=1e-3, atol=1e-3)


def test_its_keys_are_those_of_the_file() -> None:
    """The published file has the auxiliary classifiers, and it is loaded strictly."""
    ours = architectures.untrained_model("googlenet", 9).state_dict()
    assert {key: value.shape for key, value in ours.items()} == {
        key: value.shape for key, value in model().state_dict().items()
    }


def test_the_benchmark_compares_equal_weights() -> None:
    ours = random_googlenet(lambda: googlenet.GoogLeNet(1000, auxiliary=False)).state_dict()
    theirs = random_googlenet(lambda: GoogLeNet(aux_logits=False, init_weights=False)).state_dict()
    assert list(ours) == list(theirs)
    assert all(torch.equal(value, theirs[key]) for key, value in ours.items())


def test_the_notebooks_layer_is_known() -> None:
    assert catalog.friendly("googlenet", "inception_4c/output") == "inception_4c"
    assert catalog.meaning("googlenet", "high").layer == "inception_4c"
    assert network().activations(torch.rand(1, 3, 64, 64), ["inception_4c"])["inception_4c"].shape == (1, 512, 4, 4)


def test_the_catalogue_names_its_layers_in_order() -> None:
    assert catalog.network("googlenet").layers == tuple(network().stages)
