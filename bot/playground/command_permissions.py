"""Who may use which command, as a server's settings say: `(server, command) => entries`, and whether Discord offers it.

https://support.discord.com/hc/en-us/articles/10952896421783-Updates-to-Command-Permissions: what is set for a command
stands over what is set for all of the application, entry by entry; administrators may everything.
"""

from __future__ import annotations

from bot.playground.rejections import JsonDict, Rejection
from bot.playground.rest_request import Call, Reply
from bot.playground.world import ADMINISTRATOR, USE_COMMANDS, Channel, Persona, Server, World

ROLE, USER, CHANNEL = 1, 2, 3


def list_permissions(call: Call) -> Reply:
    """GET /applications/{application}/guilds/{guild}/commands/permissions."""
    server = call.world.servers.get(call.match["guild"])
    if server is None or call.match["application"] != call.world.bot.id:
        raise Rejection("missing_access")
    return [entry_of(call.world, server, target) for target in server.command_permissions]


def entry_of(world: World, server: Server, target: str) -> JsonDict:
    """Return what a server set for a command, or for the application, as Discord tells it."""
    about: JsonDict = {"id": target, "application_id": world.bot.id, "guild_id": server.id}
    return about | {"permissions": server.command_permissions[target]}


def set_permissions(world: World, server: Server, command: str, entries: list[tuple[int, str, bool]]) -> None:
    """Set who may use a command, or with "" any of the application: (kind, id, allowed); the bot hears of it."""
    target = next((one["id"] for one in world.commands.values() if one["name"] == command), world.bot.id)
    server.command_permissions[target] = [
        {"type": kind, "id": id, "permission": allowed} for kind, id, allowed in entries
    ]
    world.emit("command_permissions", entry=entry_of(world, server, target))


def is_offered(world: World, command: JsonDict, persona: Persona, place: Channel) -> bool:
    """Return whether a server's settings let somebody use a command in a channel."""
    server, given = world.server_of(place), world.permissions_of(persona, place)
    if server is None or given & ADMINISTRATOR:
        return True
    told = [*server.command_permissions.get(world.bot.id, ()), *server.command_permissions.get(command["id"], ())]
    entries = {(one["type"], one["id"]): one["permission"] for one in told}
    channel = place.parent or place.id
    there = entries.get((CHANNEL, channel), entries.get((CHANNEL, str(int(server.id) - 1)), True))
    return bool(given & USE_COMMANDS and there) and is_allowed(entries, persona, server, command, given)


def is_allowed(
    entries: dict[tuple[int, str], bool], persona: Persona, server: Server, command: JsonDict, given: int
) -> bool:
    """Return whether somebody is among those who may: by name, by a role, as everybody, by what they may do at all."""
    mine = [one.id for one in server.roles.values() if persona.id in one.people]
    roles = [entries[ROLE, id] for id in mine if (ROLE, id) in entries]
    if (USER, persona.id) in entries:
        return entries[USER, persona.id]
    needed = int(command.get("default_member_permissions") or 0)
    return any(roles) if roles else entries.get((ROLE, server.id), given & needed == needed)
