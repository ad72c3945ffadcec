import pytest
import torch
from torch import Tensor

from engine.canvas.initial_image import initial_image
from engine.canvas.resample import resize
from engine.files import picture_size


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize(
    ("size", "side", "expected"),
    [
        ((600, 800), 512, (384, 512)),
        ((800, 600), 512, (512, 384)),
        ((30, 40), 320, (240, 320)),
        ((333, 500), 301, (200, 300)),
        ((50, 1000), 512, (114, 2280)),
        ((1000, 60), 256, (1046, 62)),
        ((4000, 1), 512, (2280, 114)),
    ],
)
def test_sizes_are_even_and_keep_the_aspect(size: tuple[int, int], side: int, expected: tuple[int, int]) -> None:
    assert picture_size.fit(size, side, step=2) == expected


def test_a_source_fills_the_side_asked_for(photo: Tensor) -> None:
    picture = initial_image(photo, 256, seeded())
    assert picture.shape == (3, 192, 256)
    assert picture.min() >= 0
    assert picture.max() <= 1


def test_without_a_source_there_is_noise() -> None:
    assert initial_image(None, 128, seeded()).shape == (3, 128, 128)


def test_smaller_and_back_is_nearly_the_same(photo: Tensor) -> None:
    there = resize(photo, (180, 240))
    torch.testing.assert_close(resize(there, (90, 120)), photo, atol=0.1, rtol=0)
