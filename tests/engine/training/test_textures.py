"""Every texture: in range, not flat, and the same again from the same seed."""

import pytest
import torch
from torch import Tensor

from engine.training.textures import TEXTURES


@pytest.mark.parametrize("name", TEXTURES)
def test_a_texture_is_a_picture(name: str) -> None:
    def draw() -> Tensor:
        return TEXTURES[name].draw(3, 64, torch.Generator().manual_seed(2))

    picture = draw()
    assert picture.shape == (3, 3, 64, 64)
    assert torch.isfinite(picture).all()
    assert picture.min() >= 0
    assert picture.max() <= 1
    assert picture.std() > 0.02
    assert torch.equal(picture, draw())


def test_labels_are_in_alphabetical_order_and_so_never_move_by_accident() -> None:
    assert list(TEXTURES) == sorted(TEXTURES)
