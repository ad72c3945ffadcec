"""Strangers' bytes into clean pictures: `bytes => PNG without metadata`, in a child that may die.

Asked for that, the child hands out what a file of ours says of how it was made: a few KB of text under our own key
(`engine.jobs.imprint`), and no other metadata.

`Decoder` is the side that asks (no Pillow there); `python -m engine.jobs.decoder` is the child: no torch, bounded
memory and CPU time, kept warm. Before the first stranger's byte it gives up every right that it can do without
(`seal`): from then on it can open no file, no socket and no process. Bytes, pixels and frames are bounded from the
header, before anything is decoded. Orientation and colour profile are applied, then all metadata is dropped.

What the child answers is not believed either: anything but a plain PNG of the right size, or the name of a refusal,
is as good as a crash.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
import resource
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from engine.jobs import errors, frames, imprint

if TYPE_CHECKING:
    from PIL import Image

log = logging.getLogger(__name__)
A = TypeVar("A")

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP", "TIFF")
MEMORY = 1536 * 2**20
"""Address space of the child: enough for two copies of the largest picture allowed."""
SECONDS = 8.0
"""Per picture; CPU time in the child, wall time outside."""
FRAMES_FACTOR = 8
"""An animation may hold this many times the pixels of the largest picture."""
FRAMES = 5_000
"""An animation may hold this many frames: at 25 a second, more than three minutes."""
NOBODY = 65534
"""The user that a child of root becomes."""
SPEC = "--child"
MEGABYTE = 2**20
PNG = b"\x89PNG\r\n\x1a\n"


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

    def __init__(self, megapixels: float = 50.0, megabytes: float = 25.0) -> None:
        self.megapixels = megapixels
        self.megabytes = megabytes
        self._child: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Decoder:
        await self._warm()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._kill()

    @property
    def pid(self) -> int | None:
        """The child's process, while there is one."""
        return self._child.pid if self._child is not None else None

    async def clean(self, data: bytes, long_side: int = 1024) -> Clean:
        """Decode, orient, convert to sRGB, resize to `long_side` pixels. Raises a `Refusal` with a sentence.

        Small pictures are enlarged, too: the status message shows the picture at the size that its dream will have.
        """
        return await self._asked({"long_side": long_side}, data, lambda header, png: _believed(header, png, long_side))

    async def imprint(self, data: bytes) -> bytes:
        """What a file of ours says of how it was made, for `engine.jobs.imprint.read`; empty where it says nothing.

        Raises a `Refusal` with a sentence.
        """
        return await self._asked({"imprint": True}, data, _believed_imprint)

    async def _asked(
        self, header: dict[str, Any], data: bytes, believed: Callable[[dict[str, Any], bytes], A | errors.Refusal]
    ) -> A:
        if not data:
            raise errors.EmptyFile()
        if len(data) > self.megabytes * MEGABYTE:
            raise errors.FileTooLarge(megabytes=f"{len(data) / MEGABYTE:.0f}", limit=f"{self.megabytes:g}")
        async with self._turn:
            answer = await self._ask({**header, "megapixels": self.megapixels}, data, believed)
        if isinstance(answer, errors.Refusal):
            raise answer
        return answer

    async def _ask(
        self, header: dict[str, Any], data: bytes, believed: Callable[[dict[str, Any], bytes], A | errors.Refusal]
    ) -> A | errors.Refusal:
        child = await self._warm()
        assert child.stdin is not None
        assert child.stdout is not None
        answer = None
        try:
            async with asyncio.timeout(SECONDS + 2):
                child.stdin.write(frames.pack(header, data))
                await child.stdin.drain()
                if frame := await frames.receive(child.stdout):
                    answer = believed(*frame)
        except (TimeoutError, ConnectionError, ValueError):
            pass
        finally:  # also when we are cancelled in the middle: an answer nobody read must not become the next one's
            if answer is None:
                log.info("the decoder gave no answer to this picture and is replaced")
                await self._kill()
        return errors.DecoderDied() if answer is None else answer

    async def _warm(self) -> asyncio.subprocess.Process:
        if self._child is None or self._child.returncode is not None:
            from engine.jobs.settings import without_secrets

            self._child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "engine.jobs.decoder", SPEC, env=without_secrets(),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**20,
            )  # fmt: skip
        return self._child

    async def _kill(self) -> None:
        if self._child is None:
            return
        child, self._child = self._child, None
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        status = await child.wait()
        log.debug("decoder %d is gone (%s)", child.pid, status)


