"""Discord's JSON shapes: `(world, object) => JSON`.

Shapes follow Discord's API reference, version 10; fields that no client reads are left out.

Longer than most files: every shape stands here, beside those that it is made of.
"""

from __future__ import annotations

import datetime

from bot.playground.rejections import JsonDict
from bot.playground.world import (
    CREATE_PUBLIC_THREADS,
    EVERYONE_PERMISSIONS,
    THREAD,
    VOICE_CHANNEL,
    Attachment,
    Channel,
    Expression,
    Interaction,
    Message,
    Persona,
    Role,
    Server,
    World,
)

MESSAGE_CONTENT_LIMITED = 1 << 19
"""Of an application's flags: the intent is switched on, for an application in fewer than 100 servers."""
URL_LIFE_SECONDS = 24 * 3600


def moment(seconds: float) -> str:
    """Return an ISO 8601 time in UTC for epoch `seconds`."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat()


def user(person: Persona) -> JsonDict:
    """Return a user object."""
    shape: JsonDict = {
        "id": person.id,
        "username": person.username,
        "discriminator": "0",
        "global_name": person.global_name,
        "avatar": person.avatar,
        "public_flags": 0,
        "flags": 0,
    }
    return shape | {"bot": True} if person.bot else shape


def own_user(world: World) -> JsonDict:
    """Return the bot's own user, with the fields only it may read."""
    return user(world.bot) | {"verified": True, "mfa_enabled": False, "email": None, "locale": "en-US"}


