"""Strangers' bytes into clean pictures: `bytes => PNG without metadata`, in a child that may die.

`Decoder` is the side that asks (no Pillow there); `python -m engine.jobs.decoder` is the child: no torch, no network,
bounded memory, CPU time and file size, kept warm. Pixels and frames are bounded from the header, before anything is
decoded. Orientation and colour profile are applied, then all metadata is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import resource
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from engine.jobs import errors, frames

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP", "TIFF")
MEMORY = 1536 * 2**20
"""Address space of the child: enough for two copies of the largest picture allowed."""
SECONDS = 8.0
"""Per picture; CPU time in the child, wall time outside."""
FRAMES_FACTOR = 8
"""An animation may hold this many times the pixels of the largest picture."""
SPEC = "--child"


@dataclass(frozen=True, slots=True)
class Clean:
    """A picture that is safe to open."""

    png: bytes
    """RGB, 8 bit, no metadata."""
    width: int
    height: int
    animated: bool
    """It had more frames; this is the first."""


class Decoder:
    """The warm child; started when needed, replaced when it dies. One picture at a time."""

    def __init__(self, megapixels: float = 50.0) -> None:
        self.megapixels = megapixels
        self._child: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Decoder:
        await self._warm()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._kill()

    async def clean(self, data: bytes, long_side: int = 1024) -> Clean:
        """Decode, orient, convert to sRGB, resize to `long_side` pixels. Raises a `Refusal` with a sentence.

        Small pictures are enlarged, too: the status message shows the picture at the size that its dream will have.
        """
        if not data:
            raise errors.EmptyFile()
        async with self._turn:
            answer = await self._ask({"long_side": long_side, "megapixels": self.megapixels}, data)
        if answer is None:
            raise errors.DecoderDied()
        header, png = answer
        if refused := header.get("refused"):
            kind: type[errors.Refusal] = getattr(errors, refused)
            raise kind(**header["facts"])
        return Clean(png, header["width"], header["height"], header["animated"])

    async def _ask(self, header: dict[str, Any], data: bytes) -> frames.Frame | None:
        child = await self._warm()
        assert child.stdin is not None
        assert child.stdout is not None
        answer = None
        try:
            async with asyncio.timeout(SECONDS + 2):
                child.stdin.write(frames.pack(header, data))
                await child.stdin.drain()
                answer = await frames.receive(child.stdout)
        except (TimeoutError, ConnectionError):
            pass
        finally:  # also when we are cancelled in the middle: an answer nobody read must not become the next one's
            if answer is None:
                await self._kill()
        return answer

    async def _warm(self) -> asyncio.subprocess.Process:
        if self._child is None or self._child.returncode is not None:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "engine.jobs.decoder", SPEC,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**20,
            )  # fmt: skip
        return self._child

    async def _kill(self) -> None:
        if self._child is None:
            return
        child, self._child = self._child, None
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


# the child


def serve() -> None:
    """Answer pictures on stdin until it closes."""
    _confine()
    from PIL import ImageCms, ImageOps, features  # warm before the first picture comes  # noqa: F401

    while frame := frames.read(sys.stdin.buffer):
        _more_cpu_time()
        header, data = frame
        sys.stdout.buffer.write(frames.pack(*_answer(data, header["long_side"], header["megapixels"])))
        sys.stdout.buffer.flush()


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _more_cpu_time() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + SECONDS) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _answer(data: bytes, long_side: int, megapixels: float) -> frames.Frame:
    try:
        png, size, animated = clean(data, long_side, megapixels)
    except errors.Refusal as refusal:
        return {"refused": type(refusal).__name__, "facts": refusal.facts}, b""
    except MemoryError:
        return {"refused": "DecoderDied", "facts": {}}, b""
    return {"width": size[0], "height": size[1], "animated": animated}, png


def clean(data: bytes, long_side: int, megapixels: float) -> tuple[bytes, tuple[int, int], bool]:
    """What the child does with one picture: (PNG, (width, height), animated). Raises a `Refusal`."""
    import warnings

    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # bounded below, by us, with a sentence
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a stranger's odd EXIF is not worth a line in the log
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                animated = _bounded(opened, megapixels)
                return *_plain(opened, long_side), animated
        except UnidentifiedImageError:
            raise errors.NotAPicture() from None
        except (errors.Refusal, MemoryError):
            raise
        except Exception:  # Pillow raises anything at all on damaged files: OSError, SyntaxError, struct.error ...
            raise errors.BrokenPicture() from None


def _bounded(opened: Image.Image, megapixels: float) -> bool:
    pixels = opened.width * opened.height / 1e6
    if pixels > megapixels:
        raise errors.TooManyPixels(megapixels=round(pixels), limit=round(megapixels))
    opened_frames = getattr(opened, "n_frames", 1)
    if pixels * opened_frames > megapixels * FRAMES_FACTOR:
        raise errors.TooManyPixels(megapixels=round(pixels * opened_frames), limit=round(megapixels * FRAMES_FACTOR))
    opened.seek(0) if opened_frames > 1 else None
    return bool(opened_frames > 1)


def _plain(opened: Image.Image, long_side: int) -> tuple[bytes, tuple[int, int]]:
    from PIL import Image, ImageOps

    if opened.format == "JPEG":
        opened.draft(None, (long_side, long_side))  # a JPEG is decoded at about the size that is wanted
    opened.load()
    picture = _srgb(ImageOps.exif_transpose(opened))
    scale = long_side / max(picture.size)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    fresh = Image.frombytes("RGB", picture.size, picture.tobytes())  # a new picture carries no metadata along
    fresh.save(out, "PNG", compress_level=1)
    return out.getvalue(), fresh.size


def _srgb(picture: Image.Image) -> Image.Image:
    """8-bit RGB: the profile applied, 16 bits scaled, transparency laid on white."""
    from PIL import Image, ImageCms

    if picture.mode.startswith(("I", "F")):
        picture = _eight_bit(picture)
    if (profile := picture.info.get("icc_profile")) and picture.mode in ("RGB", "CMYK", "L"):
        with contextlib.suppress(ImageCms.PyCMSError, OSError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            picture = converted or picture
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture).convert("RGB")
    return picture.convert("RGB")


def _eight_bit(picture: Image.Image) -> Image.Image:
    """16-bit whole numbers are scaled by their range, anything wider by its own extremes."""
    wide = picture.convert("F")
    low, high = cast(tuple[float, float], wide.getextrema())
    whole = picture.mode.startswith("I") and low >= 0 and high <= 65535  # Pillow opens some 16-bit files as 32-bit
    if whole:
        low, high = 0.0, 65535.0
    scale = 255.0 / max(high - low, 1e-9)
    return wide.point(lambda value: value * scale - low * scale).convert("L")


if __name__ == "__main__" and SPEC in sys.argv:
    serve()
