import io
from itertools import pairwise

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence
from torch import Tensor

from engine.catalog.catalog import shipped_catalog
from engine.encoders import Encoded, open_encoder
from engine.encoders.gif import Gif
from engine.encoders.webp import AnimatedWebp
from engine.notes import sentences
from engine.params import Zoom, make
from tests.engine.encoders.test_gif import film


def encoded(pictures: list[Tensor], limit: int | None = None, fps: int = 10) -> Encoded:
    encoder = AnimatedWebp(fps, limit)
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


@pytest.mark.parametrize(("part", "gave_up"), [(0.9, "compressed more"), (0.4, " x "), (0.08, "frames")])
def test_it_fits_the_limit_and_says_what_it_gave_up(part: float, gave_up: str) -> None:
    limit = int(len(encoded(film()).data) * part)
    result = encoded(film(), limit)
    assert len(result.data) <= limit
    assert "too large to upload" in sentences(result.notes)
    assert gave_up in sentences(result.notes)
    opened(result)


def test_what_is_given_up_makes_it_smaller_every_time() -> None:
    encoder = AnimatedWebp(10)
    for picture in film():
        encoder.add(picture)
    sizes = [len(encoder._encode(plan).data) for plan in encoder._plans((48, 64))]
    assert all(after < before for before, after in pairwise(sizes[:3]))
    assert min(sizes) == sizes[-1]


def test_fewer_frames_last_as_long() -> None:
    limit = int(len(encoded(film()).data) * 0.08)
    assert set(durations(encoded(film(), limit))) <= {200, 400}


@pytest.mark.parametrize(("kind", "encoder"), [("png", AnimatedWebp), ("webp", AnimatedWebp), ("gif", Gif)])
def test_a_zoom_is_an_animated_webp_unless_a_gif_is_asked_for(kind: str, encoder: type) -> None:
    opening = open_encoder(make(Zoom, shipped_catalog(), fps=20), 2**20, kind=kind)  # type: ignore[arg-type]
    assert isinstance(opening, encoder)
    opening.add(torch.rand(3, 16, 16))
    assert opening.finish().mime == ("image/gif" if kind == "gif" else "image/webp")
    opening.close()


def test_another_size_and_no_picture_are_refused() -> None:
    encoder = AnimatedWebp(10)
    with pytest.raises(ValueError, match="add"):
        encoder.finish()
    encoder.add(torch.rand(3, 16, 16))
    with pytest.raises(ValueError, match="first"):
        encoder.add(torch.rand(3, 16, 18))
    encoder.close()
