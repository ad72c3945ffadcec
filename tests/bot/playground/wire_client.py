"""What the tests of the playground act with: a real discord.py client, a bare REST client, a picture, a message."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands, ui
from PIL import Image

from bot.playground.server import Playground


def png(width: int = 8, height: int = 6) -> bytes:
    """Return a small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (90, 20, 160)).save(out, "PNG")
    return out.getvalue()


class Picture(ui.LayoutView):
    """A Components V2 message: text, a picture, two buttons."""

    def __init__(self, text: str, name: str = "dream.png") -> None:
        super().__init__(timeout=None)
        gallery: ui.MediaGallery[Picture] = ui.MediaGallery(
            discord.MediaGalleryItem(f"attachment://{name}", description="a dream")
        )
        row: ui.ActionRow[Picture] = ui.ActionRow(
            ui.Button(label="Deeper", custom_id="deeper:1"), ui.Button(label="Re-roll", custom_id="again:1")
        )
        self.add_item(ui.Container(ui.TextDisplay(text), gallery, row))


class Client(discord.Client):
    """The library as a bot uses it; keeps what it saw."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True))
        self.tree = app_commands.CommandTree(self)
        self.ready = asyncio.Event()
        self.messages: list[discord.Message] = []
        self.presses: list[discord.Interaction] = []
        self.press_answer: Callable[[discord.Interaction], Awaitable[object]] | None = None
        self.failures: list[BaseException] = []

        async def on_tree_error(_interaction: discord.Interaction, error: BaseException) -> None:
            self.failures.append(error)

        self.tree.error(on_tree_error)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """At once, where the library waits for 5 s before any but the first."""

    async def on_ready(self) -> None:
        self.ready.set()

    async def on_message(self, message: discord.Message) -> None:
        self.messages.append(message)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if interaction.type in (discord.InteractionType.component, discord.InteractionType.modal_submit):
            self.presses.append(interaction)
            if self.press_answer is not None:
                await self.press_answer(interaction)

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        error = sys.exc_info()[1]
        assert error is not None
        self.failures.append(error)


def aim(monkeypatch: pytest.MonkeyPatch, stand_in: Playground) -> None:
    """Point discord.py at the stand-in."""
    gateway = yarl.URL(stand_in.gateway_url)
    monkeypatch.setattr(discord.http.Route, "BASE", stand_in.api_url + "/v10")
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
    monkeypatch.setattr(discord.asset.Asset, "BASE", stand_in.cdn_url)


@contextlib.asynccontextmanager
async def connected(bot: Client, stand_in: Playground) -> AsyncIterator[Client]:
    """Log in, wait until the client is ready, and close it in the end."""
    await bot.login(stand_in.token)
    bot._connection.guild_ready_timeout = 0.05  # the library waits this long for more servers
    task = asyncio.create_task(bot.connect())
    async with asyncio.timeout(60):
        await bot.ready.wait()
    yield bot
    await bot.close()
    await task


class Api:
    """Speaks REST to the stand-in without any library in between."""

    def __init__(self, stand_in: Playground, session: aiohttp.ClientSession) -> None:
        self.stand_in = stand_in
        self.session = session
        self.headers: dict[str, str] = {}

    async def __call__(
        self, method: str, path: str, body: Any = None, files: dict[str, bytes] | None = None
    ) -> tuple[int, Any]:
        """Return (status, JSON or None)."""
        headers = {"Authorization": f"Bot {self.stand_in.token}"}
        url = f"{self.stand_in.api_url}/v10{path}"
        data: Any = None if body is None else json.dumps(body)
        if files is not None:
            data = aiohttp.FormData(quote_fields=False)
            data.add_field("payload_json", json.dumps(body or {}))
            for index, (name, content) in enumerate(files.items()):
                data.add_field(f"files[{index}]", content, filename=name)
        elif body is not None:
            headers["Content-Type"] = "application/json"
        async with self.session.request(method, url, data=data, headers=headers) as response:
            self.headers = dict(response.headers)
            text = await response.text()
            return response.status, json.loads(text) if text else None

    @property
    def messages(self) -> str:
        """The path of #dreams' messages."""
        return f"/channels/{self.stand_in.world.channel('dreams').id}/messages"


def text(content: str) -> dict[str, Any]:
    """Return a text component."""
    return {"type": 10, "content": content}


def button(custom_id: str, **more: Any) -> dict[str, Any]:
    """Return a button."""
    return {"type": 2, "style": 1, "label": "Go", "custom_id": custom_id} | more


def row(*components: dict[str, Any]) -> dict[str, Any]:
    """Return an action row."""
    return {"type": 1, "components": list(components)}


def gallery(*names: str) -> dict[str, Any]:
    """Return a gallery of attached files."""
    return {"type": 12, "items": [{"media": {"url": f"attachment://{name}"}} for name in names]}


def layout(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the body of a Components V2 message."""
    return {"flags": 1 << 15, "components": list(components)} | more
