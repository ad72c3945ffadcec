"""The bot as a child process, played by a few lines of Python; and the playground as a command."""

from __future__ import annotations

import asyncio
import errno
import json
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from bot.playground.__main__ import explain_port, options
from bot.playground.server import Playground
from bot.playground.world import Event

pytestmark = pytest.mark.process

LIVING = """
import os, signal, sys, time
print(os.getpid(), os.environ["PAREIDOLIA_DISCORD__API_URL"], flush=True)
signal.signal(signal.SIGTERM, lambda *_: (print("bye", flush=True), sys.exit(0)))
while True:
    time.sleep(1)
"""
DYING = "raise SystemExit(3)"


def listen(playground: Playground) -> list[str]:
    """Return the lines of the Lab, as they come."""
    lines: list[str] = []

    def hear(event: Event) -> None:
        if event.kind == "lab":
            lines.append(event.facts["text"])

    playground.world.listen(hear)
    return lines


def lines_of(log: Path) -> list[str]:
    """Return the lines of a log that may not exist yet."""
    return log.read_text().splitlines() if log.is_file() else []


async def started(log: Path, count: int) -> list[str]:
    """Wait until the child has been started `count` times and return the log's lines."""
    async with asyncio.timeout(60):
        while len(lines_of(log)) < count:
            await asyncio.sleep(0.01)
    return lines_of(log)


async def test_the_bot_gets_its_settings_and_stops_when_asked(playground: Playground, tmp_path: Path) -> None:
    child = playground.run_bot(tmp_path, [sys.executable, "-c", LIVING])
    first = await started(child.log_path, 1)
    assert first[0].endswith(playground.api_url)
    await child.stop()
    assert child.log_path.read_text().splitlines()[-1] == "bye"


async def test_a_restart_kills_it_and_starts_it_anew(playground: Playground, tmp_path: Path) -> None:
    child = playground.run_bot(tmp_path, [sys.executable, "-c", LIVING])
    await started(child.log_path, 1)
    child.restart()
    lines = await started(child.log_path, 2)
    assert lines[0].split()[0] != lines[1].split()[0]
    assert "bye" not in lines


async def test_a_bot_that_dies_is_started_again_with_a_pause(playground: Playground, tmp_path: Path) -> None:
    lines = listen(playground)
    playground.run_bot(tmp_path, [sys.executable, "-c", DYING])
    await playground.world.until(lambda: len(lines) >= 2, within=60)
    assert "exit code 3" in lines[0]
    assert "Next try in 1 s" in lines[0]
    assert "Next try in 2 s" in lines[1]


async def test_the_engine_is_killed_and_strangers_are_not(playground: Playground, tmp_path: Path) -> None:
    lines = listen(playground)
    sleep = "import time; time.sleep(60)"
    engine = await asyncio.create_subprocess_exec(sys.executable, "-c", sleep, "engine.worker")
    stranger = await asyncio.create_subprocess_exec(sys.executable, "-c", sleep)
    child = playground.run_bot(tmp_path, [sys.executable, "-c", LIVING])
    child.crash_engine()
    assert "no engine" in lines[-1]
    (tmp_path / "run").mkdir()
    pids = {"supervisor": engine.pid, "worker": stranger.pid}
    (tmp_path / "run" / "engine.pid").write_text(json.dumps(pids))
    child.crash_engine()
    assert await engine.wait() == -signal.SIGKILL
    assert lines[-1].startswith("The engine was killed (supervisor)")
    assert stranger.returncode is None
    stranger.kill()
    await stranger.wait()


async def test_the_command_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot.playground", "--no-bot", "--port", "0", "--data-dir", str(tmp_path)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    first = (await process.stdout.readline()).decode()
    address = first.split()[1]
    async with aiohttp.ClientSession() as session, session.get(f"{address}/play/samples/none.png") as response:
        assert response.status == 404
    assert "Ctrl-C" in (await process.stdout.readline()).decode()
    taken = [*command[:-3], address.rsplit(":", 1)[1]]
    second = await asyncio.create_subprocess_exec(*taken, stdout=asyncio.subprocess.PIPE)
    said, _ = await second.communicate()
    assert second.returncode == 1
    assert said.decode().startswith(f"A playground is already running at {address}. Open it there, or ")
    assert b"PLAYGROUND_PORT=" in said
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 0


async def test_a_port_that_cannot_be_used_is_explained() -> None:
    async def say_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    stranger = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = stranger.sockets[0].getsockname()[1]
    taken = OSError(errno.EADDRINUSE, "Address already in use")
    assert (await explain_port(port, taken)).startswith(f"Port {port} is taken by another program. Use another one: ")
    refused = await explain_port(80, PermissionError(errno.EACCES, "Permission denied"))
    assert (
        refused == "The playground cannot use port 80: Permission denied. Use another one: PLAYGROUND_PORT=81 make play"
    )
    stranger.close()
    await stranger.wait_closed()


@pytest.mark.parametrize("port", ["-1", "65536", "many"])
def test_what_is_no_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options().parse_args(["--port", port])
    assert port in capsys.readouterr().err


async def test_a_bot_can_tell_that_its_playground_is_gone(playground: Playground, tmp_path: Path) -> None:
    listening = "import sys; print('here', flush=True); sys.stdin.read(); print('alone', flush=True)"
    child = playground.run_bot(tmp_path, [sys.executable, "-c", listening])
    await started(child.log_path, 1)
    async with asyncio.timeout(60):
        while child._process is None:  # it may write before we are told that it is there
            await asyncio.sleep(0.01)
    assert child._process.stdin is not None
    child._process.stdin.close()  # as the kernel does when the playground is killed
    assert (await started(child.log_path, 2))[:2] == ["here", "alone"]
