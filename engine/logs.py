"""What processes write about themselves: `record => line`, naming the job that it is about, without any secret.

Every process calls `start` once. Whoever works on a job says so with `job_context` (or `set_job`), and every line that
is written meanwhile, by whatever module and in whatever thread or task it leads to, carries the job's id. One format
for eyes, one for machines; both on stderr, which the parent process sends to a file.

Where that file lies in our own log folder it is kept small: a full one is copied aside and emptied, because several
processes hold it open and none could be made to open another. Who sends stderr elsewhere (a journal, a container's log)
bounds it there.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import logging
import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, TextIO

from engine.settings import Settings

HIDDEN = "…"
SECRETS = (
    re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w.-]{20,}"),  # an interaction's token in an address
    re.compile(r"""(["']token["']\s*:\s*["'])[^"']+"""),  # the same in a payload
    re.compile(r"()[\w-]{18,}\.[\w-]{6}\.[\w-]{27,}"),  # a bot's token: id, time, signature
    re.compile(r"(\bhm=)[0-9a-f]{16,}"),  # what opens a file on Discord's CDN
    re.compile(r"(://)[^/\s:@]*:[^/\s@]*@"),  # name and password of a proxy
)

MOST = 10 * 2**20
"""Bytes of a log file, at which it is set aside."""
KEPT = 3
"""Files that are kept of the past: `engine.log.1` is the newest."""

_job: ContextVar[str] = ContextVar("job", default="")


@contextmanager
def job_context(id: str) -> Iterator[None]:
    """Lines written inside are about this job."""
    before = _job.set(id)
    try:
        yield
    finally:
        _job.reset(before)


def set_job(id: str) -> None:
    """From here on all lines of this task are about this job; also those of whoever catches what it raises."""
    _job.set(id)


def redact(text: str, token: str = "") -> str:
    """The text without anything that opens something; `token` is hidden, whatever it looks like."""
    for secret in SECRETS:
        text = secret.sub(rf"\1{HIDDEN}", text)
    return text.replace(token, HIDDEN) if token else text


class LineFormatter(logging.Formatter):
    """What both formats share."""

    def __init__(self, process: str, token: str = "") -> None:
        super().__init__()
        self._process = process
        self._token = token

    def facts(self, record: logging.LogRecord) -> dict[str, str]:
        """A record as words. The message is one line, whatever a stranger put into it; a traceback has its own."""
        when = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        said = _in_one_line(record.getMessage())
        facts = {
            "time": when.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "level": record.levelname,
            "process": self._process, "logger": record.name, "job": _job.get(),
            "message": redact(said, self._token),
        }  # fmt: skip
        if record.exc_info:
            facts["traceback"] = redact(self.formatException(record.exc_info), self._token)
        return {name: value for name, value in facts.items() if value}


def _in_one_line(text: str) -> str:
    return text if text.isprintable() else "".join(letter if letter.isprintable() else " " for letter in text)


class TextFormatter(LineFormatter):
    """For eyes: `time LEVEL process logger job=ID: message`, a traceback below."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, or more with a traceback."""
        facts = self.facts(record)
        job = f" job={facts['job']}" if "job" in facts else ""
        start = f"{facts['time']} {facts['level']} {self._process} {record.name}{job}: {facts.get('message', '')}"
        return f"{start}\n{facts['traceback']}" if "traceback" in facts else start


class JsonFormatter(LineFormatter):
    """For machines: one JSON object a line; `job` and `traceback` only where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Exactly one line."""
        return json.dumps(self.facts(record), ensure_ascii=False)


class RotatingStderrHandler(logging.StreamHandler[TextIO]):
    """Writes to stderr, and sets the file behind it aside when it is full, if it is one of ours."""

    def __init__(self, folder: Path) -> None:
        super().__init__(sys.stderr)
        self._folder = folder

    def emit(self, record: logging.LogRecord) -> None:
        """One line. Processes that share the file write one after another, so that none writes into what goes."""
        try:
            shared = self.stream.fileno()
        except (OSError, ValueError):  # no file at all, as under pytest
            super().emit(record)
            return
        with _exclusive(shared):
            if os.fstat(shared).st_size >= MOST:
                with contextlib.suppress(OSError):
                    self._make_room(shared)
            super().emit(record)

    def _make_room(self, full: int) -> None:
        """Set the file behind a descriptor aside. What cannot be kept goes: a log must not fill the disk."""
        path = _file_behind(full, self._folder)
        if path is None:
            return
        with contextlib.suppress(OSError):
            for number in range(KEPT - 1, 0, -1):
                if (older := Path(f"{path}.{number}")).exists():
                    older.replace(f"{path}.{number + 1}")
        with path.open("rb") as past:
            _copy_aside(past, Path(f"{path}.1"))
            os.ftruncate(full, 0)  # before `past` is closed: closing any descriptor of a file gives up the lock on it


def _copy_aside(past: BinaryIO, aside: Path) -> None:
    """Copy a full log, or nothing of it where there is no room."""
    try:
        with aside.open("wb") as out:
            shutil.copyfileobj(past, out)
    except OSError:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


@contextmanager
def _exclusive(shared: int) -> Iterator[None]:
    """Hold the file behind a descriptor against other processes. A lock of the process (`lockf`), because parent and
    child share the descriptor, and with it any lock of `flock`. Pipes and terminals have none and need none."""
    try:
        fcntl.lockf(shared, fcntl.LOCK_EX)
    except OSError:
        yield
        return
    try:
        yield
    finally:
        fcntl.lockf(shared, fcntl.LOCK_UN)


def _file_behind(descriptor: int, folder: Path) -> Path | None:
    """The log of ours that a descriptor appends to; None where it is anything else."""
    found = os.fstat(descriptor)
    appends = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND  # else whoever writes goes on far behind the end
    if not appends or not stat.S_ISREG(found.st_mode):
        return None
    return next((path for path in folder.glob("*.log") if os.path.samestat(found, path.stat())), None)


def start(settings: Settings, process: str) -> None:
    """Write this process's log to stderr in the format of the settings. Once a process, before anything else."""
    handler = RotatingStderrHandler(settings.log_dir)
    kind = JsonFormatter if settings.log_format == "json" else TextFormatter
    handler.setFormatter(kind(process, settings.discord.token.get_secret_value()))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(settings.log_level.upper())
    # below INFO discord.py writes every frame down: what people wrote, and tokens
    logging.getLogger("discord").setLevel(max(logging.INFO, root.level))
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # what it is made of is no news
    logging.captureWarnings(True)
    sys.excepthook = _log_fatal


def _log_fatal(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> Any:
    """What ends the process is a line of its log, too."""
    if issubclass(kind, KeyboardInterrupt):
        return sys.__excepthook__(kind, error, trace)
    return logging.getLogger("pareidolia").critical("this process ends", exc_info=(kind, error, trace))
