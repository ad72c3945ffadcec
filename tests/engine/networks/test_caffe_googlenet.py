"""Places205 and Places365: the files' keys, and the wiring of the original written out once more, step by step."""

from __future__ import annotations

from copy import deepcopy
from functools import cache

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.networks import architectures, loading
from engine.networks.caffe_googlenet import CaffeGoogLeNet, to_stages
from engine.networks.network import LOGITS, Network
from tests.catalogs import catalog
from tests.engine.networks.conftest import random_weights, shapes_of
from tests.vendored_data import shapes

CLASSES = 7


@cache
def weights() -> dict[str, Tensor]:
    with torch.device("meta"):
        model = CaffeGoogLeNet(CLASSES)
    return random_weights(shapes_of(model))


@cache
def network() -> Network:
    return loading.from_model("places365", architectures.model("caffe_googlenet", CLASSES, weights()))


def by_hand(picture: Tensor) -> dict[str, Tensor]:
    """Every layer of Caffe's GoogLeNet for a picture [1, 3, h, w] in [0, 1], from the keys of its file."""
    w = weights()

    def conv(x: Tensor, name: str, stride: int = 1, padding: int = 0) -> Tensor:
        return F.conv2d(x, w[f"{name}.weight"].to(x), w[f"{name}.bias"].to(x), stride, padding).relu()

    def pool(x: Tensor) -> Tensor:
        return F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=float("-inf")), 3, 2)

    def norm(x: Tensor) -> Tensor:
        return F.local_response_norm(x, 5, 1e-4, 0.75, 1.0)

    def block(x: Tensor, name: str) -> Tensor:
        around = F.max_pool2d(x, 3, 1, 1)
        branches = [
            conv(x, f"{name}_1x1"),
            conv(conv(x, f"{name}_3x3_reduce"), f"{name}_3x3", padding=1),
            conv(conv(x, f"{name}_5x5_reduce"), f"{name}_5x5", padding=2),
            conv(around, f"{name}_pool_proj"),
        ]
        return torch.cat(branches, 1)

    red, green, blue = picture[0]
    x = torch.stack([256 * blue - 104.051, 256 * green - 112.514, 256 * red - 116.676])[None]
    found = {"conv1": (x := conv(x, "conv1_7x7_s2", 2, 3))}
    found["norm1"] = x = norm(pool(x))
    found["conv2"] = x = conv(conv(x, "conv2_3x3_reduce"), "conv2_3x3", padding=1)
    x = pool(norm(x))
    for name in ("3a", "3b"):
        found[f"inception_{name}"] = x = block(x, f"inception_{name}")
    x = pool(x)
    for name in ("4a", "4b", "4c", "4d", "4e"):
        found[f"inception_{name}"] = x = block(x, f"inception_{name}")
    x = pool(x)
    for name in ("5a", "5b"):
        found[f"inception_{name}"] = x = block(x, f"inception_{name}")
    return found


def places(seen: Tensor) -> Tensor:
    """Scores [1, classes] from 4d at 14x14, by the second auxiliary classifier."""
    w = weights()
    x = F.avg_pool2d(seen, 5, 3, ceil_mode=True)
    x = F.conv2d(x, w["loss2_conv.weight"], w["loss2_conv.bias"]).relu().flatten(1)
    x = F.linear(x, w["loss2_fc_1.weight"], w["loss2_fc_1.bias"]).relu()
    return F.linear(x, w["loss2_classifier_1.weight"], w["loss2_classifier_1.bias"])


@pytest.mark.parametrize(("file", "classes"), [("googlenet_places205", 205), ("googlenet_places365", 365)])
def test_it_has_the_keys_and_shapes_of_the_published_files(file: str, classes: int) -> None:
    with torch.device("meta"):
        assert shapes_of(CaffeGoogLeNet(classes)) == dict(shapes(file))


@pytest.mark.parametrize("size", [(64, 64), (75, 90)])
def test_every_layer_is_that_of_the_original(size: tuple[int, int]) -> None:
    picture = torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(1))
    expected = by_hand(picture)
    found = network().activations(picture, list(expected))
    for name, activation in expected.items():
        torch.testing.assert_close(found[name], activation, rtol=1e-3, atol=1e-3 * activation.abs().mean().item())


def test_places_are_named_behind_4d_as_at_224_pixels() -> None:
    picture = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(2))
    found = network().activations(picture, ["inception_4d", LOGITS])
    assert found[LOGITS].shape == (1, CLASSES, 1, 1)
    torch.testing.assert_close(found[LOGITS].flatten(1), places(found["inception_4d"]), rtol=1e-3, atol=1e-2)


def test_evidence_runs_nothing_behind_4d(monkeypatch: pytest.MonkeyPatch) -> None:
    def trap(_x: Tensor) -> Tensor:
        raise AssertionError("ran too deep")

    monkeypatch.setattr(network().stages["inception_4e"], "forward", trap)
    for side in (32, 64, 300):  # smaller and larger than the 224 pixels of its training
        assert network().activations(torch.rand(1, 3, side, side), [LOGITS])[LOGITS].isfinite().all()


def test_the_catalogue_names_its_layers_in_order() -> None:
    with torch.device("meta"):
        stages = to_stages(CaffeGoogLeNet(3)).stages
    for name in ("places205", "places365"):
        assert catalog.network(name).layers == tuple(stages)
        assert catalog.friendly(name, "inception_4c/output") == "inception_4c"


def test_each_places_network_has_its_own_mean() -> None:
    grey = torch.full((1, 3, 32, 32), 0.4)
    means = {}
    for name in ("places205", "places365"):
        seen = loading.from_model(name, architectures.model("caffe_googlenet", CLASSES, weights()))._normalise(grey)
        means[name] = (0.4 * 256 - seen[0, :, 0, 0]).tolist()
    assert means["places205"] == pytest.approx([105.417, 113.753, 116.047], abs=1e-3)
    assert means["places365"] == pytest.approx([104.051, 112.514, 116.676], abs=1e-3)


def test_the_way_back_is_that_of_the_original() -> None:
    """The first convolution has a backward of its own, and normalisation is a convolution here."""
    # in float64: of two neighbours that are nearly alike another one is the largest with other rounding
    picture = torch.rand(1, 3, 66, 64, generator=torch.Generator().manual_seed(3)).double().requires_grad_()
    (wanted,) = torch.autograd.grad(by_hand(picture)["inception_4a"].square().mean(), picture)
    found_layer = deepcopy(network()).double().activations(picture, ["inception_4a"])["inception_4a"]
    (found,) = torch.autograd.grad(found_layer.square().mean(), picture)
    torch.testing.assert_close(found, wanted, rtol=1e-2, atol=1e-3 * wanted.abs().mean().item())
