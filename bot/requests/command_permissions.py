"""What a server lets people do with commands, for what is asked without one: `(person, place, command) => allowed`.

Discord checks commands itself. A mention, a reply or a button is none, and must not be a way around: whoever may not
use `/dream` in a channel gets no dream there by any other way. What a server set for one command stands over what it
set for all of the application, entry by entry; the channel and the person have both to be allowed
(https://support.discord.com/hc/en-us/articles/10952896421783-Updates-to-Command-Permissions).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

import discord

from bot.delivery.interaction_response import CONNECTION_ERRORS, describe_error
from bot.requests.limits import ServerPlace
from engine.errors import CommandForbidden

log = logging.getLogger(__name__)

ROLE, USER, CHANNEL = 1, 2, 3
"""What an entry is about, by Discord's numbers."""
ANSWER_S = 1.0
"""How long Discord may take to say what a server set, once a server: it waits for 3 s itself."""
COMMANDS = {"animate": "zoom"}
"""The command whose permissions hold for what has none of its own."""

Entries = Mapping[tuple[int, int], bool]
"""By the kind and the id of what an entry is about."""


class CommandPermissions:
    """Asks once a server, and again when Discord says that something changed."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._known: dict[int, Mapping[int, Entries]] = {}
        self._ids: dict[str, int] = {}

    def forget(self, guild_id: int) -> None:
        """A server set something else."""
        self._known.pop(guild_id, None)

    async def check(self, place: ServerPlace, permissions: discord.Permissions, feature: str) -> None:
        """Whether somebody may use the command of a feature there. Raises `CommandForbidden`."""
        command = COMMANDS.get(feature, feature)
        guild_id = int(place.guild_id)
        try:
            async with asyncio.timeout(ANSWER_S):
                entries = await self._entries(guild_id, command)
        except (TimeoutError, discord.HTTPException, *CONNECTION_ERRORS) as error:
            log.warning("nobody said what a server lets people do: %s", describe_error(error))
            entries = {}
        if not is_allowed(entries, place, permissions):
            raise CommandForbidden(command=command)

    async def _entries(self, guild_id: int, command: str) -> Entries:
        """The entries of a command over those of the application."""
        application = self._client.application_id or 0
        if guild_id not in self._known:
            told = await self._client.http.get_guild_application_command_permissions(application, guild_id)
            self._known[guild_id] = {
                int(one["id"]): {
                    (one_of["type"], int(one_of["id"])): one_of["permission"] for one_of in one["permissions"]
                }
                for one in told
            }
        known = self._known[guild_id]
        if not known:
            return {}
        if command not in self._ids:
            registered = await self._client.http.get_global_commands(application)
            self._ids = {one["name"]: int(one["id"]) for one in registered}
        return {**known.get(application, {}), **known.get(self._ids.get(command, 0), {})}


def is_allowed(entries: Entries, place: ServerPlace, permissions: discord.Permissions) -> bool:
    """Whether somebody in a place may use a command with these entries."""
    if permissions.administrator:
        return True
    guild = int(place.guild_id)
    channel = entries.get((CHANNEL, int(place.channel_id)), entries.get((CHANNEL, guild - 1), True))
    return permissions.use_application_commands and channel and _is_person_allowed(entries, place, guild)


def _is_person_allowed(entries: Entries, place: ServerPlace, guild: int) -> bool:
    """A person's own entry goes before those of roles, of which one that allows is enough; @everyone's is the last."""
    if (own := entries.get((USER, int(place.user_id)))) is not None:
        return own
    roles = [entries[ROLE, int(id)] for id in place.role_ids if int(id) != guild and (ROLE, int(id)) in entries]
    return any(roles) if roles else entries.get((ROLE, guild), True)
