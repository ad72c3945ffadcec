import io

import pytest
import torch
from PIL import Image, ImageSequence
from torch import Tensor

from engine.catalog.catalog import shipped_catalog
from engine.encoders import Encoded, open_encoder
from engine.encoders.gif import Gif
from engine.notes import sentences
from engine.params import Zoom, make


def film(frames: int = 9, side: int = 48) -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.rand(3, side, side + 16, generator=generator) * 0.5 + k / 20 for k in range(frames)]


def encoded(pictures: list[Tensor], limit: int | None = None, fps: int = 10) -> Encoded:
    encoder = Gif(fps, limit)
    for picture in pictures:
        encoder.add(picture)
    return encoder.finish()


def opened(result: Encoded) -> list[Image.Image]:
    animation = Image.open(io.BytesIO(result.data))
    assert animation.format == "GIF"
    assert animation.size == (result.width, result.height)
    return [frame.convert("RGB") for frame in ImageSequence.Iterator(animation)]


def test_every_frame_is_there_for_ever_at_its_speed() -> None:
    result = encoded(film())
    animation = Image.open(io.BytesIO(result.data))
    assert len(opened(result)) == 9
    assert animation.info["loop"] == 0
    assert animation.info["duration"] == 100
    assert (result.mime, result.width, result.height, result.notes) == ("image/gif", 64, 48, ())


def test_frames_look_like_the_pictures() -> None:
    pictures = [torch.full((3, 32, 32), k / 8) for k in range(9)]
    for picture, frame in zip(pictures, opened(encoded(pictures)), strict=True):
        pixels = torch.frombuffer(bytearray(frame.tobytes()), dtype=torch.uint8)
        assert abs(float(pixels.float().mean() / 255 - picture.mean())) < 0.02


def test_same_pictures_same_bytes() -> None:
    assert encoded(film()).data == encoded(film()).data


@pytest.mark.parametrize(("part", "gave_up"), [(0.9, "colours"), (0.6, " x "), (0.1, "frames")])
def test_it_fits_the_limit_and_says_what_it_gave_up(part: float, gave_up: str) -> None:
    limit = int(len(encoded(film()).data) * part)
    result = encoded(film(), limit)
    assert len(result.data) <= limit
    assert "too large to upload" in sentences(result.notes)
    assert gave_up in sentences(result.notes)
    opened(result)


def test_fewer_frames_last_as_long() -> None:
    limit = int(len(encoded(film()).data) * 0.1)
    animation = Image.open(io.BytesIO(encoded(film(), limit).data))
    assert animation.info["duration"] >= 200


def test_a_zoom_becomes_a_gif_where_that_is_asked_for() -> None:
    encoder = open_encoder(make(Zoom, shipped_catalog(), fps=20), 2**20, kind="gif")
    assert isinstance(encoder, Gif)
    encoder.add(torch.rand(3, 16, 16))
    assert len(opened(encoder.finish())) == 1
    encoder.close()


def test_another_size_and_no_picture_are_refused() -> None:
    encoder = Gif(10)
    with pytest.raises(ValueError, match="add"):
        encoder.finish()
    encoder.add(torch.rand(3, 16, 16))
    with pytest.raises(ValueError, match="first"):
        encoder.add(torch.rand(3, 16, 18))
    encoder.close()
