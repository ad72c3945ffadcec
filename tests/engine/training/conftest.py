"""A tiny world to train in: three discs and squares instead of emoji, one photograph of noise."""

import pytest
import torch

from engine.training.scenes import Scenes
from engine.training.sprites import SIDE, STYLES, Sprites


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
