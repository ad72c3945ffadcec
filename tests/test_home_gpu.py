"""A bot on a small server and an engine at home, which reaches PostgreSQL and S3 outbound only, over a bad line."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from engine import settings
from engine.params import Dream
from engine.queue import installation
from engine.queue.job import Job, JobId, JobRow, State
from engine.queue.ledger_dispatch import LedgerDispatch
from engine.settings import Settings
from tests.dropping_proxy import DroppingProxy
from tests.fleet_processes import Machine, until
from tests.playground_bot import PATIENCE
from tests.postgresql_server import PostgresServer
from tests.s3_server import S3Server

pytestmark = [pytest.mark.process, pytest.mark.postgresql]

JOB_S = 2.0


@asynccontextmanager
async def dispatch_of(chosen: Settings) -> AsyncIterator[LedgerDispatch]:
    """The bot's end, which listens."""
    dispatch = await asyncio.to_thread(installation.open_dispatch, chosen)

    async def listen() -> None:
        async with aclosing(dispatch.hints()) as hints:  # type: ignore[type-var]
            async for _ in hints:
                pass

    listening = asyncio.create_task(listen())
    try:
        yield dispatch
    finally:
        listening.cancel()
        await asyncio.wait((listening,))
        await dispatch.close()


def environment(fleet: dict[str, str]) -> dict[str, str]:
    return {f"PAREIDOLIA_FLEET__{name.upper()}": value for name, value in fleet.items()}


async def until_row(dispatch: LedgerDispatch, id: JobId, true: Callable[[JobRow], object]) -> JobRow:
    """The job once that is so."""
    async with asyncio.timeout(PATIENCE):
        while not ((row := await dispatch.row(id)) and true(row)):
            await asyncio.sleep(0.05)
    return row


async def test_an_engine_at_home_works_over_a_bad_line_and_another_while_it_is_away(
    postgresql: PostgresServer, data_dir: Path
) -> None:
    url = postgresql.database().replace("+psycopg", "")
    with S3Server.run(data_dir / "s3") as s3:
        here = {"database_url": url, **s3.settings("fleet")}
        async with DroppingProxy.run(postgresql.port) as database, DroppingProxy.run(s3.port) as pictures:
            far = {
                **here,
                "database_url": url.replace(f":{postgresql.port}/", f":{database.port}/"),
                "s3_endpoint": f"http://127.0.0.1:{pictures.port}",
            }
            home = Machine(data_dir / "home", environment(far), JOB_S)
            beside = Machine(data_dir / "beside", environment(here), JOB_S)
            await home.start()
            try:
                async with dispatch_of(settings.load(data_dir=data_dir / "bot", fleet=here)) as dispatch:
                    await ask_over_a_bad_line(dispatch, database, pictures)
                    await be_away(dispatch, database, pictures, beside)
            finally:
                for machine in (home, beside):
                    if hasattr(machine, "process"):
                        await machine.end(signal.SIGTERM)
            assert database.made > 10
            assert pictures.made > 0


async def ask(dispatch: LedgerDispatch, seed: int) -> JobId:
    return await dispatch.submit(Job(Dream(seed=seed), "ada"), {})


async def ask_over_a_bad_line(dispatch: LedgerDispatch, database: DroppingProxy, pictures: DroppingProxy) -> None:
    """Lines that break cost no answer, and no second attempt."""
    await until(dispatch.engine_listens)
    id = await ask(dispatch, 1)
    await until_row(dispatch, id, lambda row: row.state is State.RUNNING)
    for line in (database, pictures, database):
        line.drop()
        await asyncio.sleep(0.1)
    row = await until_row(dispatch, id, lambda row: row.state.settled)
    assert (row.state, row.attempt) == (State.DONE, 1)
    assert row.result
    assert await dispatch.get_blob(row.result.blob)


async def be_away(dispatch: LedgerDispatch, database: DroppingProxy, pictures: DroppingProxy, beside: Machine) -> None:
    """What it ran is done by the one beside the bot; when it is back, it works again."""
    id = await ask(dispatch, 2)
    await until_row(dispatch, id, lambda row: row.state is State.RUNNING)
    await database.close()
    await pictures.close()
    await beside.start()
    row = await until_row(dispatch, id, lambda row: row.state.settled)
    assert (row.state, row.attempt) == (State.DONE, 2)
    await database.open()
    await pictures.open()
    await beside.end(signal.SIGTERM)
    again = await until_row(dispatch, await ask(dispatch, 3), lambda row: row.state.settled)
    assert again.state is State.DONE
