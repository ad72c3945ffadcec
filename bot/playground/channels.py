"""Messages by channel: `(channel route) => message`.

Ephemeral messages do not exist here, messages of others are without content unless the bot is mentioned.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.playground import command_drafts, payloads
from bot.playground.rejections import Rejection, invalid
from bot.playground.rest_request import Call, Reply
from bot.playground.world import (
    ATTACH_FILES,
    CONNECT,
    CREATE_PUBLIC_THREADS,
    MANAGE_MESSAGES,
    SEND_IN_THREADS,
    SEND_MESSAGES,
    TEXT_CHANNEL,
    THREAD,
    VIEW_CHANNEL,
    VOICE_CHANNEL,
    Channel,
    Message,
    World,
)

NONCE_SECONDS = 300.0
REPLY_MESSAGE = 19


def place_of(call: Call, *needed: int) -> Channel:
    """Return the channel of the address, in which the bot has the `needed` permissions; raises Rejection."""
    place = call.world.channels.get(call.match["channel"])
    if place is None or place.kind == "gone":
        raise Rejection("unknown_channel")
    if place.without_bot or not may(place, VIEW_CHANNEL):
        raise Rejection("missing_access")
    if any(not may(place, bit) for bit in needed):
        raise Rejection("missing_permission")
    return place


def may(place: Channel, bit: int) -> bool:
    """Return whether the bot has a permission there: a voice channel's chat is seen by who may connect, and threads
    have a permission of their own for sending."""
    wanted = {VIEW_CHANNEL: VIEW_CHANNEL | CONNECT} if place.type == VOICE_CHANNEL else {}
    wanted |= {SEND_MESSAGES: SEND_IN_THREADS} if place.type == THREAD else {}
    return place.bot_permissions & wanted.get(bit, bit) == wanted.get(bit, bit)


def check_files(place: Channel, files: Mapping[int, object]) -> None:
    """Raise the Rejection of files where the bot may attach none, also by a token."""
    if files and place.kind == "text" and not may(place, ATTACH_FILES):
        raise Rejection("missing_permission")


def message_of(call: Call, *needed: int) -> Message:
    """Return the message of the address; raises Rejection."""
    place = place_of(call, *needed)
    message = call.world.messages.get(call.match["message"])
    if message is None or message.channel_id != place.id or message.ephemeral:
        raise Rejection("unknown_message")
    return message


def check_open(place: Channel) -> None:
    """Raise the Rejection of an archived thread, in which nothing is changed or deleted."""
    if place.archived:
        raise Rejection("archived_thread")


def show(call: Call) -> Reply:
    """GET /channels/{channel}."""
    return payloads.channel(call.world, place_of(call))


def reopen(call: Call) -> Reply:
    """PATCH /channels/{channel}: an archived thread is opened again; nothing else can be changed here."""
    place = place_of(call, SEND_MESSAGES)
    if place.locked:
        raise Rejection("missing_permission")
    place.archived = bool(call.body.get("archived", place.archived))
    return payloads.channel(call.world, place)


def start_thread(call: Call) -> Reply:
    """POST /channels/{channel}/messages/{message}/threads: a thread under a message, of which there can be one."""
    world, message = call.world, message_of(call, CREATE_PUBLIC_THREADS)
    if world.channels[message.channel_id].type != TEXT_CHANNEL:
        raise Rejection("no_thread_here")
    if message.id in world.channels:
        raise Rejection("thread_exists")
    return payloads.channel(world, world.add_thread(message, str(call.body.get("name"))))


def get_message(call: Call) -> Reply:
    """GET /channels/{channel}/messages/{message}."""
    return payloads.bot_message(call.world, message_of(call))


def browse(call: Call) -> Reply:
    """GET /channels/{channel}/messages: newest first; limit, before, after, around."""
    place = place_of(call)
    limit = call.query.get("limit", "50")
    if not limit.isdigit() or not 1 <= int(limit) <= 100:
        raise invalid("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
    found = [message for message in call.world.history(place) if not message.ephemeral]
    return [payloads.bot_message(call.world, message) for message in select_page(found, call, int(limit))]


def select_page(found: list[Message], call: Call, limit: int) -> list[Message]:
    """Return the part of the history that the query asks for, newest first."""
    if "after" in call.query:
        later = [message for message in found if int(message.id) > int(call.query["after"])]
        return later[:limit][::-1]
    if "around" in call.query:
        middle = int(call.query["around"])
        near = sorted(found, key=lambda message: abs(int(message.id) - middle))[:limit]
        return sorted(near, key=lambda message: int(message.id), reverse=True)
    before = int(call.query.get("before", 2**64))
    return [message for message in found if int(message.id) < before][-limit:][::-1]


def post(call: Call) -> Reply:
    """POST /channels/{channel}/messages; the same enforced nonce gives the same message."""
    world, body = call.world, call.body
    place = place_of(call, SEND_MESSAGES, *([ATTACH_FILES] if call.files else []))
    if place.locked:
        raise Rejection("archived_thread")
    if place.kind == "dm" and world.people[place.persona or ""].left:
        raise Rejection("no_mutual_servers")
    if body.get("enforce_nonce") and body.get("nonce") is not None:
        twin = same_nonce(world, place, str(body["nonce"]))
        if twin is not None:
            return payloads.bot_message(world, twin)
    target = find_replied_to(world, place, body.get("message_reference"))
    setting = command_drafts.Setting(place, kind=REPLY_MESSAGE if target else 0, reference=target)
    place.archived = False  # a message opens an archived thread again
    return payloads.bot_message(world, command_drafts.create(world, setting, body, call.files))


def same_nonce(world: World, place: Channel, nonce: str) -> Message | None:
    """Return the bot's message of the last minutes with this nonce."""
    fresh = (item for item in world.history(place) if world.clock() - item.created < NONCE_SECONDS)
    return next((item for item in fresh if item.author_id == world.bot.id and item.nonce == nonce), None)


def find_replied_to(world: World, place: Channel, reference: dict[str, object] | None) -> str | None:
    """Return the id of the message that is replied to, if any; raises Rejection."""
    if not reference:
        return None
    wanted = str(reference.get("message_id"))
    message = world.messages.get(wanted)
    if message is not None and message.channel_id == place.id and not message.ephemeral:
        return wanted
    if reference.get("fail_if_not_exists", True):
        raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    return None


def edit_message(call: Call) -> Reply:
    """PATCH /channels/{channel}/messages/{message}; only the bot's own. That needs no right to send."""
    message = message_of(call, *([ATTACH_FILES] if call.files else []))
    if message.author_id != call.world.bot.id:
        raise Rejection("not_your_message")
    check_open(call.world.channels[message.channel_id])
    return payloads.bot_message(call.world, command_drafts.edit(call.world, message, call.body, call.files))


def delete_message(call: Call) -> Reply:
    """DELETE /channels/{channel}/messages/{message}; others' only with Manage Messages."""
    message = message_of(call)
    place = call.world.channels[message.channel_id]
    if message.author_id != call.world.bot.id and not place.bot_permissions & MANAGE_MESSAGES:
        raise Rejection("missing_permission")
    check_open(place)
    call.world.drop_message(message)
    return None


def typing(call: Call) -> Reply:
    """POST /channels/{channel}/typing."""
    call.world.emit("typing", channel_id=place_of(call).id)
    return None
