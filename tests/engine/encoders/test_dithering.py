"""Frames in the colours of a palette: what the quick ways find is what the plain ones would."""

from __future__ import annotations

import numpy as np
import pytest

from engine.encoders import dithering
from engine.encoders.dithering import DIFFUSION, KEPT, PATTERN, PLAIN, WEIGHTS, Pixels, to_indices

GENERATOR = np.random.default_rng(0)
PALETTE = GENERATOR.integers(0, 256, (200, 3), np.uint8)


def grain(height: int, width: int, count: int = 2) -> list[Pixels]:
    return list(GENERATOR.integers(0, 256, (count, height, width, 3), np.uint8))


def distances(values: np.ndarray, palette: Pixels = PALETTE) -> np.ndarray:
    """Of values [..., 3] from each colour."""
    apart = np.asarray(values[..., None, :], np.float64) - palette
    return np.asarray((apart**2 * np.array(WEIGHTS)).sum(-1))


def test_each_pixel_has_the_nearest_colour() -> None:
    frames = grain(16, 20)
    for frame, indices in zip(frames, to_indices(frames, PALETTE, PLAIN), strict=True):
        assert (indices == distances(frame).argmin(-1)).all(), "few colours: by all bits"


def test_where_colours_are_many_it_is_the_nearest_but_for_half_a_step_of_seven_bits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dithering, "FEW", 0)
    frames = grain(16, 20)
    for frame, indices in zip(frames, to_indices(frames, PALETTE, PLAIN), strict=True):
        found = np.sqrt(np.take_along_axis(distances(frame), indices[..., None].astype(int), -1)[..., 0])
        assert (found <= np.sqrt(distances(frame).min(-1)) + 1.001).all()


def test_a_pattern_is_a_chessboard_one_darker() -> None:
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1)
    indices = to_indices([np.full((4, 5, 3), 99, np.uint8), np.zeros((4, 5, 3), np.uint8)], greys, PATTERN)
    assert (indices[0] == 99 - (np.indices((4, 5)).sum(0) % 2 == 0)).all()
    assert not indices[1].any(), "there is nothing darker than black"


def diffuse_one_by_one(frame: Pixels, palette: Pixels) -> Pixels:
    """As it stands in the paper, but for the part that is kept."""
    height, width, _ = frame.shape
    wanted = frame.astype(np.float32)
    indices = np.zeros((height, width), np.uint8)
    for y in range(height):
        for x in range(width):
            value = wanted[y, x].clip(0, 255)
            indices[y, x] = distances(np.floor(value + np.float32(0.5)), palette).argmin()
            error = (value - palette[indices[y, x]]) * np.float32(KEPT / 16)
            for dx, dy, share in ((1, 0, 7), (-1, 1, 3), (0, 1, 5), (1, 1, 1)):
                if 0 <= x + dx < width and y + dy < height:
                    wanted[y + dy, x + dx] += share * error
    return indices


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (7, 1), (2, 2), (9, 3), (5, 12), (12, 12)])
def test_errors_are_diffused_along_diagonals_as_one_by_one(shape: tuple[int, int]) -> None:
    frames = grain(*shape, 3)
    for frame, indices in zip(frames, to_indices(frames, PALETTE, DIFFUSION), strict=True):
        # Sums of another order may round to another colour, and what follows differs.
        assert (indices == diffuse_one_by_one(frame, PALETTE)).mean() >= 0.97


def test_diffused_errors_are_right_on_average() -> None:
    palette = np.array([[0, 0, 0], [255, 255, 255]], np.uint8)
    frames = [np.full((64, 64, 3), value, np.uint8) for value in (64, 128, 192)]
    means = [palette[indices].mean() for indices in to_indices(frames, palette, DIFFUSION)]
    plain = [palette[indices].mean() for indices in to_indices(frames, palette, PLAIN)]
    for value, mean, without in zip((64, 128, 192), means, plain, strict=True):
        assert abs(mean - value) < abs(without - value)
