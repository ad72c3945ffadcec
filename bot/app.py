"""The composition root of the bot: `settings => running bot`. Everything is made and joined here.

Longer than most files: whatever is added is made, joined, started and ended here, and nowhere else.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import discord
import sqlalchemy as sa

from bot import discord_internals
from bot.delivery import interaction_response
from bot.delivery.interaction_response import CONNECTION_ERRORS
from bot.delivery.publisher import DiscordPublisher
from bot.delivery.server_log import ServerLog
from bot.delivery.tracker import DeliveryTracker
from bot.games.game_answers import GameAnswers
from bot.games.games import Games
from bot.gateway import endpoints
from bot.gateway.client import Client, ShardedClient
from bot.gateway.connect_limits import IdentifyBudget, StartBackoff
from bot.gateway.processes import Processes
from bot.languages import catalogs
from bot.operations.engine_process import EngineProcess
from bot.operations.health import NO_ENGINE, NO_ENGINE_IN_FLEET, Health, Parts
from bot.operations.metrics import Metrics
from bot.operations.shard_range import ShardRange
from bot.requests.actions import JobActions
from bot.requests.channel_images import ChannelImages
from bot.requests.command_permissions import CommandPermissions
from bot.requests.copies import Copies
from bot.requests.downloader import Downloader
from bot.requests.export_actions import ExportActions
from bot.requests.limits import Quota, ServerGate
from bot.requests.moderation import Moderation
from bot.requests.overview import Overview
from bot.requests.pending_requests import PendingRequests
from bot.requests.personal_data import PersonalData
from bot.requests.preset_actions import PresetActions
from bot.requests.reaction_actions import ReactionActions
from bot.requests.reports import Reports
from bot.requests.server_actions import ServerActions
from bot.requests.server_expressions import ServerExpressions
from bot.requests.server_membership import ServerMembership
from bot.requests.service import RequestService
from bot.requests.settings_actions import SettingsActions
from bot.requests.submission import ImageCheck
from bot.requests.video_offers import VideoOffers
from bot.rituals.actions import RitualActions
from bot.rituals.daily_dream import DailyDream
from bot.rituals.endless_dream import EndlessDream
from bot.rituals.exhibition import Exhibition
from bot.rituals.exquisite_dream import ExquisiteDream
from bot.rituals.own_dreams import OwnDreams
from bot.rituals.ritual import Ritual
from bot.rituals.runner import RitualRunner
from bot.store.game_records import GameRecords
from bot.store.nsfw_rules import NsfwCheck
from bot.store.presets import Presets
from bot.store.report_codes import ReportCodes
from bot.store.result_copies import ResultCopies
from bot.store.schedule_entries import ScheduleEntries
from bot.store.schedules import DAILY, ENDLESS, EXHIBITION, GAME, Schedules
from bot.store.server_blocks import ServerBlocks
from bot.store.server_rules import ServerRulesStore
from bot.store.server_uses import ServerUses
from bot.store.shared_presets import SharedPresets
from bot.store.user_settings import UserSettingsStore
from bot.store.votes import Votes
from engine import logs
from engine import settings as jobs_settings
from engine.errors import DatabaseUnreachable, Refusal, SettingsError
from engine.files.decoder import Decoder
from engine.files.nsfw_scorer import INSTALL, NsfwScorer, is_installed
from engine.platform import backoff, file_lock, resource_limits
from engine.queue.database import connect, database_url
from engine.queue.dispatch_port import Dispatch
from engine.queue.hint_socket import check_socket
from engine.queue.installation import be_only_bot, open_dispatch, pause_without_database, run_once_in_fleet
from engine.queue.ledger_dispatch import LedgerDispatch
from engine.settings import Settings

log = logging.getLogger(__name__)

LOGIN_S = 60.0
LOGIN_PAUSE_S = 5.0
DRAIN_S = 3.0
AUTHENTICATION_FAILED = 4004
"""The gateway's word for a token that it does not know."""
SHARDING_REQUIRED = 4011
"""Its word for a bot that is in too many servers for one connection."""
TOO_MANY_SERVERS = "The bot is in too many servers for one connection. Set `discord.shards = 0`."
TOKEN_UNKNOWN = "Discord does not know `discord.token`. Make a new one in its portal, run `pareidolia setup`."
NOT_LET_IN = (
    "That is no outage: look at `discord.api_url`, at a proxy in between, and at the application in Discord's portal."
)
SHARDS_NEED_FLEET = (
    "`--shards` shares one bot among processes, which meet in a database: set `[fleet]` (docs/scale.md). In one "
    "process, set `discord.shards`."
)
LONGEST_PAUSE_S = 600.0
StartTask = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]
"""Begins a task of that name beside the others."""
PICTURES_URL = "https://cdn.discordapp.com"
"""Where the pictures lie that people send."""


