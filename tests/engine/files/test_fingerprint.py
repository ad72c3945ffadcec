"""A picture is known again when it is recompressed, smaller or mirrored, and 200 others are not taken for it."""

from __future__ import annotations

import io
import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from engine.files.fingerprint import Fingerprint, fingerprint
from engine.paintings import PAINTERS

PHOTOGRAPHS = (
    "astronaut.png", "brick.png", "camera.png", "cell.png", "chelsea.png", "coffee.png", "coins.png", "grass.png",
    "gravel.png", "hubble_deep_field.jpg", "ihc.png", "moon.png", "motorcycle_left.png", "page.png", "retina.jpg",
    "rocket.jpg", "text.png",
)  # fmt: skip
CORNERS = ((0, 0), (1, 0), (0, 1), (1, 1), (0, 0.5), (1, 0.5), (0.5, 0), (0.5, 1), (0.3, 0.5), (0.7, 0.5), (0.5, 0.35))
PAINTINGS = ("dots", "woodcut", "glass", "wave")
"""Those that are painted quickly."""
PAINTING_WIDTH, PHOTOGRAPH_WIDTH, CUTTING = 128, 256, 0.36


def cuttings(picture: Image.Image) -> Iterator[Image.Image]:
    """A picture, and parts of it that show something else each."""
    yield picture
    width, height = round(picture.width * CUTTING), round(picture.height * CUTTING)
    for x, y in CORNERS:
        left, top = round(x * (picture.width - width)), round(y * (picture.height - height))
        yield picture.crop((left, top, left + width, top + height))


@pytest.fixture(scope="module")
def pictures() -> list[Image.Image]:
    folder = Path(pytest.importorskip("skimage").__file__).parent / "data"
    found = [Image.fromarray((np.asarray(PAINTERS[name](PAINTING_WIDTH)) * 255).astype("uint8")) for name in PAINTINGS]
    for name in PHOTOGRAPHS:
        whole = Image.open(folder / name).convert("RGB")
        whole.thumbnail((PHOTOGRAPH_WIDTH, PHOTOGRAPH_WIDTH))
        found += cuttings(whole)
    return found


def jpeg(picture: Image.Image, quality: int = 60) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def half(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)


def known(picture: Image.Image) -> Fingerprint:
    return fingerprint(str(id(picture)).encode(), picture)


def test_two_hundred_different_pictures_are_not_taken_for_one_another(pictures: list[Image.Image]) -> None:
    assert len(pictures) >= 200
    found = [known(one) for one in pictures]
    assert not [
        (first, second)
        for (first, one), (second, other) in itertools.combinations(enumerate(found), 2)
        if one.is_same(other) or other.is_same(one)
    ]


def test_a_picture_is_known_again_recompressed_smaller_and_mirrored(pictures: list[Image.Image]) -> None:
    whole = [*pictures[: len(PAINTINGS)], *pictures[len(PAINTINGS) :: 1 + len(CORNERS)]]
    shown = [one for one in whole if known(one).hash]
    assert len(shown) >= 16, "only what is nearly plain has no hash"
    for picture in shown:
        blocked = known(picture)
        copies = (jpeg(picture), half(picture), ImageOps.mirror(picture))
        assert [blocked.is_same(known(one)) for one in copies] == [True] * len(copies)


def test_a_plain_picture_is_known_again_exactly_only() -> None:
    grey = Image.new("RGB", (64, 64), (90, 90, 90))
    assert fingerprint(b"file", grey).is_same(fingerprint(b"file", grey))
    assert not fingerprint(b"file", grey).is_same(fingerprint(b"other file", Image.new("RGB", (64, 64))))


def bits(*ones: int) -> str:
    return f"{sum(1 << at for at in ones):032x}"


def test_bits_that_jpeg_decides_by_chance_are_not_counted_where_enough_are_sure() -> None:
    blocked, chance = Fingerprint("a" * 64, bits(), bits(*range(128))), range(40)
    copy = {"sha256": "b" * 64, "hash": bits(*chance)}
    assert blocked.is_same(Fingerprint(**copy, sure=bits(*range(40, 128))))
    assert blocked.is_same(Fingerprint(**copy, sure=bits(0, *range(60, 127)))), "1 of 68 that are sure"
    assert not blocked.is_same(Fingerprint(**copy, sure=bits(0, 1, *range(60, 127)))), "2 of 69"
    assert not blocked.is_same(Fingerprint(**copy, sure=bits(*range(81, 128)))), "47 are too few"
    assert not blocked.is_same(Fingerprint(**copy))


def test_what_is_sure_is_what_differs_beside_and_above() -> None:
    picture = Image.new("RGB", (9, 9), (90, 90, 90))
    picture.putpixel((8, 0), (255, 255, 255))
    picture.putpixel((0, 8), (93, 93, 93))
    picture.putpixel((4, 4), (92, 92, 92))
    beside, above = f"{int(known(picture).sure, 16):0128b}"[:64], f"{int(known(picture).sure, 16):0128b}"[64:]
    assert [at for at, one in enumerate(beside) if one == "1"] == [7], "the last two of the first row"
    assert [at for at, one in enumerate(above) if one == "1"] == [56], "the last two of the first column"


def test_nothing_is_the_same_as_nothing() -> None:
    assert not Fingerprint().is_same(Fingerprint())


@pytest.mark.parametrize(
    "forged", [("x" * 64,), ("a" * 64, "b"), ("", "a" * 32), ("a" * 64, "g" * 32, "a" * 32), ("a" * 64, "", "", "a")]
)
def test_what_is_no_fingerprint_is_none(forged: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="ours"):
        Fingerprint(*forged)


def test_any_picture_has_one() -> None:
    noise = random.Random(1).randbytes(3 * 5 * 3)
    assert known(Image.frombytes("RGB", (5, 3), noise)).hash
