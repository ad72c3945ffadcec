"""Strangers' bytes: what must be refused with a sentence, what must work, and that the child is replaced."""

from __future__ import annotations

import io
import os
import signal
import struct
import zlib
from collections.abc import AsyncIterator

import pytest
from PIL import Image, ImageCms

from engine.jobs import errors
from engine.jobs.decoder import Decoder


@pytest.fixture
async def decoder() -> AsyncIterator[Decoder]:
    async with Decoder() as decoder:
        yield decoder


def picture(size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Red on the left, blue on the right."""
    made = Image.new("RGB", size, (220, 30, 30))
    made.paste((30, 30, 220), (size[0] // 2, 0, *size))
    return made


def saved(made: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    made.save(out, kind, **options)
    return out.getvalue()


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def bomb_png(width: int, height: int) -> bytes:
    """A few KB that say they are a huge picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (width + 1) * 1000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP", "TIFF"])
async def test_every_format_of_the_list_works(decoder: Decoder, kind: str) -> None:
    clean = await decoder.clean(saved(picture(), kind), 60)
    assert (clean.width, clean.height, clean.animated) == (60, 40, False)
    left, right = opened(clean.png).getpixel((5, 20)), opened(clean.png).getpixel((55, 20))
    assert left[0] > 180 > left[2]  # type: ignore[index]
    assert right[2] > 180 > right[0]  # type: ignore[index]


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", errors.EmptyFile),
        (b"hello, I am a text", errors.NotAPicture),
        (b"\x7fELF" + b"\0" * 400, errors.NotAPicture),
        (saved(picture((600, 400)), "JPEG")[:2000], errors.BrokenPicture),
        (saved(picture((600, 400)), "PNG")[:300], errors.BrokenPicture),
        (bomb_png(13_000, 13_000), errors.TooManyPixels),
        (bomb_png(1_000_000, 2999), errors.TooManyPixels),
    ],
)
async def test_bad_input_is_refused_with_a_sentence(
    decoder: Decoder, data: bytes, refusal: type[errors.Refusal]
) -> None:
    with pytest.raises(refusal) as caught:
        await decoder.clean(data)
    assert len(str(caught.value)) > 40
    assert str(caught.value).endswith(".")


async def test_the_bomb_is_small_and_its_size_is_said(decoder: Decoder) -> None:
    bomb = bomb_png(13_000, 13_000)
    assert len(bomb) < 20_000
    with pytest.raises(errors.TooManyPixels, match=r"169 megapixels.*at most 50"):
        await decoder.clean(bomb)


async def test_a_gif_of_200_huge_frames_is_refused(decoder: Decoder) -> None:
    frames = [Image.new("P", (2000, 2000), n % 200) for n in range(200)]
    gif = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(errors.TooManyPixels):
        await decoder.clean(gif)


async def test_an_animation_gives_its_first_frame(decoder: Decoder) -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    clean = await decoder.clean(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert clean.animated
    assert opened(clean.png).getpixel((9, 9)) == (255, 0, 0)


async def test_orientation_is_applied_and_metadata_dropped(decoder: Decoder) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010E] = "secret place"
    clean = await decoder.clean(saved(picture(), "JPEG", exif=exif.tobytes(), comment=b"secret comment"), 60)
    assert (clean.width, clean.height) == (40, 60)
    top = opened(clean.png).getpixel((20, 5))
    assert top[0] > 180 > top[2]  # type: ignore[index]
    assert b"secret" not in clean.png
    assert opened(clean.png).info == {}


async def test_cmyk_works(decoder: Decoder) -> None:
    clean = await decoder.clean(saved(picture().convert("CMYK"), "JPEG"))
    assert opened(clean.png).getpixel((5, 20))[0] > 150  # type: ignore[index]


async def test_16_bit_keeps_its_middle_grey(decoder: Decoder) -> None:
    grey = Image.frombytes("I;16", (8, 8), struct.pack("<64H", *[32768] * 64))
    clean = await decoder.clean(saved(grey, "PNG"))
    assert opened(clean.png).getpixel((4, 4))[0] in (127, 128)  # type: ignore[index]


async def test_palette_with_transparency_is_laid_on_white(decoder: Decoder) -> None:
    clear = Image.new("P", (16, 16), 0)
    clear.putpalette([0, 0, 0, 255, 0, 0])
    clear.paste(1, (0, 0, 8, 16))
    clean = await decoder.clean(saved(clear, "PNG", transparency=0), 16)
    assert opened(clean.png).getpixel((2, 2)) == (255, 0, 0)
    assert opened(clean.png).getpixel((14, 2)) == (255, 255, 255)


async def test_alpha_is_laid_on_white(decoder: Decoder) -> None:
    half = Image.new("RGBA", (16, 16), (255, 0, 0, 128))
    clean = await decoder.clean(saved(half, "WEBP", lossless=True))
    assert opened(clean.png).getpixel((2, 2)) == pytest.approx((255, 127, 127), abs=2)


async def test_a_colour_profile_is_applied(decoder: Decoder) -> None:
    linear = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    with_profile = await decoder.clean(saved(picture(), "PNG", icc_profile=linear))
    assert opened(with_profile.png).info == {}
    nonsense = await decoder.clean(saved(picture(), "PNG", icc_profile=b"no profile at all"))
    assert opened(nonsense.png).getpixel((5, 5)) == (220, 30, 30)


@pytest.mark.parametrize("size", [(3000, 1500), (30, 15)])
async def test_pictures_get_the_side_asked_for(decoder: Decoder, size: tuple[int, int]) -> None:
    clean = await decoder.clean(saved(picture(size), "JPEG"), long_side=512)
    assert (clean.width, clean.height) == (512, 256)


async def test_a_killed_child_is_replaced(decoder: Decoder) -> None:
    await decoder.clean(saved(picture(), "PNG"))
    assert decoder._child
    os.kill(decoder._child.pid, signal.SIGKILL)
    await decoder._child.wait()
    assert (await decoder.clean(saved(picture(), "PNG"), 60)).width == 60


async def test_a_child_that_dies_over_a_picture_is_a_refusal_not_a_crash(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.jobs.decoder.SECONDS", -1.99)
    with pytest.raises(errors.DecoderDied):
        await decoder.clean(saved(picture((4000, 4000)), "PNG"))
    monkeypatch.undo()
    assert (await decoder.clean(saved(picture(), "PNG"), 60)).width == 60
