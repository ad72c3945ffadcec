"""Refusals of the intake, against a server on loopback that plays Discord's CDN."""

import ast
import asyncio
import gzip
import io
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import aiohttp
import numpy as np
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer
from PIL import Image

from bot.requests import downloader as downloader_module
from bot.requests.downloader import Downloader, Link
from engine.errors import EmptyFile, FileTooLarge, ForeignUrl, NotAPicture, Refusal, Unreachable
from engine.files.decoder import CleanPicture
from tests.engine.video.small_videos import mp4, squares

LIMIT_MB = 0.1
BIG = b"x" * 200_000


class Glass:
    """A decoder that hands through what it is given."""

    def __init__(self) -> None:
        self.seen: list[tuple[bytes, int]] = []

    async def clean(self, data: bytes, size: int, person: str = "", *, last: bool = False) -> CleanPicture:
        self.seen.append((data, size))
        if data == b"text":
            raise NotAPicture
        return CleanPicture(data, 4, 3)

    async def imprint(self, data: bytes, person: str = "") -> bytes:
        self.seen.append((data, 0))
        return b"how " + data


async def _serve(request: web.Request) -> web.StreamResponse:
    match request.match_info["name"]:
        case "cat.png":
            return web.Response(body=b"cat")
        case "film.mp4":
            return web.Response(body=mp4(squares()))
        case "text.png":
            return web.Response(body=b"text", content_type="image/png")
        case "empty.png":
            return web.Response(body=b"")
        case "big.png":
            return web.Response(body=BIG)
        case "endless.png":
            response = web.StreamResponse()
            await response.prepare(request)
            with_more = request.app[ENDLESS]
            while with_more.is_set():
                await response.write(BIG)
            return response
        case "moved.png":
            raise web.HTTPFound("/cat.png")
        case "packed.png":
            return web.Response(body=gzip.compress(BIG), headers={"Content-Encoding": "gzip"})
        case "asked.png":
            return web.Response(body=request.headers.get("Accept-Encoding", "").encode())
        case "sent.png":
            raise web.HTTPFound(request.query["to"])
        case "away.png":
            raise web.HTTPFound("http://127.0.0.2:1/cat.png")
        case "round.png":
            raise web.HTTPFound("/round.png")
        case "hangs.png":
            await asyncio.sleep(3600)
    raise web.HTTPNotFound


ENDLESS: web.AppKey[asyncio.Event] = web.AppKey("endless", asyncio.Event)


@pytest.fixture
async def cdn() -> AsyncIterator[str]:
    app = web.Application()
    app[ENDLESS] = asyncio.Event()
    app[ENDLESS].set()
    app.router.add_get("/{name}", _serve)
    async with TestServer(app) as server:
        yield str(server.make_url("/")).rstrip("/")
        app[ENDLESS].clear()


@pytest.fixture
def glass() -> Glass:
    return Glass()


@pytest.fixture
async def downloader(cdn: str, glass: Glass) -> AsyncIterator[Downloader]:
    async with aiohttp.ClientSession() as session:
        yield Downloader(session, glass, limit_mb=LIMIT_MB, cdn_url=cdn)


async def test_a_picture_is_fetched_and_cleaned(downloader: Downloader, cdn: str, glass: Glass) -> None:
    clean = await downloader.fetch(Link(f"{cdn}/cat.png?ex=1&is=2", 3), 512)
    assert clean.png == b"cat"
    assert glass.seen == [(b"cat", 512)]


@pytest.mark.process
async def test_of_a_film_that_goes_on_the_last_frame_is_meant(downloader: Downloader, cdn: str, glass: Glass) -> None:
    await downloader.fetch(Link(f"{cdn}/film.mp4", last=True), 64)
    await downloader.fetch(Link(f"{cdn}/film.mp4"), 64)
    (png, size), (film, _) = glass.seen
    assert size == 64
    with Image.open(io.BytesIO(png)) as shown:
        found = np.asarray(shown.convert("RGB")).astype(int)
    assert np.abs(found - squares()[-1]).mean() < 12 < np.abs(found - squares()[0]).mean()
    assert film == mp4(squares())