def member(world: World, person: Persona, with_user: bool = True, server: Server | None = None) -> JsonDict:
    """Return a member of a server, the first one if no other is named."""
    home = server or world.servers[world.guild_id]
    roles = [home.bot_role] if person.bot else []
    roles += [one.id for one in home.roles.values() if person.id in one.people]
    shape: JsonDict = {
        "nick": None,
        "avatar": None,
        "roles": roles,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
    return shape | {"user": user(person)} if with_user else shape


def channel(world: World, place: Channel) -> JsonDict:
    """Return a channel object: of its own type in a server, type 1 for direct messages, type 3 for groups."""
    shape: JsonDict = {"id": place.id, "last_message_id": place.last_message_id, "flags": 0}
    if not place.in_server:
        people = [world.people[place.persona]] if place.persona else []
        recipients = [user(person) for person in people]
        return shape | {"type": 3 if place.kind == "group" else 1, "name": None, "recipients": recipients}
    shape |= thread_marks(world, place) if place.type == THREAD else {"parent_id": None}
    shape |= {"bitrate": 64_000, "user_limit": 0} if place.type == VOICE_CHANNEL else {}
    return shape | {
        "type": place.type,
        "guild_id": guild_id_of(world, place),
        "name": place.name,
        "topic": place.topic,
        "position": list(world.channels).index(place.id),
        "permission_overwrites": [*bot_overwrite(world, place), *overwrites(world, place)],
        "nsfw": place.age_restricted,
        "rate_limit_per_user": 0,
    }


def guild_id_of(world: World, place: Channel) -> str:
    """Return the server of a channel that is in one."""
    return world.other_guild_id if place.without_bot else place.server or world.guild_id


def of_server(world: World, server: Server) -> list[Channel]:
    """Return the channels and threads of a server."""
    return [place for place in world.channels.values() if world.server_of(place) is server]


def channels(world: World, server: Server) -> list[JsonDict]:
    """Return the channels of a server, of which threads are none."""
    return [channel(world, place) for place in of_server(world, server) if place.type != THREAD]


def overwrites(world: World, place: Channel) -> list[JsonDict]:
    """Return what a channel denies roles (type 0) and people (type 1)."""
    return [
        {"id": id, "type": int(id in world.people), "allow": "0", "deny": str(bits)}
        for id, bits in place.denied.items()
    ]


def thread_marks(world: World, place: Channel) -> JsonDict:
    """Return the fields that only a thread has."""
    metadata: JsonDict = {"archived": place.archived, "locked": place.locked, "auto_archive_duration": 1440}
    metadata["archive_timestamp"] = moment(world.clock())
    about: JsonDict = {"parent_id": place.parent, "owner_id": next(iter(world.personas)), "thread_metadata": metadata}
    return about | {"message_count": 0, "member_count": 1, "total_message_sent": 0}


def bot_overwrite(world: World, place: Channel) -> list[JsonDict]:
    """Return the overwrite that takes from the bot what it may not do in this channel."""
    denied = (world.bot.permissions | CREATE_PUBLIC_THREADS) & ~place.bot_permissions
    return [{"id": world.bot.id, "type": 1, "allow": "0", "deny": str(denied)}] if denied else []


def role(role_id: str, name: str, position: int, permissions: int, managed: bool = False) -> JsonDict:
    """Return a role object."""
    colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    shape: JsonDict = {"id": role_id, "name": name, "position": position, "permissions": str(permissions)}
    shape |= {"color": 0, "colors": colors, "hoist": False, "icon": None, "unicode_emoji": None}
    return shape | {"managed": managed, "mentionable": False, "flags": 0}


def roles(world: World, server: Server) -> list[JsonDict]:
    """Return a server's roles, @everyone first."""
    first = server.id == world.guild_id
    everyone = next(iter(world.personas.values())).permissions if first else EVERYONE_PERMISSIONS
    others = [role(one.id, one.name, at, one.permissions) for at, one in enumerate(server.roles.values(), 2)]
    bot = role(server.bot_role, "Pareidolia", 1, world.bot.permissions | server.bot_grants, managed=True)
    return [role(server.id, "@everyone", 0, everyone), *others, bot]


def role_create(world: World, server: Server, made: Role) -> JsonDict:
    """Return the GUILD_ROLE_CREATE event's data."""
    return {"guild_id": server.id, "role": next(one for one in roles(world, server) if one["id"] == made.id)}


def guild(world: World, server: Server) -> JsonDict:
    """Return a server as REST shows it."""
    nothing = ("splash", "discovery_splash", "banner", "description", "afk_channel_id", "application_id")
    shape: JsonDict = dict.fromkeys((*nothing, "system_channel_id", "rules_channel_id", "vanity_url_code"))
    zeros = ("verification_level", "default_message_notifications", "explicit_content_filter", "mfa_level")
    shape |= dict.fromkeys((*zeros, "nsfw_level", "premium_tier", "system_channel_flags"), 0)
    return shape | {
        "id": server.id,
        "name": server.name,
        "icon": world.guild_icon if server.id == world.guild_id else server.icon,
        "owner_id": server.owner,
        "roles": roles(world, server),
        "emojis": [emoji(world, one) for one in server.emojis.values()],
        "stickers": [sticker(world, server, one) for one in server.stickers.values()],
        "features": [],
        "afk_timeout": 300,
        "preferred_locale": server.locale,
        "public_updates_channel_id": None,
        "premium_subscription_count": 0,
    }


def guild_create(world: World, server: Server) -> JsonDict:
    """Return the GUILD_CREATE event's data: a server with its channels and members."""
    return guild(world, server) | {
        "unavailable": False,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "large": False,
        "member_count": len(world.people),
        "members": [member(world, person, server=server) for person in world.people.values()],
        "channels": channels(world, server),
        "threads": [channel(world, place) for place in of_server(world, server) if place.type == THREAD],
        **{key: [] for key in ("voice_states", "presences", "stage_instances", "guild_scheduled_events")},
        "soundboard_sounds": [],
    }


def emoji(world: World, item: Expression) -> JsonDict:
    """Return an emoji of a server."""
    shape: JsonDict = {"id": item.id, "name": item.name, "roles": [], "require_colons": True, "managed": False}
    return shape | {"animated": item.moves, "available": True, "user": user(world.people[item.user_id])}


def sticker(world: World, server: Server, item: Expression) -> JsonDict:
    """Return a sticker of a server: type 2; format 1 is PNG, 4 is GIF."""
    shape: JsonDict = {"id": item.id, "name": item.name, "description": item.description, "tags": item.tags}
    shape |= {"type": 2, "format_type": 4 if item.content_type == "image/gif" else 1, "available": True}
    return shape | {"guild_id": server.id, "user": user(world.people[item.user_id])}


def application_flags(world: World) -> int:
    """Return what the developer portal has switched on for the application."""
    return MESSAGE_CONTENT_LIMITED if world.message_content else 0


def application(world: World) -> JsonDict:
    """Return the bot's application, owned by the first persona; its id is the bot's."""
    return {
        "id": world.bot.id,
        "name": world.bot.global_name,
        "icon": world.bot.avatar,
        "description": "Dreams pictures.",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": application_flags(world),
        "hook": True,
        "owner": user(next(iter(world.personas.values()))),
        "team": None,
        "tags": [],
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "integration_types_config": {"0": {}, "1": {}} if world.user_installs else {"0": {}},
        "bot": user(world.bot),
    }


def attachment_url(world: World, item: Attachment) -> str:
    """Return where the file is served, with the query that a signed CDN address carries."""
    issued = int(world.clock())
    path = f"cdn/attachments/{item.channel_id}/{item.id}/{item.filename}"
    return f"{world.base_url}/{path}?ex={issued + URL_LIFE_SECONDS:x}&is={issued:x}&hm={item.id:0>64}"


def attachment(world: World, item: Attachment) -> JsonDict:
    """Return an attachment object."""
    url = attachment_url(world, item)
    shape: JsonDict = {"id": item.id, "filename": item.filename, "size": len(item.data), "url": url, "proxy_url": url}
    shape["content_type"] = item.content_type
    if item.width and item.height:
        shape |= {"width": item.width, "height": item.height, "placeholder_version": 1}
    if item.description:
        shape["description"] = item.description
    if item.flags:
        shape["flags"] = item.flags
    return shape | {"ephemeral": True} if item.ephemeral else shape


def message(world: World, item: Message, *, nested: bool = False) -> JsonDict:
    """Return a message object as REST shows it; `nested` leaves out the message it replies to."""
    shape: JsonDict = {
        "id": item.id,
        "channel_id": item.channel_id,
        "type": item.type,
        "content": item.content,
        "author": user(world.people[item.author_id]),
        "attachments": [attachment(world, file) for file in item.attachments],
        "embeds": item.embeds,
        "components": item.components,
        "mentions": [user(person) for person in mentioned_people(world, item)],
        "mention_roles": [],
        "mention_everyone": False,
        "pinned": False,
        "tts": False,
        "flags": item.flags,
        "timestamp": moment(item.created),
        "edited_timestamp": moment(item.edited) if item.edited is not None else None,
    }
    if item.reactions:
        shape["reactions"] = [reaction(world, emoji, people) for emoji, people in item.reactions.items()]
    if item.nonce is not None:
        shape["nonce"] = item.nonce
    if item.interaction is not None:
        shape |= interaction_marks(world, item.interaction, item)
    return shape if nested or item.reference is None else shape | reply_marks(world, item)


def reaction(world: World, emoji: str, people: list[str]) -> JsonDict:
    """Return who reacted with an emoji, as a number."""
    count = len(people)
    shape: JsonDict = {"count": count, "count_details": {"burst": 0, "normal": count}, "burst_colors": []}
    return shape | {"me": world.bot.id in people, "me_burst": False, "emoji": emoji_json(emoji)}


def emoji_json(emoji: str) -> JsonDict:
    """Return an emoji: a character has no id, a server's own is "name:id"."""
    name, _, id = emoji.partition(":")
    return {"id": id or None, "name": name}


def reply_marks(world: World, item: Message) -> JsonDict:
    """Return the fields of a reply: where to, and the message itself (None when it is gone)."""
    target = world.messages.get(item.reference or "")
    place = world.channels[item.channel_id]
    where: JsonDict = {"type": 0, "message_id": item.reference, "channel_id": item.channel_id}
    if place.in_server:
        where["guild_id"] = guild_id_of(world, place)
    return {
        "message_reference": where,
        "referenced_message": message(world, target, nested=True) if target else None,
    }


def interaction_marks(world: World, source: Interaction, item: Message) -> JsonDict:
    """Return the fields of a message that an interaction brought about."""
    person = user(world.people[source.user_id])
    place = world.channels[source.channel_id]
    home = guild_id_of(world, place) if place.in_server else world.guild_id
    owners = {"1": source.user_id} if source.user_install else {"0": home}
    metadata: JsonDict = {
        "id": source.id,
        "type": source.type,
        "user": person,
        "authorizing_integration_owners": owners,
    }
    if source.command and source.type == 2:
        metadata |= {"name": source.data.get("name"), "command_type": source.command.get("type", 1)}
    if source.type == 3 and source.message_id:
        metadata["interacted_message_id"] = source.message_id
    if source.original_id and source.original_id != item.id:
        metadata["original_response_message_id"] = source.original_id
    marks: JsonDict = {"application_id": world.bot.id, "webhook_id": world.bot.id, "interaction_metadata": metadata}
    if source.type == 2:
        marks["interaction"] = {"id": source.id, "type": 2, "name": source.data.get("name"), "user": person}
    return marks


def may_read(world: World, item: Message, *, by_intent: bool) -> bool:
    """Return whether a bot may read this message's content: with the message content intent, always.

    Without it, it may where it wrote the message, in direct messages, and where it is mentioned, which a reply that
    pings it does.
    """
    direct = world.channels[item.channel_id].kind == "dm"
    return by_intent or direct or item.author_id == world.bot.id or world.bot.id in item.mentions


def without_content(shape: JsonDict) -> JsonDict:
    """Return a message as it looks without the message content intent."""
    return shape | {"content": "", "attachments": [], "embeds": [], "components": []}


def bot_message(world: World, item: Message, *, by_intent: bool | None = None) -> JsonDict:
    """Return a message as REST shows it to the bot; what it replies to is held against the same rule.

    `by_intent`: whether the content of all messages is shown; by REST, if the portal has that switched on.
    """
    everything = world.message_content if by_intent is None else by_intent
    shape = message(world, item)
    target = world.messages.get(item.reference or "")
    if target is not None and not may_read(world, target, by_intent=everything):
        shape["referenced_message"] = without_content(shape["referenced_message"])
    return shape if may_read(world, item, by_intent=everything) else without_content(shape)


def gateway_message(world: World, item: Message, *, by_intent: bool = False) -> JsonDict:
    """Return a message as the gateway sends it to the bot: with server and member."""
    shape = bot_message(world, item, by_intent=by_intent)
    if world.channels[item.channel_id].kind != "text":
        return shape
    author = world.people[item.author_id]
    server = world.server_of(world.channels[item.channel_id])
    people = [
        user(person) | {"member": member(world, person, with_user=False, server=server)}
        for person in mentioned_people(world, item)
    ]
    home = guild_id_of(world, world.channels[item.channel_id])
    about: JsonDict = {"guild_id": home, "member": member(world, author, with_user=False, server=server)}
    return shape | about | {"mentions": people}


def mentioned_people(world: World, item: Message) -> list[Persona]:
    """Return the people whom a message mentions."""
    return [world.people[person] for person in item.mentions]
