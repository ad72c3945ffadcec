"""What a bot in a test's own process is spared, and what it is patient with: `with spared(), patient(): ...`.

Hundreds of tests start one. Each would translate the same commands into every language, twice, and make the same empty
tables; and each would give up after a second or two on what only a busy machine makes slow.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final
from unittest import mock

from discord.app_commands import Command, CommandTree, ContextMenu, Group, Translator
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.playground import registry
from bot.playground.rejections import JsonDict, Problem
from bot.requests import command_permissions, overview, service, stored_pictures
from bot.store import tables
from engine.catalog.catalog import Catalog
from engine.queue.database import connect, sqlite_url
from engine.settings import Settings

PATIENCE_S: Final = 60.0
PATIENT: Final = (
    (service, "OPENING_S"), (service, "READ_S"), (stored_pictures, "FETCH_S"), (overview, "LOOK_UP_S"),
    (command_permissions, "ANSWER_S"),
)  # fmt: skip
"""What the bot gives up after a moment, because a person waits."""

_translated: dict[tuple[str, str], str] = {}
_list_problems: Final = registry.list_problems


@contextmanager
def spared() -> Iterator[None]:
    """Commands that were translated once, and looked through by the stand-in, are not again, as long as they and the
    catalogues stay as they are."""
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(registry, "list_problems", _list_problems_once))
        for kind in (Command, Group, ContextMenu):
            stack.enter_context(mock.patch.object(kind, "get_translated_payload", _remembering(kind)))
        yield


def _remembering(kind: type[Any]) -> Any:
    translate = kind.get_translated_payload

    async def translate_once(command: Any, tree: CommandTree[Any], translator: Translator) -> dict[str, Any]:
        key = kind.__name__, json.dumps(command.to_dict(tree))
        if key not in _translated:
            _translated[key] = json.dumps(await translate(command, tree, translator))
        payload: dict[str, Any] = json.loads(_translated[key])
        return payload

    return translate_once


def _list_problems_once(wanted: Sequence[JsonDict]) -> list[Problem]:
    return _problems_of(json.dumps(wanted))


@cache
def _problems_of(sent: str) -> list[Problem]:
    return list(_list_problems(json.loads(sent)))


@contextmanager
def hosts_kept() -> Iterator[None]:
    """Where the library looks for Discord, which a bot's settings change for its whole process, is as before again."""
    with ExitStack() as stack:
        for owner, name in ((Route, "BASE"), (Asset, "BASE"), (DiscordWebSocket, "DEFAULT_GATEWAY")):
            stack.enter_context(mock.patch.object(owner, name, getattr(owner, name)))
        yield


@contextmanager
def patient() -> Iterator[None]:
    """Nothing is given up that is only slow."""
    with ExitStack() as stack:
        for owner, name in PATIENT:
            stack.enter_context(mock.patch.object(owner, name, PATIENCE_S))
        yield


def share_catalog(loaded: Settings) -> None:
    """Where a folder has no networks of its own, one catalogue is everybody's, and is read and checked once."""
    if not any(loaded.networks_dir.glob("*")):
        vars(loaded)["catalog"] = _packaged_catalog(loaded.default_network)


@cache
def _packaged_catalog(default: str) -> Catalog:
    return Catalog(default=default)


def make_tables(database: Path) -> None:
    """The bot's tables, empty, in a new SQLite file."""
    database.write_bytes(_empty_tables())


@cache
def _empty_tables() -> bytes:
    with tempfile.TemporaryDirectory(prefix="p-") as folder:
        made = Path(folder) / "empty.sqlite"
        engine = connect(sqlite_url(made))
        tables.metadata.create_all(engine)
        engine.dispose()
        return made.read_bytes()