def main(*, with_engine: bool = True, shards: str = "") -> int:
    """Run the bot of the settings until SIGTERM, with an engine beside it; or, of a fleet's, some of its shards
    (`bot.operations.shard_range`). Returns the exit status."""
    try:
        settings = jobs_settings.load()
        logs.start(settings, "bot")
        log.info("this machine: %s", resource_limits.share())
        if said := jobs_settings.notice():
            log.warning("%s", said)
        if said := settings.catalog.default_fallback():
            log.warning("%s", said)
        catalogs.load()
        shard_range = ShardRange.parse(shards) if shards else None
        asyncio.run(serve(settings, with_engine=with_engine, shard_range=shard_range))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


async def serve(settings: Settings, *, with_engine: bool = True, shard_range: ShardRange | None = None) -> None:
    """Run until SIGTERM or SIGINT. Raises `SettingsError`."""
    if shard_range and not settings.fleet.on:
        raise SettingsError(problem=SHARDS_NEED_FLEET)
    token = settings.discord.token.get_secret_value()
    if not token:
        raise SettingsError(problem="`discord.token` is empty. Run `pareidolia setup`, or `make play` to try without.")
    endpoints.point(settings.discord)
    settings.proxy_for(endpoints.home(settings.discord))  # one that cannot be used is said before anything is started
    if not settings.fleet.on:
        check_socket(settings.run_dir)  # else an engine that nobody hears would be started again and again
    with _only_bot(settings):
        await _serve(settings, token, with_engine=with_engine, shard_range=shard_range)


async def _serve(settings: Settings, token: str, *, with_engine: bool, shard_range: ShardRange | None) -> None:
    stop = _stop_signal()
    starts = StartBackoff(settings.run_dir / "bot-starts.json")
    if settings.discord.api_url:
        _stop_with_the_playground(stop)
    elif await _wait_or_stop(stop, max(starts.pause_s(), _identify_budget(settings).pause_s())):
        return
    engine = EngineProcess(settings.run_dir, settings.log_dir)
    try:
        async with task_group() as start, AsyncExitStack() as stack:
            only = asyncio.Event()
            ids, total = (shard_range.ids, shard_range.total) if shard_range else ([], 0)
            start(be_only_bot(settings, only, ids, total), "lease")
            if with_engine:
                start(engine.run(), "engine")
            dispatch = await _open_dispatch(settings, stop)
            if dispatch is None or not await _wait_until(only, stop):
                return
            stack.push_async_callback(dispatch.close)
            client, tracker = await compose(settings, dispatch, stack, start, shard_range)
            await connect_until(stop, client, tracker, token, start)
    finally:
        await engine.stop()
    starts.reset()


async def _open_dispatch(settings: Settings, stop: asyncio.Event) -> LedgerDispatch | None:
    """The dispatch, once its database answers; None if we were asked to stop before. Raises `SettingsError`."""
    failed = 0
    while True:
        try:
            return await asyncio.to_thread(open_dispatch, settings)
        except DatabaseUnreachable as error:
            failed += 1
            pause = pause_without_database(error, failed)
        if await _wait_or_stop(stop, pause):
            return None