def _believed(header: dict[str, Any], png: bytes, long_side: int) -> Clean | errors.Refusal:
    """The child's answer, which strangers' bytes may have forged. Raises ValueError if it is none of ours."""
    try:
        if refused := _refusal(header):
            return refused
        width, height = header["width"], header["height"]
        if png[:8] != PNG or struct.unpack(">II", png[16:24]) != (width, height) or max(width, height) != long_side:
            raise ValueError("not the picture that was announced")
        return Clean(png, width, height, bool(header["animated"]))
    except (KeyError, TypeError, AttributeError, struct.error) as error:
        raise ValueError("not an answer of ours") from error


def _believed_imprint(header: dict[str, Any], text: bytes) -> bytes | errors.Refusal:
    """The child's answer; its text is a stranger's in any case. Raises ValueError if it is none of ours."""
    try:
        if refused := _refusal(header):
            return refused
        if header["imprint"] != len(text) or len(text) > imprint.LIMIT + 1:
            raise ValueError("not the text that was announced")
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not an answer of ours") from error
    return text


def _refusal(header: dict[str, Any]) -> errors.Refusal | None:
    refused = header.get("refused")
    return REFUSALS[refused](**header["facts"]) if refused else None


REFUSALS: dict[str, type[errors.Refusal]] = {
    kind.__name__: kind
    for kind in (errors.NotAPicture, errors.BrokenPicture, errors.TooManyPixels, errors.TooManyFrames,
                 errors.DecoderDied)
}  # fmt: skip
"""All that the child may refuse with."""


# the child


def serve() -> None:
    """Answer pictures on stdin until it closes."""
    confine()
    warm_up()
    seal()
    while frame := frames.read(sys.stdin.buffer):
        _more_cpu_time()
        header, data = frame
        sys.stdout.buffer.write(frames.pack(*_answer(data, header)))
        sys.stdout.buffer.flush()


