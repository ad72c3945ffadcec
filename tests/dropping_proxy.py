"""A way through the internet: `(port) => a TCP proxy on loopback`, whose connections can be dropped, and which can be
closed to new ones."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class DroppingProxy:
    """Passes bytes on, both ways."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._lines: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.made = 0
        """Connections that were made through it."""

    @classmethod
    @asynccontextmanager
    async def run(cls, to_port: int) -> AsyncIterator[DroppingProxy]:
        """A proxy until the end."""
        proxy = cls(to_port)
        await proxy.open()
        try:
            yield proxy
        finally:
            await proxy.close()

    async def open(self) -> None:
        """Let connections in, on the port from before if there was one."""
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Drop all, and let none in."""
        if self._server is not None:
            self._server.close()
        self.drop()

    def drop(self) -> None:
        """Break every connection off, without a word."""
        for writer in tuple(self._lines):
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
        except OSError:
            writer.transport.abort()
            return
        self.made += 1
        self._lines |= {writer, far_writer}
        try:
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
        finally:
            self._lines -= {writer, far_writer}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one end hangs up."""
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
