"""Bot and supervisor in this process, around a small engine: `(playground) => everything within reach`.

For faults that can only be made from inside: a clock that jumps, a database that turns read-only, a picture that rots,
a gateway that drops its line. Decoder and child are processes of their own, as ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any
from unittest import mock

import discord

from bot.app import compose, connect_until, task_group
from bot.delivery import tracker as tracker_module
from bot.delivery.channel_lane import Pace
from bot.gateway import endpoints
from bot.gateway.client import Client
from bot.playground import avatars
from bot.playground.server import Playground
from bot.playground.world import Interaction, Message
from engine import settings as jobs_settings
from engine.queue.job import JobRow, State
from engine.queue.local_dispatch import LocalDispatch, open_ledger
from engine.settings import Settings
from engine.supervisor import Supervisor
from tests.bot_start import hosts_kept, spared
from tests.chaos.audit import Verdict, audit
from tests.chaos.bot_under_test import rows_of
from tests.chaos.message_history import History, recorded
from tests.chaos.small_engine import SLOW, child_of
from tests.playground_bot import job_of, labels

PATIENCE_S = 120.0
QUICK = Pace(edits=50, window_s=0.1, preview_s=2.0, sweep_s=0.1)
"""Nothing here is about Discord's limits."""


class Bench:
    """One bot, one engine, one stand-in Discord."""

    def __init__(self, playground: Playground, settings: Settings, history: History) -> None:
        self.playground = playground
        self.history = history
        self.world = playground.world
        self.gateway = playground.gateway
        self.settings = settings
        self.client: Client
        self.dispatch: LocalDispatch
        self.engine: Supervisor
        self._bot: tuple[asyncio.Event, asyncio.Task[None]] | None = None
        self._engine: asyncio.Task[None] | None = None

    # the parts

    async def start_bot(self) -> None:
        """As `bot.app.serve` does, but for the engine."""
        stop, up = asyncio.Event(), asyncio.Event()
        self._bot = stop, asyncio.create_task(self._live(stop, up))
        await asyncio.wait_for(up.wait(), PATIENCE_S)
        await self.world.until(lambda: self.world.online and self.world.commands, PATIENCE_S)

    async def _live(self, stop: asyncio.Event, up: asyncio.Event) -> None:
        async with task_group() as start, AsyncExitStack() as stack:
            self.dispatch = await asyncio.to_thread(LocalDispatch.open, self.settings)
            stack.push_async_callback(self.dispatch.close)
            self.client, tracker = await compose(self.settings, self.dispatch, stack, start)
            self.client._connection.guild_ready_timeout = 0.05  # the library waits this long for more servers
            tracker._pace = QUICK
            up.set()
            token = self.settings.discord.token.get_secret_value()
            await connect_until(stop, self.client, tracker, token, start)

    async def stop_bot(self) -> None:
        """As SIGTERM does. Raises what ended the bot otherwise."""
        if self._bot is not None:
            (stop, living), self._bot = self._bot, None
            stop.set()
            await living

    @property
    def bot_lives(self) -> bool:
        """Whether nothing has ended it."""
        return self._bot is not None and not self._bot[1].done()

    async def start_engine(self) -> None:
        """A supervisor with a child that costs nothing."""
        ledger = await asyncio.to_thread(open_ledger, self.settings)
        self.engine = Supervisor(self.settings, ledger, child_of(self.settings.data_dir))
        self._engine = asyncio.create_task(self._work(self.engine))

    async def _work(self, engine: Supervisor) -> None:
        with closing(engine.ledger):
            await engine.run()

    async def stop_engine(self) -> None:
        """As SIGTERM does."""
        if self._engine is not None:
            ended, self._engine = self._engine, None
            self.engine.stop()
            await ended

    # what people do and see

    def ask(self, persona: str = "You", place: str = "dreams", *, slow: bool = False, **options: Any) -> Interaction:
        """A small dream, or one that takes seconds."""
        seed = SLOW if slow else 1
        return self.playground.command(persona, place, "dream", size=128, **{"seed": seed, **options})

    async def message(self, interaction: Interaction) -> Message:
        """The message that answers an interaction."""
        return await self.world.until(lambda: self.playground.response_to(interaction), PATIENCE_S)

    async def accepted(self, *interactions: Interaction) -> list[str]:
        """The jobs behind interactions."""
        found = []
        for one in interactions:
            await self._buttons(one)
            found.append(job_of(await self.message(one)))
        return found

    async def _buttons(self, interaction: Interaction) -> list[str]:
        """What is written on the buttons of the answer, once it has any."""

        def shown() -> list[str]:
            message = self.playground.response_to(interaction)
            return labels(message) if message else []

        return await self.world.until(shown, PATIENCE_S)

    async def until(self, job: str, true: Callable[[JobRow], object]) -> JobRow:
        """The job's row once something is true of it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                row = next(row for row in self.rows() if row.id == job)
                if true(row):
                    return row
                await asyncio.sleep(0.01)

    async def met(self, true: Callable[[], object]) -> None:
        """Until something is true that nothing announces."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                await asyncio.sleep(0.02)

    async def running(self, job: str) -> None:
        """Until a job runs."""
        await self.until(job, lambda row: row.state is State.RUNNING)

    def rows(self) -> list[JobRow]:
        """The whole ledger."""
        return rows_of(self.dispatch.ledger)

    async def all_answered(self) -> None:
        """Until every job is settled and its answer recorded, and no request is being opened."""
        async with asyncio.timeout(PATIENCE_S):
            while self.client.service._quota.busy or any(row.posted is None for row in self.rows()):
                await asyncio.sleep(0.02)

    def verdict(self) -> Verdict:
        """What became of everything."""
        return audit(self.world, self.rows(), self.history)


@asynccontextmanager
async def opened(engine: bool = True, **changes: Any) -> AsyncIterator[Bench]:
    """A bench at work; all of it ends with the context."""
    for scene in avatars.SCENES:
        avatars.encode_scene(scene, avatars.SIDE, "PNG")
    folder = Path(tempfile.mkdtemp(prefix="p-"))
    playground = Playground()
    playground.world.acknowledge_seconds = PATIENCE_S  # nothing here is about speed either
    await playground.start()
    hosts: dict[str, Any] = {
        "api_url": playground.api_url,
        "gateway_url": playground.gateway_url,
        "cdn_url": playground.cdn_url,
    }
    hosts["user_installs"] = True  # as `Playground.settings` says
    given: dict[str, Any] = {"storage": {"free_mb": 0}, "limits": {"per_user": 60}, **changes}
    settings = jobs_settings.load(data_dir=folder, discord={"token": playground.token, **hosts}, **given)
    try:
        async with AsyncExitStack() as stack:
            history = await stack.enter_async_context(recorded(playground.world, settings.database))
            bench = Bench(playground, settings, history)
            await stack.enter_async_context(_at_work(bench, engine))
            yield bench
    finally:
        await playground.stop()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _at_work(bench: Bench, engine: bool) -> AsyncIterator[Bench]:
    hurried = mock.patch.object(discord.Client, "before_identify_hook")  # the library's own waits for 5 s
    try:
        with hosts_kept(), spared(), hurried, mock.patch.object(tracker_module, "UNFOLLOWED_S", 1.0):
            endpoints.point(bench.settings.discord)
            await bench.start_bot()
            if engine:
                await bench.start_engine()
            yield bench
            await bench.stop_bot()
            await bench.stop_engine()
    finally:
        with contextlib.suppress(Exception):
            await bench.stop_bot()
        with contextlib.suppress(Exception):
            await bench.stop_engine()
