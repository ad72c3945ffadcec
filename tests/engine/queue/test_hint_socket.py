"""Hints arrive as they were sent."""

from __future__ import annotations

import asyncio
import io
import os
import socket
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from engine import settings
from engine.errors import SettingsError
from engine.platform import framing
from engine.queue import hint_frames, hint_socket
from engine.queue.job import Hint, JobId, Progress, Requeued, Settled, Started

ID = JobId("j" * 20)


@pytest.mark.parametrize(
    "hint",
    [
        Started(ID),
        Settled(ID),
        Requeued(ID),
        Progress(ID, 3, 9, 0.25),
        Progress(ID, 3, 9, 0.25, 1.5, b"\xff\xd8 preview", gpu_bytes=7 * 2**30),
    ],
    ids=repr,
)
def test_a_hint_comes_out_as_it_went_in(hint: Hint) -> None:
    frame = framing.read(io.BytesIO(framing.pack(*hint_frames.pack(hint))))
    assert frame is not None
    assert hint_frames.unpack(*frame) == hint


def test_an_older_engine_says_nothing_of_its_memory() -> None:
    header = {"hint": "progress", "id": ID, "step": 1, "steps": 2, "eta_s": 0.0}
    assert hint_frames.unpack(header, b"") == Progress(ID, 1, 2, 0.5)


def test_a_hint_of_another_version_is_none_and_does_not_mean_that_a_job_is_settled() -> None:
    assert hint_frames.unpack({"hint": "paused", "id": ID}, b"") is None


async def test_what_is_unknown_is_passed_over(data_dir: Path) -> None:
    server = hint_socket.HintServer(data_dir / "s", lambda header: None)
    await server.start()
    client = hint_socket.HintClient(data_dir / "s")
    hints = client.hints()
    first = asyncio.ensure_future(anext(hints))
    async with asyncio.timeout(60):
        while not server._writers:
            await asyncio.sleep(0)
    for writer in server._writers:
        writer.write(framing.pack({"hint": "paused", "id": ID}))
    server.send_hint(Started(ID))
    assert await asyncio.wait_for(first, 60) == Started(ID)
    await hints.aclose()  # type: ignore[attr-defined]
    await server.stop()


# where the engine listens


@pytest.fixture
def runtime(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In place of /tmp."""
    (data_dir / "r").mkdir()
    monkeypatch.setattr(hint_socket, "RUNTIME", data_dir / "r")
    return data_dir / "r"


KANA = "か" * 40


async def test_an_engine_of_a_data_folder_of_forty_kana_is_heard(data_dir: Path, runtime: Path) -> None:
    found = settings.load(data_dir=data_dir / KANA)
    assert len(str(found.run_dir / "engine.sock")) < 100, "as the old check counted"
    server = hint_socket.HintServer(hint_socket.socket_path(found.run_dir), lambda _: None)
    await server.start()
    client = hint_socket.HintClient(hint_socket.socket_path(found.run_dir))
    hints = client.hints()
    async with asyncio.timeout(60):
        heard = asyncio.ensure_future(anext(hints))
        while not server._writers:
            await asyncio.sleep(0)
        server.send_hint(Started(ID))
        assert await heard == Started(ID)
    await hints.aclose()  # type: ignore[attr-defined]
    client.close()
    await server.stop()


def test_sockets_lie_in_a_short_folder_of_their_own(data_dir: Path, runtime: Path) -> None:
    one, two = hint_socket.socket_path(data_dir / KANA), hint_socket.socket_path(data_dir / "other")
    assert one != two
    assert one.parent == two.parent == runtime / f"pareidolia-{os.geteuid()}"
    assert one.parent.stat().st_mode & 0o777 == 0o700
    assert hint_socket.socket_path(data_dir / "x" / ".." / KANA) == one
    assert len(os.fsencode(Path("/tmp", *one.parts[-2:]))) <= hint_socket.LONGEST


def test_no_environment_moves_them(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = hint_socket.socket_path(data_dir)
    for name in ("TMPDIR", "XDG_RUNTIME_DIR", "HOME"):
        monkeypatch.setenv(name, str(data_dir))
    assert hint_socket.socket_path(data_dir) == before


def squatted(folder: Path) -> None:
    (folder / f"pareidolia-{os.geteuid()}").write_text("")


def absent(folder: Path) -> None:
    folder.rmdir()


@pytest.mark.parametrize("spoil", [squatted, absent])
def test_where_that_folder_cannot_be_had_the_run_folder_does(
    spoil: object, data_dir: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(spoil)
    spoil(runtime)
    assert hint_socket.socket_path(data_dir) == data_dir / "engine.sock"
    with pytest.raises(SettingsError, match=r"takes 1[0-9][0-9] bytes.*shorter `data_dir`"):
        hint_socket.socket_path(data_dir / KANA)


def test_somebody_elses_folder_is_not_entered(data_dir: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hint_socket.socket_path(data_dir)
    real = os.geteuid()
    (runtime / f"pareidolia-{real}").rename(runtime / "pareidolia-12345")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert hint_socket.socket_path(data_dir) == data_dir / "engine.sock"


def test_whether_it_can_be_listened_at_is_tried(data_dir: Path, runtime: Path) -> None:
    assert hint_socket.check_socket(data_dir) == runtime / f"pareidolia-{os.geteuid()}"
    assert list(hint_socket.check_socket(data_dir).iterdir()) == []


async def test_an_engine_that_cannot_listen_says_why(data_dir: Path) -> None:
    server = hint_socket.HintServer(data_dir / "nowhere" / "engine.sock", lambda _: None)
    with pytest.raises(SettingsError, match="nowhere"):
        await server.start()


# what killed ones left


def left(path: Path, age_s: float = 3600.0) -> Path:
    """A socket as a killed engine leaves it."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    os.utime(path, (time.time() - age_s,) * 2)
    return path


async def test_an_engine_that_starts_removes_the_sockets_of_dead_ones_and_no_others(runtime: Path) -> None:
    folder = hint_socket.socket_path(runtime / "one").parent
    gone = [left(folder / "0123456789abcdef.sock"), left(folder / "77.try")]
    fresh = left(folder / "just_bound.sock", age_s=1.0)
    (folder / "words.sock").write_text("no socket")
    alive, busy = folder / "alive.sock", folder / "busy.sock"
    with ExitStack() as stack:
        for path, line in ((alive, 5), (busy, 0)):
            listening = stack.enter_context(socket.socket(socket.AF_UNIX))
            listening.bind(str(path))
            listening.listen(line)
            os.utime(path, (time.time() - 3600.0,) * 2)
        for _ in range(3):  # nobody answers them, and there is no room for another one
            caller = stack.enter_context(socket.socket(socket.AF_UNIX))
            caller.setblocking(False)
            caller.connect_ex(str(busy))
        one = hint_socket.HintServer(hint_socket.socket_path(runtime / "one"), lambda _: None)
        await one.start()
        assert {*folder.iterdir()} == {one.path, alive, busy, fresh, folder / "words.sock"}
        assert not any(path.exists() for path in gone)
        await one.stop()
