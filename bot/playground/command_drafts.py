"""From a request's body to a message: `(body, files, old message?) => Message`.

Checks everything before it changes anything, as Discord does: a refused request leaves no trace.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.playground import attachments, message_rules, payloads
from bot.playground.rejections import JsonDict, Problem, Rejection
from bot.playground.world import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    Attachment,
    Channel,
    Interaction,
    Message,
    Ping,
    World,
)

MOST_FILES = 10
SETTABLE_FLAGS = 1 << 2 | 1 << 12 | COMPONENTS_V2  # suppress embeds, suppress notifications, Components V2
MENTION = re.compile(r"<@!?(\d+)>")


@dataclass(frozen=True)
class Upload:
    """A file that came with a request."""

    filename: str
    data: bytes


Files = Mapping[int, Upload]


@dataclass(frozen=True)
class Setting:
    """Where a new message appears and on whose account; `kind` is Discord's message type."""

    channel: Channel
    interaction: Interaction | None = None
    kind: int = 0
    visible_to: str | None = None
    reference: str | None = None


def create(world: World, setting: Setting, body: JsonDict, files: Files) -> Message:
    """Post a message of the bot; raises Rejection."""
    flags = int(body.get("flags") or 0) & (SETTABLE_FLAGS | EPHEMERAL)
    flags = flags | EPHEMERAL if setting.visible_to else flags & ~EPHEMERAL
    check_content(world, body, files, flags, None)
    message = Message(world.mint(), setting.channel.id, world.bot.id, type=setting.kind, flags=flags)
    message.interaction, message.visible_to, message.reference = (
        setting.interaction,
        setting.visible_to,
        setting.reference,
    )
    nonce = body.get("nonce")
    message.nonce = None if nonce is None else str(nonce)
    fill(world, message, body, files)
    notify(world, message, body.get("allowed_mentions"))
    world.add_message(message)
    return message


def create_loading(world: World, setting: Setting) -> Message:
    """Post the "is thinking" message of a deferral."""
    flags = LOADING | (EPHEMERAL if setting.visible_to else 0)
    message = Message(world.mint(), setting.channel.id, world.bot.id, type=setting.kind, flags=flags)
    message.interaction, message.visible_to = setting.interaction, setting.visible_to
    world.add_message(message)
    return message


def edit(world: World, message: Message, body: JsonDict, files: Files) -> Message:
    """Change a message of the bot; raises Rejection. Edits notify nobody."""
    flags = message.flags & ~LOADING
    asked = body.get("flags")
    if asked is not None:
        if message.flags & COMPONENTS_V2 and not int(asked) & COMPONENTS_V2:
            sentence = "The IS_COMPONENTS_V2 flag cannot be removed from a message"
            raise Rejection(
                "invalid_form", [Problem("flags", "MESSAGE_COMPONENTS_V2_FLAG_CANNOT_BE_REMOVED", sentence)]
            )
        flags = (flags & ~SETTABLE_FLAGS) | int(asked) & SETTABLE_FLAGS | flags & COMPONENTS_V2
    check_content(world, body, files, flags, message)
    message.flags = flags
    fill(world, message, body, files)
    if message.reference is None:
        mentioned = find_mentions(world, message, body.get("allowed_mentions"))
        message.mentions = mentioned
    world.change_message(message)
    return message


def check_content(world: World, body: JsonDict, files: Files, flags: int, old: Message | None) -> None:
    """Raise the Rejection that this body deserves; `old` is the message that is edited."""
    check_files(world, files)
    problems = list(message_rules.body_problems(body, flags))
    if flags & COMPONENTS_V2:
        problems += message_rules.legacy_problems(body, bool(old and old.content), bool(old and old.embeds))
    problems += attachment_problems(body, files, old)
    if not problems:
        names = [attachments.clean_name(file.filename) for file in files.values()]
        names += [item.filename for item in remaining_attachments(body, old)]
        problems += message_rules.reference_problems(body.get("components") or [], names, "components")
    if problems:
        raise Rejection("invalid_form", problems)
    if not says_anything(body, files, old):
        raise Rejection("empty_message")


def check_files(world: World, files: Files) -> None:
    """Reject too many or too large files."""
    if len(files) > MOST_FILES:
        raise Rejection("too_many_attachments")
    if any(len(file.data) > world.upload_limit for file in files.values()):
        raise Rejection("too_large")


def attachment_problems(body: JsonDict, files: Files, old: Message | None) -> list[Problem]:
    """Check that each entry of `attachments` is a new file or one that the message has, and its alt text."""
    problems: list[Problem] = []
    known = {item.id for item in old.attachments} if old else set()
    for index, entry in enumerate(body.get("attachments") or []):
        problems += message_rules.text_problem(entry, "description", f"attachments.{index}", 0, 1024)
        identity = str(entry.get("id", ""))
        if identity not in known and not (identity.isdigit() and int(identity) in files):
            sentence = "Attachment data not found"
            problems.append(Problem(f"attachments.{index}.id", "ATTACHMENT_NOT_FOUND", sentence))
    return problems


