"""Animations fit their limit, and say what that cost."""

from __future__ import annotations

import io

import av
import pytest
import torch
from PIL import Image
from torch import Tensor

from engine.catalog.catalog import shipped_catalog
from engine.encoders import Encoded, gif, mp4, open_encoder, webp
from engine.encoders.animation import NAMES, Animation, AnimationKind, plans
from engine.encoders.film import Film
from engine.notes import sentences
from engine.params import Zoom, make
from tests.engine.encoders.films import film, pan

KINDS = tuple(NAMES)
ENCODE = {"gif": gif.encode, "webp": webp.encode, "mp4": mp4.encode}
MIMES = {"gif": "image/gif", "webp": "image/webp", "mp4": "video/mp4"}


def encoded(kind: AnimationKind, pictures: list[Tensor], limit: int | None = None, fps: int = 10) -> Encoded:
    encoder = Animation(kind, fps, limit)
    for picture in pictures:
        encoder.add(picture)
    return encoder.finish()


def edges(result: Encoded) -> tuple[int, int]:
    if result.mime != MIMES["mp4"]:
        return Image.open(io.BytesIO(result.data)).size
    with av.open(io.BytesIO(result.data), "r") as container:
        (stream,) = container.streams.video
        return stream.width, stream.height


def frame_count(result: Encoded) -> int:
    with av.open(io.BytesIO(result.data), "r") as container:
        return len(list(container.decode(video=0)))


@pytest.mark.parametrize(
    ("kind", "part", "gave_up"),
    [("gif", 0.9, "colours"), ("gif", 0.68, "dithered"), ("gif", 0.4, " x "), ("webp", 0.9, "compressed"),
     ("webp", 0.4, " x "), ("mp4", 0.8, "compressed"), ("mp4", 0.3, " x ")],
)  # fmt: skip
def test_it_fits_the_limit_and_says_what_it_gave_up(kind: AnimationKind, part: float, gave_up: str) -> None:
    limit = int(len(encoded(kind, film()).data) * part)
    result = encoded(kind, film(), limit)
    assert len(result.data) <= limit
    assert result.mime == MIMES[kind]
    assert "too large to upload" in sentences(result.notes)
    assert gave_up in sentences(result.notes)
    assert edges(result) == (result.width, result.height)


@pytest.mark.parametrize(("kind", "becomes"), [("gif", "webp"), ("webp", "mp4")])
def test_what_does_not_fit_becomes_another_kind(kind: AnimationKind, becomes: AnimationKind) -> None:
    pictures = pan()
    strip = Film(10)
    for picture in pictures:
        strip.add(picture)
    least = min(len(ENCODE[kind](strip, plan)) for plan in plans(strip, kind, 10))
    strip.close()
    result = encoded(kind, pictures, least - 1)
    assert (result.mime, len(result.data) < least) == (MIMES[becomes], True)
    assert NAMES[becomes] in sentences(result.notes)


def test_an_impossible_limit_gives_the_smallest_there_is() -> None:
    assert len(encoded("webp", film(3), 10).data) < 0.5 * len(encoded("webp", film(3)).data)


def test_of_many_frames_half_are_missed_first() -> None:
    limit = int(len(encoded("gif", film(), fps=20).data) * 0.45)
    result = encoded("gif", film(), limit, fps=20)
    assert "5 of 9 frames" in sentences(result.notes)
    assert (frame_count(result), result.width) == (5, 64)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_given_up_grows(kind: AnimationKind) -> None:
    strip = Film(10)
    for picture in film(4):
        strip.add(picture)
    given_up = [len(plan.notes) for plan in plans(strip, kind, 25)]
    assert given_up[0] == 0
    assert given_up == sorted(given_up)
    strip.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_zoom_is_of_the_format_in_its_params_and_of_its_files_name(kind: AnimationKind) -> None:
    for encoder in (
        open_encoder(make(Zoom, shipped_catalog(), format=kind), 2**20),
        open_encoder(make(Zoom, shipped_catalog()), 2**20, kind=kind),
    ):
        encoder.add(torch.rand(3, 16, 16))
        assert encoder.finish().mime == MIMES[kind]
        encoder.close()


@pytest.mark.parametrize("kind", KINDS)
def test_another_size_and_no_picture_are_refused(kind: AnimationKind) -> None:
    encoder = Animation(kind, 10)
    with pytest.raises(ValueError, match="add"):
        encoder.finish()
    encoder.close()
    encoder = Animation(kind, 10)
    encoder.add(torch.rand(3, 16, 16))
    with pytest.raises(ValueError, match="first"):
        encoder.add(torch.rand(3, 16, 18))
    encoder.close()


@pytest.mark.parametrize("kind", KINDS)
def test_what_flashes_is_dimmed_and_says_so(kind: AnimationKind) -> None:
    flashing = [torch.full((3, 32, 32), float(at % 2)) for at in range(12)]
    result = encoded(kind, flashing)
    assert "flash" in sentences(result.notes)
    assert "too large" not in sentences(result.notes)
