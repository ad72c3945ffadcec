"""What is told to whoever watches: 200 and "ok", or 503 and a sentence; and every number after a few jobs."""

from __future__ import annotations

import asyncio
import math
import os
import re
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client.parser import text_string_to_metric_families

from bot.delivery.errors import MessageGone, Unavailable
from bot.delivery.tracker import DeliveryTracker
from bot.operations import health as health_module
from bot.operations import metrics as metrics_module
from bot.operations.health import Health, Parts
from bot.operations.metrics import Metrics
from engine.errors import OutOfMemory, SettingsError
from engine.queue.in_memory_dispatch import MemoryDispatch
from engine.queue.job import JobId, JobRow, Progress
from tests.bot.delivery.test_tracker import FAST, JPEG, PNG, Wall, posted, queue
from tests.bot.requests.test_service import Stage, _drawn_avatars, specification, stage  # noqa: F401

DOCS = Path(__file__).parents[3] / "docs" / "watching.md"


class FollowedWall(Wall):
    """Messages, and the tracker that follows jobs onto them."""

    def __init__(self, dispatch: MemoryDispatch, metrics: Metrics) -> None:
        super().__init__()
        self.tracker = DeliveryTracker(dispatch, self, FAST, metrics)


class World:
    """A bot's parts, each of which can be taken away."""

    def __init__(self, dispatch: MemoryDispatch, run_dir: Path) -> None:
        self.dispatch = dispatch
        self.metrics = Metrics()
        self.discord = True
        parts = Parts(lambda: self.discord, dispatch.engine_listens, dispatch.list_unposted, run_dir)
        self.health = Health(0, parts, self.metrics)

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self.health.port}{path}", headers=headers) as answer,
        ):
            return answer.status, await answer.text()

    async def numbers(self) -> dict[tuple[str, ...], float]:
        """Every sample by its name and the values of its labels, in the labels' alphabetical order."""
        _, text = await self.get("/metrics")
        families = text_string_to_metric_families(text)
        samples = [one for family in families for one in family.samples]
        return {(one.name, *(value for _, value in sorted(one.labels.items()))): one.value for one in samples}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    dispatch = MemoryDispatch()
    world = World(dispatch, tmp_path)
    async with world.health as health:
        await health.listen()
        yield world
    await dispatch.close()


@pytest.fixture
async def wall(world: World) -> AsyncIterator[FollowedWall]:
    """Messages, and a tracker that follows the world's jobs onto it."""
    wall = FollowedWall(world.dispatch, world.metrics)
    task = asyncio.create_task(wall.tracker.run())
    async with asyncio.timeout(60):
        while not world.dispatch._listeners:
            await asyncio.sleep(0)
    yield wall
    task.cancel()
    await asyncio.wait({task})


async def test_all_is_well(world: World) -> None:
    assert await world.get("/healthz") == (200, "ok\n")


async def test_without_discord_it_says_so(world: World) -> None:
    world.discord = False
    status, said = await world.get("/healthz")
    assert status == 503
    assert said == health_module.NO_DISCORD + "\n"


async def test_without_an_engine_it_says_so_until_there_is_one_again(world: World) -> None:
    world.dispatch.engine_there = False
    status, said = await world.get("/healthz")
    assert (status, said) == (503, health_module.NO_ENGINE + "\n")
    world.dispatch.engine_there = True
    assert (await world.get("/healthz"))[0] == 200


async def test_an_engine_that_takes_nothing_is_not_well(world: World) -> None:
    await queue(world.dispatch)
    assert (await world.get("/healthz"))[0] == 200
    world.dispatch.ledger.clock = lambda: time.time() - health_module.STUCK_S - 5
    await queue(world.dispatch, "2")
    status, said = await world.get("/healthz")
    assert status == 503
    assert "none runs" in said
    world.dispatch.start()
    assert (await world.get("/healthz"))[0] == 200


async def test_a_database_that_cannot_be_read_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken() -> list[JobRow]:
        raise OSError("disk")

    world.health._parts = Parts(lambda: True, lambda: True, broken, Path())
    status, said = await world.get("/healthz")
    assert status == 503
    assert "OSError" in said
    assert "doctor" in said


@pytest.mark.parametrize("headers", [{"Host": "example.com"}, {"Host": "127.0.0.1:1"}, {"Origin": "http://localhost"}])
@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
async def test_who_asks_for_another_host_or_from_a_web_page_is_refused(
    world: World, path: str, headers: dict[str, str]
) -> None:
    assert (await world.get(path, **headers))[0] == 403


