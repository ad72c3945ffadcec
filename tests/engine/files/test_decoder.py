"""Strangers' bytes: what must be refused with a sentence, what must work, and that the child is replaced."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from bot.operations.metrics import resident_bytes
from engine import errors
from engine.files import decoder as decoding
from engine.files.decoder import CleanPicture, Decoder
from engine.files.fingerprint import Fingerprint
from engine.files.sanitizer import MOST_FRAMES
from engine.platform import framing as frames
from tests.engine.files.icc_profiles import cyan_is_red, red_is_blue

pytestmark = pytest.mark.process


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
    rows = zlib.compress(bytes(13 * 1024 * 1024), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def gif_of(count: int, size: tuple[int, int]) -> bytes:
    """A GIF that holds the same frame many times."""
    one = saved(Image.new("P", size), "GIF")
    frame = one[one.index(b",\0\0\0\0" + struct.pack("<HH", *size)) : -1]
    return one[:-1] + frame * (count - 1) + b";"


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
    with pytest.raises(errors.TooManyPixels, match=r"169 megapixels.*limit is 50"):
        await decoder.clean(bomb)


async def test_a_gif_of_200_huge_frames_is_refused(decoder: Decoder) -> None:
    with pytest.raises(errors.TooManyPixels, match="800 megapixels"):
        await decoder.clean(gif_of(200, (2000, 2000)))


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
    clean = await decoder.clean(saved(picture(size), "JPEG"), size=512)
    assert (clean.width, clean.height) == (512, 256)


async def test_a_killed_child_is_replaced(decoder: Decoder) -> None:
    await decoder.clean(saved(picture(), "PNG"))
    process = decoder._quick[0]._process
    assert process
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    assert (await decoder.clean(saved(picture(), "PNG"), 60)).width == 60


# orientation, colours, several pictures


async def test_nothing_of_a_picture_is_kept_whatever_became_of_it() -> None:
    """It was 190 MB of each half a picture, until the child died of somebody else's."""
    large = saved(Image.new("RGB", (3000, 3000), "red"), "PNG")
    files = [large, large[:-1000], large[: len(large) // 2], saved(Image.new("RGB", (2000, 2000)), "GIF")[:-9]]
    async with Decoder(children=1) as decoder:
        held = []
        for _ in range(4):
            for file in files:
                with contextlib.suppress(errors.Refusal):
                    await decoder.clean(file, 64)
            (pid,) = decoder.pids
            held.append((resident_bytes(pid) or 0) / 2**20)
    assert held[-1] < held[0] + 20, held
    assert held[-1] < 120, held


def corners() -> Image.Image:
    """Red top left, green top right, blue bottom left, white bottom right."""
    made = Image.new("RGB", (64, 48), "red")
    made.paste((0, 255, 0), (32, 0, 64, 24))
    made.paste((0, 0, 255), (0, 24, 32, 48))
    made.paste((255, 255, 255), (32, 24, 64, 48))
    return made


UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}  # fmt: skip
"""How a camera that was held so stored the picture; the table of the EXIF specification read backwards."""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
async def test_every_orientation_of_every_format_that_has_one(decoder: Decoder, kind: str) -> None:
    for said in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = said
        stored = corners().transpose(UNDO[said]) if said in UNDO else corners()
        clean = await decoder.clean(saved(stored, kind, exif=exif), 64)
        assert (clean.width, clean.height) == (64, 48)
        upright = opened(clean.png)
        for at, colour in (((8, 8), (255, 0, 0)), ((56, 8), (0, 255, 0)), ((8, 40), (0, 0, 255))):
            assert upright.getpixel(at) == pytest.approx(colour, abs=30), said


async def test_a_damaged_orientation_is_no_reason_to_refuse(decoder: Decoder) -> None:
    clean = await decoder.clean(saved(picture(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff nonsense"), 60)
    assert (clean.width, clean.height) == (60, 40)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("TIFF", "RGB"), ("WEBP", "RGBA"), ("AVIF", "RGB")],
)
async def test_the_colour_profile_decides_what_red_is(decoder: Decoder, kind: str, mode: str) -> None:
    made = Image.new("RGB", (16, 16), (250, 0, 0)).convert(mode)
    clean = await decoder.clean(saved(made, kind, icc_profile=red_is_blue()), 16)
    red, _, blue = opened(clean.png).getpixel((8, 8))  # type: ignore[misc]
    assert blue > 200 > 60 > red


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
async def test_a_printers_profile_is_applied(decoder: Decoder, kind: str) -> None:
    cyan = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    plain = opened((await decoder.clean(saved(cyan, kind), 16)).png).getpixel((8, 8))
    profiled = opened((await decoder.clean(saved(cyan, kind, icc_profile=cyan_is_red()), 16)).png).getpixel((8, 8))
    assert plain[2] > 150 > 90 > plain[0]  # type: ignore[index]
    assert profiled[0] > 100 > 50 > profiled[2]  # type: ignore[index]


async def test_a_profile_for_other_colours_is_left_out(decoder: Decoder) -> None:
    clean = await decoder.clean(saved(picture(), "PNG", icc_profile=cyan_is_red()), 60)
    assert opened(clean.png).getpixel((5, 5)) == (220, 30, 30)


async def test_lab_works(decoder: Decoder) -> None:
    red = Image.merge("LAB", [Image.new("L", (8, 8), value) for value in (138, 209, 198)])
    clean = await decoder.clean(saved(red, "TIFF"), 8)
    assert opened(clean.png).getpixel((4, 4))[0] > 200  # type: ignore[index]


async def test_two_pictures_in_one_jpeg_are_no_animation(decoder: Decoder) -> None:
    both = saved(picture(), "MPO", save_all=True, append_images=[picture()])
    clean = await decoder.clean(both, 60)
    assert (clean.width, clean.height, clean.animated) == (60, 40, False)


async def test_an_animation_of_too_many_frames_is_refused(decoder: Decoder) -> None:
    with pytest.raises(errors.TooManyFrames, match=f"{MOST_FRAMES + 1} frames"):
        await decoder.clean(gif_of(MOST_FRAMES + 1, (1, 1)))


@pytest.mark.parametrize(("width", "height"), [(16_000, 16_000), (12_000, 12_000), (8_000, 9_000)])
async def test_a_webp_that_says_it_is_huge_is_refused_before_it_is_opened(
    decoder: Decoder, width: int, height: int
) -> None:
    canvas = bytearray(saved(picture(), "WEBP", save_all=True, append_images=[Image.new("RGB", (60, 40))]))
    assert canvas[12:16] == b"VP8X"
    canvas[24:30] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    with pytest.raises(errors.TooManyPixels, match=f"{round(width * height / 1e6)} megapixels"):
        await decoder.clean(bytes(canvas))


async def test_a_file_of_too_many_bytes_is_refused_unread() -> None:
    small = Decoder(megabytes=0.5)
    with pytest.raises(errors.FileTooLarge, match=r"1 MB.*limit is 0.5 MB"):
        await small.clean(b"x" * 2**20)
    assert small.pids == ()


# what the child can still do

ATTEMPTS = """
import json, os, pathlib, resource, socket, subprocess, sys, threading
from engine.files import decoder_child as decoder

def outcome(attempt):
    try:
        attempt()
    except BaseException as error:
        return type(error).__name__
    return "allowed"

secret, log = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
decoder.confine()
before = outcome(secret.read_text)
grown = outcome(lambda: log.write_text("more"))
decoder.warm_up()
decoder.seal()
after = {
    "read": outcome(secret.read_text),
    "write": outcome(lambda: log.write_text("more")),
    "network": outcome(lambda: socket.socket(socket.AF_INET)),
    "local": outcome(lambda: socket.socket(socket.AF_UNIX)),
    "process": outcome(lambda: subprocess.run(["/bin/true"])),
    "fork": outcome(os.fork),
    "thread": outcome(threading.Thread(target=print).start),
    "descriptors": outcome(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))),
    "memory": outcome(lambda: resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40))),
    "allocate": outcome(lambda: bytearray(2 * 2**30)),
}
print(json.dumps([before, grown, after]))
"""


def test_the_sealed_child_can_open_nothing_and_start_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("token")
    arguments = [str(tmp_path / "secret"), str(tmp_path / "log")]
    done = subprocess.run([sys.executable, "-c", ATTEMPTS, *arguments], check=True, capture_output=True, text=True)
    before, grown, after = json.loads(done.stdout)
    assert before == "allowed"
    assert grown == "OSError"
    assert {name for name, outcome in after.items() if outcome == "allowed"} == set()
    assert after["allocate"] == "MemoryError"


def environment_of(pid: int | None) -> bytes:
    path = Path(f"/proc/{pid}/environ")
    if not path.exists():
        pytest.skip("no /proc here")
    return path.read_bytes()


async def test_the_child_is_told_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAREIDOLIA_DISCORD__TOKEN", "a-secret-token")
    async with Decoder() as decoder:
        await decoder.clean(saved(picture(), "PNG"))
        told = environment_of(decoder.pids[0])
    assert b"PATH=" in told
    assert b"a-secret-token" not in told


def test_the_child_loads_no_torch_and_no_format_beyond_the_list() -> None:
    look = (
        "import json, sys; from engine.files import decoder_child;"
        "decoder_child.warm_up(); print(json.dumps([*sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    loaded = set(json.loads(done.stdout))
    assert {"torch", "numpy", "pydantic", "sqlalchemy"} & loaded == set()
    plugins = {name.removeprefix("PIL.").removesuffix("ImagePlugin") for name in loaded if "ImagePlugin" in name}
    assert plugins == {"Png", "Jpeg", "Mpo", "WebP", "Gif", "Avif", "Bmp", "Tiff", "Ppm"}  # Pillow preloads Ppm itself


# what the child says is not believed

PICTURE = saved(picture(), "PNG")
STILL = {"frame": 1, "frames": 1}
FORGED: list[frames.Frame] = [
    ({}, b""),
    ({"width": 60, "height": 40, **STILL}, b""),
    ({"width": 60, "height": 40, **STILL}, b"<html>"),
    ({"width": 6, "height": 4, **STILL}, PICTURE),
    ({"width": 6000, "height": 4000, **STILL}, PICTURE[:16] + struct.pack(">II", 6000, 4000)),
    ({"width": 60, "height": 40, "frame": 2, "frames": 1}, PICTURE),
    ({"width": 60, "height": 40, "frame": 0, "frames": 1}, PICTURE),
    ({"width": 60, "height": 40, "frame": "<b>", "frames": "<b>"}, PICTURE),
    ({"width": 60, "height": 40, "frame": 1, "frames": 10**9}, PICTURE),
    ({"refused": "PareidoliaError", "facts": {}}, b""),
    ({"refused": "inspect", "facts": {}}, b""),
    ({"refused": "TooManyPixels", "facts": {}}, b""),
    ({"refused": ["NotAPicture"], "facts": {}}, b""),
    ([], b""),  # type: ignore[list-item]
]


@pytest.mark.parametrize("answer", FORGED)
def test_a_forged_answer_is_none(answer: frames.Frame) -> None:
    with pytest.raises(ValueError, match=r"announced|ours"):
        decoding._check_picture(*answer, 60)


def test_an_honest_answer_is_believed() -> None:
    known = {"sha256": "a" * 64, "hash": "b" * 32, "mirrored": "c" * 32, "sure": "d" * 32}
    honest = {"width": 60, "height": 40, "frame": 3, "frames": 40, "known": known}
    believed = CleanPicture(PICTURE, 60, 40, 3, 40, Fingerprint(**known))
    assert decoding._check_picture(honest, PICTURE, 60) == believed
    for forged in ({}, {**known, "sha256": ""}, {**known, "hash": "b" * 31}, {**known, "more": 1}, "known"):
        with pytest.raises(ValueError, match="ours"):
            decoding._check_picture({**honest, "known": forged}, PICTURE, 60)
    refused = decoding._check_picture({"refused": "TooManyPixels", "facts": {"megapixels": 9, "limit": 5}}, b"", 60)
    assert isinstance(refused, errors.TooManyPixels)


@pytest.mark.parametrize("said", [b"{" * 50, frames.LENGTHS.pack(2**31, 2**31), frames.LENGTHS.pack(3, 0) + b"{,}"])
async def test_a_child_that_talks_nonsense_is_replaced(said: bytes) -> None:
    liar = f"import sys; sys.stdin.buffer.read(9); sys.stdout.buffer.write({said!r})"
    async with Decoder() as decoder:
        child = decoder._quick[0]
        await child.kill()
        pipe = subprocess.PIPE
        child._process = await asyncio.create_subprocess_exec(sys.executable, "-c", liar, stdin=pipe, stdout=pipe)
        with pytest.raises(errors.DecoderDied):
            await decoder.clean(saved(picture(), "PNG"))
        assert (await decoder.clean(saved(picture(), "PNG"), 60)).width == 60
