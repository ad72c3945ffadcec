import itertools
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from engine.screen.dreamed_ahead import DreamedAhead
from engine.screen.server import application


@pytest.fixture
async def page() -> AsyncIterator[TestClient]:
    frames = DreamedAhead(b"frame %d" % number for number in itertools.count())
    frames.start()
    async with TestClient(TestServer(application(frames, 1.09, 0.1))) as client:
        yield client
    frames.close()


async def test_the_page_and_its_script_come_from_here_only(page: TestClient) -> None:
    for path, kind in (("/", "text/html"), ("/screen.js", "text/javascript")):
        answer = await page.get(path)
        assert (answer.status, answer.content_type) == (200, kind)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert (await (await page.get("/motion")).json()) == {"factor": 1.09, "turn": 0.1}


async def test_frames_come_one_after_another(page: TestClient) -> None:
    for number in range(4):
        answer = await page.get(f"/frame/{number}")
        assert answer.headers["X-Frame"] == str(number)
        assert await answer.read() == b"frame %d" % number


@pytest.mark.parametrize("path", ["/frame/-1", "/frame/x", "/frame/1e9", "/../etc/passwd", "/page/index.html"])
async def test_nothing_else_is_there(page: TestClient, path: str) -> None:
    assert (await page.get(path)).status == 404


async def test_a_strangers_page_reads_nothing(page: TestClient) -> None:
    """A name that leads here by DNS (rebinding) is sent as the host."""
    for path in ("/", "/frame/0"):
        assert (await page.get(path, headers={"Host": "evil.example"})).status == 403