def confine() -> None:
    """Bound what this process can use up: memory for good, files not a byte."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def seal() -> None:
    """Give up what decoding does not need: root, new processes and threads, and every new descriptor.

    Without descriptors nothing can be opened: no file, no socket, no pipe. It needs no privilege, on any Unix. Only
    root could take the limits back, so a child of root becomes nobody first (which fails in some containers: there the
    limits still hold for everything that does not ask to lift them).
    """
    with contextlib.suppress(OSError):  # what libraries think of a stranger's file is no log of ours
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def warm_up() -> None:
    """Load the allowed formats and nothing else; later it would be too late, as nothing can be opened any more."""
    import encodings.ascii
    import encodings.latin_1
    import encodings.utf_16  # noqa: F401

    from PIL import AvifImagePlugin, Image, ImageCms, MpoImagePlugin, TiffImagePlugin, WebPImagePlugin  # noqa: F401

    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # more would need threads, which `seal` forbids
    out = io.BytesIO()
    Image.new("RGB", (2, 2)).save(out, "PNG")
    clean(out.getvalue(), 2, 1.0)


def _more_cpu_time() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + SECONDS) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _answer(data: bytes, asked: dict[str, Any]) -> frames.Frame:
    try:
        if "imprint" in asked:
            text = imprinted(data, asked["megapixels"])
            return {"imprint": len(text)}, text
        png, size, animated = clean(data, asked["long_side"], asked["megapixels"])
    except errors.Refusal as refusal:
        return {"refused": type(refusal).__name__, "facts": refusal.facts}, b""
    except MemoryError:
        return {"refused": "DecoderDied", "facts": {}}, b""
    return {"width": size[0], "height": size[1], "animated": animated}, png


def clean(data: bytes, long_side: int, megapixels: float) -> tuple[bytes, tuple[int, int], bool]:
    """What the child does with one picture: (PNG, (width, height), animated). Raises a `Refusal`."""
    with _opened(data, megapixels) as opened:
        animated = _bounded(opened, megapixels)
        return *_plain(opened, long_side), animated


def imprinted(data: bytes, megapixels: float) -> bytes:
    """What the child does to see how a file of ours was made: the text in it, or nothing. Raises a `Refusal`."""
    with _opened(data, megapixels) as opened:
        return imprint.found(opened)


@contextlib.contextmanager
def _opened(data: bytes, megapixels: float) -> Iterator[Image.Image]:
    """A picture of the allowed formats, nothing of it decoded. What goes wrong with it meanwhile is a `Refusal`."""
    import warnings

    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # bounded below, by us, with a sentence
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a stranger's odd EXIF is not worth a line in the log
        try:
            _bound_pixels(*_webp_canvas(data), megapixels)
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


def _bound_pixels(width: int, height: int, megapixels: float, pictures: int = 1) -> None:
    million = width * height * pictures / 1e6
    if million > megapixels:
        raise errors.TooManyPixels(megapixels=round(million), limit=round(megapixels))


def _bounded(opened: Image.Image, megapixels: float) -> bool:
    """Whether it is an animation. Raises `TooManyPixels` and `TooManyFrames`; nothing is decoded yet."""
    _bound_pixels(*opened.size, megapixels)
    count = getattr(opened, "n_frames", 1)
    if count > FRAMES:
        raise errors.TooManyFrames(frames=count, limit=FRAMES)
    _bound_pixels(*opened.size, megapixels * FRAMES_FACTOR, count)
    if count > 1:
        opened.seek(0)
    return bool(count > 1 and opened.format not in ("MPO", "TIFF"))  # several pictures or pages, which do not move


def _plain(opened: Image.Image, long_side: int) -> tuple[bytes, tuple[int, int]]:
    from PIL import Image

    if opened.format in ("JPEG", "MPO"):
        opened.draft(None, (long_side, long_side))  # a JPEG is decoded at about the size that is wanted
    opened.load()
    turn = _turn(opened)
    picture: Image.Image = opened
    if opened.mode in ("L", "RGB", "CMYK") and not opened.has_transparency_data:
        picture = _fitted(opened, long_side)  # what follows is cheaper so
    picture = _fitted(_srgb(picture), long_side)
    if turn is not None:
        picture = picture.transpose(turn)
    out = io.BytesIO()
    fresh = Image.frombytes("RGB", picture.size, picture.tobytes())  # a new picture carries no metadata along
    fresh.save(out, "PNG", compress_level=1)
    return out.getvalue(), fresh.size


def _turn(opened: Image.Image) -> Image.Transpose | None:
    """How to turn it upright: EXIF orientation 2 to 8. What cannot be read is no reason to refuse a picture."""
    from PIL.Image import Transpose as T

    turns = (T.FLIP_LEFT_RIGHT, T.ROTATE_180, T.FLIP_TOP_BOTTOM, T.TRANSPOSE, T.ROTATE_270, T.TRANSVERSE, T.ROTATE_90)
    try:
        said = int(opened.getexif().get(0x0112, 1))
    except Exception:  # as with `clean`: Pillow raises anything on damaged data
        return None
    return turns[said - 2] if 2 <= said <= 8 else None


def _fitted(picture: Image.Image, long_side: int) -> Image.Image:
    from PIL import Image

    scale = long_side / max(picture.size)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    if size == picture.size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _srgb(picture: Image.Image) -> Image.Image:
    """8-bit RGB: 16 bits scaled, the profile applied, transparency laid on white."""
    from PIL import Image

    profile = picture.info.get("icc_profile")
    alpha = picture.convert("RGBA").getchannel("A") if picture.has_transparency_data else None
    if picture.mode.startswith(("I", "F")):
        picture = _eight_bit(picture)
    if picture.mode in ("1", "LA", "La"):
        picture = picture.convert("L")
    elif picture.mode not in ("L", "RGB", "CMYK", "LAB"):
        picture = picture.convert("RGB")
    coloured = _profiled(picture, profile)
    if alpha is None:
        return coloured
    return Image.composite(coloured, Image.new("RGB", coloured.size, "white"), alpha)


def _profiled(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """L, RGB, CMYK or LAB in sRGB. A profile that is damaged, or meant for other colours, is left out."""
    from PIL import ImageCms

    if not profile and picture.mode != "LAB":
        return picture.convert("RGB")
    lab = ImageCms.createProfile("LAB") if picture.mode == "LAB" else None
    try:
        source = ImageCms.ImageCmsProfile(lab or io.BytesIO(profile or b""))
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        converted = None
    return converted or picture.convert("RGB")


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