async def _wait_until(event: asyncio.Event, stop: asyncio.Event) -> bool:
    """Whether an event came before we were asked to stop."""
    waiting = [asyncio.create_task(one.wait()) for one in (event, stop)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    return event.is_set()


@asynccontextmanager
async def task_group() -> AsyncIterator[StartTask]:
    """For what works beside the body and ends with it. A crash of any ends the body at once, and is what is raised."""
    tasks: list[asyncio.Task[None]] = []

    def start(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        tasks.append(group.create_task(work, name=name))
        return tasks[-1]

    try:
        async with asyncio.TaskGroup() as group:
            yield start
            for task in tasks:
                task.cancel()
    except BaseExceptionGroup as failed:
        first, *others = failed.exceptions
        for one in others:
            log.error("this broke, too", exc_info=one)
        raise first from None


async def compose(
    settings: Settings, dispatch: Dispatch, stack: AsyncExitStack, start: StartTask, shards: ShardRange | None = None
) -> tuple[Client, DeliveryTracker]:
    """Make the parts and join them; the stack closes them. The endpoints are set before."""
    decoder = await stack.enter_async_context(Decoder(settings.limits.megapixels, settings.limits.upload_mb))
    stack.push_async_callback(_cancel, start(_warm(decoder), "decoder"))
    downloader = await _downloader(settings, decoder, stack)
    database = _database(settings, stack)
    client = _client(settings, Metrics(), shards, _processes(settings, stack) if shards else None)
    publisher, nsfw_check = DiscordPublisher(client, client.invalid_requests), _nsfw_check(settings)
    user_settings, quota = UserSettingsStore(database), Quota(settings.limits.per_user)
    gate, server_log, records = _server_gate(settings, database, dispatch), ServerLog(publisher), GameRecords(database)
    answers = GameAnswers(records, gate.rules, dispatch, server_log, settings.catalog, decoder.clean)
    tracker = DeliveryTracker(
        dispatch, publisher, metrics=client.metrics, shrink=decoder.clean, user_settings=user_settings, games=answers,
        shard_range=client.shard_range,
    )  # fmt: skip
    presets, pending = Presets(database, settings.limits.presets), PendingRequests(settings.run_dir / "openings")
    stack.push_async_callback(server_log.close)
    copies = Copies(ResultCopies(database), publisher, dispatch)
    client.service = RequestService(
        dispatch, downloader, publisher, tracker, presets, quota, pending, settings.catalog, user_settings,
        gate, CommandPermissions(client), server_log, copies, ImageCheck(gate.blocks, downloader), nsfw_check, records,
    )  # fmt: skip
    _add_image_actions(client, publisher, tracker, quota)
    client.moderation = Moderation(client.service, gate.blocks, server_log, tracker.refresh)
    client.games = Games(client.service, records, answers, tracker, publisher, client.shard_range)
    _add_server_actions(client, gate, dispatch, server_log, settings, nsfw_check, records, Schedules(database))
    _start_rounds(client, settings, stack, start)
    shared_presets = SharedPresets(database, presets)
    client.preset_actions = PresetActions(client.service, publisher, shared_presets)
    personal_data = PersonalData(
        dispatch, presets, shared_presets, user_settings, tracker, publisher, quota, client.remedies, gate, records,
        Votes(database), ScheduleEntries(database), Schedules(database), copies,
    )  # fmt: skip
    client.settings_actions = SettingsActions(user_settings, presets, personal_data, settings.catalog)
    client.overview = Overview(dispatch, publisher, presets, settings.limits, settings.catalog)
    _compose_rituals(client, database, settings, publisher, tracker, server_log)
    client.actions = _job_actions(client, publisher, tracker, database, settings)
    await stack.enter_async_context(client)
    parts = _parts(settings, client, dispatch, decoder, tracker)
    await stack.enter_async_context(Health(settings.metrics_port, parts, client.metrics))
    return client, tracker


def _add_image_actions(client: Client, publisher: DiscordPublisher, tracker: DeliveryTracker, quota: Quota) -> None:
    """What can be done with an image that is there."""
    client.video_offers = VideoOffers(client.service, client.remedies)
    client.channel_images = ChannelImages(client.service)
    client.reaction_actions = ReactionActions(client.service, publisher, tracker, quota)
    client.exports = ExportActions(client.service, quota, ServerExpressions())


def _start_rounds(client: Client, settings: Settings, stack: AsyncExitStack, start: StartTask) -> None:
    """What is looked for again and again."""
    purging = run_once_in_fleet(settings, "servers", client.membership.purge_forever)
    stack.push_async_callback(_cancel, start(purging, "servers"))
    stack.push_async_callback(_cancel, start(client.games.fool.end_forever(), "rounds"))


def _add_server_actions(
    client: Client,
    gate: ServerGate,
    dispatch: Dispatch,
    log: ServerLog,
    settings: Settings,
    nsfw_check: NsfwCheck,
    games: GameRecords,
    schedules: Schedules,
) -> None:
    """What a server decides, and what is kept of it."""
    client.server_actions = ServerActions(
        client, gate.rules, dispatch, log, settings.limits, client.moderation, nsfw_check, schedules
    )
    client.membership = ServerMembership(
        gate.rules, gate.uses, games, dispatch, client.service.copies, client.shard_range
    )


def _job_actions(
    client: Client, publisher: DiscordPublisher, tracker: DeliveryTracker, database: sa.Engine, settings: Settings
) -> JobActions:
    """What the buttons under results do."""
    reports = Reports(ReportCodes(database), publisher, settings.discord.report_channel_id)
    return JobActions(client.service, publisher, tracker, reports, client.channel_images, settings.limits.upscale_s)


async def _downloader(settings: Settings, decoder: Decoder, stack: AsyncExitStack) -> Downloader:
    """What fetches pictures, and has them opened and scored."""
    proxy = settings.proxy_for(settings.discord.cdn_url or PICTURES_URL)
    session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), proxy=proxy))
    scorer = await stack.enter_async_context(NsfwScorer(settings.limits.megapixels))
    most, cdn_url = settings.limits.upload_mb, settings.discord.cdn_url
    return Downloader(session, decoder, limit_mb=most, cdn_url=cdn_url, scorer=scorer)


