"""Refusals of the intake, against a server on loopback that plays Discord's CDN."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import intake as intake_module
from bot.intake import Intake, Link
from engine.jobs.decoder import Clean
from engine.jobs.errors import EmptyFile, FileTooLarge, ForeignUrl, NotAPicture, Unreachable

LIMIT_MB = 0.1
BIG = b"x" * 200_000


class Glass:
    """A decoder that hands through what it is given."""

    def __init__(self):
        self.seen: list[tuple[bytes, int]] = []

    async def clean(self, data: bytes, long_side: int) -> Clean:
        self.seen.append((data, long_side))
        if data == b"text":
            raise NotAPicture
        return Clean(data, 4, 3, False)


async def _serve(request: web.Request) -> web.StreamResponse:
    match request.match_info["name"]:
        case "cat.png":
            return web.Response(body=b"cat")
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
async def intake(cdn, glass) -> AsyncIterator[Intake]:
    async with aiohttp.ClientSession() as session:
        yield Intake(session, glass, limit_mb=LIMIT_MB, cdn_url=cdn)


async def test_a_picture_is_fetched_and_cleaned(intake, cdn, glass):
    clean = await intake.fetch(Link(f"{cdn}/cat.png?ex=1&is=2", 3), 512)
    assert clean.png == b"cat"
    assert glass.seen == [(b"cat", 512)]


async def test_a_redirect_within_the_cdn_is_followed(intake, cdn):
    assert (await intake.fetch(Link(f"{cdn}/moved.png"), 512)).png == b"cat"


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
    ],
)
async def test_what_is_refused(intake, cdn, name, size, refusal):
    with pytest.raises(refusal):
        await intake.fetch(Link(f"{cdn}/{name}", size), 512)


async def test_a_server_that_hangs_is_left(intake, cdn, monkeypatch):
    monkeypatch.setattr(intake_module, "TIMEOUT_S", 0.05)
    with pytest.raises(Unreachable):
        await intake.fetch(Link(f"{cdn}/hangs.png"), 512)


async def test_a_dead_server_is_unreachable(glass):
    async with aiohttp.ClientSession() as session:
        intake = Intake(session, glass, cdn_url="http://127.0.0.1:9")
        with pytest.raises(Unreachable):
            await intake.fetch(Link("http://127.0.0.1:9/cat.png"), 512)


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
    ],
)
async def test_foreign_urls(glass, url):
    async with aiohttp.ClientSession() as session:
        intake = Intake(session, glass)
        assert not intake.allowed(url)
        with pytest.raises(ForeignUrl):
            await intake.fetch(Link(url), 512)


async def test_discords_own_hosts(glass):
    async with aiohttp.ClientSession() as session:
        intake = Intake(session, glass)
        assert intake.allowed("https://cdn.discordapp.com/attachments/1/2/cat.png?ex=1")
        assert intake.allowed("https://media.discordapp.net/attachments/1/2/cat.png")
