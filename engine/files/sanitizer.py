"""What the decoder's child does with one file: `bytes => RGB PNG of the size asked for`, or a `Refusal`.

Bytes, pixels and frames are bounded from the header, before anything is decoded. What only tells something about the
picture cannot make it fail: it is left out where it is broken. What is missing at the end may be a tenth.

Longer than most files: all that a stranger's pixels may need is done here, in one sealed process.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from engine import errors
from engine.files import file_formats, generation_metadata, mp4_boxes, picture_size
from engine.files.fingerprint import UNKNOWN, Fingerprint, fingerprint
from engine.files.quick_png import quick_png

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP", "TIFF")
ANIMATION_FACTOR = 8
"""An animation may hold this many times the pixels of the largest picture."""
MOST_FRAMES = 5_000
"""An animation may hold this many frames: at 25 a second, more than three minutes."""
FRAMES_SEARCHED = 50
"""So many frames of an animation are looked at for the first in which there is something to see."""
FLAT_STDDEV = 4.0
"""Standard deviation of values, of 255: a frame with less in every colour is one plain field."""
LEAST_ROWS = 0.9
"""Of the rows of a file that is cut short; with fewer it is refused."""
FILL_BYTES = 2**14
"""Bytes that stand in for what is missing of a JPEG: several blocks, whatever their codes are."""
VISIBLE_ALPHA = 32
"""Alpha, of 255, from which on a point is seen."""
CONTRAST_DISTANCE = 40
"""Lightness, of 255: what is closer than this to its background is lost in it."""
MOST_LOST = 0.1
"""Of what is seen; where more would be lost on white, another background may take its place."""


@dataclass(frozen=True, slots=True)
class SanitizedPicture:
    """What was made of a file."""

    png: bytes
    size: tuple[int, int]
    """Width and height."""
    frame: int
    """Which frame of an animation it shows, from 1 on ..."""
    frames: int
    """... and of how many; 1 of 1 for what does not move."""
    fingerprint: Fingerprint = UNKNOWN


def clean(data: bytes, size: int, megapixels: float, *, last: bool = False) -> SanitizedPicture:
    """A picture without anything but pixels, `size` large as `engine.files.picture_size` says. Raises a `Refusal`.

    Of an animation it is the first frame in which there is something to see, or the `last`.
    """
    sent, data = data, file_formats.strip_file(data)
    with open_picture(data, megapixels) as opened:
        frames = count_frames(opened, megapixels)
        if ratio := picture_size.excess_ratio(opened.size):
            raise errors.ExtremeShape(ratio=round(ratio), limit=picture_size.LONGEST)
        of_film = _last_frame if last else _first_visible_frame
        picture, frame = of_film(opened, frames, size) if frames > 1 else (_load_still(opened, data, size), 1)
        fresh = _without_metadata(picture)
    return SanitizedPicture(quick_png(fresh), fresh.size, frame, frames, fingerprint(sent, fresh))


def read_imprint(data: bytes, megapixels: float) -> bytes:
    """How a file of ours was made: the text in it, or nothing. Raises a `Refusal`."""
    if mp4_boxes.is_mp4(data):
        return generation_metadata.own_text(mp4_boxes.comment(data))
    with open_picture(file_formats.strip_file(data), megapixels) as opened:
        return generation_metadata.find_text(opened)


@contextlib.contextmanager
def open_picture(data: bytes, megapixels: float) -> Iterator[Image.Image]:
    """A picture of the allowed formats, nothing of it decoded. What goes wrong with it meanwhile is a `Refusal`."""
    from PIL import Image, PngImagePlugin, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # bounded below, by us, with a sentence
    PngImagePlugin.MAX_TEXT_CHUNK = file_formats.MOST_PROFILE_BYTES  # of profiles, too
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a stranger's odd EXIF is not worth a line in the log
        try:
            _check_pixels(*_webp_canvas(data), megapixels)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                yield opened
        except UnidentifiedImageError:
            raise errors.NotAPicture() from None
        except (errors.Refusal, MemoryError):
            raise
        except Exception:  # Pillow raises anything at all on damaged files: OSError, SyntaxError, struct.error ...
            raise errors.BrokenPicture() from None


def _webp_canvas(data: bytes) -> tuple[int, int]:
    """(width, height) of a WebP with an extended header: its decoder asks for both canvases when it opens the file."""
    if data[:4] + data[8:16] != b"RIFFWEBPVP8X" or len(data) < 30:
        return 0, 0
    return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")


def _check_pixels(width: int, height: int, megapixels: float, pictures: int = 1) -> None:
    million = width * height * pictures / 1e6
    if million > megapixels:
        raise errors.TooManyPixels(megapixels=round(million), limit=round(megapixels))


def count_frames(opened: Image.Image, megapixels: float) -> int:
    """The frames of an animation, 1 for what does not move. Raises `TooManyPixels` and `TooManyFrames`; nothing is
    decoded yet."""
    _check_pixels(*opened.size, megapixels)
    count = getattr(opened, "n_frames", 1)
    if count > MOST_FRAMES:
        raise errors.TooManyFrames(frames=count, limit=MOST_FRAMES)
    _check_pixels(*opened.size, megapixels * ANIMATION_FACTOR, count)
    if count > 1:
        opened.seek(0)
    return 1 if opened.format in ("MPO", "TIFF") else count  # several pictures or pages, which do not move


# which picture


def _last_frame(opened: Image.Image, frames: int, size: int) -> tuple[Image.Image, int]:
    """The last frame that can be had, and its number. Frames of a GIF are drawn one over another: all are loaded."""
    index = 0
    for index in range(frames):
        try:
            opened.seek(index)
            opened.load()
        except Exception:
            if index == 0:
                raise
            opened.seek(index - 1)  # it is cut short or damaged here
            index -= 1
            break
    return upright_rgb(opened, size), index + 1


def _first_visible_frame(opened: Image.Image, frames: int, size: int) -> tuple[Image.Image, int]:
    """The first frame in which there is something to see, and its number; the first of all if there is none."""
    first = None
    for index in range(min(frames, FRAMES_SEARCHED)):
        try:
            opened.seek(index)
            opened.load()
        except Exception:
            if first is None:
                raise
            break  # it is cut short or damaged here, and what came before is a picture
        picture = upright_rgb(opened, size)
        if not _is_flat(picture):
            return picture, index + 1
        first = first or picture
    assert first is not None
    return first, 1


def _is_flat(picture: Image.Image) -> bool:
    from PIL import ImageStat

    return max(ImageStat.Stat(picture).stddev) <= FLAT_STDDEV


def _load_still(opened: Image.Image, data: bytes, size: int) -> Image.Image:
    """The only picture of a file, or what there is of it. Raises anything where that is too little."""
    _draft(opened, size)
    try:
        opened.load()
    except MemoryError:
        raise
    except Exception:  # cut short or damaged
        opened = _salvage(data, size)
    return upright_rgb(opened, size)


def _draft(opened: Image.Image, size: int) -> None:
    """Have a JPEG decoded at about the size that is wanted."""
    if opened.format in ("JPEG", "MPO"):
        opened.draft(None, picture_size.fit(opened.size, size))


# files that are cut short: what a decoder leaves as it was before is missing


def _salvage(data: bytes, size: int) -> Image.Image:
    """The rows of a damaged file that can be had, opened and loaded. Raises `BrokenPicture` if too many are missing."""
    whole = False
    if data.startswith(file_formats.JPEG):
        data, whole = file_formats.trim_truncated(data)
        one, other = (
            _load_truncated(data + end + file_formats.END_OF_IMAGE, size, 0) for end in (b"", bytes(FILL_BYTES))
        )
    else:
        one, other = (_load_truncated(data, size, before) for before in (0, 255))
    there = [y for y in range(one.height) if whole or _row(one, y) == _row(other, y)]
    if one.format == "JPEG":  # behind the place where it was cut, both are the same grey
        there = [y for y, row in enumerate(there) if y == row]
    if len(there) < LEAST_ROWS * one.height:
        raise errors.BrokenPicture()
    return _crop(_without_gaps(one, there), there[0], there[-1] + 1)


def _load_truncated(data: bytes, size: int, before: int) -> Image.Image:
    """A damaged file, loaded as far as that goes over points that had a value before."""
    from PIL import Image, ImageFile

    opened = Image.open(io.BytesIO(data), formats=FORMATS)
    _draft(opened, size)
    prepare = opened.load_prepare

    def fill_and_prepare() -> None:
        prepare()
        bands = opened.im.bands
        opened.im.paste(before if bands == 1 else (before,) * bands, (0, 0, *opened.im.size))

    opened.load_prepare = fill_and_prepare  # type: ignore[method-assign]
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        opened.load()
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        del opened.load_prepare  # it knows the picture, which would know itself and stay in memory
    return opened


def _row(picture: Image.Image, y: int) -> bytes:
    return picture.crop((0, y, picture.width, y + 1)).tobytes()


def _without_gaps(picture: Image.Image, there: list[int]) -> Image.Image:
    """Rows that are missing between others, as those of interlaced files are, become the row above."""
    for y in sorted({*range(there[0], there[-1])} - {*there}):
        picture.paste(picture.crop((0, y - 1, picture.width, y)), (0, y))
    return picture


def _crop(picture: Image.Image, top: int, bottom: int) -> Image.Image:
    """Without the missing rows at an end; what is known about it stays."""
    if bottom - top == picture.height:
        return picture
    rest = picture.crop((0, top, picture.width, bottom))
    rest.info, rest.format = picture.info, picture.format
    return rest


# pixels


def upright_rgb(opened: Image.Image, size: int) -> Image.Image:
    """A loaded picture as RGB, upright and of the size asked for."""
    turn = _orientation(opened)
    picture: Image.Image = opened
    shrinks = max(picture_size.fit(opened.size, size)) < max(opened.size)
    if shrinks and opened.mode in ("L", "RGB", "CMYK") and not opened.has_transparency_data:
        picture = _resize(opened, size)  # what follows is cheaper so
    picture = _resize(_to_srgb(picture), size)
    return picture if turn is None else picture.transpose(turn)


def _without_metadata(picture: Image.Image) -> Image.Image:
    """A new picture carries nothing along."""
    from PIL import Image

    return Image.frombytes("RGB", picture.size, picture.tobytes())


def _orientation(opened: Image.Image) -> Image.Transpose | None:
    """How to turn it upright: EXIF orientation 2 to 8. What cannot be read is no reason to refuse a picture."""
    from PIL.Image import Transpose as T

    turns = (T.FLIP_LEFT_RIGHT, T.ROTATE_180, T.FLIP_TOP_BOTTOM, T.TRANSPOSE, T.ROTATE_270, T.TRANSVERSE, T.ROTATE_90)
    try:
        said = int(opened.getexif().get(0x0112, 1))
    except Exception:  # as with `_open`: Pillow raises anything on damaged data
        return None
    return turns[said - 2] if 2 <= said <= 8 else None


def _resize(picture: Image.Image, size: int) -> Image.Image:
    from PIL import Image

    edges = picture_size.fit(picture.size, size)
    if edges == picture.size:
        return picture
    return picture.resize(edges, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _to_srgb(picture: Image.Image) -> Image.Image:
    """8-bit RGB: 16 bits scaled, the profile applied, transparency laid on a background."""
    from PIL import Image

    profile = picture.info.get("icc_profile")
    alpha = picture.convert("RGBA").getchannel("A") if picture.has_transparency_data else None
    if picture.mode.startswith(("I", "F")):
        picture = _to_eight_bit(picture)
    if picture.mode in ("1", "LA", "La"):
        picture = picture.convert("L")
    elif picture.mode not in ("L", "RGB", "CMYK", "LAB"):
        picture = picture.convert("RGB")
    coloured = _apply_profile(picture, profile)
    if alpha is None:
        return coloured
    return Image.composite(coloured, Image.new("RGB", coloured.size, _background(coloured, alpha)), alpha)


def _background(picture: Image.Image, alpha: Image.Image) -> tuple[int, int, int]:
    """White; black or grey where too much of what is seen would be lost on white, and less of it there."""
    levels = picture.convert("L").histogram(alpha.point(lambda value: 255 * (value >= VISIBLE_ALPHA)))
    seen = max(1, sum(levels))
    lost = {
        grey: sum(levels[max(0, grey - CONTRAST_DISTANCE) : grey + CONTRAST_DISTANCE + 1]) for grey in (255, 0, 128)
    }
    best = 255 if lost[255] <= MOST_LOST * seen else min(lost, key=lambda grey: lost[grey])
    return best, best, best


def _apply_profile(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """L, RGB, CMYK or LAB in sRGB. A profile that is damaged, or meant for other colours, is left out."""
    from PIL import ImageCms

    if not profile or len(profile) > file_formats.MOST_PROFILE_BYTES:
        profile = None
    if profile is None and picture.mode != "LAB":
        return picture.convert("RGB")
    lab = ImageCms.createProfile("LAB") if picture.mode == "LAB" else None
    try:
        source = ImageCms.ImageCmsProfile(lab or io.BytesIO(profile or b""))
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        converted = None
    return converted or picture.convert("RGB")


def _to_eight_bit(picture: Image.Image) -> Image.Image:
    """16-bit whole numbers are scaled by their range, anything wider by its own extremes."""
    wide = picture.convert("F")
    low, high = cast(tuple[float, float], wide.getextrema())
    whole = picture.mode.startswith("I") and low >= 0 and high <= 65535  # Pillow opens some 16-bit files as 32-bit
    if whole:
        low, high = 0.0, 65535.0
    scale = 255.0 / max(high - low, 1e-9)
    return wide.point(lambda value: value * scale - low * scale).convert("L")