def _nsfw_check(settings: Settings) -> NsfwCheck:
    """What the owner decided about images that do not look safe for work."""
    check = NsfwCheck(settings.moderation, is_installed=is_installed())
    if settings.moderation.action != "off" and not check.is_installed:
        log.warning("images are not checked; what that needs is missing: %s", INSTALL)
    return check


def _server_gate(settings: Settings, database: sa.Engine, dispatch: Dispatch) -> ServerGate:
    """What lets requests in, by what servers decided."""
    uses = ServerUses(database, settings.discord.token.get_secret_value())
    return ServerGate(ServerRulesStore(database), uses, dispatch, ServerBlocks(database))


def _database(settings: Settings, stack: AsyncExitStack) -> sa.Engine:
    database = connect(database_url(settings))
    stack.callback(database.dispose)
    return database


def _compose_rituals(
    client: Client, database: sa.Engine, settings: Settings, publisher: DiscordPublisher, tracker: DeliveryTracker,
    server_log: ServerLog,
) -> None:  # fmt: skip
    """What happens again and again; it begins once the bot is logged in."""
    schedules, votes = Schedules(database), Votes(database)
    dreams = OwnDreams(client, client.service, tracker)
    entries, daily = ScheduleEntries(database), DailyDream(schedules, votes, dreams, publisher)
    exquisite = ExquisiteDream(schedules, entries, dreams, publisher)
    kinds: dict[str, Ritual] = {
        ENDLESS: EndlessDream(schedules, votes, dreams, publisher, settings.catalog),
        DAILY: daily,
        GAME: exquisite,
        EXHIBITION: Exhibition(client, schedules, votes, entries, client.service, publisher),
    }
    client.rituals = RitualRunner(client, schedules, client.service.gate.rules, server_log, kinds)
    client.ritual_actions = RitualActions(client, schedules, votes, client.service, client.rituals, daily, exquisite)
    client.service.schedules = schedules


def _parts(settings: Settings, client: Client, dispatch: Dispatch, decoder: Decoder, tracker: DeliveryTracker) -> Parts:
    """What is asked whether the bot is well."""
    return Parts(
        discord=lambda: client.connected,
        engine=dispatch.engine_listens,
        no_engine=NO_ENGINE_IN_FLEET if settings.fleet.on else NO_ENGINE,
        rows=tracker.list_unposted,
        run_dir=settings.run_dir,
        decoders=lambda: decoder.pids,
    )


def _processes(settings: Settings, stack: AsyncExitStack) -> Processes:
    """What the bot's processes do in turn."""
    processes = Processes.open(settings)
    stack.callback(processes.state.close)
    return processes


def _client(
    settings: Settings, metrics: Metrics, shard_range: ShardRange | None = None, processes: Processes | None = None
) -> Client:
    here, shards = bool(settings.discord.api_url), settings.discord.shards
    single = shards == 1 and shard_range is None
    kind, count = (Client, None) if single else (ShardedClient, shards or None)
    return kind(
        shard_count=count,
        shard_range=shard_range,
        processes=processes,
        guild_ids=settings.discord.guild_ids,
        blocked_guild_ids=settings.discord.blocked_guild_ids,
        state_file=settings.run_dir / "commands.sha256",
        always_sync=here and processes is None,
        user_installs=settings.discord.user_installs,
        message_content=settings.discord.message_content,
        metrics=metrics,
        identify_budget=None if here else _identify_budget(settings),
        proxy=settings.proxy_for(endpoints.home(settings.discord)),
    )


async def _warm(decoder: Decoder) -> None:
    """Have the decoder's libraries loaded before the first picture comes."""
    try:
        await decoder.warm()
    except Refusal:
        log.warning("the decoder did not start; pictures will be refused until it does")


