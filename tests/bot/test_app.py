"""One bot in a folder, which leaves with the playground that started it."""

import asyncio
import fcntl
import os

import pytest

from bot.app import leave_at_end_of, serve
from engine.jobs import live, settings
from engine.jobs.errors import SettingsError


async def test_without_a_token_it_says_what_to_do(data_dir):
    with pytest.raises(SettingsError, match="pareidolia setup"):
        await serve(settings.load(data_dir=data_dir))


async def test_a_second_bot_in_one_folder_is_refused(data_dir):
    found = settings.load(data_dir=data_dir, discord={"token": "a.b.c"})
    with (found.run_dir / "bot.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SettingsError, match=r"Another bot is at work .* choose another `data_dir`"):
            await serve(found)


async def test_it_leaves_when_nobody_holds_the_other_end_of_its_pipe():
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


async def test_a_bot_whose_engine_could_not_be_heard_ends_with_a_sentence(data_dir, monkeypatch):
    (data_dir / "file").write_text("")
    monkeypatch.setattr(live, "RUNTIME", data_dir / "file")
    found = settings.load(data_dir=data_dir / ("か" * 40), discord={"token": "a.b.c"})
    with pytest.raises(SettingsError, match="shorter `data_dir`"):
        await serve(found)
