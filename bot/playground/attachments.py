"""Files on the stand-in's CDN: `(filename, bytes) => Attachment`."""

from __future__ import annotations

import io
import mimetypes
import re
import warnings

from PIL import Image

from bot.playground.world import Attachment, World

PROBED_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "TIFF")
MOST_BYTES = 512 * 1024 * 1024
NAME_LENGTH = 200  # characters of a filename that are kept
ANIMATED = 1 << 5  # Discord's flag of an image that moves


def clean_name(filename: str) -> str:
    """Return the filename as Discord stores it: last path part, spaces and odd characters as underscores."""
    last = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return re.sub(r"[^A-Za-z0-9._-]+", "_", last)[-NAME_LENGTH:].strip(".") or "unknown"


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) read from the header only, or None when the bytes are no picture we know."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=PROBED_FORMATS) as picture:
                return picture.size
    except Exception:  # strangers' bytes make Pillow raise almost anything; an unreadable header means no size
        return None


def film_size(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) as the first track of an MP4 says that is to be shown, or None where none does."""
    at = data.find(b"tkhd")
    while at >= 4:
        box = data[at : at - 4 + int.from_bytes(data[at - 4 : at])]
        width, height = (int.from_bytes(part) >> 16 for part in (box[-8:-4], box[-4:]))
        if width and height:
            return width, height
        at = data.find(b"tkhd", at + 4)
    return None


def is_animated(data: bytes) -> bool:
    """Return whether a picture has more frames than one, as far as its header says."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=PROBED_FORMATS) as picture:
                return bool(getattr(picture, "is_animated", False))
    except Exception:  # as above
        return False


def content_type(filename: str) -> str:
    """Return the media type that the name suggests."""
    special = {".webp": "image/webp", ".avif": "image/avif", ".gif": "image/gif", ".mp4": "video/mp4"}
    suffix = filename[filename.rfind(".") :].lower() if "." in filename else ""
    return special.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")


def store(world: World, channel_id: str, filename: str, data: bytes, description: str | None = None) -> Attachment:
    """Put a file onto the CDN and return it."""
    name = clean_name(filename)
    kind = content_type(name)
    picture = kind.startswith("image/")
    size = picture_size(data) if picture else film_size(data)
    width, height = size if size else (None, None)
    flags = ANIMATED if picture and is_animated(data) else 0
    item = Attachment(world.mint(), channel_id, name, data, kind, width, height, description, flags=flags)
    world.attachments[item.id] = item
    trim(world)
    return item


def trim(world: World) -> None:
    """Let the oldest files go when all together take too much memory."""
    total = sum(len(item.data) for item in world.attachments.values())
    while total > MOST_BYTES and len(world.attachments) > 1:
        oldest = next(iter(world.attachments))
        total -= len(world.attachments.pop(oldest).data)
