"""One bot in a folder, which leaves with the playground that started it."""

import asyncio
import fcntl
import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import cast

import aiohttp
import discord
import pytest
from yarl import URL

from bot import app, endpoints
from bot.app import check_login, leave_at_end_of, serve, together
from bot.response import told, trouble
from engine.jobs import live, settings
from engine.jobs.errors import SettingsError
from tests.chaos.rest import HereDecoder


async def test_without_a_token_it_says_what_to_do(data_dir: Path) -> None:
    with pytest.raises(SettingsError, match="pareidolia setup"):
        await serve(settings.load(data_dir=data_dir))


async def test_a_second_bot_in_one_folder_is_refused(data_dir: Path) -> None:
    found = settings.load(data_dir=data_dir, discord={"token": "a.b.c"})
    with (found.run_dir / "bot.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SettingsError, match=r"Another bot is at work .* choose another `data_dir`"):
            await serve(found)


async def test_it_leaves_when_nobody_holds_the_other_end_of_its_pipe() -> None:
    ours, theirs = os.pipe()
    stop = asyncio.Event()
    try:
        leave_at_end_of(ours, stop)
        os.write(theirs, b"words are ignored")
        await asyncio.sleep(0)
        assert not stop.is_set()
        os.close(theirs)
        await asyncio.wait_for(stop.wait(), 60)
    finally:
        os.close(ours)


async def never() -> None:
    await asyncio.Event().wait()


async def breaks() -> None:
    raise ZeroDivisionError


Work = Callable[[], Coroutine[None, None, None]]


async def beside(work: Work, body: Work) -> None:
    async with asyncio.timeout(60), together() as start:
        start(work(), work.__name__)
        await body()


async def refuses() -> None:
    await asyncio.sleep(0)
    raise SettingsError(problem="plainly")


async def test_a_crash_beside_ends_what_it_works_for_at_once_and_is_what_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        await beside(breaks, never)


async def test_what_is_raised_is_raised_plainly() -> None:
    with pytest.raises(SettingsError, match="plainly"):
        await beside(never, refuses)


async def test_what_works_beside_ends_with_it() -> None:
    async with together() as start:
        task = start(never(), "never")
    assert task.cancelled()


@pytest.fixture
def here(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[settings.Settings]:
    """A bot that never gets past its login, and the handlers of signals as before."""
    monkeypatch.setattr(app, "Decoder", HereDecoder)
    monkeypatch.setattr(endpoints, "point", lambda _: None)
    monkeypatch.setattr(app, "_logged_in", lambda *_: never())
    hosts = {"api_url": "http://127.0.0.1:9", "gateway_url": "ws://127.0.0.1:9", "cdn_url": "http://127.0.0.1:9"}
    yield settings.load(data_dir=data_dir, discord={"token": "a.b.c", **hosts})
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL)


async def ended_by_itself(work: Coroutine[None, None, None]) -> None:
    """Wait for the end of something; being told to end would bring out what had crashed long before, too."""
    task = asyncio.create_task(work)
    done, _ = await asyncio.wait({task}, timeout=60)
    task.cancel()
    await asyncio.wait({task})
    assert done, "it went on"
    task.result()


async def test_a_keeper_of_the_engine_that_crashes_ends_the_bot_at_once(
    here: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app.EngineProcess.run", lambda _: breaks())
    with pytest.raises(ZeroDivisionError):
        await ended_by_itself(serve(here))


async def test_a_decoder_that_cannot_be_warmed_for_a_reason_nobody_thought_of_ends_the_bot_at_once(
    here: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app.EngineProcess.run", lambda _: never())
    monkeypatch.setattr(app, "_warm", lambda _: breaks())
    with pytest.raises(ZeroDivisionError):
        await ended_by_itself(serve(here))


class Response(aiohttp.ClientResponse):
    """As much of an HTTP response as is told."""

    method, reason = "GET", "because"

    def __init__(self, status: int, path: str = "/api/v10/users/@me") -> None:
        self.status = status
        self.method, self.reason = "GET", "because"
        self._cache = {}  # of properties that are worked out once
        self._url = URL(f"https://discord.com{path}")


def refused(status: int, code: int = 0, **response: str) -> discord.HTTPException:
    return discord.HTTPException(
        cast(aiohttp.ClientResponse, Response(status, **response)), {"code": code, "message": "no"}
    )


@pytest.mark.parametrize("error", [refused(404), refused(404, 10002), refused(403, 50001)])
def test_a_login_that_is_refused_for_good_names_the_call_and_is_no_outage(error: discord.HTTPException) -> None:
    with pytest.raises(SettingsError, match=rf"GET /api/v10/users/@me was refused with {error.status} .* no outage"):
        check_login(error)


@pytest.mark.parametrize("error", [refused(503), refused(429), refused(403), refused(403, 40333), OSError("gone")])
def test_a_login_that_may_pass_is_tried_again(error: Exception) -> None:
    check_login(error)


def test_only_what_does_not_answer_is_said_to_be_out_of_reach() -> None:
    assert trouble(refused(503)) == "answers, but GET /api/v10/users/@me was refused with 503 (0: no)"
    assert trouble(ConnectionResetError("by peer")) == "cannot be reached (ConnectionResetError by peer)"


@pytest.mark.parametrize(
    "path", ["/api/v10/webhooks/12/s3cret/messages/@original", "/api/v10/interactions/12/s3cret/callback"]
)
def test_a_call_is_told_without_the_token_in_its_path(path: str) -> None:
    said = told(refused(404, 10015, path=path))
    assert said.startswith(f"GET {path.replace('s3cret', '…')} was refused with 404 (10015")


async def test_a_bot_whose_engine_could_not_be_heard_ends_with_a_sentence(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data_dir / "file").write_text("")
    monkeypatch.setattr(live, "RUNTIME", data_dir / "file")
    found = settings.load(data_dir=data_dir / ("か" * 40), discord={"token": "a.b.c"})
    with pytest.raises(SettingsError, match="shorter `data_dir`"):
        await serve(found)
