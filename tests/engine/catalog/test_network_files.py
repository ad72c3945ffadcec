"""The folder of networks: what users put there is read, and what is wrong with it is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from engine import settings
from engine.catalog import network_files
from engine.catalog.catalog import shipped_catalog
from engine.errors import SettingsError, UnknownNetwork
from tests.catalogs import catalog

WORDS = "".join(f'[friendly.{word}]\nlayer = "layer1"\nabout = "things"\n' for word in ("low", "mid", "high"))
HEAD = 'title = "T"\nabout = "a"\nlicence = "l"\nlayers = ["layer1"]\narchitecture = "resnet18"\n'
GOOD = f'{HEAD}file = "mine.pth"\nclasses = 2\n{WORDS}'


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of networks that nobody looks into after the test."""
    made = tmp_path / "networks"
    made.mkdir()
    yield made
    catalog.include(tmp_path / "nowhere")


def test_a_folder_that_is_not_there_has_nothing(tmp_path: Path) -> None:
    assert list(network_files.descriptions(tmp_path / "nowhere")) == []
    catalog.include(tmp_path / "nowhere")
    assert catalog.ready() == ["pocket", "lite2", "lite1"]


def test_an_own_network_joins_the_catalogue_and_leaves_it(folder: Path) -> None:
    (folder / "mine.toml").write_text(GOOD)
    catalog.include(folder)
    assert catalog.network("mine").classes == 2
    assert catalog.weights_file("mine") == folder / "mine.pth"
    assert not catalog.is_ready("mine")
    (folder / "mine.pth").touch()
    assert catalog.ready() == ["pocket", "lite2", "lite1", "mine"]
    (folder / "mine.toml").unlink()
    catalog.include(folder)
    with pytest.raises(UnknownNetwork):
        catalog.network("mine")


def test_the_settings_look_into_their_folder(folder: Path) -> None:
    (folder / "mine.toml").write_text(GOOD)
    found = settings.load(data_dir=folder.parent)
    assert found.networks_dir == folder
    assert "mine" in found.catalog.networks()
    assert "mine" not in shipped_catalog().networks()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("mine", "this is not toml", "cannot be read"),
        ("Mine net", GOOD, "Rename"),
        ("googlenet", GOOD, "There is a network googlenet already"),
        ("mine", GOOD.replace("classes = 2\n", ""), "needs `architecture`, `file` and `classes`"),
        ("mine", GOOD.replace("title", "titel"), "`title`: Field required"),
        ("mine", f"colour = 1\n{GOOD}", "`colour`: Extra inputs"),
        ("mine", GOOD.replace("[friendly.mid]", "[friendly.middle]"), r"needs \[friendly.mid\]"),
        ("mine", GOOD.replace('layer = "layer1"', 'layer = "layer9"'), "names the layer 'layer9'"),
        ("mine", f'labels = "mine.txt"\n{GOOD}', "says 2 classes, and mine.txt names 3"),
        ("mine", f'{GOOD}classes = ["rose"]\n', "names the class 'rose'"),
    ],
)
def test_what_is_wrong_with_a_description_is_said(folder: Path, name: str, text: str, said: str) -> None:
    (folder / f"{name}.toml").write_text(text)
    (folder / "mine.txt").write_text("a\nb\nc\n")
    with pytest.raises(SettingsError, match=said) as caught:
        catalog.include(folder)
    assert name in str(caught.value)


def test_labels_in_the_folder_go_before_those_of_the_package(folder: Path) -> None:
    assert network_files.labels("flowers.txt", folder) == []
    (folder / "places205.txt").write_text("Abtei\nTerminal\n")
    assert network_files.labels("places205.txt", folder) == ["Abtei", "Terminal"]
    assert network_files.labels("places205.txt", None)[:2] == ["abbey", "airport terminal"]
    assert len(network_files.labels("imagenet.txt", folder)) == 1000
    assert network_files.labels("imagenet.txt", None) == network_files.labels("imagenet.txt", folder)
    assert network_files.labels("", folder) == []


@pytest.mark.parametrize("checks", [{}, {"sha256": "00", "git_blob": "00"}])
def test_a_source_has_one_checksum(checks: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="one checksum"):
        network_files.Source(url="https://models.invalid/a/net.pth", megabytes=1, **checks)
    assert network_files.Source(url="https://models.invalid/a/net.pth", megabytes=1, sha256="00").file == "net.pth"


# the classic networks


def test_every_classic_network_can_be_fetched_or_says_where_from() -> None:
    classic = {name: entry for name, entry in catalog.networks().items() if name != "pocket" and not entry.package}
    assert set(classic) >= {
        "googlenet",
        "places205",
        "places365",
        "inception5h",
        "vgg16",
        "vgg19",
        "resnet50",
        "squeezenet",
    }
    for name, entry in classic.items():
        assert entry.source is not None, name
        assert entry.source.url.startswith("https://"), name
        assert entry.licence, name
        assert entry.effort > 0, name
        if entry.source.sha256:
            assert entry.source.file.endswith(f"-{entry.source.sha256}.pth"), name
        else:
            assert len(entry.source.git_blob) == 40, name


@pytest.mark.torch
def test_labels_of_imagenet_are_torchvisions() -> None:
    models = pytest.importorskip("torchvision.models")
    for name in ("googlenet", "vgg16", "resnet50", "squeezenet"):
        assert list(catalog.labels(name)) == models.GoogLeNet_Weights.IMAGENET1K_V1.meta["categories"]


def test_classes_are_found_by_name_and_places_among_places() -> None:
    assert catalog.aim("googlenet", "Banana + granny smith") == "banana + Granny Smith"
    assert catalog.meanings("places365", "pagoda")[0].channels == (251,)
    assert catalog.subject_choices("places365", "zen")[0] == ("zen garden", "zen garden")
    assert len(catalog.labels("places365")) == 365


def test_classic_names_of_layers_are_taken() -> None:
    assert catalog.friendly("places205", "Inception_4c/output") == "inception_4c"
    assert catalog.friendly("vgg19", "conv4_2") == "relu4_2"
    assert catalog.meaning("googlenet", "inception4d").layer == "inception_4d"
