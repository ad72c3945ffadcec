"""The stand-in as a whole: `(port) => server on 127.0.0.1`, and the hands that tests use.

playground = Playground()
await playground.start()
interaction = playground.command("Sam", "dreams", "dream", layer="high")
message = await playground.world.until(lambda: playground.response_to(interaction))
"""

from __future__ import annotations

import base64
import itertools
import secrets
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.playground import cdn, message_rules
from bot.playground.bot_process import BOT_COMMAND, Child
from bot.playground.gateway import Gateway
from bot.playground.openapi import Specification
from bot.playground.page_socket import PageSocket
from bot.playground.rejections import JsonDict
from bot.playground.rest import Rest
from bot.playground.user_actions import UserActions
from bot.playground.world import Attachment, Interaction, Message, World

HOST = "127.0.0.1"
PAGE = Path(__file__).parent / "page"
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


def fake_token(bot_id: str) -> str:
    """Return something shaped like a bot's token; it opens nothing but this stand-in."""
    first = base64.urlsafe_b64encode(bot_id.encode()).decode().rstrip("=")
    return f"{first}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(28)[:38]}"


class Playground:
    """A stand-in Discord on loopback, with everything a test needs to act and to look."""

    def __init__(self, world: World | None = None, specification: Specification | None = None) -> None:
        self.world = world or World()
        self.token = fake_token(self.world.bot.id)
        self.rest = Rest(self.world, self.token, specification)
        self.gateway = Gateway(self.world, self.token)
        self.deeds = UserActions(self.world)
        self.pages = PageSocket(self.world, self.deeds, self._lab)
        self.child: Child | None = None
        self.port = 0
        self._runner: web.AppRunner | None = None
        self._nonces = itertools.count(1)

    @property
    def url(self) -> str:
        """Return the page's address."""
        return self.world.base_url

    @property
    def api_url(self) -> str:
        """Return the API's address; clients append /v10."""
        return f"{self.url}/api"

    @property
    def gateway_url(self) -> str:
        """Return the gateway's address."""
        return f"ws://{HOST}:{self.port}/gateway"

    @property
    def cdn_url(self) -> str:
        """Return the CDN's address."""
        return f"{self.url}/cdn"

    @property
    def violations(self) -> list[str]:
        """Return what the official specification found wrong with the bot's requests."""
        return self.world.violations

    def settings(self, data_dir: Path) -> dict[str, str]:
        """Return the environment that points the real bot here."""
        return {
            "PAREIDOLIA_DATA_DIR": str(data_dir),
            "PAREIDOLIA_DISCORD__TOKEN": self.token,
            "PAREIDOLIA_DISCORD__API_URL": self.api_url,
            "PAREIDOLIA_DISCORD__GATEWAY_URL": self.gateway_url,
            "PAREIDOLIA_DISCORD__CDN_URL": self.cdn_url,
            "PAREIDOLIA_DISCORD__USER_INSTALLS": "true",
            **({"PAREIDOLIA_DISCORD__MESSAGE_CONTENT": "true"} if self.world.message_content else {}),
        }

    async def start(self, port: int = 0) -> None:
        """Serve on 127.0.0.1; port 0 takes a free one. OSError when the port is taken."""
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, port)
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        self.world.base_url = f"http://{HOST}:{self.port}"

    def run_bot(self, data_dir: Path, command: Sequence[str] = BOT_COMMAND, **others: str) -> Child:
        """Start the real bot as a child process and keep it running; `others` are further settings, as variables."""
        self.child = Child(self.world, self.settings(data_dir) | others, data_dir, command)
        self.child.start()
        return self.child

    async def stop(self) -> None:
        """Stop the bot, then the server."""
        if self.child is not None:
            await self.child.stop()
        await self.gateway.close()
        await self.pages.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def _application(self) -> web.Application:
        app = web.Application(middlewares=[self._guard], client_max_size=1024 * 1024)
        self.rest.attach(app)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_get("/play/ws", self.pages.serve)
        cdn.Cdn(self.world, self.deeds).attach(app)
        app.router.add_get("/", self._index)
        app.router.add_get("/favicon.ico", self._icon)
        app.router.add_get("/page/{name}", self._page_file)
        app.on_response_prepare.append(self._protect)
        return app

    async def _index(self, _request: web.Request) -> web.StreamResponse:
        return page_file("index.html")

    async def _icon(self, _request: web.Request) -> web.StreamResponse:
        return page_file("icon.svg")

    async def _page_file(self, request: web.Request) -> web.StreamResponse:
        return page_file(request.match_info["name"])

    async def _protect(self, _request: web.Request, response: web.StreamResponse) -> None:
        """Add the headers that keep the page to itself; what is stricter already stays."""
        for name, value in PROTECTION.items():
            response.headers.setdefault(name, value)

    @web.middleware
    async def _guard(self, request: web.Request, handler: Serve) -> web.StreamResponse:
        """Refuse other hosts and origins, so that no web page elsewhere can reach this server through a browser."""
        hosts = {f"{HOST}:{self.port}", f"localhost:{self.port}"}
        origin = request.headers.get("Origin")
        if request.headers.get("Host") not in hosts or (
            origin is not None and origin not in {f"http://{host}" for host in hosts}
        ):
            return web.Response(status=403, text=f"Open http://{HOST}:{self.port} on this computer instead.")
        return await handler(request)

    def upload(self, filename: str, data: bytes) -> Attachment:
        """Put a file at hand; pass it as the value of an attachment option or to `say`."""
        return self.deeds.upload(filename, data)

    def put_online(self, url: str, data: bytes, delay_s: float = 0.0) -> None:
        """Put a picture at an address outside, which is shown so long after the message that links to it."""
        self.deeds.links.web[url] = data
        self.deeds.links.delay_s = delay_s

    def command(self, persona: str, channel: str, name: str, /, **values: Any) -> Interaction:
        """Send a chat command as someone; raises Mistake when the real client would not send it."""
        who = self.world.persona(persona)
        typed = [option_json(key, value) for key, value in values.items()]
        return self.deeds.command(who, self.world.channel(channel, who), name, typed)

    def menu(self, persona: str, channel: str, name: str, target: Message | str) -> Interaction:
        """Use a context menu as someone, on a message or on a person's name."""
        who = self.world.persona(persona)
        place = self.world.channel(channel, who)
        if isinstance(target, Message):
            return self.deeds.menu(who, place, 3, name, target.id)
        return self.deeds.menu(who, place, 2, name, self.world.persona(target).id)

    def press(self, persona: str, message: Message, button: str, values: Sequence[str] | None = None) -> Interaction:
        """Press a button, or choose in a select, named by its label or custom_id; raises Mistake."""
        return self.deeds.press(self.world.persona(persona), message, custom_id_of(message, button), values)

    def submit(self, persona: str, source: Interaction, **values: Any) -> Interaction:
        """Fill in and send the modal that `source` opened; values by custom_id; raises Mistake."""
        fields: list[JsonDict] = [field_json(key, value) for key, value in values.items()]
        custom_id = str((source.modal or {}).get("custom_id"))
        return self.deeds.submit(self.world.persona(persona), source.id, custom_id, fields)

    def say(
        self,
        persona: str,
        channel: str,
        content: str,
        files: Sequence[Attachment] = (),
        reply_to: Message | None = None,
        ping: bool = True,
    ) -> Message:
        """Write a message as someone, perhaps as a reply, which pings as Discord's do; raises Mistake."""
        who = self.world.persona(persona)
        target = reply_to.id if reply_to else None
        return self.deeds.say(who, self.world.channel(channel, who), content, [file.id for file in files], target, ping)

    def react(self, persona: str, message: Message, emoji: str) -> None:
        """React to a message as someone, or take that back; raises Mistake."""
        self.deeds.react(self.world.persona(persona), message, emoji)

    async def autocomplete(
        self, persona: str, channel: str, name: str, focused: str, /, **values: Any
    ) -> list[JsonDict]:
        """Return the choices the bot offers for the option `focused`; empty when it does not answer in time."""
        who = self.world.persona(persona)
        typed = [option_json(key, value) | {"focused": key == focused} for key, value in values.items()]
        nonce = f"test-{next(self._nonces)}"
        asked = self.deeds.autocomplete(who, self.world.channel(channel, who), name, typed, nonce)
        await self.world.until(lambda: asked.choices is not None)
        return asked.choices or []

    def response_to(self, interaction: Interaction) -> Message | None:
        """Return the message with which the bot answered, if it has."""
        return self.world.messages.get(interaction.original_id or "")

    def _lab(self, action: str) -> None:
        if self.child is None:
            self.world.log("The bot was not started by this playground, so it cannot be stopped here.")
        elif action == "crash_engine":
            self.child.crash_engine()
        elif action == "restart_bot":
            self.child.restart()


def option_json(name: str, value: Any) -> JsonDict:
    """Return an option as the page sends it."""
    return {"name": name, "value": {"upload_id": value.id} if isinstance(value, Attachment) else value}


def field_json(custom_id: str, value: Any) -> JsonDict:
    """Return a modal's field as the page sends it: files, several values, or one."""
    if isinstance(value, list | tuple):
        files = [one.id for one in value if isinstance(one, Attachment)]
        return (
            {"custom_id": custom_id, "upload_ids": files} if files else {"custom_id": custom_id, "values": list(value)}
        )
    return {"custom_id": custom_id, "value": value}


def custom_id_of(message: Message, button: str) -> str:
    """Return the custom_id of the component with this label, placeholder or custom_id; KeyError when there is none."""
    for _, item in message_rules.walk(message.components, ""):
        if item.get("custom_id") and button in (item["custom_id"], item.get("label"), item.get("placeholder")):
            return str(item["custom_id"])
    raise KeyError(button)


def page_file(name: str) -> web.StreamResponse:
    """Return one of the page's own files."""
    path = PAGE / name
    if "/" in name or name.startswith(".") or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": "no-cache"})


PROTECTION = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
