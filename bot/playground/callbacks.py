"""The answers to interactions: `(callback | webhook request) => message, choices or modal`.

Callback types: 1 pong, 4 message, 5 deferred message, 6 deferred update, 7 update, 8 choices, 9 modal.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.playground import command_drafts, interactions, message_rules, payloads
from bot.playground.channels import check_files, check_open
from bot.playground.rejections import JsonDict, Rejection, invalid
from bot.playground.rest_request import Call, Reply
from bot.playground.world import EPHEMERAL, LOADING, Interaction, Message, World

PONG, MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9
ALLOWED = {
    interactions.COMMAND: (MESSAGE, DEFER, MODAL),
    interactions.COMPONENT: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE, MODAL),
    interactions.AUTOCOMPLETE: (CHOICES,),
    interactions.MODAL_SUBMIT: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE),
}
COMMAND_MESSAGE, REPLY_MESSAGE, MENU_MESSAGE = 20, 19, 23


def acknowledge(call: Call) -> Reply:
    """POST /interactions/{id}/{token}/callback."""
    world = call.world
    interaction = interactions.awaiting(world, call.match["interaction"], call.match["token"])
    kind = call.body.get("type")
    fits = kind in ALLOWED[interaction.type] and not (kind in (UPDATE, DEFER_UPDATE) and not interaction.message_id)
    if not isinstance(kind, int) or not fits:
        raise invalid("type", "BASE_TYPE_CHOICES", f"Value must be one of {ALLOWED[interaction.type]}.")
    message = ANSWERS[kind](call, interaction, call.body.get("data") or {})
    interaction.acknowledged = kind
    world.emit("acknowledged", interaction=interaction)
    if call.query.get("with_response") not in ("1", "true", "True"):
        return None
    return callback_response(world, interaction, kind, message)


def callback_response(world: World, interaction: Interaction, kind: int, message: Message | None) -> JsonDict:
    """Return the callback object that `with_response` asks for."""
    about: JsonDict = {"id": interaction.id, "type": interaction.type}
    resource: JsonDict = {"type": kind}
    if message is not None:
        about |= {
            "response_message_id": message.id,
            "response_message_loading": bool(message.flags & LOADING),
            "response_message_ephemeral": message.ephemeral,
        }
        resource["message"] = payloads.message(world, message)
    return {"interaction": about, "resource": resource}


def setting_of(
    world: World, interaction: Interaction, ephemeral: bool, follow_up: bool = False
) -> command_drafts.Setting:
    """Return where an answer to this interaction appears."""
    place = world.channels[interaction.channel_id]
    kind = REPLY_MESSAGE
    reference = interaction.original_id if follow_up else interaction.message_id
    if interaction.type == interactions.COMMAND and not follow_up:
        menu = bool(interaction.command and interaction.command.get("type", 1) != 1)
        kind, reference = (MENU_MESSAGE if menu else COMMAND_MESSAGE), None
    if reference not in world.messages:
        reference = None
    visible_to = interaction.user_id if ephemeral else None
    return command_drafts.Setting(
        place, interaction, kind if reference or kind != REPLY_MESSAGE else 0, visible_to, reference
    )


def remember(interaction: Interaction, message: Message, original: bool) -> Message:
    """Note that this message may be edited with the interaction's token."""
    interaction.message_ids.append(message.id)
    if original:
        interaction.original_id = message.id
    return message


def answer_message(call: Call, interaction: Interaction, data: JsonDict) -> Message:
    """Answer with a new message."""
    check_files(call.world.channels[interaction.channel_id], call.files)
    ephemeral = bool(int(data.get("flags") or 0) & EPHEMERAL)
    setting = setting_of(call.world, interaction, ephemeral)
    return remember(interaction, command_drafts.create(call.world, setting, data, call.files), original=True)


def answer_later(call: Call, interaction: Interaction, data: JsonDict) -> Message:
    """Answer with "is thinking"; the flag of Components V2 cannot be set yet."""
    flags = int(data.get("flags") or 0)
    if flags & ~EPHEMERAL:
        raise invalid("data.flags", "INVALID_FLAGS", "Only EPHEMERAL may be set on a deferral.")
    setting = setting_of(call.world, interaction, bool(flags & EPHEMERAL))
    return remember(interaction, command_drafts.create_loading(call.world, setting), original=True)


