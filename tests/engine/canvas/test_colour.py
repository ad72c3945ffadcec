import torch
from torch import Tensor

from engine.canvas.colour import calmed, like


def test_calming_keeps_brightness_and_halves_colour(photo: Tensor) -> None:
    calm = calmed(photo, 0.5)
    torch.testing.assert_close(calm.mean(0), photo.mean(0))
    torch.testing.assert_close(calm[0] - calm[1], 0.5 * (photo[0] - photo[1]))


def test_a_drifted_picture_comes_back(photo: Tensor) -> None:
    drifted = photo * 0.5 + 0.3
    torch.testing.assert_close(like(drifted, photo), photo, atol=1e-2, rtol=0)
    torch.testing.assert_close(like(drifted, photo, 0.0), drifted)


def test_a_flat_picture_stays_finite(photo: Tensor) -> None:
    flat = torch.full_like(photo, 0.2)
    assert like(flat, photo).isfinite().all()
    assert like(photo, flat).std() < 0.01
