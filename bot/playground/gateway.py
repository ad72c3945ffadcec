"""The gateway: `(websocket) => HELLO, READY, events`, Discord's version 10, JSON, uncompressed.

A bot may have several connections, its shards: each hears of its share of the servers, the first one also of direct
messages. A session outlives its connection for a while, so that RESUME gets what was missed. What goes wrong with real
gateways can be planned: `drops` close a connection at a stage of its beginning, `deaf` leaves heartbeats unanswered.

Longer than most files: every event has its maker beside the others.
"""

from __future__ import annotations

import json
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from aiohttp import WSMsgType, web

from bot.playground import payloads
from bot.playground.rejections import JsonDict
from bot.playground.send_queue import SendQueue
from bot.playground.world import Event, Message, Server, World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID, HELLO, ACK = 7, 8, 9, 10, 11
HEARTBEAT_MS = 41_250
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
GUILD_REACTIONS, DIRECT_REACTIONS = 1 << 10, 1 << 13
MESSAGE_CONTENT = 1 << 15
PRIVILEGED = 1 << 1 | 1 << 8  # members, presences: granted to nobody here; message content only where it is switched on
EVENTS_KEPT = 500
MOST_BYTES = 256 * 1024


class Close(IntEnum):
    """The gateway's close codes."""

    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    BAD_TOKEN = 4004
    TWICE = 4005
    SESSION_TIMED_OUT = 4009
    INVALID_SHARD = 4010
    DISALLOWED = 4014


@dataclass
class Session:
    """A bot that identified itself: its intents, its latest events, its connection if it has one."""

    intents: int
    shard: int = 0
    shards: int = 1
    """Which one of how many."""
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    events: deque[JsonDict] = field(default_factory=lambda: deque(maxlen=EVENTS_KEPT))
    wire: SendQueue | None = None

    def dispatch(self, name: str, data: JsonDict) -> None:
        """Send an event now, and keep it for a RESUME."""
        self.sequence += 1
        event = frame(DISPATCH, data) | {"t": name, "s": self.sequence}
        self.events.append(event)
        if self.wire is not None:
            self.wire.put(event)

    def has(self, server_id: str | None) -> bool:
        """Whether this shard hears of a server, or of what is in none."""
        return (int(server_id or 0) >> 22) % self.shards == self.shard


class Refuse(Exception):
    """The connection ends with one of the gateway's close codes."""

    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason
        super().__init__(reason)


def frame(operation: int, data: Any = None) -> JsonDict:
    """Return a frame that is no event."""
    return {"op": operation, "d": data, "s": None, "t": None}


def read_shard(data: JsonDict) -> tuple[int, int]:
    """Return which shard of how many an IDENTIFY is for; raises Refuse."""
    shard, shards = data.get("shard") or (0, 1)
    if not 0 <= shard < shards:
        raise Refuse(Close.INVALID_SHARD, "Invalid shard.")
    return shard, shards


