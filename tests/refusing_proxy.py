"""An HTTP proxy that lets nobody through and remembers who asked: `() => the first lines of requests`."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate(socketserver.ThreadingTCPServer):
    """Listens on loopback."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.asked: list[str] = []
        """Method and target of every request."""
        self.headers: list[str] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Visit(socketserver.StreamRequestHandler):
    server: Gate

    def handle(self) -> None:
        self.server.asked.append(" ".join(self.rfile.readline().decode().split()[:2]))
        while (line := self.rfile.readline().decode().strip()) != "":
            self.server.headers.append(line)
        self.wfile.write(b"HTTP/1.1 403 Nobody passes\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


@contextmanager
def gate() -> Iterator[Gate]:
    """A gate that stands while the context is open."""
    with Gate() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()
