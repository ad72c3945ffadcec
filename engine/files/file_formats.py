"""What of a stranger's file is read at all: `bytes => bytes without what no picture needs`.

Texts, comments and checksums decide nothing about pixels, yet a library may refuse a file over them that every browser
shows. So the decoder is not even given them: of a PNG and of a JPEG only the parts named here are kept. Nothing is
decoded, and whatever cannot be made sense of stays as it is.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from engine.errors import TooManyScans
from engine.files.generation_metadata import KEY, LIMIT

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
END_OF_IMAGE = b"\xff\xd9"
MOST_PROFILE_BYTES = 4 * 2**20
"""Bytes of a colour profile, unpacked. Printers' have 3 MB at most; without a larger one, colours are a little off."""
FILM_CODECS = "h264,hevc,libdav1d,av1,vp9,libvpx-vp9,mpeg4,mjpeg,aac,mp3,mp3float,opus,libopus,ac3,eac3,alac,flac"
"""The decoders that a film is opened with, and no others."""
MOST_SCANS = 64
"""A progressive JPEG is read once more for each scan; cameras and libraries write about ten."""

PIXEL_CHUNKS = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT"))
"""The chunks of a PNG without which there is no picture; the others say something about it."""
OURS = KEY.encode() + b"\0"
SCAN, COMMENT = 0xDA, 0xFE
PROGRESSIVE_MARKERS = (0xC2, 0xC6, 0xCA, 0xCE)
BARE_MARKERS = frozenset((0x01, *range(0xD0, 0xDA)))
"""Markers without a length."""
MARKER = re.compile(rb"\xff([^\x00\xff])")
MARKER_IN_SCAN = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
"""The last of the bytes 255 before a marker: a pattern for all of them would take the square of their number."""
PIXEL_SEGMENTS = {0xE0: b"", 0xE1: b"Exif\0\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""The application segments of a JPEG that say something about its pixels, by how they begin."""
LEAST_SEGMENT_BYTES = 14
"""Bytes of such a segment, with its length."""


def strip_file(data: bytes) -> bytes:
    """The file without what no picture needs. Raises `TooManyScans`."""
    if data.startswith(PNG):
        return _strip_png(data)
    if data.startswith(JPEG):
        return _strip_jpeg(data)
    return data


# PNG: length, kind, body, checksum


def _strip_png(data: bytes) -> bytes:
    kept, at = [data[: len(PNG)]], len(PNG)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if _is_needed(kind, data[at + 8 : end - 4], data[end - 4 : end]):
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def _is_needed(kind: bytes, body: bytes, checksum: bytes) -> bool:
    if kind in PIXEL_CHUNKS:
        return True  # what is wrong with those is a matter of decoding
    if kind not in (b"iCCP", b"eXIf", b"tEXt") or checksum != struct.pack(">I", zlib.crc32(kind + body)):
        return False
    if kind == b"iCCP":
        return _is_profile(body)
    return kind == b"eXIf" or (body.startswith(OURS) and len(body) <= len(OURS) + LIMIT + 1)


def _is_profile(body: bytes) -> bool:
    """Whether a chunk holds anything that unpacks to a profile's length."""
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(body.partition(b"\0")[2][1:], MOST_PROFILE_BYTES + 1)
    except zlib.error:
        return False
    return len(unpacked) <= MOST_PROFILE_BYTES and unpacking.eof


# JPEG: markers with segments, scans behind SCAN markers


@dataclass(frozen=True, slots=True)
class Segment:
    """A marker with all that belongs to it: `data[start:end]`; the end may lie behind the data."""

    marker: int
    start: int
    body: int
    end: int


def segments(data: bytes) -> Iterator[Segment]:
    """The segments of a JPEG up to its end, as libjpeg finds them. A scan ends with its last coded byte."""
    at = 2
    while found := MARKER.search(data, at):
        marker, body = found[1][0], found.end()
        if marker in BARE_MARKERS:
            if marker == END_OF_IMAGE[1]:
                return
            at = body
            continue
        length = int.from_bytes(data[body : body + 2], "big")
        at = body + length
        if marker == SCAN:
            behind = MARKER_IN_SCAN.search(data, at)
            at = behind.start() if behind else max(at, len(data))
        yield Segment(marker, found.start(), body, at)
        at = max(at, body)


def _strip_jpeg(data: bytes) -> bytes:
    kept, profile, scans, first = [data[:2]], 0, 0, len(data)
    for segment in segments(data):
        if segment.marker == SCAN:
            first, scans = min(first, segment.start), scans + 1
            if scans > MOST_SCANS:
                raise TooManyScans(limit=MOST_SCANS)
        elif not scans and _concerns_pixels(data, segment):
            profile += (segment.end - segment.start) * (segment.marker == 0xE2)
            kept += (
                [data[segment.start : segment.end]] if profile <= MOST_PROFILE_BYTES or segment.marker != 0xE2 else []
            )
    return b"".join((*kept, data[first:])) if scans else data


def _concerns_pixels(data: bytes, segment: Segment) -> bool:
    """Whether a segment before the first scan has to do with pixels."""
    if not 0xE0 <= segment.marker <= 0xEF:
        return segment.marker != COMMENT
    beginning = PIXEL_SEGMENTS.get(segment.marker)
    long_enough = segment.end - segment.body >= LEAST_SEGMENT_BYTES
    return beginning is not None and long_enough and data.startswith(beginning, segment.body + 2)


def trim_truncated(data: bytes) -> tuple[bytes, bool]:
    """A JPEG that was cut short, without the segment in which it was cut and ready for an end of image; and whether all
    of its rows are there already, if coarsely: the first of several progressive scans is whole."""
    scans, progressive, at = 0, False, len(data)
    for segment in segments(data):
        progressive |= segment.marker in PROGRESSIVE_MARKERS
        scans += segment.marker == SCAN
        if segment.end > len(data):
            at = segment.start
            scans -= segment.marker == SCAN
    return data[:at], progressive and scans > 1