async def test_how_a_file_was_made_is_asked_of_the_decoder_by_the_same_way(
    downloader: Downloader, cdn: str, glass: Glass
) -> None:
    assert await downloader.imprint(Link(f"{cdn}/moved.png")) == b"how cat"
    assert glass.seen == [(b"cat", 0)]
    for url, refusal in ((f"{cdn}/big.png", FileTooLarge), (f"{cdn}/away.png", ForeignUrl), ("file:///a", ForeignUrl)):
        with pytest.raises(refusal):
            await downloader.imprint(Link(url))


async def test_a_redirect_within_the_cdn_is_followed(downloader: Downloader, cdn: str) -> None:
    assert (await downloader.fetch(Link(f"{cdn}/moved.png"), 512)).png == b"cat"


@pytest.mark.parametrize(
    ("name", "size", "refusal"),
    [
        ("cat.png", 200_000, FileTooLarge),
        ("big.png", None, FileTooLarge),
        ("big.png", 10, FileTooLarge),
        ("endless.png", None, FileTooLarge),
        ("empty.png", 0, EmptyFile),
        ("text.png", 4, NotAPicture),
        ("missing.png", 4, Unreachable),
        ("away.png", 4, ForeignUrl),
        ("round.png", 4, Unreachable),
        ("packed.png", None, Unreachable),
    ],
)
async def test_what_is_refused(
    downloader: Downloader, cdn: str, name: str, size: int | None, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        await downloader.fetch(Link(f"{cdn}/{name}", size), 512)


async def test_a_server_that_hangs_is_left(downloader: Downloader, cdn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloader_module, "TIMEOUT_S", 0.05)
    with pytest.raises(Unreachable):
        await downloader.fetch(Link(f"{cdn}/hangs.png"), 512)


async def test_a_dead_server_is_unreachable(glass: Glass) -> None:
    async with aiohttp.ClientSession() as session:
        downloader = Downloader(session, glass, cdn_url="http://127.0.0.1:9")
        with pytest.raises(Unreachable):
            await downloader.fetch(Link("http://127.0.0.1:9/cat.png"), 512)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/cat.png",
        "http://cdn.discordapp.com/cat.png",
        "https://cdn.discordapp.com.example.com/cat.png",
        "https://cdn.discordapp.com@example.com/cat.png",
        "https://user@cdn.discordapp.com/cat.png",
        "https://cdn.discordapp.com:8443/cat.png",
        "https://127.0.0.1/cat.png",
        "ftp://cdn.discordapp.com/cat.png",
        "file:///etc/passwd",
        "cat.png",
        "",
        "http://[::1",
        "https://:password@cdn.discordapp.com/cat.png",
        "https://cdn.discordapp.com:443@example.com/cat.png",
        "https://cdn.discordapp.com\\@example.com/cat.png",
        "https://example.com\\@cdn.discordapp.com/cat.png",
        "https://cdn.discordapp.com\t.example.com/cat.png",
        "https://cdn.discordapp.com%2eexample.com/cat.png",
        "https://cdn.discordapp.com./cat.png",
        "https://cdn\u3002discordapp.com/cat.png",
        "https://\u24d2dn.discordapp.com/cat.png",
        " https://cdn.discordapp.com/cat.png",
        "//cdn.discordapp.com/cat.png",
        "https:/cdn.discordapp.com/cat.png",
        "https://2130706433/cat.png",
        "https://0x7f000001/cat.png",
        "https://0177.1/cat.png",
        "https://127.1/cat.png",
        "https://[::1]/cat.png",
        "https://[::ffff:127.0.0.1]/cat.png",
        "https://[fe80::1%25eth0]/cat.png",
        "https://169.254.169.254/latest/meta-data/",
        "gopher://cdn.discordapp.com/1",
        "data:image/png;base64,AAAA",
    ],
)
async def test_foreign_urls(glass: Glass, url: str) -> None:
    async with aiohttp.ClientSession() as session:
        downloader = Downloader(session, glass)
        assert not downloader.is_allowed(url)
        with pytest.raises(ForeignUrl):
            await downloader.fetch(Link(url), 512)


