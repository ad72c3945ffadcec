from pathlib import Path

import torch

from engine.networks import loading, sketches


def test_what_is_written_is_read(tmp_path: Path) -> None:
    drawn = torch.rand(2, 3, 3, 5, 4, generator=torch.Generator().manual_seed(1))
    file = tmp_path / "drawn.safetensors"
    sketches.write(["🪲", "👁"], drawn, file)
    found = sketches.read(file)
    assert list(found) == ["🪲", "👁"]
    assert (found["👁"] - drawn[1]).abs().max() <= 0.5 / 32 + 1e-6
    shown = sketches.of_classes({"Käfer": ("🪲",), "eyes": ("👁", "🪲"), "fog": ()}, file)
    assert {label: len(ways) for label, ways in shown.items()} == {"Käfer": 3, "eyes": 6}
    assert shown["eyes"][3:].equal(found["🪲"])


def test_pocket_has_some_of_every_emoji() -> None:
    network = loading.load("pocket")
    assert set(network.sketches) == set(network.labels[:265])
    castle, rose = (network.sketches[label][0] for label in ("castle", "rose"))
    assert castle.shape == rose.shape == (3, 16, 16)
    assert rose[0, 2:8, 4:10].mean() > 2 * rose[2, 2:8, 4:10].mean(), "red where its blossom is"
    assert (castle[:, 0, 0] == 0.5).all(), "grey around it, which changes nothing of a picture"


def test_most_of_what_imagenet_shows_has_some() -> None:
    networks = [loading.load(name) for name in ("lite2", "lite1")]
    for network in networks:
        assert len(network.sketches) > 800
        assert len(network.sketches["golden retriever"]) == 4, "its face, and all of it"
        assert "toaster" not in network.sketches, "its emoji is bread"