async def connect_until(
    stop: asyncio.Event, client: Client, tracker: DeliveryTracker, token: str, start: StartTask
) -> None:
    """Be online until `stop`. Raises `SettingsError` for a token that Discord does not know, or not any more."""
    if not await _log_in(client, token, stop):
        return
    apologising = start(client.service.apologise_for_pending(), "openings")
    repeating = start(client.rituals.run_forever(), "rituals")
    following = asyncio.create_task(tracker.run(), name="delivery")
    connection = asyncio.create_task(_connect(client), name="gateway")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    unknown = asyncio.create_task(client.until_unknown(), name="token")
    try:
        await asyncio.wait((following, connection, stopping, unknown), return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping; dreams that wait stay in the queue")
        client.stopping = True
        if not unknown.done():
            await client.service.drain(DRAIN_S)
    finally:
        await _cancel(
            following, apologising, repeating
        )  # before the client: through a closed session they would edit in vain
        await client.close()
        await _cancel(connection, stopping, unknown)
    _raise_error_of(following)
    _raise_error_of(unknown)
    await _raise_connection_error(connection)
    if not unknown.cancelled():
        raise SettingsError(problem=TOKEN_UNKNOWN)


async def _raise_connection_error(connection: asyncio.Task[None]) -> None:
    """What the gateway said last. Raises `SettingsError` where it does not know the token."""
    if connection.cancelled():
        return
    try:
        await connection
    except discord.ConnectionClosed as error:
        if error.code == AUTHENTICATION_FAILED:
            raise SettingsError(problem=TOKEN_UNKNOWN) from None
        if error.code == SHARDING_REQUIRED:
            raise SettingsError(problem=TOO_MANY_SERVERS) from None
        raise


async def _connect(client: Client) -> None:
    """The connection to the gateway, made again by discord.py, except where the first one fails: there it trips over a
    socket that was never there."""
    failed = 0
    while True:
        try:
            return await client.connect()
        except AttributeError:
            if client.was_connected:
                raise
        failed += 1
        pause = backoff.pause_s(failed, LOGIN_PAUSE_S, LONGEST_PAUSE_S)
        log.warning("the gateway cannot be reached; next try in %.0f s", pause)
        await asyncio.sleep(pause)


async def _log_in(client: Client, token: str, stop: asyncio.Event) -> bool:
    """Log in, however long Discord is out of reach; False if we were asked to stop meanwhile."""
    failed = 0
    while True:
        try:
            async with asyncio.timeout(LOGIN_S):  # of the library's own, only the calls after the first have one
                await client.login(token)
        except (discord.LoginFailure, discord.HTTPException, *CONNECTION_ERRORS) as error:
            check_login(error)
            log.warning("Discord %s", interaction_response.describe_failure(error))
            await discord_internals.forget_session(client)
            failed += 1
            if await _wait_or_stop(stop, backoff.pause_s(failed, LOGIN_PAUSE_S, LONGEST_PAUSE_S)):
                return False
        else:
            return True


def check_login(error: Exception) -> None:
    """Let what may pass by itself pass. Raises `SettingsError` for a login that will fail again and again."""
    if isinstance(error, discord.LoginFailure) or getattr(error, "status", 0) == 401:
        raise SettingsError(problem=TOKEN_UNKNOWN)
    if isinstance(error, discord.HTTPException) and interaction_response.is_final(error):
        raise SettingsError(problem=f"Discord {interaction_response.describe_failure(error)}. {NOT_LET_IN}")


async def _cancel(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


def _raise_error_of(task: asyncio.Task[Any]) -> None:
    """Raise what ended a task, if anything did but us."""
    if not task.cancelled():
        task.result()


async def _wait_or_stop(stop: asyncio.Event, seconds: float) -> bool:
    """Wait; True if we were asked to stop meanwhile."""
    if seconds <= 0:
        return False
    log.warning("waiting %.0f s before connecting", seconds)
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _only_bot(settings: Settings) -> AbstractContextManager[None]:
    """Be the only bot of a data folder: two would answer everything twice. Raises `SettingsError`."""
    remedy = "Stop that one, or choose another `data_dir`."
    another = SettingsError(problem=f"Another bot is at work in {settings.data_dir}. {remedy}")
    return file_lock.hold(settings.run_dir / "bot.lock", refusal=another)


def is_at_work(run_dir: Path) -> bool:
    """Whether a bot is at work with this run folder."""
    return file_lock.is_locked(run_dir / "bot.lock")


def _identify_budget(settings: Settings) -> IdentifyBudget:
    return IdentifyBudget(settings.run_dir / "bot-identifies.json")


def _stop_with_the_playground(stop: asyncio.Event) -> None:
    """The playground that starts a bot holds the other end of its stdin: when it is killed, the bot must not stay."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        stop_at_end_of(0, stop)


def stop_at_end_of(descriptor: int, stop: asyncio.Event) -> None:
    """Set `stop` once nobody holds the other end of a pipe any more."""
    loop = asyncio.get_running_loop()

    def on_readable() -> None:
        if not os.read(descriptor, 4096):
            loop.remove_reader(descriptor)
            log.info("the playground is gone, and so am I")
            stop.set()

    loop.add_reader(descriptor, on_readable)


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
