import math

import torch

from engine.canvas.camera import Camera, coverage, view


def square() -> torch.Tensor:
    picture = torch.zeros(3, 64, 64)
    picture[:, 24:40, 24:40] = 1
    return picture


def test_closer_is_closer() -> None:
    seen = view(square(), Camera(factor=2.0).matrix((64, 64)))
    torch.testing.assert_close(seen[:, 20:44, 20:44], torch.ones(3, 24, 24))
    assert seen.mean() > 3.5 * square().mean()


def test_a_turn_is_clockwise_and_round_in_a_picture_of_any_shape() -> None:
    picture = torch.zeros(3, 40, 80)
    picture[:, 4:8, 38:42] = 1  # above the middle
    seen = view(picture, Camera(turn=math.pi / 2).matrix((40, 80)))
    assert seen[:, 18:22, 52:56].mean() > 0.9  # to the right of it, as far away


def test_a_move_to_the_right_shows_what_was_there() -> None:
    picture = torch.zeros(3, 40, 80)
    picture[:, :, 60:] = 1
    seen = view(picture, Camera(right=0.25).matrix((40, 80)))
    assert seen[:, :, 42:58].mean() > 0.95
    assert seen[:, :, :38].mean() < 0.05


def test_what_is_given_for_a_second_is_shared_by_its_frames() -> None:
    size = (40, 80)
    camera = Camera.per_second(10, 3.0, 90, 0.0, 0.0)
    torch.testing.assert_close(
        torch.linalg.matrix_power(camera.matrix(size), 10), Camera(3.0, math.pi / 2).matrix(size)
    )
    torch.testing.assert_close(camera.advance(10).matrix(size), Camera(3.0, math.pi / 2).matrix(size))


def test_from_afar_a_picture_covers_what_it_fills() -> None:
    far = torch.linalg.inv(Camera(factor=4.0).matrix((64, 64)))
    nothing, some, covered = (coverage(square(), far, reach) for reach in (0.0, 0.5, 1.0))
    assert nothing.max() == 0
    assert 0 < some.sum() < covered.sum()
    assert (some <= covered).all()
    assert covered.shape == (1, 64, 64)
    assert covered[:, 26:38, 26:38].min() == 1
    assert covered[:, 31:33, 31:33].min() == 1
    assert covered[:, :24].max() == covered[:, :, 40:].max() == 0


def test_what_shrinks_is_filtered() -> None:
    grating = (torch.arange(64) % 2).float().expand(3, 64, 64)
    far = torch.linalg.inv(Camera(factor=4.0).matrix((64, 64)))
    assert view(grating, far)[:, 26:38, 26:38].std() < 0.1
