"""Lines of logs: whose job they are about, in both formats, and nothing in them that opens anything."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import logs, settings
from engine.errors import SettingsError

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GhIjKl.abcdefghijklmnopqrstuvwxyz0123456789AB"
INTERACTION = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1"


class Kept(logging.Handler):
    """Every line as the product would write it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.formatter = logs.JsonFormatter("test")
        self.lines: list[dict[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def kept() -> Iterator[Kept]:
    handler, log = Kept(), logging.getLogger("of.a.test")
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    yield handler
    log.removeHandler(handler)


def line(
    text: str, kind: type[logs.LineFormatter] = logs.TextFormatter, *, token: str = "", error: bool = False
) -> str:
    info = None
    if error:
        try:
            raise ValueError(text)
        except ValueError:
            info = sys.exc_info()
    return kind("bot", token).format(logging.LogRecord("a.b", logging.INFO, "", 0, "said %s", (text,), info))


async def test_a_job_is_named_in_tasks_and_threads_that_it_leads_to(kept: Kept) -> None:
    log = logging.getLogger("of.a.test")

    async def work(id: str) -> None:
        with logs.job_context(id):
            log.info("one")
            await asyncio.gather(asyncio.to_thread(log.info, "two"), asyncio.create_task(said("three")))
        log.info("four")

    async def said(text: str) -> None:
        await asyncio.sleep(0)
        log.info(text)

    await asyncio.gather(*(work(id) for id in ("a", "b")))
    told = sorted((one["message"], one.get("job", "")) for one in kept.lines)
    assert told == sorted([(word, id) for word in ("one", "two", "three") for id in "ab"] + [("four", "")] * 2)


async def test_who_catches_what_a_job_raises_still_names_it(kept: Kept) -> None:
    async def task() -> None:
        try:
            logs.set_job("a")
            raise ValueError
        except ValueError:
            logging.getLogger("of.a.test").exception("caught")

    await asyncio.create_task(task())
    logging.getLogger("of.a.test").info("elsewhere")
    assert [one.get("job") for one in kept.lines] == ["a", None]
    assert "ValueError" in kept.lines[0]["traceback"]


@given(st.text())
def test_a_message_is_one_line_whatever_a_stranger_wrote(text: str) -> None:
    assert len(line(text).splitlines()) == 1
    assert json.loads(line(text, logs.JsonFormatter))["message"].startswith("said")


def test_text_says_when_who_and_about_what() -> None:
    with logs.job_context("j" * 20):
        written = line("hello")
    assert written.endswith(f"INFO bot a.b job={'j' * 20}: said hello")
    assert line("hello").endswith("Z INFO bot a.b: said hello")


@pytest.mark.parametrize("kind", [logs.TextFormatter, logs.JsonFormatter])
@pytest.mark.parametrize("error", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        f"POST https://discord.com/api/v10/webhooks/123/{INTERACTION}/messages/@original",
        f"https://discord.com/api/v10/interactions/123/{INTERACTION}/callback",
        f"WebSocket Event: {{'t': 'INTERACTION_CREATE', 'd': {{'token': '{INTERACTION}', 'type': 2}}}}",
        json.dumps({"token": INTERACTION}),
        f"Authorization: Bot {TOKEN}",
        f"https://cdn.discordapp.com/attachments/1/2/a.png?ex=1&is=2&hm={INTERACTION.encode().hex()}&",
        f"proxy http://name:{INTERACTION}@proxy.example:3128 refused",
    ],
)
def test_what_opens_something_is_hidden_in_messages_and_tracebacks(
    text: str, error: bool, kind: type[logs.LineFormatter]
) -> None:
    written = line(text, kind, error=error)
    for secret in (INTERACTION, TOKEN, INTERACTION.encode().hex()):
        assert secret not in written
    assert logs.HIDDEN in written


def test_the_bots_own_token_is_hidden_whatever_it_looks_like() -> None:
    assert "hunter2" not in line("it is hunter2", token="hunter2", error=True)


def test_what_opens_nothing_stays() -> None:
    said = "job AbCdEf_-0123456789xy: 9f86d081884c7d659a2feaa0c55ad015 in /home/ada/pareidolia.db"
    assert logs.redact(said) == said


DYING = """
import logging
from engine import logs, settings
logs.start(settings.load(), "bot")
logging.getLogger("discord.gateway").debug("the wire")
logging.getLogger("bot").debug("ours")
import warnings; warnings.warn("careful")
raise ValueError("token is hunter2")
"""


@pytest.mark.process
@pytest.mark.parametrize("kind", ["json", "text"])
def test_a_process_writes_nothing_but_lines_even_when_it_dies(kind: str, data_dir: Path) -> None:
    environment = {
        "PAREIDOLIA_DATA_DIR": str(data_dir), "PAREIDOLIA_LOG_FORMAT": kind, "PAREIDOLIA_LOG_LEVEL": "DEBUG",
        "PAREIDOLIA_DISCORD__TOKEN": "hunter2", "PYTHONPATH": str(Path(__file__).parents[2]),
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", DYING], env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "hunter2" not in done.stderr
    assert "the wire" not in done.stderr
    if kind == "json":
        lines = [json.loads(one) for one in done.stderr.splitlines()]
        assert [one["level"] for one in lines] == ["DEBUG", "WARNING", "CRITICAL"]
        assert "careful" in lines[1]["message"]
        assert "ValueError" in lines[2]["traceback"]


def test_the_format_is_one_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAREIDOLIA_LOG_FORMAT", "xml")
    with pytest.raises(SettingsError, match="log_format"):
        settings.load()


WRITING = """
import logging, sys
from engine import logs, settings
logs.MOST = 20_000
logs.start(settings.load(), "worker")
for number in range(500):
    logging.getLogger("x").info("%s %d %s", sys.argv[1], number, "." * 60)
"""


def write_much(data_dir: Path, log: Path, *names: str) -> None:
    """Several processes at once into one file, which they share as supervisor and worker do."""
    environment = {"PAREIDOLIA_DATA_DIR": str(data_dir), "PYTHONPATH": str(Path(__file__).parents[2])}
    log.parent.mkdir(mode=0o700, exist_ok=True)
    with log.open("ab") as out:
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITING, name], env=environment, stderr=out) for name in names
        ]
    assert [writer.wait() for writer in writers] == [0] * len(names)