async def test_only_this_machine_can_reach_it(world: World) -> None:
    assert world.health._runner is not None
    assert [address[0] for address in world.health._runner.addresses] == ["127.0.0.1"]


async def test_port_0_in_the_settings_serves_nothing(world: World) -> None:
    async with Health(0, world.health._parts, Metrics()) as none:
        assert none._runner is None


async def test_a_taken_port_is_a_sentence(world: World) -> None:
    with pytest.raises(SettingsError, match="metrics_port"):
        async with Health(world.health.port, world.health._parts, Metrics()):
            pass


async def test_jobs_are_counted_once_by_recipe_state_and_code(world: World, wall: FollowedWall) -> None:
    done, failed, cancelled = [await queue(world.dispatch, user) for user in "123"]
    for id in (done, failed, cancelled):
        await wall.tracker.follow(id)
    world.dispatch.start()
    world.dispatch.start()
    world.dispatch.finish(done, PNG)
    world.dispatch.fail(failed, OutOfMemory())
    await world.dispatch.cancel(cancelled)
    for id in (done, failed, cancelled):
        await posted(world.dispatch, id)
    await wall.tracker.resume()
    found = await world.numbers()
    jobs = {key[1:]: value for key, value in found.items() if key[0] == "pareidolia_jobs_total"}
    assert jobs == {("", "dream", "done"): 1, ("F03", "dream", "failed"): 1, ("", "dream", "cancelled"): 1}
    assert found["pareidolia_job_running_seconds_count", "dream"] == 2
    assert found["pareidolia_job_waiting_seconds_count", "dream"] == 2
    assert found["pareidolia_edits_total", "answer", "ok"] == 3
    assert found["pareidolia_oldest_waiting_seconds",] == 0


async def test_how_long_it_took_lands_in_its_bucket(world: World, wall: FollowedWall) -> None:
    clock = world.dispatch.ledger.clock = Steps(1000.0)
    id = await queue(world.dispatch)
    clock.now += 3
    world.dispatch.start()
    clock.now += 50
    world.dispatch.finish(id, PNG)
    await wall.tracker.resume()
    await posted(world.dispatch, id)
    found = await world.numbers()
    assert found["pareidolia_job_waiting_seconds_sum", "dream"] == 3
    assert found["pareidolia_job_running_seconds_sum", "dream"] == 50
    assert found["pareidolia_job_running_seconds_bucket", "30.0", "dream"] == 0
    assert found["pareidolia_job_running_seconds_bucket", "60.0", "dream"] == 1


class Steps:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


async def test_the_queue_is_as_deep_as_it_is_now(world: World) -> None:
    for user in "123":
        await queue(world.dispatch, user)
    world.dispatch.start()
    found = await world.numbers()
    assert found["pareidolia_jobs_open", "dream", "queued"] == 2
    assert found["pareidolia_jobs_open", "dream", "running"] == 1
    assert found["pareidolia_oldest_waiting_seconds",] > 0
    for row in await world.dispatch.list_unposted():
        await world.dispatch.cancel(row.id)
        world.dispatch.settle_cancelled(row.id)
        await world.dispatch.mark_posted(row.id, "1")
    assert not [key for key in await world.numbers() if key[0] == "pareidolia_jobs_open"]


async def test_edits_that_fail_are_counted_by_their_reason(world: World, wall: FollowedWall) -> None:
    id = await queue(world.dispatch)
    await wall.tracker.follow(id)
    world.dispatch.start()
    wall.trouble = [Unavailable(), Unavailable(), MessageGone()]
    world.dispatch.progress(id, 1, 2, JPEG)
    async with asyncio.timeout(60):
        while len(wall.trouble) == 3:
            await asyncio.sleep(0.005)
    world.dispatch.finish(id, PNG)
    await posted(world.dispatch, id)
    found = await world.numbers()
    assert found["pareidolia_edits_total", "preview", "Unavailable"] == 1
    assert found["pareidolia_edits_total", "answer", "Unavailable"] == 1
    assert found["pareidolia_edits_total", "answer", "MessageGone"] == 1


