"""GIFs: shown for ever, at their speed, in colours that come close, without bands in a sky."""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image, ImageSequence
from torch import Tensor
from torch.nn.functional import avg_pool2d

from engine.encoders import Encoded
from engine.encoders.animation import Animation
from engine.encoders.dithering import PATTERN
from engine.encoders.film import Film, Plan
from engine.encoders.gif import LAST, SEGMENT, choose_dither, encode, segment_lengths
from tests.engine.encoders.films import film, sky


def encoded(pictures: list[Tensor], limit: int | None = None, fps: int = 10) -> Encoded:
    encoder = Animation("gif", fps, limit)
    for picture in pictures:
        encoder.add(picture)
    return encoder.finish()


def opened(data: bytes) -> list[Image.Image]:
    animation = Image.open(io.BytesIO(data))
    assert animation.format == "GIF"
    return [frame.convert("RGB") for frame in ImageSequence.Iterator(animation)]


def test_every_frame_is_there_for_ever_at_its_speed() -> None:
    result = encoded(film())
    animation = Image.open(io.BytesIO(result.data))
    assert len(opened(result.data)) == 9
    assert animation.info["loop"] == 0
    assert animation.info["duration"] == 100
    assert (result.mime, result.width, result.height, result.notes) == ("image/gif", 64, 48, ())


def test_frames_look_like_the_pictures_whatever_palette_their_segment_has() -> None:
    pictures = [torch.full((3, 32, 32), k / 40) for k in range(40)]
    for picture, frame in zip(pictures, opened(encoded(pictures).data), strict=True):
        assert abs(np.asarray(frame).mean() / 255 - float(picture.mean())) < 0.02


def test_same_pictures_same_bytes() -> None:
    assert encoded(film()).data == encoded(film()).data


def banding(picture: np.ndarray, original: Tensor) -> float:
    """How far a sky is off over squares of 8 pixels, of 255: dithered colours are right on average, bands are not."""
    shown = torch.from_numpy(picture.copy()).permute(2, 0, 1).float()
    return float((avg_pool2d(shown, 8) - avg_pool2d(original * 255, 8)).abs().mean())


def test_a_sky_has_no_bands() -> None:
    film = Film(10)
    pictures = [sky(at) for at in range(3)]
    for picture in pictures:
        film.add(picture)
    chosen, other = (
        np.asarray(opened(encode(film, Plan(film.size, 256, dither=dither)))[2])
        for dither in (choose_dither(film), PATTERN)
    )
    film.close()
    assert banding(chosen, pictures[2]) < 0.1 < banding(other, pictures[2])


def test_few_frames_are_left_to_do_after_the_last_one() -> None:
    assert list(segment_lengths(30)) == [8, 8, 8, 3, 3]
    for count in range(1, 60):
        lengths = list(segment_lengths(count))
        assert sum(lengths) == count
        assert max(lengths) <= SEGMENT
        assert lengths[-1] <= LAST
