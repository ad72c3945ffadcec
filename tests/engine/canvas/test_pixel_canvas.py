import torch
from torch import Tensor

from engine.canvas.pixel_canvas import PixelCanvas


def test_without_a_step_it_shows_the_source(photo: Tensor) -> None:
    canvas = PixelCanvas(photo)
    canvas.resize((45, 60))
    canvas.resize((90, 120))
    torch.testing.assert_close(canvas.picture(), photo)


def test_detail_is_carried_up(photo: Tensor) -> None:
    canvas = PixelCanvas(torch.full_like(photo, 0.5))
    canvas.resize((45, 60))
    canvas.add_step(torch.full((3, 45, 60), 0.1))
    assert canvas.picture().shape == (3, 45, 60)
    canvas.resize((90, 120))
    torch.testing.assert_close(canvas.picture(), torch.full_like(photo, 0.6), atol=0.01, rtol=0)


def test_no_step_goes_beyond_reach() -> None:
    source = torch.linspace(0, 1, 64).expand(3, 8, 64)
    for step in (5.0, -5.0):
        canvas = PixelCanvas(source)
        canvas.add_step(torch.full_like(source, step))
        assert canvas.picture().min() >= 0
        assert canvas.picture().max() <= 1
        assert canvas.picture().std() > 0.05, "the source is still there"
