"""MP4s: what everything plays, with sound, readable while they are downloaded."""

from __future__ import annotations

import io
import subprocess
import sys

import av
import numpy as np
import pytest
import torch

from engine.encoders import Encoded, Sound
from engine.encoders.animation import Animation
from engine.encoders.mp4 import available_codec
from engine.files import mp4_boxes
from tests.engine.encoders.films import film

RATE = 8000


def encoded(pictures: list[torch.Tensor], sound: Sound | None = None) -> Encoded:
    encoder = Animation("mp4", 10, imprints={"mp4": '{"pareidolia":1}'}, sound=sound)
    for picture in pictures:
        encoder.add(picture)
    return encoder.finish()


def decoded(result: Encoded) -> list[np.ndarray]:
    with av.open(io.BytesIO(result.data), "r") as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_it_is_what_every_player_takes() -> None:
    result = encoded(film())
    with av.open(io.BytesIO(result.data), "r") as container:
        (stream,) = container.streams.video
        assert len(container.streams) == 1
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.average_rate == 10
        assert stream.frames == 9
    assert (result.mime, result.width, result.height, result.notes) == ("video/mp4", 64, 48, ())


def test_the_index_stands_before_the_pictures() -> None:
    data = encoded(film()).data
    kinds = [box.kind for box in mp4_boxes.boxes(data, 0, len(data))]
    assert kinds.index(b"moov") < kinds.index(b"mdat")


def test_colours_come_back() -> None:
    colours = [(0.8, 0.2, 0.3), (0.2, 0.7, 0.3), (0.1, 0.2, 0.9), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)]
    pictures = [torch.tensor(one).view(3, 1, 1).expand(3, 32, 32) for one in colours]
    for colour, shown in zip(colours, decoded(encoded(pictures)), strict=True):
        assert np.allclose(shown.mean((0, 1)) / 255, colour, atol=0.02)


def test_odd_edges_become_even_ones() -> None:
    result = encoded([torch.full((3, 31, 45), 0.5)] * 3)
    assert (result.width, result.height) == (46, 32)
    assert decoded(result)[0].shape == (32, 46, 3)


def test_same_pictures_same_bytes() -> None:
    assert len({encoded(film()).data for _ in range(3)}) == 1


IN_OTHER_MEMORY = """
import ctypes, hashlib, sys
from engine.encoders.animation import Animation
from tests.engine.encoders.films import film
change = getattr(ctypes.CDLL(None), "mallopt", None)  # only glibc has it
for byte in sys.argv[1:]:
    assert change is None or change(-6, int(byte)) == 1, "M_PERTURB, as MALLOC_PERTURB_ in the environment"
    encoder = Animation("mp4", 10)
    for picture in film()[:5]:
        encoder.add(picture)
    print(hashlib.sha256(encoder.finish().data).hexdigest())
"""


@pytest.mark.process
def test_same_pictures_same_bytes_whatever_lay_in_memory_before() -> None:
    """x264 may read what nobody has written; glibc fills new memory with a byte."""
    asked = [sys.executable, "-c", IN_OTHER_MEMORY, "40", "90", "165"]
    made = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()
    assert len(made) == 3
    assert len(set(made)) == 1


def tone(seconds: float) -> Sound:
    wave = np.sin(np.arange(round(RATE * seconds)) / RATE * 440 * 2 * np.pi) * 12_000
    return Sound(RATE, np.stack([wave, wave], 1).astype("<i2").tobytes())


@pytest.mark.parametrize("seconds", [0.5, 0.9, 3.0])
def test_its_sound_is_as_long_as_its_pictures_at_most(seconds: float) -> None:
    result = encoded(film(), tone(seconds))
    with av.open(io.BytesIO(result.data), "r") as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert len(heard) / RATE == pytest.approx(min(seconds, 0.9), abs=0.15)
    assert np.abs(heard).max() > 0.2


def test_the_wheel_brings_h264() -> None:
    assert available_codec() == "libx264"
