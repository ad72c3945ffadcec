"""A playground with the real bot in it, and eyes for its messages."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

from bot.playground import message_rules
from bot.playground.bot_process import signal_engine
from bot.playground.openapi import Specification
from bot.playground.server import Playground
from bot.playground.world import Interaction, Message, Server, World
from engine import settings
from engine.queue.job import JobId, JobRow, State
from engine.queue.local_dispatch import open_ledger
from tests.token_leaks import WATCH

PATIENCE = 600.0
"""Seconds that a busy machine may take for anything; nothing here is about speed."""


class Room:
    """A playground with the real bot in it, and eyes for its messages."""

    def __init__(self, playground: Playground, data_dir: Path) -> None:
        self.playground = playground
        self.world = playground.world
        self.data_dir = data_dir

    async def ask(self, persona: str, name: str, /, **options: Any) -> Message:
        """A command and the message that answers it."""
        return await self.response_to(self.playground.command(persona, "dreams", name, **options))

    async def response_to(self, interaction: Interaction) -> Message:
        """The message that answers an interaction."""
        return await self.world.until(lambda: self.playground.response_to(interaction), PATIENCE)

    async def until_button(self, message: Message, label: str) -> Message:
        """The message once it has a button of that label."""
        await self.world.until(lambda: label in labels(self.now(message)), PATIENCE)
        return self.now(message)

    async def until_running(self, message: Message) -> str:
        """The engine has begun the job of a status message, whose id this returns; first, a picture is opened."""
        await self.world.until(lambda: custom_ids(self.now(message)), PATIENCE)
        job = job_of(self.now(message))
        async with asyncio.timeout(PATIENCE):
            while not any(row.id == job and row.state is State.RUNNING for row in self.list_unposted()):
                await asyncio.sleep(0.05)
        return job

    @contextmanager
    def engine_paused(self) -> Iterator[None]:
        """The engine's child stands still: a job that it has been given is under way until the end of this, however
        small it is and however long people take. Once it has dreamed it is warm, and is given the next job at once."""
        assert self.playground.child is not None
        worker = self.playground.child._engine_pids()["worker"]
        assert signal_engine(worker, signal.SIGSTOP)
        try:
            yield
        finally:
            signal_engine(worker, signal.SIGCONT)

    def now(self, message: Message) -> Message:
        return self.world.messages[message.id]

    async def restarted(self) -> None:
        """The bot was killed; wait until its successor listens."""
        await self.world.until(lambda: not self.world.online, PATIENCE)
        await self.world.until(lambda: self.world.online, PATIENCE)

    async def until_posted(self) -> None:
        """Every job is settled and its answer recorded, which happens just after the answer is seen."""
        async with asyncio.timeout(PATIENCE):
            while self.list_unposted():
                await asyncio.sleep(0.1)

    def list_unposted(self) -> list[JobRow]:
        """All jobs that are not settled and posted."""
        with closing(open_ledger(settings.load(data_dir=self.data_dir))) as ledger:
            return list(ledger.list_unposted())

    def row(self, id: str) -> JobRow:
        """A job, which there is."""
        with closing(open_ledger(settings.load(data_dir=self.data_dir))) as ledger:
            row = ledger.row(JobId(id))
        assert row is not None
        return row


@asynccontextmanager
async def open_room(
    specification: Specification | None = None, network: str = "", prepare: Callable[[Path], object] | None = None,
    nice: int = 0,
) -> AsyncIterator[Room]:  # fmt: skip
    """A running playground on a free port with the real bot online, and an empty data folder; all gone afterwards.

    `network` dreams where none is asked for, in place of the default; `prepare` puts something into the folder;
    `nice` is how much the engine gives way.
    """
    data_dir = Path(tempfile.mkdtemp(prefix="p-"))
    if prepare is not None:
        prepare(data_dir)
    set_aside = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PAREIDOLIA_")}
    playground = Playground(specification=specification)
    await playground.start()
    chosen = {"PAREIDOLIA_DEFAULT_NETWORK": network} if network else {}
    playground.run_bot(data_dir, PAREIDOLIA_ENGINE__NICE=str(nice), **chosen)
    try:
        await playground.world.until(lambda: playground.world.online and playground.world.commands, PATIENCE)
        yield Room(playground, data_dir)
    finally:
        await playground.stop()
        os.environ.update(set_aside)
        WATCH.read_logs(data_dir)
        shutil.rmtree(data_dir, ignore_errors=True)


def texts(message: Message) -> str:
    parts = [
        str(item.get("content", "")) for _, item in message_rules.walk(message.components, "") if item.get("type") == 10
    ]
    return "\n".join([message.content, *parts])


def labels(message: Message) -> list[str]:
    return [str(item["label"]) for _, item in message_rules.walk(message.components, "") if item.get("label")]


def answers_of(room: Room, job_id: str) -> list[Message]:
    return [m for m in room.world.messages.values() if any(f":{job_id}" in c for c in custom_ids(m))]


def custom_ids(message: Message) -> list[str]:
    return [str(item["custom_id"]) for _, item in message_rules.walk(message.components, "") if item.get("custom_id")]


def job_of(message: Message) -> str:
    return custom_ids(message)[0].split(":")[1]


def shard_of(id: str) -> int:
    return (int(id) >> 22) % 2


def of_another_shard(world: World) -> Server:
    """A server that the other of two connections hears of: ids change sides each millisecond."""
    while True:
        while shard_of(world.mint()) == shard_of(world.guild_id):
            pass
        server = world.found_server("Annex", "Ada", "annex")
        if shard_of(server.id) != shard_of(world.guild_id):
            return server
        world.remove_bot(server)
