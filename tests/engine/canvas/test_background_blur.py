"""What is behind a thing is out of focus."""

from __future__ import annotations

import torch

from engine.canvas.background_blur import SHARP, blur_background, foreground_mask


def stripes(right: float) -> torch.Tensor:
    """A picture [3, 80, 120] with strong stripes on its left, and stripes of some height on its right."""
    picture = torch.full((3, 80, 120), 0.3)
    on = (torch.arange(60) % 4 < 2).float()
    picture[:, :, :60] += 0.5 * on
    picture[:, :, 60:] += right * on
    return picture


def test_a_thing_stays_sharp_and_faint_grain_around_it_goes() -> None:
    picture = stripes(0.03)
    found = blur_background(picture)
    assert found.shape == picture.shape
    assert torch.allclose(found[:, 10:-10, 10:50], picture[:, 10:-10, 10:50], atol=0.01)
    left = found[:, 30:50, 80:110].std() / picture[:, 30:50, 80:110].std()
    assert left < SHARP + 0.05


def test_light_and_colour_behind_stay() -> None:
    picture = stripes(0.0)
    picture[2, :, 60:] = 0.9
    found = blur_background(picture)
    assert torch.allclose(found[:, 30:50, 90:110], picture[:, 30:50, 90:110], atol=0.01)


def test_a_picture_of_one_colour_stays_as_it_is() -> None:
    picture = torch.full((3, 40, 50), 0.7)
    assert torch.allclose(blur_background(picture), picture, atol=1e-5)


def stripes_on_the_left(height: float) -> torch.Tensor:
    """A picture [3, 80, 120] that has edges in its left half, and is the same everywhere in its right half."""
    picture = torch.full((3, 80, 120), 0.3)
    picture[:, :, :60] += height * (torch.arange(60) % 4 < 2)
    return picture


def test_a_thing_is_where_there_are_edges() -> None:
    mask = foreground_mask(stripes_on_the_left(0.3))
    assert mask.shape == (1, 80, 120)
    assert mask[:, 10:-10, 10:50].min() > 0.99
    assert mask[:, :, 80:].max() < 0.01
    faint, strong = (foreground_mask(stripes_on_the_left(height)) for height in (0.02, 0.2))
    assert torch.allclose(faint, strong, atol=1e-4), "a faint thing is one, too"


def test_the_fainter_edges_are_beside_others_the_less_they_are_of_a_thing() -> None:
    picture = stripes_on_the_left(0.4)
    kept = []
    for height in (0.02, 0.08, 0.2):
        picture[:, :, 60:] = 0.3 + height * (torch.arange(60) % 4 < 2)
        kept.append(float(foreground_mask(picture)[0, 40, 100]))
    assert kept[0] < 0.01 < kept[1] < 0.99 < kept[2]


def test_what_has_no_edges_is_behind() -> None:
    assert foreground_mask(torch.full((3, 80, 120), 0.3)).max() == 0
    assert foreground_mask(torch.zeros(3, 80, 120)).max() == 0