def parse_frame(text: str) -> JsonDict:
    """Return a frame's JSON; raises Refuse."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Refuse(Close.DECODE_ERROR, "Error while decoding payload.") from error
    if not isinstance(found, dict):
        raise Refuse(Close.DECODE_ERROR, "Error while decoding payload.")
    return found


class Gateway:
    """The gateway of one world; one bot, so a new IDENTIFY replaces the session before, of its shard."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token
        self.patience = 1.5 * HEARTBEAT_MS / 1000  # seconds without any frame of the bot
        self.heartbeat_ms = HEARTBEAT_MS
        self.deaf = False
        self.drops: deque[tuple[int, int]] = deque()  # (HELLO, IDENTIFY or RESUME, close code), the next one first
        self.identified = 0  # sessions begun; Discord allows a bot 1,000 a day
        self.identify_gap_s = 0.0  # between IDENTIFYs of shards with the same rate limit key; Discord's is 5
        self.too_early = 0  # IDENTIFYs that came within it
        self._last_identify: dict[int, float] = {}
        self.resumed = 0
        self._sessions: dict[int, Session] = {}
        self._wires: set[SendQueue] = set()
        world.listen(self._forward_event)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Speak with one connection until it ends. Compression is not offered; clients accept plain frames."""
        socket = web.WebSocketResponse(max_msg_size=MOST_BYTES, compress=False, receive_timeout=self.patience)
        await socket.prepare(request)
        wire = SendQueue(socket, request.transport)
        self._wires.add(wire)
        try:
            self._drop(HELLO)
            wire.put(frame(HELLO, {"heartbeat_interval": self.heartbeat_ms, "_trace": []}))
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._receive(wire, parse_frame(message.data))
        except Refuse as refusal:
            self._world.log(f"The gateway closed the bot's connection: {refusal.code} {refusal.reason}")
            await wire.close(refusal.code, refusal.reason)
        except TimeoutError:
            self._world.log("The gateway closed the bot's connection: no heartbeat. Something blocks the bot.")
            await wire.close(Close.SESSION_TIMED_OUT, "Session timed out.")
        finally:
            self._wires.discard(wire)
            self._part(wire)
            await wire.close()
        return socket

    def _part(self, wire: SendQueue) -> None:
        if session := self._session_of(wire):
            session.wire = None
            self._note_online()

    def _session_of(self, wire: SendQueue) -> Session | None:
        return next((one for one in self._sessions.values() if one.wire is wire), None)

    def _note_online(self) -> None:
        """The bot is there when all of its shards are."""
        connected = [one for one in self._sessions.values() if one.wire is not None]
        shards = connected[0].shards if connected else 1
        self._world.set_online(len(connected) == shards, [one.shard for one in connected], shards)

    async def close(self, code: int = 1001) -> None:
        """Close every connection; sessions stay resumable."""
        for wire in tuple(self._wires):
            await wire.close(code, "Going away.")

    def ask_reconnect(self) -> None:
        """Ask the bot to reconnect and resume, as Discord does every few hours."""
        for session in self._sessions.values():
            if session.wire is not None:
                session.wire.put(frame(RECONNECT))

    def forget(self) -> None:
        """Make the sessions impossible to resume, as Discord does after a while."""
        for session in self._sessions.values():
            session.id = secrets.token_hex(16)

    def _receive(self, wire: SendQueue, incoming: JsonDict) -> None:
        operation, data = incoming.get("op"), incoming.get("d")
        if operation == HEARTBEAT:
            if not self.deaf:
                wire.put(frame(ACK))
        elif operation == IDENTIFY:
            self._identify(wire, data)
        elif operation == RESUME:
            self._resume(wire, data)
        elif (session := self._session_of(wire)) is None:
            raise Refuse(Close.NOT_AUTHENTICATED, "Not authenticated.")
        elif operation == REQUEST_MEMBERS:
            session.dispatch("GUILD_MEMBERS_CHUNK", self._members(data))
        elif operation not in (PRESENCE, VOICE):
            raise Refuse(Close.UNKNOWN_OPCODE, "Unknown opcode.")

    def _drop(self, stage: int) -> None:
        """Close the connection if that is planned for this stage; raises Refuse."""
        if self.drops and self.drops[0][0] == stage:
            raise Refuse(self.drops.popleft()[1], "As planned.")

    def _identify(self, wire: SendQueue, data: Any) -> None:
        self._check_token(data)
        self.identified += 1
        self._drop(IDENTIFY)
        if self._session_of(wire) is not None:
            raise Refuse(Close.TWICE, "Already authenticated.")
        intents = int(data.get("intents", 0))
        if intents & (PRIVILEGED | (0 if self._world.message_content else MESSAGE_CONTENT)):
            raise Refuse(Close.DISALLOWED, "Disallowed intent(s).")
        shard, shards = read_shard(data)
        if self._is_too_early(shard % self._world.max_concurrency):
            wire.put(frame(INVALID, False))
            return
        if any(one.shards != shards for one in self._sessions.values()):
            self._sessions.clear()
        session = self._sessions[shard] = Session(intents, shard, shards, wire=wire)
        servers = [one for one in self._world.servers.values() if session.has(one.id)]
        session.dispatch("READY", self._ready(session, servers, data.get("shard")))
        if intents & GUILDS:
            for server in servers:
                session.dispatch("GUILD_CREATE", payloads.guild_create(self._world, server))
        self._note_online()

    def _is_too_early(self, key: int) -> bool:
        """Whether another session with that key began just now."""
        before, now = self._last_identify.get(key), time.monotonic()
        if before is not None and now - before < self.identify_gap_s:
            self.too_early += 1
            return True
        self._last_identify[key] = now
        return False

    def _check_token(self, data: Any) -> None:
        if not isinstance(data, dict) or str(data.get("token")).removeprefix("Bot ") != self._token:
            raise Refuse(Close.BAD_TOKEN, "Authentication failed.")

    def _resume(self, wire: SendQueue, data: Any) -> None:
        self._check_token(data)
        self._drop(RESUME)
        seen = data.get("seq") or 0
        session = next((one for one in self._sessions.values() if one.id == data.get("session_id")), None)
        if session is None or has_missed_too_much(session, seen):
            wire.put(frame(INVALID, False))
            return
        session.wire = wire
        self.resumed += 1
        for event in [event for event in session.events if event["s"] > seen]:
            wire.put(event)
        session.dispatch("RESUMED", {"_trace": []})
        self._note_online()

    def _ready(self, session: Session, servers: list[Server], shard: Any) -> JsonDict:
        ready: JsonDict = {
            "v": 10,
            "user": payloads.own_user(self._world),
            "guilds": [{"id": one.id, "unavailable": True} for one in servers],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self._world.base_url.replace("http", "ws", 1) + "/gateway",
            "application": {"id": self._world.bot.id, "flags": payloads.application_flags(self._world)},
            "private_channels": [],
            "user_settings": {},
            "_trace": [],
        }
        return ready | {"shard": shard} if shard else ready

    def _members(self, data: Any) -> JsonDict:
        wanted = {str(one) for one in data.get("user_ids") or []}
        people = [person for person in self._world.people.values() if not wanted or person.id in wanted]
        chunk: JsonDict = {"guild_id": self._world.guild_id, "chunk_index": 0, "chunk_count": 1}
        chunk["members"] = [payloads.member(self._world, person) for person in people]
        return chunk | {"nonce": data["nonce"]} if data.get("nonce") else chunk

    def _forward_event(self, event: Event) -> None:
        """Turn a change of the world into an event for the bot, if its intents cover it."""
        maker = DISPATCHES.get(event.kind)
        for session in tuple(self._sessions.values()):
            found = maker(self._world, event, session.intents) if maker else None
            if found is None or (found[2] and not session.intents & found[2]):
                continue
            name, data, _ = found
            if session.has(data["id"] if name in ABOUT_SERVERS else data.get("guild_id")):
                session.dispatch(name, data)


ABOUT_SERVERS = ("GUILD_CREATE", "GUILD_DELETE")
Dispatch = tuple[str, JsonDict, int]
"""The name of an event, what it tells, and the intent that it needs; 0 for none."""
Maker = Callable[[World, Event, int], Dispatch | None]
"""Makes an event for a bot with these intents."""


def has_missed_too_much(session: Session, seen: int) -> bool:
    """Return whether events after number `seen` are no longer all kept."""
    return bool(session.events) and session.events[0]["s"] > seen + 1


def message_intent(world: World, message: Message) -> int:
    """Return the intent under which a message is announced."""
    return GUILD_MESSAGES if world.channels[message.channel_id].kind == "text" else DIRECT_MESSAGES


def message_event(name: str) -> Maker:
    """Return a maker of MESSAGE_CREATE or MESSAGE_UPDATE; the bot hears of no ephemeral or foreign message."""

    def make(world: World, event: Event, intents: int) -> Dispatch | None:
        message: Message = event.facts["message"]
        if message.ephemeral or world.channels[message.channel_id].without_bot:
            return None
        shown = payloads.gateway_message(world, message, by_intent=bool(intents & MESSAGE_CONTENT))
        return name, shown, message_intent(world, message)

    return make


def delete_event(world: World, event: Event, _intents: int) -> Dispatch | None:
    """Make MESSAGE_DELETE."""
    message: Message = event.facts["message"]
    if message.ephemeral or world.channels[message.channel_id].without_bot:
        return None
    data: JsonDict = {"id": message.id, "channel_id": message.channel_id}
    if world.channels[message.channel_id].kind == "text":
        data["guild_id"] = payloads.guild_id_of(world, world.channels[message.channel_id])
    return "MESSAGE_DELETE", data, message_intent(world, message)


def reaction_event(name: str) -> Maker:
    """Return a maker of MESSAGE_REACTION_ADD or MESSAGE_REACTION_REMOVE, of which only the first says who the person is
    in the server, and whose message it is."""

    def make(world: World, event: Event, _intents: int) -> Dispatch | None:
        message, user_id = event.facts["message"], event.facts["user_id"]
        place = world.channels[message.channel_id]
        if message.ephemeral or place.without_bot:
            return None
        data: JsonDict = {"user_id": user_id, "channel_id": place.id, "message_id": message.id}
        data |= {"emoji": payloads.emoji_json(event.facts["emoji"]), "burst": False, "type": 0}
        if name == "MESSAGE_REACTION_ADD":
            data |= {"message_author_id": message.author_id}
        if place.kind != "text":
            return name, data, DIRECT_REACTIONS
        data |= {"guild_id": payloads.guild_id_of(world, place)}
        if name == "MESSAGE_REACTION_ADD":
            data |= {"member": payloads.member(world, world.people[user_id], server=world.server_of(place))}
        return name, data, GUILD_REACTIONS

    return make


def interaction_event(_world: World, event: Event, _intents: int) -> Dispatch | None:
    """Make INTERACTION_CREATE, which needs no intent."""
    return "INTERACTION_CREATE", event.facts["payload"], 0


def server_event(name: str) -> Maker:
    """Return a maker of GUILD_CREATE or GUILD_DELETE: the bot was invited, or removed."""

    def make(world: World, event: Event, _intents: int) -> Dispatch | None:
        server = event.facts["server"]
        data = payloads.guild_create(world, server) if name == "GUILD_CREATE" else {"id": server.id}
        return name, data, GUILDS

    return make


def server_update_event(world: World, event: Event, _intents: int) -> Dispatch | None:
    """Make GUILD_UPDATE."""
    return "GUILD_UPDATE", payloads.guild(world, event.facts["server"]), GUILDS


def role_event(world: World, event: Event, _intents: int) -> Dispatch | None:
    """Make GUILD_ROLE_CREATE."""
    return "GUILD_ROLE_CREATE", payloads.role_create(world, event.facts["server"], event.facts["role"]), GUILDS


def thread_event(world: World, event: Event, _intents: int) -> Dispatch | None:
    """Make THREAD_CREATE."""
    return "THREAD_CREATE", payloads.channel(world, event.facts["channel"]) | {"newly_created": True}, GUILDS


def channel_event(world: World, event: Event, _intents: int) -> Dispatch | None:
    """Make CHANNEL_UPDATE."""
    return "CHANNEL_UPDATE", payloads.channel(world, event.facts["channel"]), GUILDS


def command_permissions_event(_world: World, event: Event, _intents: int) -> Dispatch | None:
    """Make APPLICATION_COMMAND_PERMISSIONS_UPDATE, which needs no intent."""
    return "APPLICATION_COMMAND_PERMISSIONS_UPDATE", event.facts["entry"], 0


DISPATCHES: dict[str, Maker] = {
    "message_create": message_event("MESSAGE_CREATE"),
    "message_update": message_event("MESSAGE_UPDATE"),
    "message_delete": delete_event,
    "reaction_add": reaction_event("MESSAGE_REACTION_ADD"),
    "reaction_remove": reaction_event("MESSAGE_REACTION_REMOVE"),
    "interaction": interaction_event,
    "server_create": server_event("GUILD_CREATE"),
    "server_delete": server_event("GUILD_DELETE"),
    "server_update": server_update_event,
    "role_create": role_event,
    "thread_create": thread_event,
    "channel_update": channel_event,
    "command_permissions": command_permissions_event,
}
