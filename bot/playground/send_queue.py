"""A websocket one can write to without waiting: `(aiohttp websocket) => put(frame)` in order."""

from __future__ import annotations

import asyncio
import contextlib
import json

from aiohttp import web

from bot.playground.rejections import JsonDict

TRY_AGAIN_LATER = 1013  # a close code of RFC 6455's registry
ABNORMAL = 1006  # what the other side sees where the line is cut without a word
MOST_WAITING = 5000  # frames; a reader slower than that is cut off


class SendQueue:
    """Sends frames in the order they were put, from a task of its own."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None = None) -> None:
        self.socket = socket
        self._transport = transport
        self._waiting: asyncio.Queue[JsonDict] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())
        self._closing: asyncio.Task[None] | None = None

    def put(self, frame: JsonDict) -> None:
        """Send a frame soon; a reader that has fallen far behind loses its connection instead."""
        if self._waiting.qsize() < MOST_WAITING:
            self._waiting.put_nowait(frame)
        elif self._closing is None:
            self._closing = asyncio.create_task(self.close(TRY_AGAIN_LATER, "Too slow."))

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            while True:
                await self.socket.send_str(json.dumps(await self._waiting.get()))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Stop writing and close the connection with a code."""
        self._writer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._writer
        if code == ABNORMAL and self._transport is not None:
            self._transport.abort()
        elif not self.socket.closed:
            await self.socket.close(code=code, message=reason.encode())
