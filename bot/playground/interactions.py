"""What people do to the bot: `(persona, deed) => INTERACTION_CREATE`, with tokens and deadlines.

The acknowledgement is due within 3 s; the token lives for 15 minutes on the world's clock.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence

from bot.playground import payloads
from bot.playground.rejections import JsonDict, Rejection
from bot.playground.world import (
    FOREIGN_PERMISSIONS,
    TOKEN_SECONDS,
    USE_EXTERNAL_EMOJIS,
    Attachment,
    Channel,
    Interaction,
    Message,
    Persona,
    World,
)

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MOST_FOLLOW_UPS = 5


def begin(world: World, persona: Persona, channel: Channel, kind: int, data: JsonDict) -> Interaction:
    """Create an interaction that nobody has heard of yet."""
    token = secrets.token_urlsafe(48)
    interaction = Interaction(world.mint(), token, kind, persona.id, channel.id, world.clock(), data)
    interaction.user_install = channel.without_bot
    world.interactions[token] = interaction
    forget_old(world)
    return interaction


def forget_old(world: World) -> None:
    """Drop interactions whose token has been dead for long, so that memory stays bounded."""
    limit = world.clock() - 2 * TOKEN_SECONDS
    for token in [token for token, item in world.interactions.items() if item.created < limit]:
        world.interactions.pop(token)


def deliver(world: World, interaction: Interaction) -> None:
    """Send the interaction to the bot and start the clock for its acknowledgement."""
    place = world.channels[interaction.channel_id]
    if not world.hears(payloads.guild_id_of(world, place) if place.kind == "text" else None):
        interaction.expired = True
        name = world.bot.global_name
        give_up(world, interaction, f"{name} is offline. It is being started again; try once more in a moment.")
        return
    world.emit("interaction", interaction=interaction, payload=payload(world, interaction))
    asyncio.get_running_loop().call_later(world.acknowledge_seconds, overdue, world, interaction)


def overdue(world: World, interaction: Interaction) -> None:
    """Fail an interaction that was not acknowledged in time."""
    if interaction.acknowledged is not None or interaction.expired:
        return
    interaction.expired = True
    seconds = f"{world.acknowledge_seconds:g}"
    give_up(world, interaction, f"This interaction failed: the bot did not answer within {seconds} s. Try it again.")


def give_up(world: World, interaction: Interaction, text: str) -> None:
    """Tell the person that nothing came; a list of choices just stays empty."""
    if interaction.type == AUTOCOMPLETE:
        interaction.choices = []
        world.emit("choices", nonce=interaction.nonce, choices=[])
        return
    world.notice(interaction.user_id, text, interaction.nonce)


def payload(world: World, interaction: Interaction) -> JsonDict:
    """Return the data of INTERACTION_CREATE."""
    place = world.channels[interaction.channel_id]
    person = world.people[interaction.user_id]
    shape: JsonDict = {
        "id": interaction.id,
        "application_id": world.bot.id,
        "type": interaction.type,
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": place.id,
        "channel": payloads.channel(world, place) | {"permissions": str(world.permissions_of(person, place))},
        "locale": person.locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "attachment_size_limit": world.upload_limit,
        "app_permissions": str(app_permissions(place, person)),
    }
    source = world.messages.get(interaction.message_id or "")
    if source is not None:
        shape["message"] = payloads.message(world, source)
    return shape | standing(world, interaction, place, person)


def context_of(place: Channel) -> int:
    """Return where an interaction comes from: 0 a server, 1 the talk with the bot, 2 a chat of others."""
    return 0 if place.in_server else 1 if place.kind == "dm" else 2


def app_permissions(place: Channel, person: Persona) -> int:
    """Return what the bot may do there; where it is not, what the person who installed it lets it do."""
    if place.kind == "text":
        return place.bot_permissions
    if place.kind == "dm":
        return FOREIGN_PERMISSIONS | USE_EXTERNAL_EMOJIS
    return FOREIGN_PERMISSIONS & (person.permissions if place.in_server else ~0)


def standing(world: World, interaction: Interaction, place: Channel, person: Persona) -> JsonDict:
    """Return who acts in which context: 0 server, 1 talk with the bot, 2 elsewhere (user install)."""
    if place.in_server:
        as_member = payloads.member(world, person, server=world.server_of(place))
        as_member |= {"permissions": str(world.permissions_of(person, place))}
        server = payloads.guild_id_of(world, place)
        locale = home.locale if (home := world.server_of(place)) else "en-US"
        about = {"id": server, "locale": locale, "features": []}
        owners = {"1": person.id} if place.without_bot else {"0": server}
        whose = {"guild_id": server, "guild": about, "guild_locale": locale, "member": as_member}
        return whose | {"context": 0, "authorizing_integration_owners": owners}
    owners = {"1": person.id} if interaction.user_install else {"0": "0"}
    return {"user": payloads.user(person), "context": context_of(place), "authorizing_integration_owners": owners}


def resolve_people(world: World, people: Sequence[Persona], place: Channel) -> JsonDict:
    """Return `users` and, in the server, `members` of resolved data."""
    users = {person.id: payloads.user(person) for person in people}
    if not place.in_server:
        return {"users": users}
    server = world.server_of(place)
    members = {
        person.id: payloads.member(world, person, with_user=False, server=server)
        | {"permissions": str(world.permissions_of(person, place))}
        for person in people
    }
    return {"users": users, "members": members}


def resolve_selected(world: World, persona: Persona, values: Sequence[str], place: Channel) -> JsonDict:
    """Return resolved data of what someone chose in selects of people, roles and channels, by their ids."""
    resolved = resolve_people(world, [world.people[value] for value in values if value in world.people], place)
    server = world.server_of(place) or world.servers[world.guild_id]
    roles = {shape["id"]: shape for shape in payloads.roles(world, server) if shape["id"] in values}
    channels = {
        one: payloads.channel(world, world.channels[one])
        | {"permissions": str(world.permissions_of(persona, world.channels[one]))}
        for one in values
        if one in world.channels
    }
    return resolved | ({"roles": roles} if roles else {}) | ({"channels": channels} if channels else {})


def resolve_files(world: World, files: Sequence[Attachment]) -> JsonDict:
    """Return `attachments` of resolved data."""
    return {"attachments": {item.id: payloads.attachment(world, item) for item in files}} if files else {}


def resolve_message(world: World, message: Message) -> JsonDict:
    """Return `messages` of resolved data; the target of a message command is readable."""
    return {"messages": {message.id: payloads.message(world, message)}}


def by_token(world: World, application_id: str, token: str) -> Interaction:
    """Return the acknowledged interaction behind a webhook's address; raises Rejection."""
    interaction = world.interactions.get(token)
    if interaction is None or application_id != world.bot.id or interaction.acknowledged is None:
        raise Rejection("unknown_webhook")
    if world.clock() - interaction.created > TOKEN_SECONDS:
        raise Rejection("dead_token")
    return interaction


def awaiting(world: World, interaction_id: str, token: str) -> Interaction:
    """Return the interaction that is to be acknowledged now; raises Rejection."""
    interaction = world.interactions.get(token)
    if interaction is None or interaction.id != interaction_id:
        raise Rejection("unknown_interaction")
    if interaction.acknowledged is not None:
        raise Rejection("already_acknowledged")
    if interaction.expired or world.clock() - interaction.created > world.acknowledge_seconds:
        overdue(world, interaction)
        raise Rejection("unknown_interaction")
    return interaction
