"""No more than three flashes a second, whatever is dreamed."""

from __future__ import annotations

import numpy as np
import pytest

from engine.encoders.flashes import MOST, Bytes, FlashLimiter, most_flashes, relative_luminance


def picture(level: float, size: tuple[int, int] = (48, 64)) -> Bytes:
    return np.full((*size, 3), round(255 * level), np.uint8)


def limited(pictures: list[Bytes], fps: float = 12) -> tuple[list[Bytes], FlashLimiter]:
    limiter = FlashLimiter(fps)
    return [limiter.limit(one) for one in pictures], limiter


def test_luminance_is_that_of_the_standard() -> None:
    colours = np.array([[[255, 255, 255], [0, 0, 0], [255, 0, 0], [119, 119, 119]]], np.float32)
    assert np.allclose(relative_luminance(colours), [[1, 0, 0.2126, 0.184]], atol=1e-3)


def test_flashes_are_counted() -> None:
    strobe = [picture(at % 2) for at in range(24)]
    assert most_flashes(strobe, 12) == 6
    assert most_flashes([picture(at // 3 % 2) for at in range(24)], 12) == 2
    assert most_flashes([picture(at / 24) for at in range(24)], 12) <= 0.5


@pytest.mark.parametrize("fps", [4, 12, 25])
def test_a_strobe_is_dimmed_until_it_is_none(fps: float) -> None:
    strobe = [picture(at % 2) for at in range(40)]
    shown, limiter = limited(strobe, fps)
    assert most_flashes(shown, fps) <= MOST
    assert (limiter.dimmed > 0) == (most_flashes(strobe, fps) > MOST)


def test_random_light_is_dimmed_until_it_flashes_no_more() -> None:
    generator = np.random.default_rng(0)
    shown, limiter = limited([picture(float(generator.random())) for _ in range(60)], 25)
    assert limiter.dimmed
    assert most_flashes(shown, 25) <= MOST


@pytest.mark.parametrize("fraction", [0.2, 0.5])
def test_a_small_part_may_flash_as_it_likes(fraction: float) -> None:
    strobe = [picture(0.2) for _ in range(24)]
    for at, one in enumerate(strobe):
        one[:, : round(64 * fraction)] = 255 * (at % 2)
    assert (limited(strobe)[1].dimmed == 0) == (fraction == 0.2)


def test_what_is_bright_anyway_does_not_flash() -> None:
    assert limited([picture(0.92 + 0.08 * (at % 2)) for at in range(24)])[1].dimmed == 0


def test_films_that_do_not_flash_stay_as_they_are() -> None:
    generator = np.random.default_rng(0)
    texture = generator.integers(0, 255, (48, 64, 3), np.uint8)
    moving = [np.roll(texture, 3 * at, 1) for at in range(24)]
    shown, limiter = limited(moving)
    assert limiter.dimmed == 0
    assert all(one is other for one, other in zip(moving, shown, strict=True))


@pytest.mark.parametrize(("frames", "fps"), [(8, 25), (4, 25), (24, 12)])
def test_a_loop_is_slowed_until_its_seam_does_not_flash(frames: int, fps: int) -> None:
    loop = [picture(at / (frames - 1)) for at in range(frames)]  # rises slowly, and falls at once where it begins again
    shown, limiter = limited(loop, fps)
    slower = fps / limiter.loop_stretch()
    assert most_flashes(shown * (2 + 3 * fps // frames), slower) <= MOST
    assert (limiter.loop_stretch() == 1) == (fps / frames <= MOST)
