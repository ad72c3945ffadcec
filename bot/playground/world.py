"""The state of the stand-in: `(clock) => one server, two channels, three people, one bot`; more servers can be founded.

In memory only. It outlives restarts of the bot, not of the playground. Everything that changes is
announced through `emit`, which wakes the gateway, the page and the tests. Ids are Discord's
snowflakes as strings.

Longer than most files: all that exists is declared side by side, with what changes it.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.playground.rejections import JsonDict

T = TypeVar("T")

DISCORD_EPOCH_MS = 1_420_070_400_000
SETTLED_MS = 1_767_225_600_000  # 2026-01-01: when the people, channels and the server came to be
UPLOAD_LIMIT = 10 * 1024 * 1024  # bytes; what an unboosted server allows
ACKNOWLEDGE_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0
ORPHANS_KEPT = 64  # pictures an edit replaced, kept a while because a page may still be loading them

EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15

ADMINISTRATOR = 1 << 3
ADD_REACTIONS = 1 << 6
MANAGE_GUILD = 1 << 5
MANAGE_MESSAGES = 1 << 13
USE_COMMANDS = 1 << 31
CREATE_PUBLIC_THREADS = 1 << 35
CREATE_EXPRESSIONS = 1 << 43
EVERYTHING = (1 << 51) - 1  # what the owner of a server may
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
USE_EXTERNAL_EMOJIS = 1 << 18
CONNECT = 1 << 20
SEND_IN_THREADS = 1 << 38
BOT_PERMISSIONS = 274_878_024_704  # view, send, embed, attach, read history, send in threads: the invite's number
# and react, use application commands, open threads
EVERYONE_PERMISSIONS = BOT_PERMISSIONS | 1 << 6 | USE_COMMANDS | CREATE_PUBLIC_THREADS
FOREIGN_PERMISSIONS = ATTACH_FILES | EMBED_LINKS | MENTION_EVERYONE  # in whoever's chat: what a token may do there
TEXT_CHANNEL, VOICE_CHANNEL, THREAD = 0, 2, 11
WITHOUT_BOT = ("elsewhere", "group", "other server")


@dataclass
class Persona:
    """Someone at this computer; `avatar` is a hash or None for no avatar."""

    id: str
    username: str
    global_name: str
    note: str
    avatar: str | None
    permissions: int = EVERYONE_PERMISSIONS
    bot: bool = False
    left: bool = False
    """Not in the server any more: shares no server with the bot."""
    locale: str = "en-US"
    """The language of their Discord."""


@dataclass
class Channel:
    """A place to write: `kind` is "text" (in the server, whatever its `type`), "dm", "gone" (deleted), or one that the
    bot is not in: "elsewhere" (a talk of two people), "group" (of more), "other server"."""

    id: str
    name: str
    kind: str
    topic: str = ""
    persona: str | None = None
    bot_permissions: int = BOT_PERMISSIONS | CREATE_PUBLIC_THREADS
    """Its own role's, and everybody's."""
    denied: dict[str, int] = field(default_factory=dict)
    """What a role or a person may not do here, by their ids; a server's own id is everybody's."""
    server: str = ""
    """The server of it; "" is the first one."""
    archived: bool = False
    """As a thread may be: nothing in it changes until a message opens it again."""
    locked: bool = False
    """Archived, and no message opens it again."""
    last_message_id: str | None = None
    type: int = TEXT_CHANNEL
    """In the server: a text channel, a voice channel, which has a chat, or a thread, as every post in a forum is."""
    parent: str | None = None
    """Of a thread."""
    age_restricted: bool = False

    @property
    def without_bot(self) -> bool:
        """Whether the bot is not there: only tokens of interactions reach it."""
        return self.kind in WITHOUT_BOT

    @property
    def in_server(self) -> bool:
        """Whether it is a channel of a server, the bot's or another."""
        return self.kind in ("text", "other server")


@dataclass
class Role:
    """Something that people of a server have in common."""

    id: str
    name: str
    permissions: int = 0
    people: set[str] = field(default_factory=set)


@dataclass
class Expression:
    """An emoji or a sticker of a server."""

    id: str
    name: str
    data: bytes
    content_type: str
    moves: bool
    user_id: str
    """Who made it."""
    description: str = ""
    tags: str = ""


