import io
import random

import pytest
from PIL import Image

from engine.files.quick_png import quick_png


def noise(size: tuple[int, int]) -> Image.Image:
    return Image.frombytes("RGB", size, random.Random(3).randbytes(3 * size[0] * size[1]))


def slope(size: tuple[int, int]) -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert("RGB")


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1), (31, 20), (1024, 3)])
def test_it_is_the_same_picture_and_nothing_else(size: tuple[int, int]) -> None:
    for picture in (noise(size), slope(size), Image.new("RGB", size, (255, 0, 128))):
        opened = Image.open(io.BytesIO(quick_png(picture)))
        opened.load()
        assert (opened.format, opened.mode, opened.size, opened.info) == ("PNG", "RGB", size, {})
        assert opened.tobytes() == picture.tobytes()


def test_it_is_hardly_larger_than_one_that_was_looked_at_longer() -> None:
    drawn = slope((512, 512))
    drawn.paste(noise((96, 96)).resize((256, 256), Image.Resampling.BICUBIC), (64, 64))
    looked_at = io.BytesIO()
    drawn.save(looked_at, "PNG", compress_level=1)
    assert len(quick_png(drawn)) < 1.15 * len(looked_at.getvalue())
