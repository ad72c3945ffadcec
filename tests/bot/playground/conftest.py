"""A playground and a real discord.py client on it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.playground.server import Playground
from bot.playground.world import World

from .wire_client import Api, Client, aim, connected


class Clock:
    """The world's clock: real time plus what a test adds."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def clock() -> Clock:
    """A clock that a test may put forward."""
    return Clock()


@pytest.fixture
async def api(playground: Playground) -> AsyncIterator[Api]:
    """A bare REST client; the world believes that a bot is connected."""
    playground.world.set_online(True)
    async with aiohttp.ClientSession() as session:
        yield Api(playground, session)


@asynccontextmanager
async def running(clock: Clock) -> AsyncIterator[Playground]:
    """A stand-in without a bot."""
    stand_in = Playground(World(clock=clock))
    stand_in.world.acknowledge_seconds = 60.0  # a busy machine is no failure
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def playground(clock: Clock) -> AsyncIterator[Playground]:
    """A running stand-in without a bot."""
    async with running(clock) as stand_in:
        yield stand_in


@pytest.fixture
async def client(playground: Playground, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """A client that is connected and ready."""
    aim(monkeypatch, playground)
    async with connected(Client(), playground) as bot:
        yield bot
