"""Hints in a fleet: both ends of `engine.queue.hint_socket`, over notifications of PostgreSQL.

The engine's end beats as well, and both ends watch who lives: whoever finds an engine dead puts its job back and says
so.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

import psycopg

from engine.errors import NoLedger
from engine.queue import engine_registry, hint_frames, notifications, placement
from engine.queue.database import outage
from engine.queue.engine_registry import BEAT_S, LOOK_S, EngineWatch
from engine.queue.job import Hint, JobId, Progress, Requeued, Settled
from engine.queue.ledger import Ledger

log = logging.getLogger(__name__)

TO_BOTS, TO_ENGINES = "pareidolia_hints", "pareidolia_engines"
HOPELESS_LOOKS = 10
"""Every so many looks, what no engine can do is looked for."""
STEP_S = 0.25
"""Steps without a preview are told at most this often: each costs the database a commit."""


class DeathWatch:
    """Watches who lives, and puts back what the dead were running."""

    def __init__(self, url: str, ledger: Ledger, send_hint: Callable[[Hint], None], wake: Callable[[], None]) -> None:
        self._url = url
        self._ledger = ledger
        self._send_hint = send_hint
        self._wake = wake
        self.watch = EngineWatch()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                async with await notifications.connect(self._url) as db:
                    await self._look_forever(db)
            except psycopg.Error as error:
                outage.report_failure(str(error))
                self.watch.forget()
            except NoLedger:  # said already
                self.watch.forget()
            await asyncio.sleep(LOOK_S)

    async def _look_forever(self, db: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        for look in itertools.count():
            beats = dict(await (await db.execute(engine_registry.READ_BEATS)).fetchall())
            for name, count in self.watch.look(beats).items():
                await self._take_back(name, count)
            self._ledger.engines = max(1, len(self.watch.alive))
            if look % HOPELESS_LOOKS == HOPELESS_LOOKS - 1:
                failed = await asyncio.to_thread(placement.fail_hopeless, self._ledger)
                await tell_ends(self._ledger, failed, self._send_hint)
            await asyncio.sleep(LOOK_S)

    async def _take_back(self, name: str, count: int) -> None:
        found = await asyncio.to_thread(engine_registry.take_back, self._ledger, name, count)
        log.warning("the engine %s does not answer any more; jobs taken back: %s", name, ", ".join(found) or "none")
        await tell_ends(self._ledger, found, self._send_hint)
        if found:
            self._wake()


async def tell_ends(ledger: Ledger, found: list[JobId], send_hint: Callable[[Hint], None]) -> None:
    """What became of jobs that were put back, by their rows."""
    for id in found:
        row = await asyncio.to_thread(ledger.row, id)
        if row is not None:
            send_hint(Settled(id) if row.state.settled else Requeued(id))


class FleetHintServer:
    """The engine's end."""

    def __init__(
        self,
        url: str,
        name: str,
        ledger: Ledger,
        on_frame: Callable[[dict[str, Any]], None],
        describe: Callable[[], dict[str, Any]],
    ) -> None:
        """`describe`: what the engine's row says of it, asked at every beat."""
        self._url = url
        self._name = name
        self._ledger = ledger
        self._on_frame = on_frame
        self._describe = describe
        self._sender = notifications.Sender(url, TO_BOTS)
        self._to_engines = notifications.Sender(url, TO_ENGINES)
        self._deaths = DeathWatch(url, ledger, self.send_hint, lambda: self._to_engines.send({"wake": True}))
        self._told: dict[JobId, float] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Be heard of, listen, and watch the others."""
        for work in (self._beat(), self._listen(), self._deaths.run()):
            self._tasks.append(asyncio.create_task(_go_on(work)))

    async def stop(self) -> None:
        """Be gone, in everybody's eyes."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        try:
            found = await asyncio.to_thread(engine_registry.leave, self._ledger, self._name)
            await tell_ends(self._ledger, found, self.send_hint)
        except NoLedger:
            log.warning("the others will find out that this engine has ended")
        self._to_engines.send({"wake": True})  # whatever was given back
        await self._sender.close()
        await self._to_engines.close()

    def send_hint(self, hint: Hint) -> None:
        """Broadcast a hint."""
        if isinstance(hint, Progress) and not hint.preview:
            now = time.monotonic()
            if now - self._told.get(hint.id, 0.0) < STEP_S:
                return
            self._told = {hint.id: now}
        self._sender.send(*hint_frames.pack(hint))

    async def _beat(self) -> None:
        while True:
            try:
                async with await notifications.connect(self._url) as db:
                    while True:
                        about = json.dumps(self._describe())
                        await db.execute(engine_registry.BEAT, {"name": self._name, "about": about})
                        await asyncio.sleep(BEAT_S)
            except psycopg.Error as error:
                outage.report_failure(str(error))
            await asyncio.sleep(notifications.RETRY_S)

    async def _listen(self) -> None:
        async with contextlib.aclosing(notifications.listen(self._url, TO_ENGINES)) as headers:
            async for header in headers:
                self._on_frame(header)


class FleetHintClient:
    """The bot's end."""

    def __init__(self, url: str, ledger: Ledger) -> None:
        self._url = url
        self._sender = notifications.Sender(url, TO_ENGINES)
        self._to_bots = notifications.Sender(url, TO_BOTS)
        self._previews = notifications.Previews(url)
        self._deaths = DeathWatch(url, ledger, self.tell_bots, lambda: self.send(wake=True))
        self._watching: asyncio.Task[None] | None = None

    async def hints(self, follows: Callable[[JobId], bool] | None = None) -> AsyncGenerator[Hint]:
        """Hints for ever; silence while there is no engine. Of jobs that this process does not follow, no preview is
        fetched."""
        if self._watching is None:
            self._watching = asyncio.create_task(_go_on(self._deaths.run()))
        async with contextlib.aclosing(notifications.listen(self._url, TO_BOTS)) as headers:
            async for header in headers:
                wanted = header.get("preview") and (follows is None or follows(JobId(header["id"])))
                jpeg = await self._previews.fetch(header["id"]) if wanted else b""
                if hint := hint_frames.unpack(header, jpeg):
                    yield hint

    @property
    def connected(self) -> bool:
        """Whether an engine is there: it is missed some ten seconds after its last beat."""
        return bool(self._deaths.watch.alive)

    def send(self, **header: Any) -> None:
        """Tell the engines something."""
        self._sender.send(header)

    def tell_bots(self, hint: Hint) -> None:
        """Tell every process of the bot, this one as well."""
        self._to_bots.send(*hint_frames.pack(hint))

    async def close(self) -> None:
        """Hang up."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait((self._watching,))
            self._watching = None
        await self._sender.close()
        await self._to_bots.close()
        await self._previews.close()


async def _go_on(work: Coroutine[Any, Any, None]) -> None:
    """Say what breaks a loop that should never end; without it the engine is found dead, which is the truth."""
    try:
        await work
    except Exception:
        log.exception("hints broke off")
