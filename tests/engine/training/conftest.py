"""A tiny world to train in: three discs and squares instead of emoji, one photograph of noise."""

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from engine.networks.pocket import Pocket
from engine.training.emoji_sprites import SIDE, STYLES, Sprites
from engine.training.scenes import Scenes


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for each other on a shared machine cost these tiny steps ten times their time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def sprites() -> Sprites:
    axis = torch.linspace(-1, 1, SIDE)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    masks = torch.stack([torch.hypot(x, y) < 0.9, torch.maximum(x.abs(), y.abs()) < 0.7, (x.abs() < 0.3)])
    art = torch.zeros(3, 4, SIDE, SIDE, dtype=torch.uint8)
    art[:, 0], art[:, 1], art[:, 3] = 200, 90, masks * 255
    return Sprites(["disc", "square", "bar"], {style: art.roll(k, 1) for k, style in enumerate(STYLES)})


@pytest.fixture
def scenes(sprites: Sprites) -> Scenes:
    return Scenes(sprites, [], seed=5, bank=12, each_texture=1)


@pytest.fixture
def network() -> Pocket:
    """Untrained, but with norms that fit its activations; otherwise nothing would come through thirty layers."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        made = Pocket(5)
        for module in made.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = 1.0
        made(torch.randn(8, 3, 64, 64))
    return made.eval()
