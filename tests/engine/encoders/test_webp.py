"""Animated WebPs: shown for ever, at their speed."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence
from torch import Tensor

from engine.encoders import Encoded
from engine.encoders.animation import Animation
from tests.engine.encoders.films import film


def encoded(pictures: list[Tensor], fps: int = 10) -> Encoded:
    encoder = Animation("webp", fps)
    for picture in pictures:
        encoder.add(picture)
    return encoder.finish()


def opened(result: Encoded) -> list[Image.Image]:
    animation = Image.open(io.BytesIO(result.data))
    assert animation.format == "WEBP"
    assert animation.size == (result.width, result.height)
    return [frame.convert("RGB") for frame in ImageSequence.Iterator(animation)]


def durations(result: Encoded) -> list[int]:
    """Milliseconds of each frame."""
    animation = Image.open(io.BytesIO(result.data))
    return [frame.info["duration"] for frame in ImageSequence.Iterator(animation) if frame.load()]


def test_every_frame_is_there_for_ever_at_its_speed() -> None:
    result = encoded(film())
    assert len(opened(result)) == 9
    assert Image.open(io.BytesIO(result.data)).info["loop"] == 0
    assert durations(result) == [100] * 9
    assert (result.mime, result.width, result.height, result.notes) == ("image/webp", 64, 48, ())


def test_frames_look_like_the_pictures() -> None:
    pictures = [torch.full((3, 32, 32), k / 8) for k in range(9)]
    for picture, frame in zip(pictures, opened(encoded(pictures)), strict=True):
        assert np.asarray(frame).mean() / 255 == pytest.approx(float(picture.mean()), abs=0.02)


def test_frames_that_are_the_same_are_shown_as_long_as_others() -> None:
    still = torch.full((3, 32, 32), 0.5)
    assert sum(durations(encoded([still] * 5))) in (0, 500)  # 0: one picture that does not move


def test_same_pictures_same_bytes() -> None:
    assert encoded(film()).data == encoded(film()).data
