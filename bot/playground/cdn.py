"""Files over HTTP: `(address) => bytes`. Attachments and avatars as Discord's CDN serves them, and the page's own.

Whatever people or the bot uploaded is served so that no browser would run it.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.playground import avatars, payloads, samples
from bot.playground.attachments import content_type
from bot.playground.links import signature
from bot.playground.user_actions import PERSONA_UPLOAD_LIMIT, UserActions
from bot.playground.world import World

INERT = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}
FOREVER = {"Cache-Control": "private, max-age=86400, immutable"}
INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "video/mp4", "video/webm")
DEFAULT_AVATARS = 6
SIZES = tuple(2**power for power in range(4, 13))
SERVER_SCENE = "spiral"
KINDS = {"png": "PNG", "webp": "WEBP", "jpg": "JPEG", "jpeg": "JPEG"}


class Cdn:
    """The CDN of one world, and the page's uploads and samples."""

    def __init__(self, world: World, deeds: UserActions) -> None:
        self._world = world
        self._deeds = deeds

    def attach(self, app: web.Application) -> None:
        """Add all routes."""
        app.router.add_get("/cdn/attachments/{channel}/{id}/{filename}", self._attachment)
        app.router.add_get("/cdn/external/{signature}/{scheme}/{rest:.+}", self._external)
        app.router.add_get("/cdn/avatars/{user}/{name}", self._avatar)
        app.router.add_get("/cdn/icons/{guild}/{name}", self._server_icon)
        app.router.add_get("/cdn/{kind:emojis|stickers}/{name}", self._expression)
        app.router.add_get("/cdn/embed/avatars/{name}", self._default_avatar)
        app.router.add_get("/play/avatars/{name}", self._page_avatar)
        app.router.add_get("/play/samples/{name}", self._sample)
        app.router.add_post("/play/uploads", self._upload)

    async def _attachment(self, request: web.Request) -> web.Response:
        item = self._world.attachments.get(request.match_info["id"])
        address = request.match_info["channel"], request.match_info["filename"]
        if item is None or (item.channel_id, item.filename) != address:
            return web.Response(status=404, text="This content is no longer available.", headers=INERT)
        headers = INERT | FOREVER
        if item.content_type not in INLINE:
            headers["Content-Disposition"] = f'attachment; filename="{item.filename}"'
        return web.Response(body=item.data, content_type=item.content_type, headers=headers)

    async def _external(self, request: web.Request) -> web.Response:
        """The image proxy: what Discord fetched from elsewhere, by an address that it signed."""
        at = request.match_info
        url = f"{at['scheme']}://{at['rest']}"
        data = await asyncio.to_thread(self._deeds.links.fetch, url) if at["signature"] == signature(url) else None
        if data is None:
            return web.Response(status=404, headers=INERT)
        kind = content_type(at["rest"])
        kind = kind if kind in INLINE else "application/octet-stream"
        return web.Response(body=data, content_type=kind, headers=INERT | FOREVER)

    async def _avatar(self, request: web.Request) -> web.Response:
        person = self._world.people.get(request.match_info["user"])
        stem, _, suffix = request.match_info["name"].rpartition(".")
        if person is None or person.avatar != stem or suffix not in KINDS:
            return web.Response(status=404, headers=INERT)
        return await picture(scene_of(self._world, person.id), suffix, request.query.get("size", "1024"))

    async def _server_icon(self, request: web.Request) -> web.Response:
        stem, _, suffix = request.match_info["name"].rpartition(".")
        known = (self._world.guild_id, self._world.guild_icon) == (request.match_info["guild"], stem)
        if not known or suffix not in KINDS:
            return web.Response(status=404, headers=INERT)
        return await picture(SERVER_SCENE, suffix, request.query.get("size", "1024"))

    async def _expression(self, request: web.Request) -> web.Response:
        """An emoji or a sticker of any server, as it was added."""
        id, kind = request.match_info["name"].partition(".")[0], request.match_info["kind"]
        found = (server.emojis if kind == "emojis" else server.stickers for server in self._world.servers.values())
        item = next((held[id] for held in found if id in held), None)
        if item is None:
            return web.Response(status=404, headers=INERT)
        return web.Response(body=item.data, content_type=item.content_type, headers=INERT | FOREVER)

    async def _default_avatar(self, request: web.Request) -> web.Response:
        stem, _, suffix = request.match_info["name"].rpartition(".")
        if suffix != "png" or not stem.isdigit() or int(stem) >= DEFAULT_AVATARS:
            return web.Response(status=404, headers=INERT)
        return await picture("plain", "png", "256")

    async def _page_avatar(self, request: web.Request) -> web.Response:
        stem, _, suffix = request.match_info["name"].rpartition(".")
        if stem not in self._world.people or suffix != "png":
            return web.Response(status=404, headers=INERT)
        scene = scene_of(self._world, stem) if self._world.people[stem].avatar else "plain"
        return await picture(scene, "png", "128")

    async def _sample(self, request: web.Request) -> web.Response:
        if request.match_info["name"] == f"{samples.MOVING.name}.gif":
            body = await asyncio.to_thread(samples.moving_gif)
            return web.Response(body=body, content_type="image/gif", headers=INERT | FOREVER)
        name = request.match_info["name"].removesuffix(".png")
        if name not in {sample.name for sample in samples.available()}:
            return web.Response(status=404, headers=INERT)
        body = await asyncio.to_thread(samples.sample_png, name)
        return web.Response(body=body, content_type="image/png", headers=INERT | FOREVER)

    async def _upload(self, request: web.Request) -> web.Response:
        data = bytearray()
        async for chunk in request.content.iter_chunked(64 * 1024):
            data += chunk
            if len(data) > PERSONA_UPLOAD_LIMIT:
                text = f"That file is larger than {PERSONA_UPLOAD_LIMIT >> 20} MiB. Send a smaller one."
                return web.Response(status=413, text=text)
        item = self._deeds.upload(request.query.get("filename", "file"), bytes(data))
        url = payloads.attachment_url(self._world, item)
        about = {"upload_id": item.id, "url": url, "filename": item.filename, "size": len(item.data)}
        return web.json_response(about | {"content_type": item.content_type})


def scene_of(world: World, person_id: str) -> str:
    """Return which scene is someone's portrait."""
    return avatars.SCENES[list(world.people).index(person_id) % len(avatars.SCENES)]


async def picture(scene: str, suffix: str, size: str) -> web.Response:
    """Return a portrait in one of the CDN's sizes and formats."""
    if not size.isdigit() or int(size) not in SIZES:
        return web.Response(status=400, text="Size must be a power of two from 16 to 4096.", headers=INERT)
    side = min(int(size), avatars.SIDE)
    body = await asyncio.to_thread(avatars.encode_scene, scene, side, KINDS[suffix])
    kind = f"image/{KINDS[suffix].lower()}"
    return web.Response(body=body, content_type=kind, headers=INERT | FOREVER)
