"""What an installation is made of: `settings => ledger, dispatch and the engine's links`, here or in a fleet.

What a fleet needs is imported where there is one: a single machine has neither psycopg nor obstore.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import logging
import secrets
import socket
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Protocol

from engine.errors import DatabaseUnreachable, SettingsError
from engine.platform import atomic_file, backoff
from engine.queue import hint_socket, local_dispatch, migrate
from engine.queue.blob_stores import open_blobs
from engine.queue.database import database_url
from engine.queue.hint_socket import HintServer
from engine.queue.job import Hint, Limits
from engine.queue.ledger import Ledger
from engine.queue.ledger_dispatch import LedgerDispatch
from engine.queue.local_dispatch import LocalDispatch
from engine.queue.placement import Placement
from engine.settings import Settings

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
FLEET_PAUSE_S = 5.0
"""The longest pause of an engine whose database went away while it was at work: many wait, and it is soon back."""
LOCAL_NAME = "engine"
"""The engine of a single machine: there is one for each data folder."""

BOT_PATIENCE_S = 8.0
"""Seconds that a person waits for a server of blobs that is being restarted."""


class BotLink(Protocol):
    """The engine's end of the hints."""

    async def start(self) -> None:
        """Be heard and listen. Raises `SettingsError`."""
        ...

    async def stop(self) -> None:
        """Hang up."""
        ...

    def send_hint(self, hint: Hint) -> None:
        """Broadcast a hint to whoever keeps up."""
        ...


def open_ledger(settings: Settings) -> Ledger:
    """The ledger of these settings, its schema up to date. Raises `SettingsError`."""
    if not settings.fleet.on:
        return local_dispatch.open_ledger(settings)
    migrate.prepare(settings)
    limits, url = Limits(settings.limits.per_user, settings.limits.total), database_url(settings)
    return Ledger(url, limits, clock=migrate.server_clock(url), catalog=settings.catalog)


def await_ledger(settings: Settings) -> Ledger:
    """The ledger, once its server answers, however long that takes. Raises `SettingsError`."""
    failed = 0
    while True:
        try:
            return open_ledger(settings)
        except DatabaseUnreachable as error:
            failed += 1
            time.sleep(pause_without_database(error, failed))


def pause_without_database(error: DatabaseUnreachable, failed: int) -> float:
    """Seconds until a process that starts while the database is away tries again, after so many attempts. What to do
    is said once; how long it is away, by `engine.platform.outage`."""
    if failed == 1:
        log.error("%s It is tried again every %.0f s. (%s)", error, LONGEST_PAUSE_S, error.code)
    return backoff.pause_s(failed, FIRST_PAUSE_S, LONGEST_PAUSE_S)


def open_dispatch(settings: Settings) -> LedgerDispatch:
    """The bot's end. Raises `SettingsError`."""
    if not settings.fleet.on:
        return LocalDispatch.open(settings)
    from engine.queue.fleet_dispatch import FleetDispatch
    from engine.queue.fleet_hints import FleetHintClient

    ledger = open_ledger(settings)
    return FleetDispatch(ledger, open_blobs(settings, BOT_PATIENCE_S), FleetHintClient(database_url(settings), ledger))


def open_placement(settings: Settings, ledger: Ledger, name: str) -> Placement | None:
    """What an engine of a fleet takes; a single machine's takes everything."""
    return Placement(ledger, name, settings.catalog) if settings.fleet.on else None


def open_bot_link(
    settings: Settings,
    name: str,
    ledger: Ledger,
    on_frame: Callable[[dict[str, Any]], None],
    placement: Placement | None = None,
) -> BotLink:
    """The engine's end of the hints, not started yet."""
    if not settings.fleet.on:
        return HintServer(hint_socket.socket_path(settings.run_dir), on_frame)
    from engine.queue.fleet_hints import FleetHintServer

    about = {"host": socket.gethostname(), "version": importlib.metadata.version("pareidolia")}
    about["device"] = settings.engine.device

    def describe() -> dict[str, Any]:
        return {**about, **(placement.abilities.to_about() if placement else {})}

    return FleetHintServer(database_url(settings), name, ledger, on_frame, describe)


def engine_name(settings: Settings) -> str:
    """What the engine of this data folder is called: the same at every start, and in a fleet nobody else's."""
    if not settings.fleet.on:
        return LOCAL_NAME
    path = settings.run_dir / "engine-name"
    if known := _read(path):
        return known
    name = f"{socket.gethostname()[:40]}-{secrets.token_hex(4)}"
    with atomic_file.replacing(path) as part:
        part.write_text(name, "utf-8")
    return name


def engine_names(settings: Settings) -> set[str]:
    """What the engines of this data folder are called: the one of it all, and those of its GPUs."""
    paths = (settings.run_dir / "engine-name", *settings.data_dir.glob("gpu*/run/engine-name"))
    return {name for name in map(_read, paths) if name}


def place_of_database(settings: Settings) -> str:
    """Where to look when the ledger cannot be written."""
    return "the database server" if settings.fleet.on else f"the disk of {settings.data_dir}"


async def run_once_in_fleet(settings: Settings, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do what only one may do: on a single machine at once, in a fleet once its lease is held here."""
    if not settings.fleet.on:
        return await work()
    from engine.queue import lease

    return await lease.run_alone(database_url(settings), name, work)


async def run_in_turn(settings: Settings, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do what comes to an end: on a single machine at once, in a fleet when nobody else does it."""
    if not settings.fleet.on:
        return await work()
    from engine.queue import lease

    return await lease.run_in_turn(database_url(settings), name, work)


async def be_only_bot(
    settings: Settings, only: asyncio.Event, shards: Sequence[int] = (), total: int = 0, patience_s: float = 15.0
) -> None:
    """In a fleet, hold the lease of its one bot until cancelled, or, of a bot with `total` shards, of these: two would
    answer everything twice. `only` is set once it is ours. A process that was killed is missed within `patience_s`;
    raises `SettingsError` after that."""
    if not settings.fleet.on:
        only.set()
        return
    from engine.queue import lease

    locks = lease.BotLocks(shards, total)
    await lease.keep(database_url(settings), locks, only, SettingsError(problem=_another_bot(total)), patience_s)


def _another_bot(total: int) -> str:
    where = "is at work with the database of `fleet.database_url`"
    if not total:
        return f"Another bot {where}. Stop that one; its engines serve this one as well."
    return f"Another bot {where}: it keeps some of these shards, all of them, or another number than {total} in all."


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        return ""
