"""Colours flow together, and light stays."""

from __future__ import annotations

import torch

from engine.canvas.colour_matching import luminance
from engine.canvas.colour_smoothing import smooth_colours


def test_colours_flow_together_up_to_an_edge_and_light_stays() -> None:
    """A dark half that was dreamed red, and a bright half that was dreamed blue, both with grain of all colours."""
    source = torch.full((3, 60, 100), 0.15)
    source[:, :, 50:] = 0.6
    change = torch.zeros(3, 60, 100)
    change[0, :, :50], change[2, :, 50:] = 0.3, 0.3
    rainbow = source + change + 0.03 * torch.randn(change.shape, generator=torch.Generator().manual_seed(2))
    smooth = smooth_colours(rainbow, source)
    assert torch.allclose(luminance(smooth), luminance(rainbow), atol=1e-5)
    colour, rough = (one - luminance(one) for one in (smooth, rainbow))
    assert colour[:, 5:-5, 5:40].std(dim=(1, 2)).max() < 0.4 * rough[:, 5:-5, 5:40].std(dim=(1, 2)).min()
    redder = colour[0] - colour[2]
    assert redder[:, 48].mean() > 0.2, "red up to the edge"
    assert redder[:, 51].mean() < -0.2, "and blue from there"


def test_colours_of_the_source_stay_as_they_are() -> None:
    source = torch.rand((3, 40, 60), generator=torch.Generator().manual_seed(3))
    assert torch.allclose(smooth_colours(source, source), source, atol=1e-6)


def test_what_has_no_source_is_held_against_one_colour() -> None:
    picture = torch.rand((3, 40, 60), generator=torch.Generator().manual_seed(4)) * 0.4 + 0.3
    one, other = (smooth_colours(picture, torch.full((3, 1, 1), grey)) for grey in (0.2, 0.8))
    assert torch.allclose(one, other, atol=1e-5), "which grey does not matter"