async def test_memory_of_processes_and_of_the_gpu(world: World) -> None:
    world.metrics.observe_progress(Progress(JobId("a" * 20), 1, 2, 0.5, gpu_bytes=0))
    assert ("pareidolia_gpu_bytes", "engine") not in await world.numbers()
    world.metrics.observe_progress(Progress(JobId("a" * 20), 1, 2, 0.5, gpu_bytes=7 * 2**30))
    (world.health._parts.run_dir / "engine.pid").write_text(f'{{"supervisor": {os.getpid()}, "worker": 0}}')
    found = await world.numbers()
    assert found["pareidolia_gpu_bytes", "engine"] == 7 * 2**30
    assert found["pareidolia_up", "engine"] == 1
    if metrics_module.resident_bytes(os.getpid()):
        assert found["pareidolia_resident_bytes", "supervisor"] > 2**20
    world.dispatch.engine_there = False
    found = await world.numbers()
    assert ("pareidolia_gpu_bytes", "engine") not in found
    assert ("pareidolia_resident_bytes", "supervisor") not in found
    assert found["pareidolia_up", "engine"] == 0


@pytest.mark.parametrize("text", ["", "[]", "{", '{"supervisor": "x"}', "7"])
def test_an_engines_pids_that_cannot_be_read_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "engine.pid").write_text(text)
    assert metrics_module.engine_pids(tmp_path) == {}


def test_a_process_that_is_gone_holds_no_memory() -> None:
    assert metrics_module.resident_bytes(2**22 + 1) is None


async def test_every_call_of_discord_is_counted_and_its_rate_limits_by_scope(world: World) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=int(request.query["status"]), headers={"X-RateLimit-Scope": "shared"})

    app = web.Application()
    app.router.add_route("*", "/", answer)
    async with TestServer(app) as server, aiohttp.ClientSession(trace_configs=[world.metrics.trace()]) as session:
        for method, status in (("GET", 200), ("PATCH", 429), ("PATCH", 429), ("PATCH", 200)):
            async with session.request(method, server.make_url(f"/?status={status}")):
                pass
        with pytest.raises(aiohttp.ClientError):
            await session.get("http://127.0.0.1:9/")
    found = await world.numbers()
    assert found["pareidolia_discord_requests_total", "PATCH", "429"] == 2
    assert found["pareidolia_discord_requests_total", "PATCH", "200"] == 1
    assert found["pareidolia_discord_requests_total", "GET", "ClientConnectorError"] == 1
    assert found["pareidolia_discord_rate_limits_total", "shared"] == 2


async def test_every_number_is_explained(world: World) -> None:
    families = [one.name for one in world.metrics.registry.collect()]
    said = DOCS.read_text("utf-8")
    assert [name for name in families if f"`{name}" not in said] == []


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


@pytest.mark.slow
async def test_the_client_says_when_its_gateway_is_gone(stage: Stage) -> None:  # noqa: F811
    await until(lambda: stage.client.connected)
    await stage.client.ws.socket.close()
    assert not stage.client.connected
    await until(lambda: stage.client.connected)


async def test_the_bots_own_calls_and_refusals_are_counted(stage: Stage) -> None:  # noqa: F811
    await stage.ask("You", "dream", layer="hgih")

    def page() -> str:
        return stage.client.metrics.page([], {}, {}).decode()

    await until(lambda: re.search(r'pareidolia_discord_requests_total\{method="POST",status="2\d\d"\} 1', page()))
    assert 'pareidolia_refusals_total{code="R10"} 1.0' in page()


@pytest.mark.parametrize("silent", [False, True])
async def test_numbers_are_told_while_the_database_cannot_be_read(
    world: World, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    async def broken() -> list[JobRow]:
        if silent:
            await asyncio.Event().wait()
        raise OSError("disk")

    monkeypatch.setattr(health_module, "LEDGER_S", 0.05)
    await queue(world.dispatch)
    world.metrics.count_refusal("R01")
    world.health._parts = Parts(lambda: True, lambda: True, broken, Path())
    assert (await world.get("/metrics"))[0] == 200
    found = await world.numbers()
    assert found["pareidolia_up", "ledger"] == 0
    assert found["pareidolia_up", "engine"] == 1
    assert found["pareidolia_refusals_total", "R01"] == 1
    assert not [key for key in found if key[0] == "pareidolia_jobs_open"], "nobody knows what waits"
    assert math.isnan(found["pareidolia_oldest_waiting_seconds",])
    assert (await world.get("/healthz"))[0] == 503
    world.health._parts = Parts(lambda: True, lambda: True, world.dispatch.list_unposted, Path())
    found = await world.numbers()
    assert found["pareidolia_up", "ledger"] == 1
    assert found["pareidolia_jobs_open", "dream", "queued"] == 1
