"""`/healthz` and `/metrics` on a port of this machine: `(parts) => "ok", or what is wrong and what to do`.

Loopback only, and only for requests that name this machine: a web page in a browser here cannot read it through a
foreign name. Off unless `metrics_port` is set.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from bot.operations.metrics import CONTENT_TYPE, Metrics, engine_pids, oldest_waiting
from engine.errors import SettingsError
from engine.queue.job import JobRow, State

HOST = "127.0.0.1"
STUCK_S = 120.0
"""With a dream waiting for so long and none running, the engine is there and does nothing."""
LEDGER_S = 5.0
"""A database that says nothing for so long cannot be read; who asks for numbers waits ten seconds at most."""
NO_DISCORD = "Discord is not connected. Look into the bot's log and at discordstatus.com; it connects again by itself."
NO_ENGINE = "The engine is gone. The bot starts it again; if it stays away, look into logs/engine.log."
NO_ENGINE_IN_FLEET = "No engine is there. Start one with `pareidolia engine`, and look at `pareidolia fleet status`."
STUCK = "A dream has waited for {seconds:.0f} s and none runs. Look into logs/engine.log; restart the bot if need be."
NO_LEDGER = "The database cannot be read ({problem}). Check the disk and run `pareidolia doctor`."

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Parts:
    """Who is asked how they are."""

    discord: Callable[[], bool]
    """Whether the gateway is connected."""
    engine: Callable[[], bool]
    """Whether an engine listens."""
    rows: Callable[[], Awaitable[Sequence[JobRow]]]
    """Jobs that are not posted."""
    run_dir: Path
    no_engine: str = NO_ENGINE
    """What is said where none does."""
    decoders: Callable[[], tuple[int, ...]] = field(default=tuple)
    """The decoder's processes."""


class Health:
    """Serves both pages while its context is open. A port of 0 serves nothing."""

    def __init__(self, port: int, parts: Parts, metrics: Metrics) -> None:
        self.port = port
        self._parts = parts
        self._metrics = metrics
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Health:
        """Listen. Raises `SettingsError` if the port is taken."""
        if self.port:
            await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def listen(self) -> int:
        """Serve on the port, 0 meaning any that is free; the port."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/metrics", self._page)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self.port).start()
        except OSError:
            problem = f"`metrics_port` {self.port} is taken by another program. Choose another, or 0 for none."
            raise SettingsError(problem=problem) from None
        self.port = int(self._runner.addresses[0][1])
        return self.port

    async def problems(self) -> list[str]:
        """What is wrong, in sentences; empty if nothing is."""
        found = [] if self._parts.discord() else [NO_DISCORD]
        if not self._parts.engine():
            return [*found, self._parts.no_engine]
        rows = await self._rows()
        if isinstance(rows, str):
            return [*found, NO_LEDGER.format(problem=rows)]
        waited = oldest_waiting(rows)
        if waited > STUCK_S and not any(row.state is State.RUNNING for row in rows):
            found.append(STUCK.format(seconds=waited))
        return found

    async def _rows(self) -> Sequence[JobRow] | str:
        """Jobs that are not posted, or why nobody can tell: somebody must hear of whatever the database raises."""
        try:
            return await asyncio.wait_for(self._parts.rows(), LEDGER_S)
        except Exception as error:
            return type(error).__name__

    async def _healthz(self, _request: web.Request) -> web.Response:
        wrong = await self.problems()
        return web.Response(status=503 if wrong else 200, text="\n".join(wrong or ["ok"]) + "\n")

    async def _page(self, _request: web.Request) -> web.Response:
        parts = self._parts
        rows = await self._rows()
        known = None if isinstance(rows, str) else rows
        up = {"discord": parts.discord(), "engine": parts.engine(), "ledger": known is not None}
        pids = {"bot": os.getpid(), **(engine_pids(parts.run_dir) if up["engine"] else {})}
        pids |= {f"decoder {n}" if n > 1 else "decoder": pid for n, pid in enumerate(parts.decoders(), 1)}
        page = self._metrics.page(known, up, pids)
        return web.Response(body=page, headers={"Content-Type": CONTENT_TYPE})

    @web.middleware
    async def _guard(self, request: web.Request, handler: Serve) -> web.StreamResponse:
        hosts = {f"{HOST}:{self.port}", f"localhost:{self.port}"}
        if request.headers.get("Host") not in hosts or "Origin" in request.headers:
            return web.Response(status=403, text=f"Ask for http://{HOST}:{self.port} on this machine instead.\n")
        return await handler(request)
