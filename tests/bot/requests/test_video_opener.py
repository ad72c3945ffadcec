"""A stranger's video is opened by the sealed child, two at a time."""

from __future__ import annotations

import asyncio
import io
import threading

import pytest
from PIL import Image

from bot.requests import video_opener
from bot.requests.video_opener import AT_ONCE, FirstFrame, VideoOpener
from engine.errors import BrokenVideo, VideoTooLarge
from engine.params import Video
from engine.video.reader import Clip, Wanted
from tests.engine.video.small_videos import mp4, squares
from tests.engine.video.test_reader import claiming

PARAMS = Video(size=128, fps=8, seconds=5)


@pytest.mark.process
async def test_the_child_says_what_it_begins_with_and_how_long_it_is() -> None:
    found = await VideoOpener().open(mp4(squares()), PARAMS)
    picture = Image.open(io.BytesIO(found.png))
    assert (picture.format, picture.size, found.planned) == ("PNG", (128, 96), 8)
    with pytest.raises(VideoTooLarge):
        await VideoOpener().open(claiming(10_000, 10_000), PARAMS)


async def test_one_without_a_frame_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    class Empty:
        def __enter__(self) -> Clip:
            return Clip(8, 6, 1, iter(()))

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(video_opener, "open_clip", lambda file, wanted: Empty())
    with pytest.raises(BrokenVideo):
        await VideoOpener().open(b"", PARAMS)


async def test_so_many_are_opened_at_once_and_the_others_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    running, go_on = threading.Semaphore(0), threading.Event()
    most, now = 0, 0
    lock = threading.Lock()

    def open_slowly(data: bytes, wanted: Wanted) -> FirstFrame:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        running.release()
        assert go_on.wait(600)
        with lock:
            now -= 1
        return FirstFrame(data, 1)

    monkeypatch.setattr(video_opener, "first_frame", open_slowly)
    opener = VideoOpener()
    asked = [asyncio.create_task(opener.open(b"%d" % at, PARAMS)) for at in range(4)]
    for _ in range(AT_ONCE):
        assert await asyncio.to_thread(running.acquire, timeout=600)
    go_on.set()
    assert [one.png for one in await asyncio.gather(*asked)] == [b"0", b"1", b"2", b"3"]
    assert most == AT_ONCE
