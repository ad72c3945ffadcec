import torch
from torch import Generator, Tensor

from engine.canvas.fourier_canvas import FourierCanvas
from engine.canvas.resample import resize


def painted(size: tuple[int, int], count: int = 1) -> FourierCanvas:
    canvas = FourierCanvas(size, Generator().manual_seed(3), count)
    canvas.spectrum = (canvas.spectrum.detach() * 80).requires_grad_()
    return canvas


def test_it_begins_almost_grey_and_stays_in_range() -> None:
    fresh = FourierCanvas((48, 64), Generator().manual_seed(3)).pictures()
    assert fresh.shape == (1, 3, 48, 64)
    assert (fresh - 0.5).abs().max() < 0.05
    loud = painted((48, 64), 2).pictures()
    assert loud.shape == (2, 3, 48, 64)
    assert 0 < loud.min() < 0.4 < 0.6 < loud.max() < 1


def test_enlarging_changes_nothing_that_is_there() -> None:
    for size, larger in (((48, 64), (96, 128)), ((33, 45), (66, 91))):
        canvas = painted(size)
        before = canvas.pictures()
        as_seen_larger = canvas.pictures(larger)
        canvas.resize(larger)
        torch.testing.assert_close(canvas.pictures(), as_seen_larger)
        canvas.resize(size)
        torch.testing.assert_close(canvas.pictures(), before)
        shrunk = resize(as_seen_larger[0].detach(), size)
        assert (shrunk - before[0]).abs().mean() < 0.2 * before.std()


def test_without_ink_it_shows_the_source(photo: Tensor) -> None:
    canvas = FourierCanvas((photo.shape[1], photo.shape[2]), Generator().manual_seed(0), source=photo)
    canvas.spectrum = torch.zeros_like(canvas.spectrum)
    assert (canvas.pictures()[0] - photo).abs().max() < 0.031


def test_every_wave_can_be_moved() -> None:
    canvas = painted((32, 32))
    (slope,) = torch.autograd.grad(canvas.pictures((24, 24)).square().sum(), canvas.spectrum)
    assert (slope[:, :, 1:12, 1:12].abs().sum(-1) > 0).all(), "what is seen"
    assert slope[:, :, :, 13:].abs().sum() == 0, "too fine to be seen at that size"


def test_each_picture_may_grow_out_of_its_own(photo: Tensor) -> None:
    sources = torch.stack([photo, 1 - photo])
    canvas = FourierCanvas((photo.shape[1], photo.shape[2]), Generator().manual_seed(0), 2, sources)
    canvas.spectrum = torch.zeros_like(canvas.spectrum)
    assert (canvas.pictures() - sources).abs().max() < 0.031
    assert canvas.pictures((48, 64)).shape == (2, 3, 48, 64)
