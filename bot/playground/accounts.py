"""Who and where: `(route) => user, application, server, gateway address`."""

from __future__ import annotations

from bot.playground import payloads
from bot.playground.rejections import JsonDict, Rejection
from bot.playground.rest_request import Call, Reply
from bot.playground.world import Persona

IDENTIFY_LIMIT = 1000


def gateway_url(call: Call) -> str:
    """Return the gateway's address, with the scheme of websockets."""
    return call.world.base_url.replace("http", "ws", 1) + "/gateway"


def gateway(call: Call) -> Reply:
    """GET /gateway."""
    return {"url": gateway_url(call)}


def gateway_bot(call: Call) -> Reply:
    """GET /gateway/bot."""
    limit = {"total": IDENTIFY_LIMIT, "remaining": IDENTIFY_LIMIT, "reset_after": 0, "max_concurrency": 1}
    return {"url": gateway_url(call), "shards": 1, "session_start_limit": limit}


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
    about: JsonDict = {"id": world.guild_id, "name": world.guild_name, "icon": world.guild_icon}
    about |= {"owner": False, "features": []}
    return [about | {"permissions": str(world.bot.permissions)}]


def open_direct(call: Call) -> Reply:
    """POST /users/@me/channels: the talk between the bot and someone."""
    place = call.world.direct(str(call.body.get("recipient_id")))
    if place is None:
        raise Rejection("unknown_user")
    return payloads.channel(call.world, place)


def application(call: Call) -> Reply:
    """GET /applications/@me and /oauth2/applications/@me; PATCH changes nothing here."""
    return payloads.application(call.world)


def check_guild(call: Call) -> None:
    """Raise the Rejection for a server that is not ours."""
    if call.match["guild"] != call.world.guild_id:
        raise Rejection("unknown_guild")


def guild(call: Call) -> Reply:
    """GET /guilds/{guild}."""
    check_guild(call)
    return payloads.guild(call.world)


def guild_channels(call: Call) -> Reply:
    """GET /guilds/{guild}/channels."""
    check_guild(call)
    return payloads.channels(call.world)


def guild_roles(call: Call) -> Reply:
    """GET /guilds/{guild}/roles."""
    check_guild(call)
    return payloads.roles(call.world)


def members(call: Call) -> Reply:
    """GET /guilds/{guild}/members."""
    check_guild(call)
    return [payloads.member(call.world, person) for person in call.world.people.values() if not person.left]


def member(call: Call) -> Reply:
    """GET /guilds/{guild}/members/{user}."""
    check_guild(call)
    person = person_of(call)
    if person.left:
        raise Rejection("unknown_member")
    return payloads.member(call.world, person)
