"""Says in a file how it was made: `(imprint's text, kind) => what Pillow saves with it`; for a GIF, `bytes => bytes`.

Where it stands in which format is told in `engine.files.generation_metadata`. Pillow reads and writes all three; PNG
and EXIF are where programs look that show how a picture was generated, and a GIF has no other place for words. The
comment of an MP4 is written with the rest of its index (`engine.encoders.mp4`).
"""

from __future__ import annotations

from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.files.generation_metadata import ASCII, EXIF_IFD, KEY, USER_COMMENT

COMMENT = b"\x21\xfe"
APPLICATION = b"\x21\xff"
BLOCK = 255
"""Bytes of a GIF's data sub-block."""
SCREEN = 13
"""Bytes of a GIF's header and logical screen descriptor."""


def save_options(kind: str, text: str) -> dict[str, Any]:
    """What `Image.save` takes to write the text into a "png", "jpeg" or "webp"; nothing for no text."""
    if not text:
        return {}
    if kind == "png":
        said = PngInfo()
        said.add_text(KEY, text)
        return {"pnginfo": said}
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD)[USER_COMMENT] = ASCII + text.encode("ascii")
    return {"exif": exif}


def add_gif_comment(data: bytes, text: str) -> bytes:
    """The GIF with the text as a comment before its first picture, behind the extension that lets it play for ever.

    Netscape's players want that one first.
    """
    if not text:
        return data
    at = SCREEN + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    if data[at : at + 2] == APPLICATION:
        at = _end_of_sub_blocks(data, at + 2)
    said = text.encode("ascii")
    blocks = (said[start : start + BLOCK] for start in range(0, len(said), BLOCK))
    comment = COMMENT + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"
    return data[:at] + comment + data[at:]


def _end_of_sub_blocks(data: bytes, at: int) -> int:
    """Where the sub-blocks end that begin there."""
    while data[at]:
        at += 1 + data[at]
    return at + 1
