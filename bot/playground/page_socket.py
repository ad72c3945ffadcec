"""The chat page's side: `(websocket) => state out, deeds in`.

Every frame is JSON with a `type`. The page gets everything of all three people and shows what the
chosen one may see; it is one person at one computer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from bot.playground import payloads, samples
from bot.playground.options import Mistake
from bot.playground.rejections import JsonDict
from bot.playground.send_queue import SendQueue
from bot.playground.user_actions import UserActions
from bot.playground.world import LOADING, Channel, Event, Message, Persona, World

MOST_BYTES = 1024 * 1024
Lab = Callable[[str], None]


class PageSocket:
    """All open pages of one world; `lab` carries out "crash_engine" and "restart_bot"."""

    def __init__(self, world: World, deeds: UserActions, lab: Lab) -> None:
        self._world = world
        self._deeds = deeds
        self._lab = lab
        self._wires: set[SendQueue] = set()
        world.listen(self._forward_event)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Speak with one page until it is closed."""
        socket = web.WebSocketResponse(max_msg_size=MOST_BYTES, heartbeat=30.0)
        await socket.prepare(request)
        wire = SendQueue(socket)
        wire.put(hello(self._world))
        self._wires.add(wire)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._receive(message.data)
        finally:
            self._wires.discard(wire)
            await wire.close()
        return socket

    async def close(self) -> None:
        """Close every page's connection."""
        for wire in tuple(self._wires):
            await wire.close(1001, "The playground is closing.")

    def _forward_event(self, event: Event) -> None:
        maker = FRAMES.get(event.kind)
        if maker is None or not self._wires:
            return
        frame = maker(self._world, event)
        for wire in self._wires:
            wire.put(frame)

    def _receive(self, text: str) -> None:
        persona: str | None = None
        nonce: str | None = None
        try:
            frame = json.loads(text)
            persona, nonce = frame.get("persona"), frame.get("nonce")
            self._act(frame)
        except Mistake as mistake:
            self._world.notice(persona, str(mistake), nonce)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            self._world.log(f"The page sent something that cannot be read: {error!r}")
            self._world.notice(persona, "That did not work. Reload the page and try again.")

    def _act(self, frame: JsonDict) -> None:
        if frame["type"] == "lab":
            self._lab(str(frame["action"]))
            return
        persona = self._world.personas[frame["persona"]]
        ACTIONS[frame["type"]](self, persona, frame)

    def _place(self, frame: JsonDict) -> Channel:
        return self._world.channels[frame["channel_id"]]

    def _command(self, persona: Persona, frame: JsonDict) -> None:
        place, kind, name = self._place(frame), int(frame.get("command_type") or 1), str(frame["name"])
        if kind == 1:
            self._deeds.command(persona, place, name, frame.get("options") or [], frame.get("nonce"))
        else:
            self._deeds.menu(persona, place, kind, name, str(frame["target_id"]))

    def _autocomplete(self, persona: Persona, frame: JsonDict) -> None:
        typed, nonce = frame.get("options") or [], str(frame["nonce"])
        self._deeds.autocomplete(persona, self._place(frame), str(frame["name"]), typed, nonce)

    def _press(self, persona: Persona, frame: JsonDict) -> None:
        message = self._world.messages.get(str(frame["message_id"]))
        if message is None:
            raise Mistake("That message is gone.")
        self._deeds.press(persona, message, str(frame["custom_id"]), frame.get("values"))

    def _react(self, persona: Persona, frame: JsonDict) -> None:
        message = self._world.messages.get(str(frame["message_id"]))
        if message is None:
            raise Mistake("That message is gone.")
        self._deeds.react(persona, message, str(frame["emoji"]))

    def _submit(self, persona: Persona, frame: JsonDict) -> None:
        self._deeds.submit(persona, str(frame["interaction_id"]), str(frame["custom_id"]), frame.get("fields") or [])

    def _say(self, persona: Persona, frame: JsonDict) -> None:
        uploads = [str(one) for one in frame.get("upload_ids") or []]
        content, target, ping = str(frame.get("content") or ""), frame.get("reply_to"), bool(frame.get("ping", True))
        self._deeds.say(persona, self._place(frame), content, uploads, target, ping)

    def _dismiss(self, persona: Persona, frame: JsonDict) -> None:
        self._deeds.dismiss(persona, str(frame["message_id"]))

    def _speak(self, persona: Persona, frame: JsonDict) -> None:
        server = self._world.server_of(self._place(frame)) or self._world.servers[self._world.guild_id]
        locale = str(frame["locale"])
        if locale not in LOCALES:
            raise Mistake("Discord has no such language here. Choose one of the list.")
        self._world.speak(server if frame["whose"] == "server" else persona, locale)

    def _remove(self, persona: Persona, frame: JsonDict) -> None:
        self._deeds.remove(persona, str(frame["message_id"]))


LOCALES = ("en-US", "de", "es-ES", "fr", "pt-BR", "ja")
"""Languages of Discord to choose from; the page names them."""
ACTIONS: dict[str, Callable[[PageSocket, Persona, JsonDict], None]] = {
    "command": PageSocket._command,
    "autocomplete": PageSocket._autocomplete,
    "press": PageSocket._press,
    "react": PageSocket._react,
    "submit": PageSocket._submit,
    "say": PageSocket._say,
    "dismiss": PageSocket._dismiss,
    "delete": PageSocket._remove,
    "speak": PageSocket._speak,
}