async def test_discords_own_hosts(glass: Glass) -> None:
    async with aiohttp.ClientSession() as session:
        downloader = Downloader(session, glass)
        assert downloader.is_allowed("https://cdn.discordapp.com/attachments/1/2/cat.png?ex=1")
        assert downloader.is_allowed("https://media.discordapp.net/attachments/1/2/cat.png")


@pytest.mark.parametrize("host", ["images-ext-1.discordapp.net", "images-ext-2.discordapp.net"])
async def test_what_discord_fetched_from_elsewhere_itself(glass: Glass, host: str) -> None:
    async with aiohttp.ClientSession() as session:
        downloader = Downloader(session, glass)
        assert downloader.is_allowed(f"https://{host}/external/AbC-_9/%3Fw%3D1/https/example.org/cat.png")
        for stranger in (
            f"http://{host}/external/a/https/example.org/cat.png",
            f"https://{host}:8443/external/a/https/example.org/cat.png",
            f"https://{host}.example.org/cat.png",
            f"https://{host}@example.org/cat.png",
            f"https://{host.replace('ext-', 'ext-3')}/cat.png",
            f"https://{host.replace('discordapp', 'discord')}/cat.png",
            "https://example.org/external/a/https/cdn.discordapp.com/cat.png",
        ):
            assert not downloader.is_allowed(stranger), stranger


@pytest.mark.parametrize(
    "to",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://2130706433/",
        "http://[::1]:22/",
        "https://cdn.discordapp.com@127.0.0.1/",
        "//127.0.0.2:1/cat.png",
        "file:///etc/passwd",
        "http://[::1",
        "https://cdn.discordapp.com%0d%0aHost:x/",
    ],
)
async def test_a_redirect_out_of_the_cdn_is_refused(downloader: Downloader, cdn: str, to: str) -> None:
    with pytest.raises((ForeignUrl, Unreachable)):
        await downloader.fetch(Link(f"{cdn}/sent.png?to={quote(to, safe='')}"), 512)
    with pytest.raises(ForeignUrl):
        await downloader.fetch(Link(to), 512)


async def test_what_is_judged_is_what_is_fetched(downloader: Downloader, cdn: str) -> None:
    address = downloader._address(f"{cdn}/ü/cat.png?hm=ab%2Bc")
    assert str(address) == f"{cdn}/%C3%BC/cat.png?hm=ab%2Bc"
    assert downloader.is_allowed(f"{cdn}/cat.png")
    assert not downloader.is_allowed(cdn.replace("127.0.0.1", "name@127.0.0.1") + "/cat.png")


async def test_nothing_packed_is_asked_for(downloader: Downloader, cdn: str) -> None:
    assert (await downloader.fetch(Link(f"{cdn}/asked.png"), 512)).png == b"identity"


class Rebound(AbstractResolver):
    """A name server that says Discord's files lie on this machine."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [{"hostname": host, "host": "127.0.0.1", "port": self.port, "family": 2, "proto": 0, "flags": 4}]

    async def close(self) -> None:
        pass


async def test_a_name_server_that_lies_gets_no_request(glass: Glass) -> None:
    """Rebinding: the name is Discord's, the address is ours. Without Discord's certificate nothing is said."""
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(4096))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ncat")
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    resolver = Rebound(server.sockets[0].getsockname()[1])
    async with server, aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=resolver)) as session:
        with pytest.raises(Unreachable):
            await Downloader(session, glass).fetch(Link("https://cdn.discordapp.com/attachments/1/2/cat.png"), 512)
    assert heard
    assert all(data[:1] == b"\x16" and b"GET" not in data and b"attachments" not in data for data in heard)
    assert glass.seen == []


def test_certificates_are_always_checked() -> None:
    for path in (Path(__file__).parents[3] / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                names = {keyword.arg for keyword in node.keywords}
                assert not names & {"ssl", "verify_ssl", "trust_env"}, f"{path.name}:{node.lineno}"
