"""Hints over a local socket: `engine -> starts, previews, ends`; `bot -> wake, stop`. Lossy on purpose.

The engine listens in a folder of mode 0700, so no other user of the machine can connect. A bot that is not connected,
or too slow to read, misses hints and loses nothing: the ledger's rows are the truth.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import socket
import stat
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from engine.errors import SettingsError
from engine.platform import framing, os_errors
from engine.queue import hint_frames
from engine.queue.job import Hint, JobId

log = logging.getLogger(__name__)

RETRY_S = 0.25
BACKLOG = 4 * 2**20
"""Bytes that may wait for a slow bot before previews are dropped."""


RUNTIME = Path("/tmp")
"""Never TMPDIR, which may be long: a bot must look where an engine listens, whatever environment either has."""
STALE_S = 60.0
"""A socket that was made less long ago may be one of an engine that does not listen yet."""
LONGEST = 103
"""Bytes of a socket's path: the smallest limit there is, macOS's 104, has its end in it."""


def socket_path(run_dir: Path) -> Path:
    """Where the engine of a run folder listens: a short path, in a folder of this user's that is made if need be.

    Where that folder cannot be had, the run folder itself. Raises `SettingsError` if the system cannot name a socket
    there.
    """
    folder = RUNTIME / f"pareidolia-{os.geteuid()}"
    try:
        os_errors.make_private(folder)
    except SettingsError as error:
        return _inside(run_dir, error)
    return folder / f"{hashlib.sha256(os.fsencode(run_dir.resolve())).hexdigest()[:16]}.sock"


def _inside(run_dir: Path, problem: SettingsError) -> Path:
    path = run_dir / "engine.sock"
    length = len(os.fsencode(path))
    if length > LONGEST:
        far = f"{path} takes {length} bytes, and the system names local sockets with {LONGEST} at most."
        raise SettingsError(problem=f"{problem} And {far} Mend the first, or choose a shorter `data_dir`.")
    return path


def check_socket(run_dir: Path) -> Path:
    """Listen for a moment where the engine will; its folder. Raises `SettingsError` where that cannot be done."""
    path = socket_path(run_dir)
    probe = path.with_name(f"{os.getpid()}.try")
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(probe))
        probe.unlink(missing_ok=True)
    except OSError as error:
        raise os_errors.unusable_path(probe, error) from None
    return path.parent


def sweep(folder: Path) -> None:
    """Remove the sockets that killed processes left in a folder of ours: those on which nobody listens."""
    for path in (*folder.glob("*.sock"), *folder.glob("*.try")):
        with contextlib.suppress(OSError):  # somebody else was quicker, or it is none of ours: it can stay
            if _is_stale(path):
                path.unlink()
                log.info("the socket of a dead engine is removed: %s", path)


def _is_stale(path: Path) -> bool:
    """Whether nobody listens on a socket. Raises `OSError` where nothing is known of it."""
    about = path.lstat()
    if not stat.S_ISSOCK(about.st_mode) or time.time() - about.st_mtime < STALE_S:
        return False
    with socket.socket(socket.AF_UNIX) as asking:
        asking.setblocking(False)  # who is too busy to answer lives, too
        try:
            asking.connect(str(path))
        except ConnectionRefusedError:
            return True
    return False


class HintServer:
    """The engine's end."""

    def __init__(self, path: Path, take: Callable[[dict[str, Any]], None]) -> None:
        self.path = path
        self._on_frame = take
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen; a socket file left by a dead engine is replaced (the engine's lock proves that it is dead), and those
        of other run folders are removed. Raises `SettingsError`.
        """
        try:
            self.path.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._serve, self.path)
        except OSError as error:
            raise os_errors.unusable_path(self.path, error) from None
        await asyncio.to_thread(sweep, self.path.parent)

    async def stop(self) -> None:
        """Hang up."""
        if self._server:
            self._server.close()
        for writer in self._writers:
            writer.close()
        self.path.unlink(missing_ok=True)

    def send_hint(self, hint: Hint) -> None:
        """Broadcast a hint to whoever keeps up."""
        frame = framing.pack(*hint_frames.pack(hint))
        for writer in list(self._writers):
            if writer.transport.get_write_buffer_size() < BACKLOG and not writer.is_closing():
                writer.write(frame)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while frame := await framing.receive(reader):
                self._on_frame(frame[0])
        finally:
            self._writers.discard(writer)
            writer.close()


class HintClient:
    """The bot's end: connects, and connects again whenever an engine comes up."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer: asyncio.StreamWriter | None = None

    async def hints(self, _follows: Callable[[JobId], bool] | None = None) -> AsyncIterator[Hint]:
        """Hints for ever; silence while there is no engine."""
        while True:
            try:
                reader, self._writer = await asyncio.open_unix_connection(self.path)
            except OSError:
                await asyncio.sleep(RETRY_S)
                continue
            try:
                while frame := await framing.receive(reader):
                    if hint := hint_frames.unpack(*frame):
                        yield hint
            finally:
                self.close()

    @property
    def connected(self) -> bool:
        """Whether an engine listens. It hangs up when it dies."""
        return self._writer is not None and not self._writer.is_closing()

    def send(self, **header: Any) -> None:
        """Tell the engine something, if one listens."""
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(framing.pack(header))

    def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            with contextlib.suppress(RuntimeError):  # the loop may be gone before us
                self._writer.close()
            self._writer = None
