from functools import cache

import pytest
import torch
from torch import nn
from torchvision.models import VGG, get_model
from torchvision.models.vgg import make_layers

from engine.networks import vgg
from engine.networks.network import LOGITS, Network
from tests.catalogs import catalog
from tests.engine.networks.conftest import trained


@cache
def small() -> VGG:
    """VGG's wiring with a few channels: the real one has half a gigabyte of classifier."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        features = make_layers([4, 4, "M", 6, "M", 6, "M", 8, "M", 8, 8, "M"])
        with torch.device("meta"):
            made = VGG(features, num_classes=5, init_weights=False)
        made.classifier = nn.Sequential(
            nn.Linear(8 * 49, 16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 5)
        )
    trained(made)
    return made


def network() -> Network:
    staged = vgg.to_stages(small())
    return Network(staged.stages, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0), head=staged.head)


def test_layers_are_called_as_papers_call_them() -> None:
    assert network().layers == (
        "relu1_1", "relu1_2", "pool1", "relu2_1", "pool2", "relu3_1", "pool3", "relu4_1", "pool4", "relu5_1",
        "relu5_2", "pool5", LOGITS,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["vgg16", "vgg19"])
def test_the_catalogue_names_its_layers_in_order(name: str) -> None:
    with torch.device("meta"):
        stages = vgg.to_stages(get_model(name, weights=None)).stages
    assert catalog.network(name).layers == tuple(stages)
    assert catalog.friendly(name, "conv4_2") == "relu4_2"


def test_layers_are_those_between_torchvisions_modules() -> None:
    picture = torch.rand(1, 3, 70, 64)
    found = network().activations(picture, ["relu1_2", "relu2_1", "pool5"])
    torch.testing.assert_close(found["relu1_2"], small().features[:4](picture))
    torch.testing.assert_close(found["relu2_1"], small().features[:7](picture))
    torch.testing.assert_close(found["pool5"], small().features(picture))


def test_its_classifier_says_the_same_at_224_pixels() -> None:
    picture = torch.rand(1, 3, 224, 224)
    found = network().activations(picture, [LOGITS])[LOGITS]
    assert found.shape == (1, 5, 1, 1)
    torch.testing.assert_close(found.flatten(1), small()(picture), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("side", [32, 320])
def test_its_classifier_takes_other_sizes(side: int) -> None:
    assert network().activations(torch.rand(1, 3, side, side), [LOGITS])[LOGITS].isfinite().all()
