import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import torch
from torch import nn
from torchvision.models import get_model

from engine import params
from engine.catalog.catalog import shipped_catalog
from engine.errors import NetworkMissing, OtherNetwork, UnknownNetwork
from engine.networks import architectures, loading, pocket, weights
from engine.networks.network import LOGITS, Network
from tests.catalogs import catalog
from tests.engine.networks.conftest import random_weights, shapes_of, trained


def test_every_layer_of_the_catalogue_exists(pocket_network: Network) -> None:
    assert set(catalog.network("pocket").layers) <= set(pocket_network.layers)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UnknownNetwork):
        loading.load("nonsense")


def test_absent_weights_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> Network:
        raise FileNotFoundError

    monkeypatch.setattr(pocket, "load", absent)
    with pytest.raises(NetworkMissing, match="pocket"):
        loading.load("pocket")


OWN = """
title = "Twelve flowers"
about = "trained in the garden"
licence = "mine"
architecture = "resnet18"
classes = 3
labels = "flowers.txt"
file = "flowers.{suffix}"
layers = ["layer1", "layer2", "layer3"]

[input]
mean = [0.5, 0.5, 0.5]
std = [0.25, 0.25, 0.25]

[friendly.low]
layer = "layer1"
about = "stalks"

[friendly.mid]
layer = "layer2"
about = "leaves"

[friendly.high]
layer = "layer3"
about = "blossoms"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of networks that is looked into during a test."""
    yield tmp_path
    for path in tmp_path.glob("*.toml"):
        path.unlink()
    catalog.include(tmp_path)


@cache
def garden() -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(6)
        model: nn.Module = get_model("resnet18", weights=None, num_classes=3)
    return trained(model)


def describe(folder: Path, suffix: str = "pth", text: str = OWN) -> None:
    (folder / "flowers.toml").write_text(text.replace("{suffix}", suffix))
    (folder / "flowers.txt").write_text("rose\ntulip\ndaisy\n")
    catalog.include(folder)


@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
def test_a_network_that_a_user_brought_dreams(folder: Path, suffix: str) -> None:
    state = garden().state_dict()
    if suffix == "pth":
        torch.save(state, folder / "flowers.pth")
    else:
        weights.write(state, folder / "flowers.safetensors")
    describe(folder, suffix)
    assert catalog.is_ready("flowers")
    network = loading.load("flowers")
    assert network.labels == ("rose", "tulip", "daisy")
    picture = torch.rand(1, 3, 64, 64)
    scores = network.activations(picture, [LOGITS])[LOGITS].mean((2, 3))
    torch.testing.assert_close(scores, garden()((picture - 0.5) / 0.25), rtol=1e-3, atol=1e-3)


def test_its_words_are_words_for_dreams(folder: Path) -> None:
    describe(folder)
    wanted = params.make(params.Dream, shipped_catalog(), network="flowers", layer="mid")
    assert wanted.meanings()[0].layer == "layer2"
    assert catalog.meanings("flowers", "tulip")[0].channels == (1,)


def test_without_its_file_it_is_missing(folder: Path) -> None:
    describe(folder)
    assert not catalog.is_ready("flowers")
    with pytest.raises(NetworkMissing, match="flowers"):
        loading.load("flowers")


def test_a_file_that_does_not_fit_is_named(folder: Path) -> None:
    describe(folder, text=OWN.replace("resnet18", "resnet34"))
    torch.save(garden().state_dict(), folder / "flowers.pth")
    with pytest.raises(OtherNetwork, match=r"flowers\.pth does not fit the architecture resnet34: it lacks layer1\.2"):
        loading.load("flowers")


def test_a_layer_that_it_does_not_have_is_named(folder: Path) -> None:
    describe(folder, text=OWN.replace('"layer2", ', '"layer2", "layer7", '))
    torch.save(garden().state_dict(), folder / "flowers.pth")
    with pytest.raises(OtherNetwork, match="it has no layer layer7; there is conv1, pool1"):
        loading.load("flowers")


def test_labels_of_an_architecture_without_a_head_are_refused(folder: Path) -> None:
    with torch.device("meta"):
        shapes = shapes_of(get_model("mobilenet_v3_small", weights=None, num_classes=3))
    text = re.sub('"layer([0-9])"', r'"features_\1"', OWN).replace("resnet18", "mobilenet_v3_small")
    torch.save(random_weights(shapes), folder / "flowers.pth")
    describe(folder, text=text)
    with pytest.raises(OtherNetwork, match="only its layers can be dreamed"):
        loading.load("flowers")


def test_a_fetched_network_is_ready(folder: Path) -> None:
    catalog.include(folder)
    assert not catalog.is_ready("squeezenet")
    with torch.device("meta"):
        shapes = shapes_of(get_model("squeezenet1_1", weights=None))
    weights.write(random_weights(shapes), folder / "squeezenet.safetensors")
    assert set(catalog.ready()) == {"pocket", "lite1", "lite2", "squeezenet"}
    network = loading.load("squeezenet")
    assert len(network.labels) == 1000
    assert network.labels.index("banana") == 954


@pytest.mark.parametrize("name", sorted(set(catalog.networks()) - {"pocket"}))
def test_every_network_has_what_its_entry_promises(name: str) -> None:
    """Its layers, and a class for each label, without any memory for weights."""
    entry = catalog.network(name)
    with torch.device("meta"):
        staged = architectures.to_stages(architectures._maker(entry.architecture)(entry.classes).eval())
    assert list(entry.layers) == list(staged.stages)
    assert staged.head is not None
    *_, last = (module for module in staged.head.modules() if isinstance(module, nn.Conv2d | nn.Linear))
    assert last.weight.shape[0] == entry.classes
    assert len(catalog.labels(name)) == entry.classes


@pytest.mark.process
def test_an_engine_with_networks_of_our_own_starts_without_torchvision() -> None:
    """Its import takes longer than that of torch, and 92 MB."""
    code = (
        "import sys, engine.cli.commands, engine.worker, engine.recipes;"
        "from engine.catalog.catalog import shipped_catalog; from engine.networks import face_detector, loading;"
        "loading.load('pocket'); loading.load('lite2'); face_detector.detector(shipped_catalog());"
        "from engine.networks import architectures;"
        "architectures.to_stages(architectures.untrained_model('googlenet', 2));"
        "print([name for name in ('torchvision', 'torch._dynamo', 'sympy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
