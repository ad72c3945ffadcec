import pytest

from engine.jobs import catalog
from engine.jobs.errors import NetworkMissing, UnknownNetwork
from engine.networks import loading, pocket
from engine.networks.network import Network


def test_every_layer_of_the_catalogue_exists(pocket_network: Network) -> None:
    assert set(catalog.network("pocket").layers) <= set(pocket_network.layers)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UnknownNetwork):
        loading.load("nonsense")


def test_absent_weights_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> Network:
        raise FileNotFoundError

    monkeypatch.setitem(loading._LOADERS, "pocket", absent)
    with pytest.raises(NetworkMissing, match="pocket"):
        loading.load("pocket")


@pytest.mark.skipif(not pocket.WEIGHTS.exists(), reason="pocket has not been trained yet")
def test_pocket_loads_with_its_labels() -> None:
    network = loading.load("pocket")
    assert len(network.labels) > 100
