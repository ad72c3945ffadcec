"""The composition root of the bot: `settings => running bot`. Everything is made and joined here."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import discord

from bot import endpoints
from bot.client import Client
from bot.courier import Courier
from bot.desk import Desk
from bot.engine_process import EngineProcess
from bot.health import Health, Parts
from bot.intake import Intake
from bot.metrics import Metrics
from bot.poster import DiscordPoster
from bot.quota import Quota
from bot.reception import NOISE_CELL, noise
from bot.store.presets import Presets
from engine.jobs import logs
from engine.jobs import settings as jobs_settings
from engine.jobs.database import connect, sqlite_url
from engine.jobs.decoder import Decoder
from engine.jobs.dispatch import Dispatch
from engine.jobs.errors import Refusal, SettingsError
from engine.jobs.local import LocalDispatch
from engine.jobs.settings import Settings

log = logging.getLogger(__name__)

SHORT_LIFE_S = 60.0
PATIENT_STARTS = 4
"""Short lives in a row before starts are spaced out: 1,000 IDENTIFYs a day and Discord resets the token."""
LOGIN_PAUSE_S = 5.0
DRAIN_S = 3.0
LONGEST_PAUSE_S = 600.0


def main() -> int:
    """Run the bot of the settings until SIGTERM. Returns the exit status."""
    try:
        settings = jobs_settings.load()
        logs.start(settings, "bot")
        asyncio.run(serve(settings))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. Raises `SettingsError`."""
    token = settings.discord.token.get_secret_value()
    if not token:
        raise SettingsError(problem="`discord.token` is empty. Run `pareidolia setup`, or `make play` to try without.")
    endpoints.point(settings.discord)
    starts = Starts(settings.run_dir / "bot-starts.json")
    stop = _stop_signal()
    if not settings.discord.api_url and await _waited(stop, starts.pause_s()):
        return
    async with AsyncExitStack() as stack:
        engine = EngineProcess(settings.run_dir, settings.log_dir)
        keeper = asyncio.create_task(engine.run(), name="engine")
        stack.push_async_callback(engine.stop)
        stack.push_async_callback(_end, keeper)
        dispatch = await asyncio.to_thread(LocalDispatch.open, settings)
        stack.push_async_callback(dispatch.close)
        client, courier = await compose(settings, dispatch, stack)
        await connect_until(stop, client, courier, token)
    starts.ended_well()


async def compose(settings: Settings, dispatch: Dispatch, stack: AsyncExitStack) -> tuple[Client, Courier]:
    """Make the parts and join them; the stack closes them. The endpoints are set before."""
    metrics = Metrics()
    decoder = await stack.enter_async_context(Decoder(settings.limits.megapixels, settings.limits.upload_mb))
    warming = asyncio.create_task(_warm(decoder), name="decoder")
    stack.push_async_callback(_end, warming)
    session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
    database = connect(sqlite_url(settings.database))
    stack.callback(database.dispose)
    here = bool(settings.discord.api_url)
    client = Client(
        guild_ids=settings.discord.guild_ids,
        state_file=settings.run_dir / "commands.sha256",
        always_sync=here,
        metrics=metrics,
    )
    intake = Intake(session, decoder, limit_mb=settings.limits.upload_mb, cdn_url=settings.discord.cdn_url)
    poster = DiscordPoster(client)
    courier = Courier(dispatch, poster, metrics=metrics)
    presets = Presets(database, settings.limits.presets)
    client.desk = Desk(dispatch, intake, poster, courier, presets, Quota(settings.limits.per_user))
    await stack.enter_async_context(client)
    parts = Parts(
        discord=lambda: client.connected,
        engine=dispatch.engine_listens,
        rows=dispatch.unposted,
        run_dir=settings.run_dir,
        decoder=lambda: decoder.pid,
    )
    await stack.enter_async_context(Health(settings.metrics_port, parts, metrics))
    return client, courier


async def _warm(decoder: Decoder) -> None:
    """Have the decoder's libraries loaded before the first picture comes."""
    try:
        await decoder.clean(noise(NOISE_CELL, 0), NOISE_CELL)
    except Refusal:
        log.warning("the decoder did not start; pictures will be refused until it does")


async def connect_until(stop: asyncio.Event, client: Client, courier: Courier, token: str) -> None:
    """Be online until `stop`. Raises `SettingsError` for a token that Discord does not know."""
    if not await _logged_in(client, token, stop):
        return
    following = asyncio.create_task(courier.run(), name="courier")
    connection = asyncio.create_task(client.connect(), name="gateway")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    try:
        await asyncio.wait({following, connection, stopping}, return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping; dreams that wait stay in the queue")
        client.stopping = True
        await client.desk.drain(DRAIN_S)
    finally:
        await client.close()
        for task in (stopping, following):
            await _end(task)
    await connection


async def _logged_in(client: Client, token: str, stop: asyncio.Event) -> bool:
    """Log in, however long Discord is out of reach; False if we were asked to stop meanwhile."""
    pause = LOGIN_PAUSE_S
    while True:
        try:
            await client.login(token)
        except discord.LoginFailure:
            raise SettingsError(
                problem="Discord does not know `discord.token`. Make a new one in its portal, run `pareidolia setup`."
            ) from None
        except (OSError, aiohttp.ClientError, discord.DiscordServerError) as error:
            log.warning("Discord cannot be reached (%s)", type(error).__name__)
            if await _waited(stop, pause):
                return False
            pause = min(2 * pause, LONGEST_PAUSE_S)
        else:
            return True


async def _end(task: asyncio.Task[object]) -> None:
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled() and (error := task.exception()):
        raise error


async def _waited(stop: asyncio.Event, seconds: float) -> bool:
    """Wait; True if we were asked to stop meanwhile."""
    if seconds <= 0:
        return False
    log.warning("waiting %.0f s before connecting", seconds)
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


class Starts:
    """Remembers short lives, so that a crash loop does not use up Discord's patience."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def pause_s(self, now: float | None = None) -> float:
        """Seconds to wait before this start. Counts it."""
        now = time.time() if now is None else now
        try:
            last = json.loads(self._path.read_text("utf-8"))
            short = last["short"] + 1 if now - last["started"] < SHORT_LIFE_S + last["paused"] else 0
        except (OSError, ValueError, KeyError, TypeError):
            short = 0
        pause = 0.0 if short < PATIENT_STARTS else min(LONGEST_PAUSE_S, 10.0 * 2 ** (short - PATIENT_STARTS))
        self._path.write_text(json.dumps({"started": now, "short": short, "paused": pause}), "utf-8")
        return pause

    def ended_well(self) -> None:
        """This life does not count."""
        self._path.unlink(missing_ok=True)
