"""A server's emoji and stickers: `(route) => list, or a new one`, by Discord's rules of names, sizes and slots."""

from __future__ import annotations

import base64
import binascii
import io
import re

from PIL import Image

from bot.playground import payloads
from bot.playground.accounts import server_of
from bot.playground.message_rules import bad_length
from bot.playground.rejections import Rejection, invalid
from bot.playground.rest_request import Call, Reply
from bot.playground.world import ADMINISTRATOR, CREATE_EXPRESSIONS, Expression, Server

EMOJI_BYTES, STICKER_BYTES = 256 * 1024, 512 * 1024
STICKER_SIDE, STICKER_SECONDS = 320, 5.0
DATA_URL = re.compile(r"data:(image/(?:png|jpeg|gif|webp|avif));base64,(.*)", re.DOTALL)
EMOJI_NAME = re.compile(r"\w{2,32}", re.ASCII)
STICKER_TYPES = ("image/png", "image/gif")


def list_emojis(call: Call) -> Reply:
    """GET /guilds/{guild}/emojis."""
    return [payloads.emoji(call.world, one) for one in server_of(call).emojis.values()]


def list_stickers(call: Call) -> Reply:
    """GET /guilds/{guild}/stickers."""
    server = server_of(call)
    return [payloads.sticker(call.world, server, one) for one in server.stickers.values()]


def create_emoji(call: Call) -> Reply:
    """POST /guilds/{guild}/emojis."""
    server = server_of(call)
    check_permission(call, server)
    name, kind, data = str(call.body.get("name")), "", b""
    if not EMOJI_NAME.fullmatch(name):
        raise Rejection("invalid_form", [bad_length("name", 2, 32)])
    if found := DATA_URL.fullmatch(str(call.body.get("image"))):
        kind, data = found[1], decode(found[2])
    if not data:
        raise invalid("image", "IMAGE_INVALID", "Invalid image data")
    if len(data) > EMOJI_BYTES:
        raise Rejection("asset_too_large")
    moves = measure(data)[2] > 1
    if len([one for one in server.emojis.values() if one.moves == moves]) >= server.emoji_slots:
        raise Rejection("too_many_animated_emojis" if moves else "too_many_emojis")
    made = Expression(call.world.mint(), name, data, kind, moves, call.world.bot.id)
    server.emojis[made.id] = made
    call.world.emit("expressions", server=server)
    return payloads.emoji(call.world, made)


def create_sticker(call: Call) -> Reply:
    """POST /guilds/{guild}/stickers, a form with a file."""
    server = server_of(call)
    check_permission(call, server)
    name, about = call.form.get("name", ""), call.form.get("description", "")
    if not 2 <= len(name) <= 30:
        raise Rejection("invalid_form", [bad_length("name", 2, 30)])
    if about and not 2 <= len(about) <= 100:
        raise Rejection("invalid_form", [bad_length("description", 2, 100)])
    if not 1 <= len(call.form.get("tags", "")) <= 200:
        raise Rejection("invalid_form", [bad_length("tags", 1, 200)])
    (file,) = call.files.values()
    kind = check_sticker(file.data)
    if len(server.stickers) >= server.sticker_slots:
        raise Rejection("too_many_stickers")
    moves = measure(file.data)[2] > 1
    made = Expression(call.world.mint(), name, file.data, kind, moves, call.world.bot.id, about, call.form["tags"])
    server.stickers[made.id] = made
    call.world.emit("expressions", server=server)
    return payloads.sticker(call.world, server, made)


def check_permission(call: Call, server: Server) -> None:
    """Raise Rejection where the bot's role may not create expressions."""
    granted = call.world.bot.permissions | server.bot_grants
    if not granted & (CREATE_EXPRESSIONS | ADMINISTRATOR):
        raise Rejection("missing_permission")


def check_sticker(data: bytes) -> str:
    """Return the type of a sticker's file; raise Rejection for one that Discord does not take."""
    if len(data) > STICKER_BYTES:
        raise Rejection("sticker_too_large")
    kind, side, frames, seconds = measure(data)
    if kind not in STICKER_TYPES or side != (STICKER_SIDE, STICKER_SIDE):
        raise Rejection("invalid_asset")
    if frames > 1 and seconds > STICKER_SECONDS:
        raise Rejection("sticker_too_long")
    return kind


def decode(text: str) -> bytes:
    """Return the bytes behind base64; nothing where it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def measure(data: bytes) -> tuple[str, tuple[int, int], int, float]:
    """Return type, width and height, frames and seconds of a picture; raise Rejection for what is none."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "GIF", "JPEG", "WEBP")) as opened:
            frames, seconds = getattr(opened, "n_frames", 1), 0.0
            for at in range(frames):
                opened.seek(at)
                seconds += float(opened.info.get("duration", 0)) / 1000
            return Image.MIME[opened.format or "PNG"], opened.size, frames, seconds
    except (OSError, SyntaxError, ValueError) as error:
        raise Rejection("invalid_asset") from error