def remaining_attachments(body: JsonDict, old: Message | None) -> list[Attachment]:
    """Return the old files that stay: all without an `attachments` list, else the listed ones."""
    if old is None:
        return []
    listed = body.get("attachments")
    if listed is None:
        return list(old.attachments) if "attachments" not in body else []
    wanted = {str(entry.get("id")) for entry in listed}
    return [item for item in old.attachments if item.id in wanted]


def says_anything(body: JsonDict, files: Files, old: Message | None) -> bool:
    """Return whether something is left to show."""
    parts = [bool(files), bool(remaining_attachments(body, old)), bool(body.get("sticker_ids")), bool(body.get("poll"))]
    for key in ("content", "embeds", "components"):
        before = getattr(old, key) if old else None
        parts.append(bool(body.get(key) if key in body else before))
    return any(parts)


def fill(world: World, message: Message, body: JsonDict, files: Files) -> None:
    """Write a checked body into the message; only the keys that the body has."""
    stay = remaining_attachments(body, message)
    gone = [item for item in message.attachments if item not in stay]
    message.attachments = stay + new_attachments(world, message, body, files)
    world.orphan(gone)
    if "content" in body:
        message.content = body["content"] or ""
    if "embeds" in body:
        message.embeds = [embed | {"type": "rich"} for embed in body["embeds"] or []]
    if "components" in body:
        message.components = resolve_components(world, body["components"] or [], message.attachments)


def new_attachments(world: World, message: Message, body: JsonDict, files: Files) -> list[Attachment]:
    """Store the request's files, named and described by the body's `attachments`."""
    about = {str(entry.get("id")): entry for entry in body.get("attachments") or []}
    stored = []
    for number, file in sorted(files.items()):
        entry = about.get(str(number), {})
        name = entry.get("filename") or file.filename
        item = attachments.store(world, message.channel_id, name, file.data, entry.get("description"))
        item.ephemeral = message.ephemeral
        stored.append(item)
    return stored


def resolve_components(world: World, components: Sequence[JsonDict], files: Sequence[Attachment]) -> list[JsonDict]:
    """Return the components as Discord sends them back: with ids, and with media resolved."""
    tree = copy.deepcopy(list(components))
    walked = [item for _, item in message_rules.walk(tree, "")]
    taken = {item.get("id") for item in walked}
    free = (number for number in range(1, 1000) if number not in taken)
    for item in walked:
        if not item.get("id"):
            item["id"] = next(free)
        for _, media in message_rules.media_of(item):
            media.update(resolve_media(world, str(media["url"]), files))
    return tree


def resolve_media(world: World, url: str, files: Sequence[Attachment]) -> JsonDict:
    """Return the unfurled media item for an address; `attachment://name` and our own CDN become the file's."""
    name = url.removeprefix("attachment://")
    for item in reversed(files):
        if name == item.filename or f"/attachments/{item.channel_id}/{item.id}/" in url:
            address = payloads.attachment_url(world, item)
            shape: JsonDict = {"url": address, "proxy_url": address, "attachment_id": item.id}
            shape |= {"width": item.width, "height": item.height, "content_type": item.content_type}
            return shape | {"placeholder": None, "placeholder_version": None, "loading_state": 2, "flags": 0}
    return {"url": url, "proxy_url": url, "width": None, "height": None, "loading_state": 2, "flags": 0}


def texts(message: Message) -> str:
    """Return everything in a message that could mention someone."""
    shown = [
        item.get("content") or ""
        for _, item in message_rules.walk(message.components, "")
        if item.get("type") == message_rules.TEXT
    ]
    return "\n".join([message.content, *shown])


def find_mentions(world: World, message: Message, allowed: JsonDict | None) -> list[str]:
    """Return the ids of the people whom the text mentions and `allowed_mentions` lets through."""
    found = [person for person in dict.fromkeys(MENTION.findall(texts(message))) if person in world.people]
    if allowed is None or "users" in (allowed.get("parse") or []):
        return found
    return [person for person in found if person in [str(one) for one in allowed.get("users") or []]]


def notify(world: World, message: Message, allowed: JsonDict | None) -> None:
    """Set the message's mentions and record whom it notified."""
    people = find_mentions(world, message, allowed)
    replied = world.messages.get(message.reference or "")
    if replied and (allowed is None or allowed.get("replied_user")) and replied.author_id not in people:
        people.append(replied.author_id)
    message.mentions = people
    there = [person for person in people if not world.people[person].left]
    seen = [person for person in there if message.visible_to in (None, person) and person != message.author_id]
    silent = message.flags & (1 << 12)
    if seen and not silent:
        world.pings.append(Ping(message.id, tuple(seen)))
