"""`run`, `setup`, `doctor`, pictures and `networks fetch` all go out through the proxy; the playground never does."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from unittest import mock

import pytest

from bot import app
from bot.__main__ import main
from bot.gateway.client import Client
from bot.playground.server import Playground
from bot.requests.downloader import Link
from engine import settings
from engine.errors import Unreachable
from engine.queue.local_dispatch import LocalDispatch
from tests.bot_start import hosts_kept
from tests.refusing_proxy import Gate, gate

pytestmark = pytest.mark.process

TOKEN = {"PAREIDOLIA_DISCORD__TOKEN": "a.b.c"}


async def start(words: list[str], changes: dict[str, str], module: str = "bot") -> asyncio.subprocess.Process:
    """A program with only these proxies in its environment."""
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *words, env={**clean, **changes}, stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


async def said_by(words: list[str], changes: dict[str, str], module: str = "bot", typed: str = "") -> str:
    """What a program says with only these proxies in its environment, where it ends by itself. The bot's words are
    said in this process, in a thread: to start another takes most of the time."""
    if module != "bot":
        return await ended(await start(words, changes, module), typed)
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    said = io.StringIO()
    with (
        mock.patch.dict(os.environ, {**clean, **changes}, clear=True), mock.patch("sys.stdin", io.StringIO(typed)),
        contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), hosts_kept(),
    ):  # fmt: skip
        await asyncio.to_thread(main, words)
    return said.getvalue()


async def ended(process: asyncio.subprocess.Process, typed: str = "") -> str:
    out, _ = await process.communicate(typed.encode())
    return out.decode()


@pytest.mark.parametrize(
    ("name", "module", "words", "typed", "target"),
    [
        ("https_proxy", "bot", ["setup"], "a.b.c\n", "discord.com:443"),
        ("HTTPS_PROXY", "bot", ["doctor"], "", "discord.com:443"),
        ("PAREIDOLIA_PROXY", "bot", ["doctor"], "", "discord.com:443"),
        (
            "PAREIDOLIA_PROXY",
            "engine.cli",
            ["networks", "fetch", "squeezenet"],
            "",
            "download.pytorch.org:443",
        ),
    ],
)
async def test_what_asks_once_asks_the_proxy(
    name: str, module: str, words: list[str], typed: str, target: str, data_dir: Path
) -> None:
    with gate() as proxy:
        given = {"PAREIDOLIA_DATA_DIR": str(data_dir), name: proxy.url.replace("//", "//ada:secret@")}
        given |= TOKEN if words == ["doctor"] else {}
        said = await said_by(words, given, module, typed)
        assert set(proxy.asked) == {f"CONNECT {target}"}
        assert any(line.startswith("Proxy-Authorization: Basic") for line in proxy.headers)
    assert "secret" not in said
    assert "Traceback" not in said
    assert "wrong token" not in said


async def test_a_bot_that_runs_asks_the_proxy(data_dir: Path) -> None:
    with gate() as proxy:
        given = {"PAREIDOLIA_DATA_DIR": str(data_dir), "HTTPS_PROXY": proxy.url, **TOKEN}
        process = await start(["run"], given)
        async with asyncio.timeout(120):
            while not proxy.asked:
                await asyncio.sleep(0.05)
        process.terminate()
        await ended(process)
    assert set(proxy.asked) == {"CONNECT discord.com:443"}


@pytest.mark.parametrize("words", [["run"], ["setup"], ["doctor"]])
async def test_socks_is_a_sentence(words: list[str], data_dir: Path) -> None:
    given = {"PAREIDOLIA_DATA_DIR": str(data_dir), "HTTPS_PROXY": "socks5://127.0.0.1:1", **TOKEN}
    said = await (ended(await start(words, given)) if words == ["run"] else said_by(words, given, typed="a.b.c\n"))
    assert "HTTPS_PROXY names a SOCKS proxy" in said
    assert "Traceback" not in said


async def composed(stack: AsyncExitStack, data_dir: Path, **hosts: str) -> Client:
    """The parts of a bot, none of which has said anything yet."""
    found = settings.load(data_dir=data_dir, discord={"token": "a.b.c", **hosts})
    dispatch = LocalDispatch.open(found)
    stack.push_async_callback(dispatch.close)
    start = await stack.enter_async_context(app.task_group())
    client, _ = await app.compose(found, dispatch, stack, start)
    return client


async def test_pictures_come_through_the_proxy(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with gate() as proxy:
        through(monkeypatch, proxy)
        async with AsyncExitStack() as stack:
            client = await composed(stack, data_dir)
            assert client.http.proxy == proxy.url
            with pytest.raises(Unreachable):
                await client.service.downloader.fetch(Link("https://cdn.discordapp.com/attachments/1/2/cat.png"), 128)
        assert proxy.asked == ["CONNECT cdn.discordapp.com:443"]


async def test_the_playground_is_reached_directly(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    playground = Playground()
    await playground.start()
    with gate() as proxy:
        through(monkeypatch, proxy)
        hosts = {"api_url": playground.api_url, "gateway_url": playground.gateway_url, "cdn_url": playground.cdn_url}
        async with AsyncExitStack() as stack:
            client = await composed(stack, data_dir, **hosts)
            assert client.http.proxy is None
            with pytest.raises(Unreachable):
                await client.service.downloader.fetch(Link(f"{playground.cdn_url}/attachments/1/2/cat.png"), 128)
        assert proxy.asked == []
    await playground.stop()


def through(monkeypatch: pytest.MonkeyPatch, proxy: Gate) -> None:
    for name in ("NO_PROXY", "no_proxy", "https_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
