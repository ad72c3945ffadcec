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


def content_type(filename: str) -> str:
    """Return the media type that the name suggests."""
    special = {".webp": "image/webp", ".avif": "image/avif", ".gif": "image/gif", ".mp4": "video/mp4"}
    suffix = filename[filename.rfind(".") :].lower() if "." in filename else ""
    return special.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")


def store(world: World, channel_id: str, filename: str, data: bytes, description: str | None = None) -> Attachment:
    """Put a file onto the CDN and return it."""
    name = clean_name(filename)
    kind = content_type(name)
    size = picture_size(data) if kind.startswith("image/") else None
    width, height = size if size else (None, None)
    item = Attachment(world.mint(), channel_id, name, data, kind, width, height, description)
    world.attachments[item.id] = item
    trim(world)
    return item


def trim(world: World) -> None:
    """Let the oldest files go when all together take too much memory."""
    total = sum(len(item.data) for item in world.attachments.values())
    while total > MOST_BYTES and len(world.attachments) > 1:
        oldest = next(iter(world.attachments))
        total -= len(world.attachments.pop(oldest).data)
