"""An S3 server of the tests' own: `folder => server on a free loopback port`, which can be killed and started again.

It is rclone's, over a folder on disk, so that nothing is lost when it is killed.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUCKET = "dreams"
KEY, SECRET = "key-of-the-tests", "secret-of-the-tests"


class S3Server:
    """One server; what it keeps lies in `folder / BUCKET`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / BUCKET).mkdir(parents=True, exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextmanager
    def run(cls, folder: Path) -> Iterator[S3Server]:
        """A server until the end."""
        server = cls(folder)
        server.start()
        try:
            yield server
        finally:
            server.kill()

    def settings(self, folder: str = "") -> dict[str, str]:
        """What `[fleet]` says of it, beside the database."""
        return {
            "blob_url": f"s3://{BUCKET}/{folder}",
            "s3_endpoint": f"http://127.0.0.1:{self.port}",
            "s3_key_id": KEY,
            "s3_secret": SECRET,
        }

    def start(self) -> None:
        """Start, or start again, and wait until it answers."""
        rclone = Path(sys.executable).parent / "rclone"
        self._process = subprocess.Popen(
            [rclone, "serve", "s3", "--config", "/dev/null", "--addr", f"127.0.0.1:{self.port}", "--auth-key",
             f"{KEY},{SECRET}", "--dir-cache-time", "1ms", "--log-level", "ERROR", str(self.folder)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, "rclone has ended"
            assert time.monotonic() < deadline, "rclone does not listen"
            time.sleep(0.02)

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except OSError:
            return False
        return True
