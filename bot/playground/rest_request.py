"""One REST request, read and ready: `(aiohttp request) => Call`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from bot.playground.command_drafts import Upload
from bot.playground.rejections import JsonDict, Rejection, invalid
from bot.playground.world import World

Reply = JsonDict | list[JsonDict] | None
FILE_FIELD = re.compile(r"files\[(\d+)\]")
CHUNK = 64 * 1024  # bytes
MOST_PARTS = 32
MOST_JSON = 1024 * 1024  # bytes


@dataclass(frozen=True)
class Call:
    """A request: the parts of its path, its query, its JSON and its files."""

    world: World
    match: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: Mapping[int, Upload]
    form: Mapping[str, str] = field(default_factory=dict)
    """Fields of a form that are neither JSON nor files, as stickers are sent with."""


async def read_call(world: World, request: web.Request) -> Call:
    """Read a request's body; raises Rejection when it is no JSON or a file is too large."""
    files: dict[int, Upload] = {}
    form: dict[str, str] = {}
    if request.content_type.startswith("multipart/"):
        text = await read_parts(world, request, files, form)
    else:
        text = await request.content.read(-1) if request.body_exists else b""
    return Call(world, request.match_info, request.query, parse_json(text, request.method), files, form)


def parse_json(text: bytes, method: str) -> Any:
    """Return the JSON of a body; an empty body is an empty object; raises Rejection."""
    if not text:
        return {}
    try:
        body = json.loads(text)
    except ValueError as error:
        raise Rejection("invalid_json") from error
    if not isinstance(body, dict if method != "PUT" else (dict, list)):
        raise invalid("", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
    return body


async def read_parts(world: World, request: web.Request, files: dict[int, Upload], form: dict[str, str]) -> bytes:
    """Read a multipart body into `files` and `form`; return the text of its payload_json."""
    text = b"{}"
    count = 0
    async for part in await request.multipart():
        count += 1
        if not isinstance(part, BodyPartReader) or count > MOST_PARTS:
            raise Rejection("invalid_form")
        name = part.name or ""
        numbered = FILE_FIELD.fullmatch(name)
        if name == "payload_json":
            text = await read_capped(part, MOST_JSON)
        elif numbered or part.filename:
            number = int(numbered[1]) if numbered else count
            files[number] = Upload(part.filename or "unknown", await read_capped(part, world.upload_limit))
        else:
            form[name] = (await read_capped(part, MOST_JSON)).decode()
    return text


async def read_capped(part: BodyPartReader, limit: int) -> bytes:
    """Read one part; more than `limit` bytes are refused as too large (the rest is still read off the wire)."""
    data = bytearray()
    size = 0
    while chunk := await part.read_chunk(CHUNK):
        size += len(chunk)
        if size <= limit:
            data += chunk
    if size > limit:
        raise Rejection("too_large")
    return bytes(data)