def hello(world: World) -> JsonDict:
    """Return the whole state."""
    places = [place for place in world.channels.values() if not place.without_bot]
    bot: JsonDict = {"id": world.bot.id, "username": world.bot.global_name, "avatar_url": avatar_url(world.bot)}
    return {
        "type": "hello",
        "server": {"name": world.guild_name, "locale": world.servers[world.guild_id].locale},
        "personas": [person_json(person) for person in world.personas.values()],
        "channels": [channel_json(world, place) for place in places],
        "bot": bot | {"online": world.online},
        "roles": [role for server in world.servers.values() for role in payloads.roles(world, server)],
        "expressions": expressions_json(world),
        "commands": list(world.commands.values()),
        "samples": [sample_json(one) for one in (*samples.available(), samples.MOVING)],
        "messages": [message_json(world, message) for message in world.messages.values()],
    }


def expressions_json(world: World) -> list[JsonDict]:
    """Return the first server's emoji and stickers."""
    server = world.servers.get(world.guild_id)
    held = {"emojis": server.emojis, "stickers": server.stickers} if server else {}
    return [
        {"name": one.name, "kind": kind, "url": f"/cdn/{kind}/{one.id}.png"}
        for kind, items in held.items()
        for one in items.values()
    ]


def sample_json(sample: samples.Sample) -> JsonDict:
    """Return a picture at hand."""
    ending = "gif" if sample == samples.MOVING else "png"
    return {"name": sample.name, "title": sample.title, "url": f"/play/samples/{sample.name}.{ending}"}


def avatar_url(person: Persona) -> str:
    """Return the address of someone's avatar."""
    return f"/play/avatars/{person.id}.png"


def person_json(person: Persona) -> JsonDict:
    """Return a persona for the switch."""
    about: JsonDict = {"id": person.id, "username": person.username, "global_name": person.global_name}
    return about | {"avatar_url": avatar_url(person), "note": person.note, "locale": person.locale}


def channel_json(world: World, place: Channel) -> JsonDict:
    """Return a channel for the list; `visible_to` is the person whose talk with the bot it is, `parent` a thread's
    channel."""
    server = world.server_of(place)
    about: JsonDict = {"id": place.id, "name": place.name, "kind": place.kind, "topic": place.topic}
    about |= {"server": server.name if server else "", "parent": place.parent}
    return about | {"visible_to": place.persona}


def channels_frame(world: World, _event: Event) -> JsonDict:
    """Return the channels that there are now, and the roles."""
    everything = hello(world)
    return {"type": "channels", "channels": everything["channels"], "roles": everything["roles"]}


def languages_frame(world: World, _event: Event) -> JsonDict:
    """Return who speaks which language now."""
    everything = hello(world)
    return {"type": "languages", "personas": everything["personas"], "server": everything["server"]}


def message_json(world: World, message: Message) -> JsonDict:
    """Return a message with what only the page knows."""
    source = message.interaction
    command: JsonDict | None = None
    if source is not None and source.type == 2 and source.command is not None:
        command = {"name": source.command["full_name"], "user_id": source.user_id}
        command["options_text"] = source.command["typed"]
    play: JsonDict = {"visible_to": message.visible_to, "command": command, "pending": bool(message.flags & LOADING)}
    play["reactions"] = [{"emoji": emoji, "people": people} for emoji, people in message.reactions.items()]
    return payloads.message(world, message) | {"play": play}


def message_frame(world: World, event: Event) -> JsonDict:
    """Return a message frame, new or edited."""
    return {"type": "message", "message": message_json(world, event.facts["message"])}


def delete_frame(_world: World, event: Event) -> JsonDict:
    """Return the frame of a deleted message."""
    message: Message = event.facts["message"]
    return {"type": "message_delete", "id": message.id, "channel_id": message.channel_id}


def plain_frame(kind: str) -> Callable[[World, Event], JsonDict]:
    """Return a maker of frames that carry the event's facts as they are."""

    def make(_world: World, event: Event) -> JsonDict:
        facts: dict[str, Any] = event.facts
        return {"type": kind, **facts}

    return make


FRAMES: dict[str, Callable[[World, Event], JsonDict]] = {
    "message_create": message_frame,
    "message_update": message_frame,
    "message_delete": delete_frame,
    "reaction_add": message_frame,
    "reaction_remove": message_frame,
    "channels": channels_frame,
    "role_create": channels_frame,
    "expressions": lambda world, _event: {"type": "expressions", "expressions": expressions_json(world)},
    "languages": languages_frame,
    "commands": plain_frame("commands"),
    "presence": plain_frame("presence"),
    "choices": plain_frame("choices"),
    "typing": plain_frame("typing"),
    "notice": plain_frame("notice"),
    "lab": lambda _world, event: {"type": "lab", "log": event.facts["text"]},
    "modal": lambda _world, event: {"type": "modal", **event.facts["modal"]},
}