def source_of(world: World, interaction: Interaction) -> Message:
    """Return the message whose button was pressed; raises Rejection when it is gone."""
    message = world.messages.get(interaction.message_id or "")
    if message is None:
        raise Rejection("unknown_message")
    return message


def update_later(call: Call, interaction: Interaction, _data: JsonDict) -> Message:
    """Acknowledge silently; the pressed message may be edited later."""
    return remember(interaction, source_of(call.world, interaction), original=True)


def update_now(call: Call, interaction: Interaction, data: JsonDict) -> Message:
    """Answer by editing the pressed message."""
    message = source_of(call.world, interaction)
    check_files(call.world.channels[interaction.channel_id], call.files)
    return remember(interaction, command_drafts.edit(call.world, message, data, call.files), original=True)


def offer_choices(call: Call, interaction: Interaction, data: JsonDict) -> None:
    """Answer an autocomplete."""
    interaction.choices = message_rules.check_choices(data.get("choices"))
    call.world.emit("choices", nonce=interaction.nonce, choices=interaction.choices)


def open_modal(call: Call, interaction: Interaction, data: JsonDict) -> None:
    """Answer by opening a form on the person's screen."""
    message_rules.check_modal(data)
    tree = command_drafts.resolve_components(call.world, data["components"], [])
    interaction.modal = {"custom_id": data["custom_id"], "title": data["title"], "components": tree}
    about = {"interaction_id": interaction.id, "persona": interaction.user_id}
    call.world.emit("modal", modal=about | interaction.modal)


ANSWERS: dict[int, Callable[[Call, Interaction, JsonDict], Message | None]] = {
    MESSAGE: answer_message,
    DEFER: answer_later,
    DEFER_UPDATE: update_later,
    UPDATE: update_now,
    CHOICES: offer_choices,
    MODAL: open_modal,
}


def follow_up(call: Call) -> Reply:
    """POST /webhooks/{application}/{token}; the first one after a deferral fills it."""
    world = call.world
    interaction = interactions.by_token(world, call.match["application"], call.match["token"])
    check_files(world.channels[interaction.channel_id], call.files)
    original = world.messages.get(interaction.original_id or "")
    if original is not None and original.flags & LOADING and interaction.acknowledged == DEFER:
        return payloads.message(world, command_drafts.edit(world, original, call.body, call.files))
    if interaction.user_install and interaction.follow_ups >= interactions.MOST_FOLLOW_UPS:
        raise Rejection("too_many_follow_ups")
    ephemeral = bool(int(call.body.get("flags") or 0) & EPHEMERAL)
    setting = setting_of(world, interaction, ephemeral, follow_up=True)
    message = remember(interaction, command_drafts.create(world, setting, call.body, call.files), original=False)
    interaction.follow_ups += 1
    return payloads.message(world, message)


def find_own_message(call: Call) -> Message:
    """Return the message that a webhook's address names; raises Rejection."""
    interaction = interactions.by_token(call.world, call.match["application"], call.match["token"])
    name = call.match.get("message", "@original")
    wanted = interaction.original_id if name == "@original" else name
    message = call.world.messages.get(wanted or "")
    if message is None or message.id not in interaction.message_ids:
        raise Rejection("unknown_message")
    return message


def get_message(call: Call) -> Reply:
    """GET /webhooks/{application}/{token}/messages/{message}."""
    return payloads.message(call.world, find_own_message(call))


def edit_message(call: Call) -> Reply:
    """PATCH /webhooks/{application}/{token}/messages/{message}."""
    message = find_own_message(call)
    check_open(call.world.channels[message.channel_id])
    check_files(call.world.channels[message.channel_id], call.files)
    return payloads.message(call.world, command_drafts.edit(call.world, message, call.body, call.files))


def delete_message(call: Call) -> Reply:
    """DELETE /webhooks/{application}/{token}/messages/{message}."""
    call.world.drop_message(find_own_message(call))
    return None
