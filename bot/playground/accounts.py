"""Who and where: `(route) => user, application, server, gateway address`."""

from __future__ import annotations

from bot.playground import payloads
from bot.playground.rejections import JsonDict, Rejection
from bot.playground.rest_request import Call, Reply
from bot.playground.world import Persona, Server

IDENTIFY_LIMIT = 1000


def gateway_url(call: Call) -> str:
    """Return the gateway's address, with the scheme of websockets."""
    return call.world.base_url.replace("http", "ws", 1) + "/gateway"


def gateway(call: Call) -> Reply:
    """GET /gateway."""
    return {"url": gateway_url(call)}


def gateway_bot(call: Call) -> Reply:
    """GET /gateway/bot."""
    limit = {"total": IDENTIFY_LIMIT, "remaining": IDENTIFY_LIMIT, "reset_after": 0}
    limit["max_concurrency"] = call.world.max_concurrency
    return {"url": gateway_url(call), "shards": call.world.shards, "session_start_limit": limit}


def me(call: Call) -> Reply:
    """GET /users/@me."""
    return payloads.own_user(call.world)


def person_of(call: Call) -> Persona:
    """Return the person of the address; raises Rejection."""
    person = call.world.people.get(call.match["user"])
    if person is None:
        raise Rejection("unknown_user")
    return person


def user(call: Call) -> Reply:
    """GET /users/{user}."""
    return payloads.user(person_of(call))


def own_guilds(call: Call) -> Reply:
    """GET /users/@me/guilds."""
    world = call.world
    about: JsonDict = {"owner": False, "features": [], "permissions": str(world.bot.permissions)}
    return [{"id": one.id, "name": one.name, "icon": one.icon, **about} for one in world.servers.values()]


def open_direct(call: Call) -> Reply:
    """POST /users/@me/channels: the talk between the bot and someone."""
    place = call.world.direct(str(call.body.get("recipient_id")))
    if place is None:
        raise Rejection("unknown_user")
    return payloads.channel(call.world, place)


def application(call: Call) -> Reply:
    """GET /applications/@me and /oauth2/applications/@me; PATCH changes nothing here."""
    return payloads.application(call.world)


def server_of(call: Call) -> Server:
    """Return the server of the address; raises Rejection for one that the bot is not in."""
    server = call.world.servers.get(call.match["guild"])
    if server is None:
        raise Rejection("unknown_guild")
    return server


def guild(call: Call) -> Reply:
    """GET /guilds/{guild}."""
    return payloads.guild(call.world, server_of(call))


def guild_channels(call: Call) -> Reply:
    """GET /guilds/{guild}/channels."""
    return payloads.channels(call.world, server_of(call))


def guild_roles(call: Call) -> Reply:
    """GET /guilds/{guild}/roles."""
    return payloads.roles(call.world, server_of(call))


def members(call: Call) -> Reply:
    """GET /guilds/{guild}/members."""
    server, world = server_of(call), call.world
    return [payloads.member(world, person, server=server) for person in world.people.values() if not person.left]


def member(call: Call) -> Reply:
    """GET /guilds/{guild}/members/{user}."""
    server, person = server_of(call), person_of(call)
    if person.left:
        raise Rejection("unknown_member")
    return payloads.member(call.world, person, server=server)
