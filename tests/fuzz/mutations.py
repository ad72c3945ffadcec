"""Damage: `(random, files) => bytes that hardly are a file any more`.

Written over `random.Random`, so that a plain seed makes hundreds of thousands of cases cheaply and hypothesis can play
the same part (`st.randoms`) and shrink what it finds.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from random import Random

NUMBERS = (0, 1, 2, 3, 7, 8, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 16383, 16384, 0xFFFFFF, 2**31 - 1, 2**31,
           2**32 - 1)  # fmt: skip
"""What goes wrong in length fields."""
SIDES = (0, 1, 2, 33, 255, 4096, 7000, 9000, 16383, 16384, 30000, 65535, 65536, 10**6, 2**31 - 1, 2**32 - 1)
"""Widths and heights; 7000 x 7000 is just allowed."""
PNG = b"\x89PNG\r\n\x1a\n"


def mutated(random: Random, files: Mapping[str, bytes]) -> bytes:
    """One of the files after one to four kinds of damage, which often fit its format."""
    data = files[random.choice(sorted(files))]
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        data = random.choice(DAMAGE)(random, data, files)
    if data[:8] == PNG and random.random() < 0.8:  # with a wrong checksum the damage would never be read
        data = _with_checksums(data)
    return data


def _flip_bits(random: Random, data: bytes, files: Mapping[str, bytes]) -> bytes:
    changed = bytearray(data or b"\0")
    for _ in range(random.choice((1, 1, 2, 4, 8, 64))):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _write_number(random: Random, data: bytes, files: Mapping[str, bytes]) -> bytes:
    """A number that nobody expects, in the header or anywhere: lengths, offsets, counts, sides."""
    near = min(len(data), 96) if random.random() < 0.6 else len(data)
    at = random.randrange(near + 1)
    form = random.choice(("<H", ">H", "<I", ">I", "<I", ">I"))
    number = random.choice(NUMBERS) & (0xFFFF if form[1] == "H" else 0xFFFFFFFF)
    return data[:at] + struct.pack(form, number) + data[at + struct.calcsize(form) :]


def _cut_short(random: Random, data: bytes, files: Mapping[str, bytes]) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _cut_out(random: Random, data: bytes, files: Mapping[str, bytes]) -> bytes:
    start, end = _span(random, data)
    return data[:start] + data[end:]


def _repeat(random: Random, data: bytes, files: Mapping[str, bytes]) -> bytes:
    """A part many times: frames, tables, scans, chunks."""
    start, end = _span(random, data)
    return data[:end] + data[start:end] * random.choice((1, 2, 8, 100)) + data[end:]


def _shuffle(random: Random, data: bytes, files: Mapping[str, bytes]) -> bytes:
    start, end = _span(random, data)
    middle = (start + end) // 2
    return data[:start] + data[middle:end] + data[start:middle] + data[end:]


def _splice(random: Random, data: bytes, files: Mapping[str, bytes]) -> bytes:
    """The head of one file and the tail of another, or one file inside another."""
    other = files[random.choice(sorted(files))]
    start, end = _span(random, data)
    if random.random() < 0.5:
        return data[:start] + other[random.randrange(len(other)) :]
    return data[:start] + other + data[end:]


def _fill(random: Random, data: bytes, files: Mapping[str, bytes]) -> bytes:
    start, end = _span(random, data)
    return data[:start] + bytes((random.choice((0, 255, 0x7F, 0x80)),)) * (end - start) + data[end:]


def _resize(random: Random, data: bytes, files: Mapping[str, bytes]) -> bytes:
    """Other sides in the header, where each format keeps them."""
    wide, high = random.choice(SIDES), random.choice(SIDES)
    for mark, offset, form in SIDES_AT:
        if (found := data.find(mark, 0, 4096)) >= 0:
            at, number = found + len(mark) + offset, struct.calcsize(form) // 2
            limit = 256**number - 1
            return data[:at] + struct.pack(form, min(wide, limit), min(high, limit)) + data[at + 2 * number :]
    return data


SIDES_AT = (
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 0, ">II"),
    (b"GIF89a", 0, "<HH"),
    (b"GIF87a", 0, "<HH"),
    (b"\xff\xc0\x00", 2, ">HH"),
    (b"\xff\xc2\x00", 2, ">HH"),
    (b"\x9d\x01\x2a", 0, "<HH"),  # lossy WebP
    (b"ispe\0\0\0\0", 0, ">II"),  # AVIF
    (b"\x28\0\0\0", 0, "<II"),  # BMP: the length of its header, then the sides
)


def _span(random: Random, data: bytes) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 4, 12, 40, 200, 1000)))


def _with_checksums(data: bytes) -> bytes:
    """A PNG whose chunks, however damaged, carry the sums that belong to them."""
    out, at = [PNG], len(PNG)
    while at + 12 <= len(data):
        length = struct.unpack_from(">I", data, at)[0]
        if at + 12 + length > len(data):
            break
        body = data[at + 4 : at + 8 + length]
        out += [data[at : at + 4], body, struct.pack(">I", zlib.crc32(body))]
        at += 12 + length
    return b"".join(out) + data[at:]


DAMAGE: tuple[Callable[[Random, bytes, Mapping[str, bytes]], bytes], ...] = (
    _flip_bits, _flip_bits, _write_number, _write_number, _cut_short, _cut_out, _repeat, _shuffle, _splice, _fill,
    _resize,
)  # fmt: skip
