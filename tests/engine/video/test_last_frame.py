"""Where an MP4 ends."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from engine import errors
from engine.video.last_frame import last_frame
from tests.engine.video.small_videos import mp4, squares

pytestmark = pytest.mark.process


@pytest.mark.parametrize("count", [8, 40])  # shorter than what is read before the end, and longer
def test_the_last_frame_is_found_however_long_the_film_is(count: int) -> None:
    drawn = squares(count, pace=1)
    with Image.open(io.BytesIO(last_frame(mp4(drawn), 64))) as opened:
        found = np.asarray(opened).astype(int)
    distances = [np.abs(found - one).mean() for one in drawn]
    assert distances[-1] == min(distances) < 12


def test_what_is_no_film_is_a_refusal() -> None:
    with pytest.raises(errors.Refusal):
        last_frame(mp4(squares())[:200], 64)
