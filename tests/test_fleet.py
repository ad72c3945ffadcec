"""A fleet of real processes, of which one is killed at work."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from pathlib import Path

import pytest

from bot.playground.world import Message
from engine import settings
from engine.errors import SettingsError
from engine.queue import fleet_status, installation
from engine.queue.job import State
from tests.fleet_processes import RunningFleet, open_fleet, until
from tests.playground_bot import PATIENCE, Room, answers_of, custom_ids, job_of, of_another_shard, shard_of
from tests.postgresql_server import PostgresServer

pytestmark = [pytest.mark.process, pytest.mark.postgresql]


async def ask(room: Room, persona: str) -> Message:
    """A dream, once its picture is opened and it is queued."""
    message = await room.ask(persona, "dream", subject="eyes", size=256)
    await room.world.until(lambda: custom_ids(room.now(message)), PATIENCE)
    return room.now(message)


async def test_the_job_of_a_killed_engine_is_answered_once_by_another(postgresql: PostgresServer) -> None:
    async with open_fleet(postgresql, engines=2) as fleet:
        message = await ask(fleet.room, "Ada")
        id = job_of(message)
        await until(lambda: fleet.at_work(id))
        first = fleet.at_work(id)
        assert first
        os.killpg(first.process.pid, signal.SIGKILL)
        killed = time.monotonic()
        await until(lambda: fleet.row(id).attempt == 2)
        print(f"begun elsewhere {time.monotonic() - killed:.1f} s after the kill")
        other = fleet.at_work(id)
        assert other
        assert other is not first
        message = await fleet.room.until_button(message, "Deeper")
        await until(lambda: fleet.row(id).posted)
        assert fleet.row(id).state is State.DONE
        assert [one.id for one in answers_of(fleet.room, id)] == [message.id]
        assert not (fleet.room.data_dir / "pareidolia.db").exists()
        assert not (fleet.room.data_dir / "blobs").exists()


async def test_a_server_of_the_database_and_one_of_pictures_that_are_killed_cost_no_answer(
    postgresql: PostgresServer,
) -> None:
    async with open_fleet(postgresql, engines=1) as fleet:
        message = await ask(fleet.room, "Ada")
        id = job_of(message)
        await until(lambda: fleet.at_work(id))
        fleet.s3.kill()
        await asyncio.to_thread(postgresql.stop)
        await asyncio.to_thread(postgresql.start)
        fleet.s3.start()
        await fleet.room.until_button(message, "Deeper")
        await until(lambda: fleet.row(id).posted)
        assert (fleet.row(id).state, fleet.row(id).attempt) == (State.DONE, 1)
        again = await ask(fleet.room, "Sam")
        await fleet.room.until_button(again, "Deeper")


async def test_a_bot_and_an_engine_that_start_while_the_database_is_away_wait_for_it_and_say_so_once(
    postgresql: PostgresServer,
) -> None:
    async with open_fleet(postgresql, engines=1, job_s=0.5) as fleet:
        machine, bot = fleet.machines[0], fleet.bots[0]
        logs = (machine.folder / "engine.out", bot.log_path)
        before = [len(path.read_text()) for path in logs]

        def said(word: str) -> list[int]:
            """How often each has said it since."""
            return [path.read_text()[start:].count(word) for path, start in zip(logs, before, strict=True)]

        await machine.end(signal.SIGKILL)
        await asyncio.to_thread(postgresql.stop)
        await machine.start()
        bot.restart()
        await until(lambda: min(said("(S60)")) == 1)
        await asyncio.sleep(5)  # attempts that are made meanwhile say nothing
        assert said("(S60)") == [1, 1]
        assert machine.process.returncode is None
        await asyncio.to_thread(postgresql.start)
        await until(lambda: min(said("answers again")) >= 1)
        await fleet.room.world.until(lambda: fleet.room.world.online, PATIENCE)
        message = await ask(fleet.room, "Ada")
        await fleet.room.until_button(message, "Deeper")
        assert said("(S60)") == [1, 1]


async def test_a_real_engine_dreams_in_a_fleet(postgresql: PostgresServer) -> None:
    async with open_fleet(postgresql, engines=1, job_s=0.0, PAREIDOLIA_DEFAULT_NETWORK="pocket") as fleet:
        message = await ask(fleet.room, "Ada")
        id = job_of(message)
        await fleet.room.until_button(message, "Deeper")
        await until(lambda: fleet.row(id).posted)
        row = fleet.row(id)
        assert (row.state, row.attempt, row.job.params.network) == (State.DONE, 1, "pocket")
        assert row.result
        assert row.result.size > 1000

        def told() -> dict[str, str]:
            return fleet_status.read(fleet.ledger).engines[0].about

        assert "pocket" in told()["networks"]
        await until(lambda: int(told()["memory_mb"]) > 0)  # told again with the next heartbeat after the child is ready


async def test_a_second_bot_is_refused(postgresql: PostgresServer, data_dir: Path) -> None:
    chosen = settings.load(
        data_dir=data_dir,
        fleet={"database_url": postgresql.database().replace("+psycopg", ""), "blob_url": data_dir.as_uri()},
    )
    only = asyncio.Event()
    first = asyncio.create_task(installation.be_only_bot(chosen, only))
    await only.wait()
    with pytest.raises(SettingsError, match="Another bot"):
        await installation.be_only_bot(chosen, asyncio.Event(), patience_s=0)
    first.cancel()
    await asyncio.wait((first,))


async def test_two_processes_of_one_bot_answer_each_for_its_servers(postgresql: PostgresServer) -> None:
    async with open_fleet(postgresql, engines=1, job_s=0.5, bots=2) as fleet:
        world, playground = fleet.room.world, fleet.room.playground
        of_another_shard(world)
        assert playground.gateway.too_early == 0
        asked = {"Ada": "annex", "Sam": "dreams", "Mod": "dm"}
        found = {who: await accepted(fleet, who, channel) for who, channel in asked.items()}
        for message in found.values():
            await fleet.room.until_button(message, "Deeper")
        first = shard_of(world.guild_id)
        fleet.bots[first].restart()
        await world.until(lambda: not world.online, PATIENCE)
        late = await accepted(fleet, "Ada", "annex")  # the other one goes on
        await fleet.room.until_button(late, "Deeper")
        await world.until(lambda: world.online, PATIENCE)
        again = await accepted(fleet, "Sam", "dreams")
        await fleet.room.until_button(again, "Deeper")
        for message in (*found.values(), late, again):
            id = job_of(fleet.room.now(message))
            await until(lambda id=id: fleet.row(id).posted)  # type: ignore[misc]
            shown = [one for one in world.messages.values() if custom_ids(one)]
            assert [one.id for one in shown if job_of(one) == id] == [message.id]  # others may offer to dream on it
        assert posted_by(fleet, 1 - first) == {job_of(fleet.room.now(one)) for one in (found["Ada"], late)}
        assert sum("told Discord about" in child.log_path.read_text() for child in fleet.bots) == 1
        assert playground.gateway.too_early == 0


async def accepted(fleet: RunningFleet, persona: str, channel: str) -> Message:
    """A dream in a channel, once it is queued."""
    interaction = fleet.room.playground.command(persona, channel, "dream", layer="high", size=128)
    message = await fleet.room.response_to(interaction)
    await fleet.room.world.until(lambda: custom_ids(fleet.room.now(message)), PATIENCE)
    return fleet.room.now(message)


def posted_by(fleet: RunningFleet, process: int) -> set[str]:
    """The jobs whose answers a process says to have posted, direct messages left out."""
    lines = fleet.bots[process].log_path.read_text().splitlines()
    ids = {found[1] for line in lines if "done, posted" in line and (found := re.search(r"job=([^ :]+)", line))}
    ada = next(one for one in fleet.room.world.people.values() if one.global_name == "Ada")
    return {one.id for one in fleet.ledger.history(ada.id) if one.id in ids}
