"""What becomes of files as people send them: metadata, cut ends, first frames, transparency, shapes."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from engine import errors
from engine.files import file_formats, generation_metadata, picture_size, sanitizer
from engine.files.sanitizer import SanitizedPicture
from engine.params import Dream
from tests.engine.files.broken_files import (
    FORMATS_OF_ANIMATIONS,
    animated,
    chunk,
    photo,
    saved,
    segment,
    with_chunk,
    with_scans,
    with_segments,
)
from tests.engine.files.icc_profiles import red_is_blue

SMALL = photo((96, 64))
SMALL_PNG = saved(SMALL, "PNG")
PHOTO_JPEG = saved(photo(), "JPEG", quality=85)


def clean(data: bytes, size: int = 96) -> SanitizedPicture:
    return sanitizer.clean(data, size, 50.0)


def shown(data: bytes, size: int = 96) -> Image.Image:
    made = Image.open(io.BytesIO(clean(data, size).png))
    made.load()
    return made


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean distance of values, of 255."""
    return max(ImageStat.Stat(ImageChops.difference(one, other.convert("RGB"))).mean)


# what is said about a picture cannot make it fail

TEXT = b'{"node": 1}' * 150_000
BAD_SUM = chunk(b"tEXt", b"Comment\0hello")[:-1] + b"?"
SAID = {
    "a workflow of 1.6 MB": chunk(b"zTXt", b"workflow\0\0" + zlib.compress(TEXT)),
    "the same in Unicode": chunk(b"iTXt", b"workflow\0\1\0\0\0" + zlib.compress(TEXT)),
    "a bomb of words": chunk(b"zTXt", b"words\0\0" + zlib.compress(b"x" * 10**8)),
    "words that are not packed": chunk(b"zTXt", b"words\0\0nonsense"),
    "many words": chunk(b"tEXt", b"more\0" + b"x" * 10**6) * 70,
    "a wrong checksum": BAD_SUM,
    "a profile of 1.5 MB": chunk(b"iCCP", b"icc\0\0" + zlib.compress(b"x" * 1_500_000)),
    "a profile of 30 MB": chunk(b"iCCP", b"icc\0\0" + zlib.compress(b"x" * 30_000_000)),
    "a profile that is not packed": chunk(b"iCCP", b"icc\0\0nonsense"),
    "an empty profile": chunk(b"iCCP", b""),
    "a damaged EXIF": chunk(b"eXIf", b"MM\0*\xff\xff\xff\xffnonsense"),
    "a damaged size of points": chunk(b"pHYs", b"1"),
    "a damaged gamma": chunk(b"gAMA", b"1"),
    "a chunk nobody knows": chunk(b"abCd", b"hello"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_a_png_says_of_itself_cannot_make_it_fail(name: str) -> None:
    assert difference(shown(with_chunk(SMALL_PNG, SAID[name])), SMALL) == 0


SEGMENTS = {
    "comments": segment(0xFE, b"words" * 10_000) * 40,
    "a damaged EXIF": segment(0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xffnonsense"),
    "half a Photoshop block": segment(0xED, b"Photoshop 3.0\x008BIM\x04"),
    "a profile of no parts": segment(0xE2, b"ICC_PROFILE\0\1\2half"),
    "a profile of 6 MB": segment(0xE2, b"ICC_PROFILE\0\1\1" + b"x" * 65_000) * 99,
    "an index of pictures that are not there": segment(0xE2, b"MPF\0II*\0\xff\xff\xff\xff"),
    "an Adobe segment that is too short": segment(0xEE, b"Adobe"),
    "an XMP packet of anything": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta" + b"<" * 60_000),
}


@pytest.mark.parametrize("name", SEGMENTS)
def test_what_a_jpeg_says_of_itself_cannot_make_it_fail(name: str) -> None:
    assert difference(shown(with_segments(saved(SMALL, "JPEG"), SEGMENTS[name])), SMALL) < 12


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize(
    "said",
    [
        {"exif": b"Exif\0\0MM\0*\xff\xff\xff\xffnonsense"},
        {"icc_profile": b"no profile"},
        {"icc_profile": b"x" * 5_000_000},
    ],
    ids=["EXIF", "profile", "large profile"],
)
def test_damaged_metadata_of_any_format_is_left_out(kind: str, said: dict[str, bytes]) -> None:
    if kind in ("TIFF", "AVIF") and "exif" in said:
        exif = Image.Exif()
        exif[0x010E] = "words"
        data = saved(SMALL, kind, exif=exif).replace(b"words", b"\xff" * 5)
    else:
        data = saved(SMALL, kind, **said)
    assert difference(shown(data), SMALL) < 12


def test_a_good_profile_of_a_png_is_still_applied() -> None:
    red, _, blue = shown(saved(Image.new("RGB", (16, 16), (250, 0, 0)), "PNG", icc_profile=red_is_blue())).getpixel(
        (8, 8)
    )  # type: ignore[misc]
    assert blue > 200 > 60 > red


def test_how_it_was_made_is_read_beside_any_words() -> None:
    said = generation_metadata.write(Dream(seed=4821)).encode()
    crowded = with_chunk(SMALL_PNG, SAID["a workflow of 1.6 MB"] + chunk(b"tEXt", b"pareidolia\0" + said) + BAD_SUM)
    assert sanitizer.read_imprint(crowded, 1.0) == said


# files that are cut short


@pytest.mark.parametrize("cut", [2, 12])
@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=["rows", "progressive"])
def test_a_jpeg_without_its_last_bytes_is_a_picture(cut: int, options: dict[str, bool]) -> None:
    whole = saved(photo(), "JPEG", quality=85, **options)
    made = shown(whole[:-cut], 300)
    assert made.width == 300
    assert 180 <= made.height <= 200
    assert difference(made, shown(whole, 300).crop((0, 0, 300, made.height))) < 1


def test_a_small_jpeg_without_its_end_has_all_its_rows() -> None:
    assert difference(shown(saved(SMALL, "JPEG")[:-2]), SMALL) < 12


def test_nothing_of_the_missing_rows_is_shown() -> None:
    whole = saved(photo(), "JPEG", quality=85)
    made = shown(whole[: -len(whole) // 40], 300)
    assert made.height < 200
    assert difference(made, shown(whole, 300).crop((0, 0, 300, made.height))) < 1


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF"])
def test_other_formats_without_their_last_bytes_are_pictures(kind: str) -> None:
    whole = saved(photo(), kind, interlace=0)
    made = shown(whole[: -len(whole) // 50], 300)
    assert 180 <= made.height < 200
    top = 200 - made.height if kind == "BMP" else 0  # those begin below
    assert difference(made, shown(whole, 300).crop((0, top, 300, top + made.height))) == 0


def test_rows_that_an_interlaced_file_lacks_are_those_above_them() -> None:
    whole = saved(photo(), "GIF", interlace=1)
    made = shown(whole[: -len(whole) // 50], 300)
    assert made.height >= 199
    assert difference(made, shown(whole, 300).crop((0, 0, 300, made.height))) < 3


def test_a_tenth_may_be_missing_of_a_picture_in_passes_too() -> None:
    whole = saved(photo(), "JPEG", quality=85, progressive=True)
    assert difference(shown(whole[: len(whole) * 3 // 4], 300), shown(whole, 300)) < 12


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP", "TIFF"])
def test_half_a_file_is_refused(kind: str) -> None:
    whole = saved(photo(), kind)
    with pytest.raises((errors.BrokenPicture, errors.NotAPicture)):
        clean(whole[: len(whole) // 2])


def test_a_jpeg_that_was_cut_within_a_segment_is_a_picture_by_the_passes_before() -> None:
    whole = saved(photo(), "JPEG", quality=85, progressive=True)
    last = whole.rindex(b"\xff\xc4")
    assert difference(shown(whole[: last + 9], 300), shown(whole, 300)) < 12


# the first frame with something in it


@pytest.mark.parametrize("kind", FORMATS_OF_ANIMATIONS)
def test_an_animation_that_begins_in_black_shows_its_first_picture(kind: str) -> None:
    black = Image.new("RGB", SMALL.size)
    dim = Image.blend(black, SMALL, 0.3)
    made = clean(animated(kind, [black, Image.new("RGB", SMALL.size, (2, 2, 2)), dim, SMALL]))
    assert (made.frame, made.frames) == (3, 4)
    assert difference(Image.open(io.BytesIO(made.png)), dim) < 8


@pytest.mark.parametrize("kind", FORMATS_OF_ANIMATIONS)
def test_an_animation_that_begins_in_nothing_shows_its_first_picture(kind: str) -> None:
    if kind == "GIF":
        frames = [Image.new("P", SMALL.size, 0), SMALL.convert("P")]
        frames[0].putpalette([0] * 768)
        data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], transparency=0, disposal=2)
    else:
        data = animated(kind, [Image.new("RGBA", SMALL.size, (0, 0, 0, 0)), SMALL.convert("RGBA")])
    assert clean(data).frame == 2


@pytest.mark.parametrize("kind", FORMATS_OF_ANIMATIONS)
def test_the_last_picture_of_an_animation_can_be_had(kind: str) -> None:
    made = sanitizer.clean(animated(kind, [SMALL, SMALL.rotate(90), SMALL.rotate(180)]), 96, 50.0, last=True)
    assert (made.frame, made.frames) == (3, 3)
    assert difference(Image.open(io.BytesIO(made.png)), SMALL.rotate(180)) < 8


def test_the_last_picture_of_what_breaks_off_is_the_last_that_is_there() -> None:
    whole = animated("GIF", [SMALL, SMALL.rotate(90), SMALL.rotate(180)])
    made = sanitizer.clean(whole[: len(whole) * 5 // 6], 96, 50.0, last=True)
    assert made.frame <= made.frames
    assert difference(Image.open(io.BytesIO(made.png)), SMALL.rotate(180)) > 8
    alone = sanitizer.clean(SMALL_PNG, 96, 50.0, last=True)
    assert (alone.frame, alone.frames) == (1, 1)


def test_an_animation_of_plain_fields_shows_its_first() -> None:
    made = clean(animated("GIF", [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]))
    assert (made.frame, made.frames) == (1, 3)


def test_fifty_frames_are_looked_at() -> None:
    fields = [Image.new("RGB", (16, 16), (shade, 0, 0)) for shade in range(2, 104, 2)]
    assert clean(animated("GIF", [*fields[:49], SMALL.resize((16, 16))])).frame == 50
    assert clean(animated("GIF", [*fields[:50], SMALL.resize((16, 16))])).frame == 1


def test_an_animation_that_breaks_off_shows_what_came_before() -> None:
    whole = animated("GIF", [Image.new("RGB", SMALL.size), SMALL.rotate(9), SMALL])
    assert clean(whole[: len(whole) * 2 // 3]).frames >= 1


# what is drawn on nothing


def logo(*colours: tuple[int, int, int], kind: str = "PNG") -> bytes:
    drawn = Image.new("RGBA", (96, 96), (0, 0, 0, 0))
    for at, colour in enumerate(colours):
        ImageDraw.Draw(drawn).ellipse((8 + 40 * at, 8, 40 + 40 * at, 88), fill=(*colour, 255))
    return saved(drawn, kind)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "TIFF"])
def test_white_on_nothing_is_seen(kind: str) -> None:
    made = shown(logo((255, 255, 255), kind=kind))
    assert made.getpixel((24, 48))[0] - made.getpixel((90, 90))[0] > 100  # type: ignore[index]


def test_white_and_black_on_nothing_are_both_seen() -> None:
    made = shown(logo((255, 255, 255), (0, 0, 0)))
    background = made.getpixel((92, 92))[0]  # type: ignore[index]
    assert made.getpixel((24, 48))[0] - background > 100  # type: ignore[index]
    assert background - made.getpixel((64, 48))[0] > 100  # type: ignore[index]


@pytest.mark.parametrize("colour", [(0, 0, 0), (220, 30, 30), (30, 30, 220)])
def test_anything_else_is_laid_on_white(colour: tuple[int, int, int]) -> None:
    assert shown(logo(colour)).getpixel((92, 92)) == (255, 255, 255)


# shapes


@pytest.mark.parametrize("edges", [(36, 1000), (2000, 60), (1, 21), (21, 1)])
def test_what_is_longer_than_twenty_times_its_width_is_refused_with_a_sentence(edges: tuple[int, int]) -> None:
    with pytest.raises(errors.ExtremeShape, match="the limit is 20"):
        clean(saved(photo((100, 100)).resize(edges), "PNG"), 256)


@pytest.mark.parametrize("size", [128, 256, 301, 512, 1024])
@pytest.mark.parametrize("edges", [(1000, 50), (50, 1000), (700, 100), (301, 100), (640, 480), (20, 1), (333, 500)])
def test_every_shape_is_kept_to_a_pixel(edges: tuple[int, int], size: int) -> None:
    made = shown(saved(photo((100, 100)).resize(edges), "PNG"), size)
    long, short = max(made.size), min(made.size)
    assert abs(short - long * min(edges) / max(edges)) <= 1
    assert long / short <= picture_size.LONGEST
    assert long == size or abs(long * short - size**2) <= long
    assert short >= 64 or long != size or size == 128


def test_a_strip_has_the_area_of_a_square() -> None:
    assert shown(saved(photo((1000, 100)), "PNG"), 256).size == (810, 81)
    assert shown(saved(photo((400, 100)), "PNG"), 256).size == (256, 64)


# passes of a JPEG


def test_a_jpeg_of_more_than_64_scans_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    assert clean(with_scans(file_formats.MOST_SCANS)).frames == 1
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("it was read"))
    with pytest.raises(errors.TooManyScans, match="more than 64"):
        clean(with_scans(file_formats.MOST_SCANS + 1))


def test_scans_of_a_thumbnail_are_not_counted() -> None:
    thumbnail = segment(0xE1, b"Exif\0\0" + b"\xff\xda" * 1000)
    assert clean(with_segments(saved(SMALL, "JPEG"), thumbnail)).size == (96, 64)


@pytest.mark.parametrize("filling", [b"\xff", b"\xff\x00", b"\xff\xd0", b"\xff\xda\x00\x02"])
def test_counting_scans_takes_no_longer_than_reading(filling: bytes) -> None:
    jpeg = PHOTO_JPEG[: PHOTO_JPEG.index(b"\xff\xda") + 14]
    try:
        file_formats.strip_file(jpeg + filling * (4_000_000 // len(filling)))
    except errors.TooManyScans:
        assert filling.startswith(b"\xff\xda")


def test_a_profile_is_applied_where_there_are_fewer_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    applied: list[tuple[int, int]] = []
    apply = sanitizer._apply_profile

    def count(picture: Image.Image, profile: bytes | None) -> Image.Image:
        applied.append(picture.size)
        return apply(picture, profile)

    monkeypatch.setattr(sanitizer, "_apply_profile", count)
    photo = saved(Image.new("RGB", (60, 40), (9, 99, 199)), "PNG", icc_profile=red_is_blue())
    for size in (30, 120):
        sanitizer.clean(photo, size, 1.0)
    assert applied == [(30, 20), (60, 40)]
