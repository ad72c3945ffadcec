"""Inception5h: the file's keys, and TensorFlow's wiring written out once more, step by step."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.networks import architectures, loading
from engine.networks.inception5h import Inception5h, SamePad, SamePool, to_stages
from engine.networks.network import LOGITS, Network
from tests.catalogs import catalog
from tests.engine.networks.conftest import random_weights, shapes_of
from tests.vendored_data import shapes


@cache
def weights() -> dict[str, Tensor]:
    with torch.device("meta"):
        model = Inception5h()
    return random_weights(shapes_of(model))


@cache
def network() -> Network:
    return loading.from_model("inception5h", architectures.model("inception5h", 1008, weights()))


def by_hand(picture: Tensor) -> dict[str, Tensor]:
    """Every layer for a picture [1, 3, h, w] of even sides at every stage, from the keys of the file."""
    w = weights()

    def conv(x: Tensor, name: str, padding: int = 0) -> Tensor:
        return F.conv2d(x, w[f"{name}_pre_relu_conv.weight"], w[f"{name}_pre_relu_conv.bias"], 1, padding).relu()

    def pool(x: Tensor) -> Tensor:
        return F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=float("-inf")), 3, 2)

    def norm(x: Tensor) -> Tensor:
        return F.local_response_norm(x, 11, 0.0011, 0.5, 2.0)

    def block(x: Tensor, name: str) -> Tensor:
        branches = [
            conv(x, f"{name}_1x1"),
            conv(conv(x, f"{name}_3x3_bottleneck"), f"{name}_3x3", 1),
            conv(conv(x, f"{name}_5x5_bottleneck"), f"{name}_5x5", 2),
            conv(F.max_pool2d(x, 3, 1, 1), f"{name}_pool_reduce"),
        ]
        return torch.cat(branches, 1)

    x = F.pad(255 * picture - 117, (2, 3, 2, 3))
    x = F.conv2d(x, w["conv2d0_pre_relu_conv.weight"], w["conv2d0_pre_relu_conv.bias"], 2).relu()
    found = {"conv2d0": x}
    found["localresponsenorm0"] = x = norm(pool(x))
    found["conv2d1"] = x = conv(x, "conv2d1")
    found["conv2d2"] = x = conv(x, "conv2d2", 1)
    x = pool(norm(x))
    for name, after in {"3a": None, "3b": pool, "4a": None, "4b": None, "4c": None, "4d": None, "4e": pool}.items():
        found[f"mixed{name}"] = x = block(x, f"mixed{name}")
        x = after(x) if after else x
    for name in ("5a", "5b"):
        found[f"mixed{name}"] = x = block(x, f"mixed{name}")
    return found


def test_it_has_the_keys_and_shapes_of_the_published_file() -> None:
    with torch.device("meta"):
        assert shapes_of(Inception5h()) == dict(shapes("inception5h"))


def test_every_layer_is_that_of_the_graph() -> None:
    picture = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(1))
    expected = by_hand(picture)
    found = network().activations(picture, [*expected, LOGITS])
    for name, activation in expected.items():
        torch.testing.assert_close(found[name], activation, rtol=1e-3, atol=1e-3 * activation.abs().mean().item())
    w = weights()
    scores = F.linear(
        expected["mixed5b"].mean((2, 3)), *(w[f"softmax2_pre_activation_matmul.{k}"] for k in ("weight", "bias"))
    )
    torch.testing.assert_close(found[LOGITS].mean((2, 3)), scores, rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("kernel", [3, 7])
@pytest.mark.parametrize("length", [8, 9, 31, 224])
def test_same_padding_is_tensorflows(kernel: int, length: int) -> None:
    out = -(-length // 2)
    total = max((out - 1) * 2 + kernel - length, 0)
    padded = SamePad(kernel)(torch.ones(1, 1, length, length))[0, 0]
    before = total // 2
    assert padded.shape == (length + total,) * 2
    assert padded[before, before] == 1 == padded[before + length - 1, before + length - 1]
    assert padded[:before].sum() == 0


def test_pools_never_choose_what_is_outside() -> None:
    assert SamePool()(torch.full((1, 1, 5, 4), -3.0)).tolist() == [[[[-3.0] * 2] * 3]]


def test_the_catalogue_names_its_layers_in_order() -> None:
    with torch.device("meta"):
        assert catalog.network("inception5h").layers == tuple(to_stages(Inception5h()).stages)