@dataclass
class Server:
    """A server with the bot in it: who owns it, its roles beside @everyone, and who may use which commands."""

    id: str
    name: str
    owner: str
    bot_role: str
    """The role that came with the bot's invitation."""
    icon: str | None = None
    locale: str = "en-US"
    """Its primary language, as its settings have it."""
    roles: dict[str, Role] = field(default_factory=dict)
    command_permissions: dict[str, list[JsonDict]] = field(default_factory=dict)
    """Entries as Discord keeps them, by the id of a command, or of the application for all of them."""
    bot_grants: int = 0
    """What the bot's role may beyond its invitation."""
    emojis: dict[str, Expression] = field(default_factory=dict)
    stickers: dict[str, Expression] = field(default_factory=dict)
    emoji_slots: int = 50
    """For those that move and for those that do not, each: of a server without boosts."""
    sticker_slots: int = 5


@dataclass
class Attachment:
    """A file on the stand-in's CDN; width and height only for pictures and films."""

    id: str
    channel_id: str
    filename: str
    data: bytes
    content_type: str
    width: int | None = None
    height: int | None = None
    description: str | None = None
    ephemeral: bool = False
    flags: int = 0


@dataclass
class Message:
    """A message as stored; `payloads.message` makes the JSON of it."""

    id: str
    channel_id: str
    author_id: str
    type: int = 0
    content: str = ""
    flags: int = 0
    embeds: list[JsonDict] = field(default_factory=list)
    components: list[JsonDict] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    nonce: str | None = None
    reference: str | None = None
    interaction: Interaction | None = None
    visible_to: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    """Who reacted, by the emoji."""
    created: float = 0.0
    edited: float | None = None
    edits: int = 0

    @property
    def ephemeral(self) -> bool:
        """Return whether only one person sees it."""
        return bool(self.flags & EPHEMERAL)


@dataclass
class Interaction:
    """One command, press, autocomplete or modal submit, and how far its answer has come.

    `type`: 2 command, 3 component, 4 autocomplete, 5 modal submit. Times are the world's clock in seconds.
    """

    id: str
    token: str
    type: int
    user_id: str
    channel_id: str
    created: float
    data: JsonDict
    command: JsonDict | None = None
    message_id: str | None = None
    user_install: bool = False
    acknowledged: int | None = None
    expired: bool = False
    original_id: str | None = None
    message_ids: list[str] = field(default_factory=list)
    follow_ups: int = 0
    modal: JsonDict | None = None
    nonce: str | None = None
    choices: list[JsonDict] | None = None


@dataclass(frozen=True)
class CallRecord:
    """One REST request of the bot, as the stand-in answered it."""

    method: str
    path: str
    status: int
    code: int | None
    body: Any
    files: tuple[str, ...]


@dataclass(frozen=True)
class Ping:
    """Who a message notified."""

    message_id: str
    user_ids: tuple[str, ...]


@dataclass(frozen=True)
class Event:
    """Something changed; `kind` names it, `facts` carry the objects."""

    kind: str
    facts: JsonDict


def portrait_of(name: str) -> str:
    """Return the hash under which someone's portrait is served."""
    return hashlib.blake2b(name.encode(), digest_size=16).hexdigest()


