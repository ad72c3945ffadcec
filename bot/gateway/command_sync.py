"""Tells Discord about commands that changed: `(command tree, note of the last time) => synced`, until it is taken."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import ContextMenu
from discord.ext import commands

from bot.delivery.interaction_response import CONNECTION_ERRORS, describe_error
from bot.operations.persistent_state import Note

log = logging.getLogger(__name__)

SYNC_S = 10.0
"""So long the first connection waits for Discord to take commands that changed."""
SYNC_PAUSE_S = 300.0
"""Between attempts to tell Discord about commands that changed."""
NOT_TICKED = "`discord.user_installs` is on: tick User Install in Discord's developer portal, too, under Installation."
"""For whoever runs the bot."""
Work = Callable[[], Coroutine[Any, Any, None]]
InTurn = Callable[[Work], Coroutine[Any, Any, None]]
"""Does it while no other process of the bot does."""


class CommandSync:
    """Keeps Discord's list of our commands up to date."""

    def __init__(
        self, client: commands.Bot, note: Note, *, always: bool, user_installs: bool = False,
        in_turn: InTurn | None = None,
    ) -> None:  # fmt: skip
        """`always` tells them at every start, whether or not they changed; `user_installs` offers them to people who
        install the application for themselves."""
        self._client = client
        self._note = note
        self._in_turn = in_turn or at_once
        self._always = always
        self._user_installs = user_installs
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Tell Discord, unless that is under way; waits for it no longer than `SYNC_S`."""
        allow_installs(self._client, users=self._user_installs)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._in_turn(self._retry_sync), name="sync")
        await asyncio.wait({self._task}, timeout=SYNC_S)

    def stop(self) -> None:
        """Try no more."""
        if self._task is not None:
            self._task.cancel()

    async def _retry_sync(self) -> None:
        while True:
            try:
                await self._sync()
                return
            except (discord.HTTPException, *CONNECTION_ERRORS) as error:
                log.warning("Discord did not take the commands (%s); trying again later", describe_error(error))
            except Exception:  # nobody waits for this task
                log.exception("telling Discord the commands broke; trying again later")
            await asyncio.sleep(SYNC_PAUSE_S)

    async def _sync(self) -> None:
        application_id = self._client.application_id
        assert application_id is not None, "begun where somebody has logged in"
        payload = await payload_of_all(self._client.tree)
        digest = digest_of(payload, application_id)
        if not self._always and await asyncio.to_thread(self._note.read) == digest:
            return
        # `tree.sync` would translate all of them once more
        await self._client.http.bulk_upsert_global_commands(application_id, payload=payload)
        await asyncio.to_thread(self._note.write, digest)
        log.info("told Discord about %d commands", len(payload))


async def at_once(work: Work) -> None:
    """Where there is no other process."""
    await work()


def allow_installs(client: commands.Bot, *, users: bool) -> None:
    """Offer the commands in servers, and, if `users` may install them for themselves, in every server and chat. Discord
    has to allow that for the application; without it the setting changes nothing."""
    application = client.application
    allowed = users and application is not None and application.user_integration_config is not None
    if users and not allowed:
        log.warning("%s", NOT_TICKED)
    client.tree.allowed_installs = app_commands.AppInstallationType(guild=True, user=allowed)
    client.tree.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=allowed)


def digest_of(payload: list[dict[str, Any]], application_id: int) -> str:
    """Changes when a command does, or what is said of it in any language."""
    text = json.dumps([application_id, sorted(payload, key=lambda one: (one.get("type", 1), one["name"]))], default=str)
    return hashlib.sha256(text.encode()).hexdigest()


async def payload_of_all(tree: app_commands.CommandTree[Any]) -> list[dict[str, Any]]:
    """Every command as Discord is told of it."""
    return [await payload_of(tree, command) for command in tree.get_commands()]


async def payload_of(
    tree: app_commands.CommandTree[Any], command: app_commands.Command[Any, ..., Any] | app_commands.Group | ContextMenu
) -> dict[str, Any]:
    """A command as Discord is told of it, in every language."""
    if tree.translator is None:
        return command.to_dict(tree)
    translated: dict[str, Any] = await command.get_translated_payload(tree, tree.translator)
    return translated
