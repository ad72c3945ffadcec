"""`pareidolia networks` as people type it. Nothing is downloaded here: networks/test_fetch.py does that."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torchvision.models import get_model

from engine import settings
from engine.catalog import network_files
from engine.catalog.catalog import Catalog, Entry
from engine.cli import program
from engine.networks import download as fetching
from tests.catalogs import catalog
from tests.engine.networks.conftest import random_weights, shapes_of


@pytest.fixture(autouse=True)
def _own_data(monkeypatch: pytest.MonkeyPatch, data_dir: Path, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(data_dir))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("PAREIDOLIA_DEFAULT_NETWORK")
    yield
    catalog.include(tmp_path / "nowhere")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, verb: tuple[str, ...] = ("networks",)) -> int:
    monkeypatch.setattr("sys.argv", ["pareidolia", *verb, *arguments])
    with pytest.raises(SystemExit) as ended:
        program.main()
    return int(ended.value.code or 0)


def test_every_network_has_its_state_and_its_licence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data_dir: Path
) -> None:
    (data_dir / "networks").mkdir()
    (data_dir / "networks" / "googlenet.safetensors").touch()
    assert run(monkeypatch) == 0
    said = capsys.readouterr()
    states = {line.split()[0]: line for line in said.out.splitlines() if line and not line.startswith(" ")}
    assert "ready" in states["pocket"]
    assert "ready" in states["googlenet"]
    assert "ready, the default" in states["lite2"]
    assert "ready" in states["lite1"]
    assert "download of 553 MB" in states["vgg16"]
    assert "Apache-2.0" in states["inception5h"]
    assert "pareidolia networks fetch places205" in said.err


def test_a_damaged_package_is_said_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data_dir: Path
) -> None:
    (data_dir / "networks").mkdir()
    (data_dir / "networks" / "efficientnet-lite2-9656183e.pth").write_bytes(b"torn")
    assert run(monkeypatch) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "lite2 cannot be used: see pareidolia doctor" in said
    assert "ready, the default" in said.split("lite2")[0], "pocket dreams instead"


LISTING = """
import sys
from engine.cli import program as cli
sys.argv = ["pareidolia", "networks"]
try:
    cli.main()
finally:
    assert "torch" not in sys.modules
"""


def test_listing_loads_no_network() -> None:
    done = subprocess.run([sys.executable, "-c", LISTING], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_fetching_shows_the_way_to_use_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data_dir: Path
) -> None:
    asked: list[tuple[str, Path, bool]] = []

    def fetch(name: str, _entry: Entry, folder: Path, *, offline: bool, **_: object) -> Iterator[fetching.Transfer]:
        asked.append((name, folder, offline))
        yield fetching.Transfer(1, 2)
        yield fetching.Transfer(2, 2)

    monkeypatch.setattr(fetching, "fetch", fetch)
    assert run(monkeypatch, "fetch", "vgg16") == 0
    assert asked == [("vgg16", data_dir / "networks", False)]
    assert "--model vgg16" in capsys.readouterr().err


def test_a_fetched_network_dreams(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data_dir: Path, tmp_path: Path
) -> None:
    """From the published file in the folder to a dream in its colours."""
    with torch.device("meta"):
        shapes = shapes_of(get_model("squeezenet1_1", weights=None))
    settings.load()
    known = catalog.network("squeezenet")
    file = tmp_path / "squeezenet1_1-test.pth"
    torch.save(random_weights(shapes), file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    source = network_files.Source(url=f"https://models.invalid/{file.name}", megabytes=5, sha256=digest)
    changed, known_networks = known.model_copy(update={"source": source}), Catalog.networks
    monkeypatch.setattr(Catalog, "networks", lambda self: known_networks(self) | {"squeezenet": changed})
    (data_dir / "networks").mkdir()
    file.rename(data_dir / "networks" / file.name)
    assert run(monkeypatch, "fetch", "squeezenet") == 0
    capsys.readouterr()
    dream = ["dream", "noise", "-o", str(tmp_path / "out.png"), "--size", "128", "--octaves", "1", "--iterations", "1"]
    assert run(monkeypatch, *dream, "--network", "squeezenet", "--layer", "fire9", verb=()) == 0
    assert (tmp_path / "out.png").exists()


def test_offline_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PAREIDOLIA_OFFLINE", "true")
    assert run(monkeypatch, "fetch", "googlenet") == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "`offline` is set" in said
    assert "googlenet-1378be20.pth" in said


@pytest.mark.parametrize(("name", "said"), [("pocket", "is ready already"), ("vgg99", "There is no model")])
def test_what_cannot_be_fetched_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    run(monkeypatch, "fetch", name)
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_bad_description_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data_dir: Path
) -> None:
    (data_dir / "networks").mkdir()
    (data_dir / "networks" / "mine.toml").write_text("colour = 1\n")
    assert run(monkeypatch) == 1
    assert "mine.toml" in capsys.readouterr().err
