"""Reactions by REST: `(reaction route) => the message with one reaction more or less`; the bot's own, or others'."""

from __future__ import annotations

import re
from urllib.parse import unquote

from bot.playground import channels, payloads
from bot.playground.rejections import Rejection
from bot.playground.rest_request import Call, Reply
from bot.playground.world import ADD_REACTIONS, MANAGE_MESSAGES, READ_HISTORY, Message

MOST_EMOJI = 20
"""Different emoji under one message."""
CUSTOM = re.compile(r"\w+:\d+")


def add(call: Call) -> Reply:
    """PUT .../reactions/{emoji}/@me. Who reacts with what nobody reacted with before needs a permission for that."""
    emoji, message = emoji_of(call), channels.message_of(call, READ_HISTORY)
    if emoji not in message.reactions and not channels.may(call.world.channels[message.channel_id], ADD_REACTIONS):
        raise Rejection("missing_permission")
    if emoji not in message.reactions and len(message.reactions) >= MOST_EMOJI:
        raise Rejection("too_many_reactions")
    call.world.react(message, call.world.bot.id, emoji)
    return None


def remove_own(call: Call) -> Reply:
    """DELETE .../reactions/{emoji}/@me."""
    message, emoji = channels.message_of(call), emoji_of(call)
    call.world.unreact(message, call.world.bot.id, emoji)
    return None


def remove(call: Call) -> Reply:
    """DELETE .../reactions/{emoji}/{user}: somebody else's, which needs Manage Messages."""
    message, emoji = channels.message_of(call, MANAGE_MESSAGES), emoji_of(call)
    call.world.unreact(message, call.match["user"], emoji)
    return None


def browse(call: Call) -> Reply:
    """GET .../reactions/{emoji}: who reacted with it."""
    message: Message = channels.message_of(call, READ_HISTORY)
    people = message.reactions.get(emoji_of(call), [])
    return [payloads.user(call.world.people[id]) for id in people]


def emoji_of(call: Call) -> str:
    """Return the emoji of the address: a character, or "name:id"; raises Rejection for words."""
    emoji = unquote(call.match["emoji"])
    if not emoji or (emoji.isascii() and not CUSTOM.fullmatch(emoji)):
        raise Rejection("unknown_emoji")
    return emoji