@pytest.mark.process
def test_a_log_of_several_processes_is_set_aside_when_it_is_full_and_no_line_is_torn(data_dir: Path) -> None:
    log = data_dir / "logs" / "engine.log"
    write_much(data_dir, log, "a", "b", "c")
    files = sorted(log.parent.iterdir(), reverse=True)
    assert [path.name for path in files] == ["engine.log.3", "engine.log.2", "engine.log.1", "engine.log"]
    assert max(path.stat().st_size for path in files) < 20_000 + 200
    lines = "".join(path.read_text("utf-8") for path in files).splitlines()
    told = [re.fullmatch(r"\S+Z INFO worker x: ([abc]) (\d+) \.{60}", one) for one in lines]
    assert all(told), "a torn line"
    for name in "abc":
        numbers = [int(one[2]) for one in told if one and one[1] == name]
        assert numbers == [*range(500)][500 - len(numbers) :], "of what is kept nothing is missing and all is in order"
    assert {int(one[2]) for one in told if one} >= {499}


@pytest.mark.process
def test_a_file_that_is_none_of_ours_is_left_alone(data_dir: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs" / "bot.log"
    write_much(data_dir, theirs, "a")
    assert [path.name for path in theirs.parent.iterdir()] == ["bot.log"]
    assert len(theirs.read_text("utf-8").splitlines()) == 500


@pytest.mark.process
def test_a_log_that_cannot_be_kept_goes(data_dir: Path) -> None:
    """As on a full disk; root may write anywhere, hence a folder in the way."""
    log = data_dir / "logs" / "engine.log"
    (data_dir / "logs").mkdir(mode=0o700)
    for number in range(1, logs.KEPT + 1):
        (data_dir / "logs" / f"engine.log.{number}" / "in the way").mkdir(parents=True)
    write_much(data_dir, log, "a")
    assert log.stat().st_size < 20_000 + 200
    assert log.read_text("utf-8").splitlines()[-1].endswith("a 499 " + "." * 60)
