"""What goes wrong on purpose: `(plan, seed) => trouble in place of an answer, or after it`. Off unless somebody plans.

    playground.rest.faults.plan(Fault("lost answer", "POST", "/channels/{channel}/messages"))
    playground.rest.faults.plan(*STORM, seed=7)

A fault says which calls (method and route as in `bot.playground.rest.ROUTES`), when (after `skip` of them, for `times`
of them, with a chance of `share`) and what (`KINDS`). Three families:

- the line: no answer, a connection that breaks before, during or after the work ("lost answer": it was done);
- the house: 429 of every scope, 5xx as JSON and as the web pages of the proxy in front, a ban;
- the world: a message is deleted, a channel closed, a thread archived, a token expires. These change the world first
  and then let the request through, so that every later request meets the same world.

Any other kind is a name of `bot.playground.rejections.KNOWN`, which is answered and nothing was done.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.playground.rejections import KNOWN, JsonDict, Rejection
from bot.playground.world import ATTACH_FILES, SEND_MESSAGES, Channel, World

FOREVER = 1_000_000_000
LOOK_S = 0.01
"""How often someone who gives no answer looks whether anybody still waits for it."""

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong. `"*"` is any method or route."""

    kind: str
    method: str = "*"
    path: str = "*"
    skip: int = 0
    times: int = 1
    share: float = 1.0
    seconds: float = 0.05
    """Retry-After of a 429; how long a silence lasts before the connection is closed."""

    def __post_init__(self) -> None:
        """Raise ValueError for a kind that does not exist."""
        if self.kind not in KINDS and self.kind not in KNOWN:
            raise ValueError(f"{self.kind!r} is none of {sorted([*KINDS, *KNOWN])}")


@dataclass(frozen=True)
class MetFault:
    """A fault that met a call."""

    method: str
    path: str
    kind: str


Trouble = Callable[[Fault, World, web.Request, Serve], Awaitable[web.StreamResponse]]


class Faults:
    """The plan of one stand-in, what it met, and every route that was called."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._left: list[tuple[Fault, list[int]]] = []
        self._chance = random.Random(0)
        self.met: list[MetFault] = []
        self.asked: deque[tuple[str, str]] = deque(maxlen=20_000)
        """(method, route) of every call, faulty or not, in order."""

    def plan(self, *faults: Fault, seed: int = 0) -> None:
        """Let these happen from now on, in place of what was planned before."""
        self._chance = random.Random(seed)
        self._left = [(fault, [fault.skip, fault.times]) for fault in faults]
        self.met = []

    def clear(self) -> None:
        """Let nothing happen any more."""
        self._left = []

    async def serve(self, method: str, path: str, request: web.Request, serve: Serve) -> web.StreamResponse:
        """Answer a request as `serve` does, or as a fault wants it. Raises `Rejection`."""
        self.asked.append((method, path))
        fault = self._next_fault(method, path)
        if fault is None:
            return await serve(request)
        self.met.append(MetFault(method, path, fault.kind))
        self._world.log(f"{method} {path}: {fault.kind}, on purpose")
        return await KINDS.get(fault.kind, refuse)(fault, self._world, request, serve)

    def _next_fault(self, method: str, path: str) -> Fault | None:
        for fault, left in self._left:
            if fault.method not in ("*", method) or fault.path not in ("*", path) or left[1] <= 0:
                continue
            if left[0] > 0:
                left[0] -= 1
            elif self._chance.random() < fault.share:
                left[1] -= 1
                return fault
        return None


# the line


async def disconnect(_fault: Fault, _world: World, request: web.Request, _serve: Serve) -> web.StreamResponse:
    """Close the connection; nothing was done."""
    return hang_up(request)


async def disconnect_midway(_fault: Fault, _world: World, request: web.Request, _serve: Serve) -> web.StreamResponse:
    """Close the connection in the middle of what is being sent; nothing was done."""
    await request.content.readany()
    return hang_up(request)


async def lose_answer(_fault: Fault, _world: World, request: web.Request, serve: Serve) -> web.StreamResponse:
    """Do what was asked and close the connection before saying so."""
    await serve(request)
    return hang_up(request)


async def time_out(fault: Fault, _world: World, request: web.Request, _serve: Serve) -> web.StreamResponse:
    """Never answer; nothing was done."""
    return await wait_silently(fault, request)


async def time_out_late(fault: Fault, _world: World, request: web.Request, serve: Serve) -> web.StreamResponse:
    """Do what was asked and never say so."""
    await serve(request)
    return await wait_silently(fault, request)


async def wait_silently(fault: Fault, request: web.Request) -> web.StreamResponse:
    """Say nothing until the other side has gone, or the fault's time is over."""
    loop = asyncio.get_running_loop()
    until = loop.time() + fault.seconds
    while loop.time() < until and request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110
        await asyncio.sleep(LOOK_S)  # there is no event for "they have hung up"
    return hang_up(request)


