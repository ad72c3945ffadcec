"""Frames on a pipe or a socket: `(header, blob) <=> bytes`.

Two big-endian lengths, a JSON header, a blob. The same frame crosses bot - supervisor (socket), supervisor - worker and
bot - decoder (pipes).
"""

from __future__ import annotations

import asyncio
import json
import struct
from typing import Any, BinaryIO

LENGTHS = struct.Struct(">II")
CHUNK = 2**18
LIMIT = 512 * 2**20
"""No frame of ours comes near this: whoever announces more is not talking to us."""

Frame = tuple[dict[str, Any], bytes]


def pack(header: dict[str, Any], blob: bytes = b"") -> bytes:
    """One frame."""
    text = json.dumps(header).encode()
    return LENGTHS.pack(len(text), len(blob)) + text + blob


def read(pipe: BinaryIO) -> Frame | None:
    """The next frame, or None at the end of the pipe. Blocks."""
    start = pipe.read(LENGTHS.size)
    if len(start) < LENGTHS.size:
        return None
    header, blob = _check_lengths(start)
    body = pipe.read(header + blob)
    return _unpack(body, header) if len(body) == header + blob else None


async def receive(stream: asyncio.StreamReader) -> Frame | None:
    """The next frame, or None when the other side is gone."""
    try:
        header, blob = _check_lengths(await stream.readexactly(LENGTHS.size))
        return _unpack(await stream.readexactly(header + blob), header)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


async def send(stream: asyncio.StreamWriter, header: dict[str, Any], blob: bytes = b"") -> None:
    """One frame, no faster than it is taken: a blob is never held a second time. Raises ConnectionError."""
    text = json.dumps(header).encode()
    stream.write(LENGTHS.pack(len(text), len(blob)) + text)
    for start in range(0, len(blob), CHUNK):
        stream.write(blob[start : start + CHUNK])
        await stream.drain()
    await stream.drain()


def _check_lengths(start: bytes) -> tuple[int, int]:
    header, blob = LENGTHS.unpack(start)
    if header + blob > LIMIT:
        raise ConnectionError("a frame beyond the limit")
    return header, blob


def _unpack(body: bytes, header: int) -> Frame:
    return json.loads(body[:header]), body[header:]
