"""The REST side: `(HTTP request) => JSON`, with authentication, rate limits and a record of every call."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.playground import accounts, callbacks, channels, command_permissions, expressions, reactions, registry
from bot.playground.faults import Faults
from bot.playground.limits import Limiter, Overrun
from bot.playground.openapi import Specification
from bot.playground.rejections import Rejection, invalid
from bot.playground.rest_request import Call, Reply, read_call
from bot.playground.world import CallRecord, World

PREFIX = "/api/v10"
Handler = Callable[[Call], Reply]


@dataclass(frozen=True)
class Route:
    """One address: its handler, its rate-limit bucket, and whether the token in the path is all it needs."""

    method: str
    path: str
    handler: Handler
    bucket: str | None = None
    by_token: bool = False


MESSAGES = "/channels/{channel}/messages"
REACTIONS = MESSAGES + "/{message}/reactions/{emoji}"
WEBHOOK = "/webhooks/{application}/{token}"
COMMANDS = "/applications/{application}/commands"
EMOJIS, STICKERS = "/guilds/{guild}/emojis", "/guilds/{guild}/stickers"
GUILD_COMMANDS = "/applications/{application}/guilds/{guild}/commands"
ROUTES = (
    Route("GET", "/gateway", accounts.gateway),
    Route("GET", "/gateway/bot", accounts.gateway_bot),
    Route("GET", "/users/@me", accounts.me),
    Route("GET", "/users/@me/guilds", accounts.own_guilds),
    Route("POST", "/users/@me/channels", accounts.open_direct),
    Route("GET", "/users/{user}", accounts.user),
    Route("GET", "/applications/@me", accounts.application),
    Route("PATCH", "/applications/@me", accounts.application),
    Route("GET", "/oauth2/applications/@me", accounts.application),
    Route("GET", COMMANDS, registry.list_commands),
    Route("PUT", COMMANDS, registry.overwrite),
    Route("GET", GUILD_COMMANDS, registry.list_commands),
    Route("PUT", GUILD_COMMANDS, registry.overwrite),
    Route("GET", GUILD_COMMANDS + "/permissions", command_permissions.list_permissions),
    Route("GET", "/guilds/{guild}", accounts.guild),
    Route("GET", "/guilds/{guild}/channels", accounts.guild_channels),
    Route("GET", "/guilds/{guild}/roles", accounts.guild_roles),
    Route("GET", "/guilds/{guild}/members", accounts.members),
    Route("GET", "/guilds/{guild}/members/{user}", accounts.member),
    Route("GET", EMOJIS, expressions.list_emojis),
    Route("POST", EMOJIS, expressions.create_emoji),
    Route("GET", STICKERS, expressions.list_stickers),
    Route("POST", STICKERS, expressions.create_sticker),
    Route("GET", "/channels/{channel}", channels.show),
    Route("PATCH", "/channels/{channel}", channels.reopen),
    Route("POST", "/channels/{channel}/typing", channels.typing),
    Route("GET", MESSAGES, channels.browse),
    Route("POST", MESSAGES, channels.post, bucket="send"),
    Route("GET", MESSAGES + "/{message}", channels.get_message),
    Route("PATCH", MESSAGES + "/{message}", channels.edit_message, bucket="edit"),
    Route("DELETE", MESSAGES + "/{message}", channels.delete_message, bucket="delete"),
    Route("POST", MESSAGES + "/{message}/threads", channels.start_thread),
    Route("GET", REACTIONS, reactions.browse),
    Route("PUT", REACTIONS + "/@me", reactions.add, bucket="react"),
    Route("DELETE", REACTIONS + "/@me", reactions.remove_own, bucket="react"),
    Route("DELETE", REACTIONS + "/{user}", reactions.remove, bucket="react"),
    Route("POST", "/interactions/{interaction}/{token}/callback", callbacks.acknowledge, by_token=True),
    Route("POST", WEBHOOK, callbacks.follow_up, bucket="webhook", by_token=True),
    Route("GET", WEBHOOK + "/messages/{message}", callbacks.get_message, by_token=True),
    Route("PATCH", WEBHOOK + "/messages/{message}", callbacks.edit_message, bucket="webhook", by_token=True),
    Route("DELETE", WEBHOOK + "/messages/{message}", callbacks.delete_message, bucket="webhook", by_token=True),
)


class Rest:
    """Discord's REST API over one world."""

    def __init__(self, world: World, token: str, specification: Specification | None = None) -> None:
        self._world = world
        self._token = token
        self._specification = specification
        self.limiter = Limiter()
        self.faults = Faults(world)

    def attach(self, app: web.Application) -> None:
        """Add all routes; what is left under /api answers 404 as Discord does."""
        for route in ROUTES:
            app.router.add_route(route.method, PREFIX + route.path, self._serving(route))
        unknown = Route("*", "/{tail}", self._unknown)
        app.router.add_route("*", "/api/{tail:.*}", self._serving(unknown))

    def _serving(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            call: Call | None = None
            try:
                self._authenticate(request, route)
                headers = self._admit(request, route)
                call = await read_call(self._world, request)
                self._conform(request, call)
                reply = route.handler(call)
            except Rejection as rejection:
                return self._reject(request, call, rejection)
            except Overrun as overrun:
                return self._overrun(request, overrun)
            except (TypeError, ValueError, AttributeError, KeyError) as error:
                shape = invalid("", "MODEL_TYPE_CONVERT", f"The stand-in could not read this: {error!r}")
                return self._reject(request, call, shape)
            self._record(request, call, 200 if reply is not None else 204, None)
            return to_response(reply, headers)

        async def serve_or_fail(request: web.Request) -> web.StreamResponse:
            known = len(self._world.calls)
            try:
                response = await self.faults.serve(request.method, route.path, request, serve)
            except Rejection as rejection:
                return self._reject(request, None, rejection)
            if response.status >= 400 and len(self._world.calls) == known:
                self._record(request, None, response.status, 0)
            return response

        return serve_or_fail

    def _authenticate(self, request: web.Request, route: Route) -> None:
        if not route.by_token and request.headers.get("Authorization") != f"Bot {self._token}":
            raise Rejection("unauthorized")

    def _admit(self, request: web.Request, route: Route) -> dict[str, str]:
        major = request.match_info.get("token") or request.match_info.get("channel") or ""
        return self.limiter.admit(route.bucket, major, exempt=route.by_token)

    def _conform(self, request: web.Request, call: Call) -> None:
        """Hold the request against the official specification, where there is one."""
        if self._specification is None:
            return
        path = request.path.removeprefix(PREFIX)
        problems = self._specification.problems(request.method, path, call.body)
        self._world.violations.extend(
            f"{request.method} {path} {problem.path}: {problem.message}" for problem in problems
        )
        if problems:
            raise Rejection("invalid_form", problems)

    def _reject(self, request: web.Request, call: Call | None, rejection: Rejection) -> web.Response:
        self._record(request, call, rejection.status, rejection.code)
        self._world.log(f"{request.method} {short(request.path)} refused: {rejection.summary()}")
        return to_response(rejection.to_json(), {}, rejection.status)

    def _overrun(self, request: web.Request, overrun: Overrun) -> web.Response:
        self._record(request, None, 429, 0)
        self._world.log(f"{request.method} {short(request.path)}: too many requests, wait {overrun.retry_after:.1f} s")
        headers = overrun.headers | {"Retry-After": str(overrun.retry_after), "Via": "1.1 playground"}
        headers["X-RateLimit-Scope"] = "global" if overrun.everywhere else "user"
        if overrun.everywhere:
            headers["X-RateLimit-Global"] = "true"
        body = {"retry_after": overrun.retry_after, "global": overrun.everywhere}
        return to_response({"message": "You are being rate limited."} | body, headers, 429)

    def _record(self, request: web.Request, call: Call | None, status: int, code: int | None) -> None:
        names = tuple(file.filename for file in call.files.values()) if call else ()
        path = request.path.removeprefix(PREFIX)
        self._world.calls.append(CallRecord(request.method, path, status, code, call.body if call else None, names))

    @staticmethod
    def _unknown(_call: Call) -> Reply:
        raise Rejection("not_found")


def to_response(reply: Reply, headers: dict[str, str], status: int = 200) -> web.Response:
    """Return a JSON response, or 204 when there is nothing to say."""
    if reply is None:
        return web.Response(status=204, headers=headers)
    body = json.dumps(reply).encode()
    # Discord names no charset, and discord.py reads JSON only under exactly this type.
    return web.Response(body=body, status=status, headers=headers | {"Content-Type": "application/json"})


def short(path: str) -> str:
    """Return a path without its long tokens, for the log."""
    return "/".join(part if len(part) < 40 else part[:6] + "…" for part in path.removeprefix(PREFIX).split("/"))