def hang_up(request: web.Request) -> web.Response:
    """Close the connection at once; what is returned goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


# the house


def limit(scope: str) -> Trouble:
    """Return the 429 of a scope: "user", "shared" (others used it up; not counted against us) or "global"."""

    async def trouble(fault: Fault, _world: World, _request: web.Request, _serve: Serve) -> web.StreamResponse:
        headers = {"Retry-After": str(fault.seconds), "Via": "1.1 playground", "X-RateLimit-Scope": scope}
        if scope == "global":
            headers["X-RateLimit-Global"] = "true"
        body = {"message": "You are being rate limited.", "retry_after": fault.seconds, "global": scope == "global"}
        return as_json(body, 429, headers)

    return trouble


def fail(status: int) -> Trouble:
    """Return a 5xx as the API itself gives it: JSON, code 0."""

    async def trouble(_fault: Fault, _world: World, _request: web.Request, _serve: Serve) -> web.StreamResponse:
        return as_json({"message": f"{status}: Server Error", "code": 0}, status)

    return trouble


def page(status: int, title: str) -> Trouble:
    """Return the web page of the proxy in front of the API. It names neither a code nor, with 429, a Via."""

    async def trouble(_fault: Fault, _world: World, _request: web.Request, _serve: Serve) -> web.StreamResponse:
        text = f"<!DOCTYPE html><html><head><title>discord.com | {status}: {title}</title></head><body/></html>"
        return web.Response(text=text, status=status, content_type="text/html")

    return trouble


async def fail_late(_fault: Fault, _world: World, request: web.Request, serve: Serve) -> web.StreamResponse:
    """Do what was asked and let the proxy in front say that nobody answered."""
    await serve(request)
    return web.Response(text="<html><title>502: Bad gateway</title></html>", status=502, content_type="text/html")


def as_json(body: JsonDict, status: int, headers: dict[str, str] | None = None) -> web.Response:
    """Return a JSON response; Discord names no charset."""
    content = {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=content | (headers or {}))


async def refuse(fault: Fault, _world: World, _request: web.Request, _serve: Serve) -> web.StreamResponse:
    """Refuse by name."""
    raise Rejection(fault.kind)


# the world


def after(deed: Callable[[World, web.Request], None]) -> Trouble:
    """Return a trouble that changes the world and then lets the request through."""

    async def trouble(_fault: Fault, world: World, request: web.Request, serve: Serve) -> web.StreamResponse:
        deed(world, request)
        return await serve(request)

    return trouble


def place_of(world: World, request: web.Request) -> Channel:
    """Return the channel that a request is about, by its address or by its token."""
    if "channel" in request.match_info:
        return world.channels[request.match_info["channel"]]
    return world.channels[world.interactions[request.match_info["token"]].channel_id]


def delete_message(world: World, request: web.Request) -> None:
    """Someone deletes the message that the request is about."""
    wanted: str | None = request.match_info["message"]
    if wanted == "@original":
        wanted = world.interactions[request.match_info["token"]].original_id
    if message := world.messages.get(wanted or ""):
        world.drop_message(message)


def delete_channel(world: World, request: web.Request) -> None:
    """Someone deletes the channel, and with it all messages."""
    place = place_of(world, request)
    for message in world.history(place):
        world.drop_message(message)
    place.kind = "gone"


def close_channel(world: World, request: web.Request) -> None:
    """The bot may not see the channel any more."""
    place_of(world, request).bot_permissions = 0


def mute(world: World, request: web.Request) -> None:
    """The bot may not write in the channel any more."""
    place_of(world, request).bot_permissions &= ~SEND_MESSAGES


def forbid_files(world: World, request: web.Request) -> None:
    """The bot may not attach files in the channel any more; in its own talk with somebody it always may."""
    place = place_of(world, request)
    place.bot_permissions &= ~(ATTACH_FILES if place.kind != "dm" else 0)


def archive(world: World, request: web.Request) -> None:
    """The thread is archived; what cannot be one stays as it is."""
    place = place_of(world, request)
    place.archived = place.kind != "dm"


def lock(world: World, request: web.Request) -> None:
    """The thread is archived and only moderators may open it again."""
    place = place_of(world, request)
    place.archived = place.locked = place.kind != "dm"


def age(world: World, request: web.Request) -> None:
    """The interaction is an hour old, and its token with it."""
    world.interactions[request.match_info["token"]].created -= 3600.0


KINDS: dict[str, Trouble] = {
    "disconnected": disconnect,
    "half upload": disconnect_midway,
    "lost answer": lose_answer,
    "timeout": time_out,
    "late timeout": time_out_late,
    "rate limited": limit("user"),
    "rate limited shared": limit("shared"),
    "rate limited global": limit("global"),
    "banned": page(429, "Access denied | Error 1015"),
    "blocked": page(403, "Attention Required! | Cloudflare"),
    "server error 500": fail(500),
    "server error 502": page(502, "Bad gateway"),
    "server error 503": fail(503),
    "server error 504": page(504, "Gateway time-out"),
    "late server error": fail_late,
    "message deleted": after(delete_message),
    "channel deleted": after(delete_channel),
    "channel closed": after(close_channel),
    "permission lost": after(mute),
    "files forbidden": after(forbid_files),
    "thread archived": after(archive),
    "thread locked": after(lock),
    "interaction expired": after(age),
}

PASSING = (
    "disconnected", "half upload", "lost answer", "rate limited", "rate limited shared", "rate limited global",
    "server error 500", "server error 502", "server error 503", "server error 504", "late server error",
)  # fmt: skip
STORM = tuple(Fault(kind, times=FOREVER, share=0.03) for kind in PASSING)
"""A bad day: about a quarter of all calls meet something that passes."""
