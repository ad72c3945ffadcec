"""The page that shows an endless zoom, on this computer only: `(frames, camera) => aiohttp application`.

The page asks for one frame after another and moves between them by itself: a frame takes about a second to dream, and a
screen shows sixty.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from importlib import resources

from aiohttp import web

from engine.screen.dreamed_ahead import DreamedAhead

HOST = "127.0.0.1"
FILES = {"/": ("index.html", "text/html"), "/screen.js": ("screen.js", "text/javascript")}
POLICY = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; img-src blob: data:"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(frames: DreamedAhead, factor: float, turn: float) -> web.Application:
    """The page and its frames; `factor` is how much closer each is, `turn` by how many radians it is turned."""
    app = web.Application(middlewares=[_only_here])
    for path, (name, kind) in FILES.items():
        app.router.add_get(path, _file(name, kind))

    async def motion(_request: web.Request) -> web.Response:
        return web.Response(text=json.dumps({"factor": factor, "turn": turn}), content_type="application/json")

    async def frame(request: web.Request) -> web.Response:
        found = await asyncio.to_thread(frames.get, int(request.match_info["number"]))
        if found is None:
            return web.Response(status=204)  # not dreamed yet: asked again
        number, data = found
        return web.Response(body=data, content_type="image/jpeg", headers={"X-Frame": str(number)})

    app.router.add_get("/motion", motion)
    app.router.add_get("/frame/{number:[0-9]{1,9}}", frame)
    return app


@web.middleware
async def _only_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Only for pages of this address: a name that a stranger's page has led here is none."""
    if request.host.partition(":")[0] not in (HOST, "localhost"):
        raise web.HTTPForbidden
    answer = await handler(request)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _file(name: str, kind: str) -> Handler:
    text = resources.files("engine.screen").joinpath("page", name).read_text("utf-8")

    async def send(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=kind)

    return send


async def serve(app: web.Application, port: int, ready: Callable[[int], None]) -> None:
    """Serve until cancelled; `ready` is told the port, also where 0 lets the system choose one. Raises `OSError`."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port)
        await site.start()
        ready(runner.addresses[0][1])
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