class World:
    """Everything that exists in the stand-in, with lookups that know nothing of HTTP."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.base_url = ""
        self.upload_limit = UPLOAD_LIMIT
        self.user_installs = True
        """Whether the application's page in the developer portal has User Install ticked."""
        self.shards = 1
        """How many connections Discord advises the bot to have."""
        self.max_concurrency = 16
        """How many of them may identify themselves at a time."""
        self.message_content = False
        """Whether the developer portal has Message Content Intent switched on."""
        self.acknowledge_seconds = ACKNOWLEDGE_SECONDS
        self.online = False
        self.shards_connected: tuple[frozenset[int], int] = (frozenset(), 1)
        """Which of the bot's connections live, of how many."""
        self.messages: dict[str, Message] = {}
        self.interactions: dict[str, Interaction] = {}
        self.attachments: dict[str, Attachment] = {}
        self.commands: dict[str, JsonDict] = {}
        self.calls: deque[CallRecord] = deque(maxlen=5000)
        self.pings: deque[Ping] = deque(maxlen=5000)
        self.notices: deque[tuple[str | None, str]] = deque(maxlen=1000)
        self.violations: list[str] = []
        self._orphans: deque[str] = deque()
        self._listeners: list[Callable[[Event], None]] = []
        self._changed = asyncio.Event()
        self._last_id = SETTLED_MS - DISCORD_EPOCH_MS << 22
        self._settle()

    def _number(self) -> str:
        """Return an id that is the same in every run, so that presets find their owners again."""
        self._last_id += 1
        return str(self._last_id)

    def _settle(self) -> None:
        self.guild_id = self._number()
        self.guild_name = "The Daydream Club"
        self.other_guild_id = str(int(self.guild_id) - 1)
        self.guild_icon: str | None = portrait_of("club")
        self.mod_role_id = self._number()
        self.bot_role_id = self._number()
        bot = Persona(
            self._number(), "pareidolia", "Pareidolia", "The bot.", portrait_of("pareidolia"), BOT_PERMISSIONS, True
        )
        people = (
            Persona(self._number(), "sam", "Sam", "You are Sam.", portrait_of("sam")),
            Persona(self._number(), "ada", "Ada", "You are Ada, someone else in the server.", portrait_of("ada")),
            Persona(self._number(), "mod", "Mod", "You are Mod, a moderator.", portrait_of("mod")),
        )
        people[2].permissions |= MANAGE_MESSAGES
        self.bot = bot
        self.personas = {person.id: person for person in people}
        self.people = {bot.id: bot, **self.personas}
        places = [
            Channel(self._number(), "dreams", "text", "Show a picture, get a dream."),
            Channel(self._number(), "lab", "text", "Try things out here."),
            *(Channel(self._number(), "Pareidolia", "dm", "Just you and the bot.", person.id) for person in people),
            Channel(self._number(), "elsewhere", "elsewhere", "A chat the bot is not in.", people[0].id),
        ]
        self.channels = {place.id: place for place in places}
        first = Server(self.guild_id, self.guild_name, people[2].id, self.bot_role_id, self.guild_icon)
        first.bot_grants = CREATE_EXPRESSIONS
        first.roles[self.mod_role_id] = Role(self.mod_role_id, "Moderators", MANAGE_MESSAGES, {people[2].id})
        self.servers = {first.id: first}

    def found_server(self, name: str, owner: str, *channels: str) -> Server:
        """Found another server, which invites the bot."""
        server = Server(self.mint(), name, self.persona(owner).id, self.mint())
        self.servers[server.id] = server
        for channel in channels:
            place = Channel(self.mint(), channel, "text", server=server.id)
            self.channels[place.id] = place
        self.emit("server_create", server=server)
        self.emit("channels")
        return server

    def remove_bot(self, server: Server) -> None:
        """Remove the bot from a server, which it then knows nothing of."""
        self.servers.pop(server.id)
        for id in [place.id for place in self.channels.values() if place.server == server.id]:
            del self.channels[id]
        self.emit("server_delete", server=server)
        self.emit("channels")

    def add_role(self, name: str, *people: str, server: Server | None = None, permissions: int = 0) -> Role:
        """Make a role and give it to people."""
        home = server or self.servers[self.guild_id]
        role = Role(self.mint(), name, permissions, {self.persona(one).id for one in people})
        home.roles[role.id] = role
        self.emit("role_create", server=home, role=role)
        return role

    def speak(self, whose: Persona | Server, locale: str) -> None:
        """Set the language of somebody's Discord, or of a server, of which the bot hears."""
        whose.locale = locale
        if isinstance(whose, Server):
            self.emit("server_update", server=whose)
        self.emit("languages")

    def deny_bot(self, place: Channel, bits: int) -> None:
        """Take permissions from the bot in a channel; it hears of it."""
        place.bot_permissions &= ~bits
        self.emit("channel_update", channel=place)

    def restrict_age(self, place: Channel, *, on: bool = True) -> None:
        """Make a channel one for adults, or one for everybody; the bot hears of it."""
        place.age_restricted = on
        self.emit("channel_update", channel=place)

    def server_of(self, place: Channel) -> Server | None:
        """Return the server of a channel that the bot is in, if it is in one."""
        return self.servers.get(place.server or self.guild_id) if place.kind == "text" else None

    def permissions_of(self, person: Persona, place: Channel) -> int:
        """Return what somebody may do in a channel, by Discord's order: the server, its roles, what the channel
        denies."""
        server = self.server_of(place)
        if server is None or person.bot:
            return person.permissions
        if server.owner == person.id:
            return EVERYTHING
        roles = [role for role in server.roles.values() if person.id in role.people]
        given = person.permissions if server.id == self.guild_id else EVERYONE_PERMISSIONS
        for role in roles:
            given |= role.permissions
        if given & ADMINISTRATOR:
            return EVERYTHING
        parent = self.channels.get(place.parent or "", place)
        for id in (server.id, *(role.id for role in roles), person.id):
            given &= ~parent.denied.get(id, 0)
        return given

    def add_thread(self, message: Message, name: str) -> Channel:
        """Open a thread under a message; it has the message's id."""
        parent = self.channels[message.channel_id]
        thread = Channel(
            message.id, name, "text", bot_permissions=parent.bot_permissions, type=THREAD, parent=parent.id,
            server=parent.server,
        )  # fmt: skip
        self.channels[thread.id] = thread
        self.emit("thread_create", channel=thread)
        self.emit("channels")
        return thread

    def mint(self) -> str:
        """Return a fresh snowflake: milliseconds since Discord's epoch in the upper bits, always rising."""
        stamp = int(self.clock() * 1000) - DISCORD_EPOCH_MS << 22
        self._last_id = max(self._last_id + 1, stamp)
        return str(self._last_id)

    def persona(self, name: str) -> Persona:
        """Return a person by id or by name ("Sam", "Ada", "Mod"; "You" is Sam); KeyError when there is none."""
        wanted = "Sam" if name == "You" else name
        for person in self.people.values():
            if wanted in (person.id, person.global_name):
                return person
        raise KeyError(name)

    def channel(self, name: str, persona: Persona | None = None) -> Channel:
        """Return a channel by id or name; "dm" is the persona's talk with the bot. KeyError when there is none."""
        for place in self.channels.values():
            mine = place.kind == name == "dm" and persona is not None and place.persona == persona.id
            if mine or name == place.id or (name == place.name and place.kind != "dm"):
                return place
        raise KeyError(name)

    def direct(self, user_id: str) -> Channel | None:
        """Return the bot's direct channel with someone, if there is such a person."""
        found = (place for place in self.channels.values() if place.kind == "dm" and place.persona == user_id)
        return next(found, None)

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` on every event from now on; the returned function ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, kind: str, **facts: Any) -> None:
        """Announce a change to every listener and to everyone who waits in `until`."""
        event = Event(kind, facts)
        for listener in tuple(self._listeners):
            listener(event)
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, predicate: Callable[[], T | None], within: float = 60.0) -> T:
        """Wait until `predicate()` is true and return what it returned; TimeoutError after `within` seconds."""
        async with asyncio.timeout(within):
            while not (found := predicate()):
                await self._changed.wait()
        return found

    def notice(self, persona: str | None, text: str, nonce: str | None = None) -> None:
        """Tell one person (None: everyone) what Discord's client shows as a toast; `nonce` names a failed command."""
        self.notices.append((persona, text))
        self.emit("notice", persona=persona, text=text, nonce=nonce)

    def log(self, text: str) -> None:
        """Write a line into the Lab drawer."""
        self.emit("lab", text=text)

    def hears(self, guild_id: str | None) -> bool:
        """Return whether the bot has a live connection for what happens in a server, or, for None, in direct
        messages."""
        return (int(guild_id or 0) >> 22) % self.shards_connected[1] in self.shards_connected[0]

    def set_online(self, online: bool, connected: Collection[int] | None = None, shards: int = 1) -> None:
        """Record whether the bot has all of its gateway connections, and which of how many, if not of one."""
        live = range(int(online)) if connected is None else connected
        self.shards_connected = (frozenset(live), shards)
        if online != self.online:
            self.online = online
            self.emit("presence", online=online)

    def add_message(self, message: Message) -> None:
        """Store a new message and announce it."""
        message.created = self.clock()
        self.messages[message.id] = message
        self.channels[message.channel_id].last_message_id = message.id
        self.emit("message_create", message=message)

    def change_message(self, message: Message) -> None:
        """Mark a message as edited and announce it."""
        message.edited = self.clock()
        message.edits += 1
        self.emit("message_update", message=message)

    def react(self, message: Message, user_id: str, emoji: str) -> None:
        """Put somebody's reaction under a message and announce it; again changes nothing."""
        people = message.reactions.setdefault(emoji, [])
        if user_id not in people:
            people.append(user_id)
            self.emit("reaction_add", message=message, user_id=user_id, emoji=emoji)

    def unreact(self, message: Message, user_id: str, emoji: str) -> None:
        """Take somebody's reaction away and announce it, if there is one."""
        people = message.reactions.get(emoji, [])
        if user_id in people:
            people.remove(user_id)
            if not people:
                del message.reactions[emoji]
            self.emit("reaction_remove", message=message, user_id=user_id, emoji=emoji)

    def drop_message(self, message: Message) -> None:
        """Remove a message and its files and announce it."""
        self.messages.pop(message.id, None)
        self.orphan(message.attachments)
        self.emit("message_delete", message=message)

    def orphan(self, attachments: list[Attachment]) -> None:
        """Let go of files that no message shows any more; the newest few stay readable for slow readers."""
        self._orphans.extend(item.id for item in attachments)
        while len(self._orphans) > ORPHANS_KEPT:
            self.attachments.pop(self._orphans.popleft(), None)

    def history(self, channel: Channel | str) -> list[Message]:
        """Return a channel's messages, oldest first."""
        channel_id = channel.id if isinstance(channel, Channel) else self.channel(channel).id
        return [message for message in self.messages.values() if message.channel_id == channel_id]
