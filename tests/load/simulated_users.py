"""People who ask for dreams: `(playground, habits) => asks with their answers`.

A light user asks, waits for the answer, and asks again some time later. A heavy user keeps asking for one more than
anyone may have waiting. Somebody with slow files sends one after the other. What became of every command is kept, and
how often every job was answered is counted from what stands in the channels.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field

from bot.playground import message_rules
from bot.playground.rejections import JsonDict
from bot.playground.server import Playground
from bot.playground.world import Attachment, Channel, Event, Interaction, Message, Persona

PATIENCE_S = 600.0
"""An answer that does not come for so long is missing."""
KEPT_S = 20.0
"""What was answered stays in the playground's memory for so long."""
CODE = re.compile(r"^-# ([A-Z]\d+)\b", re.MULTILINE)
"""The code under a refusal."""
SETTLED = ("again", "more")
"""A message with one of these buttons is an answer."""


@dataclass(slots=True)
class Ask:
    """One command and what became of it; times in seconds of `time.time`."""

    user: str
    asked: float
    acknowledged: float | None = None
    answered: float | None = None
    refused: str = ""
    """The code of the refusal; "late" where nothing came in time, "silent" where nothing came after that."""
    job: str = ""


@dataclass(slots=True)
class Waiter:
    """Someone who looks at a message."""

    ask: Ask
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Crowd:
    """People in a playground, and everything that they were told."""

    def __init__(self, playground: Playground, light: int, heavy: int, channels: int, slow: int = 0) -> None:
        self.playground = playground
        self.world = playground.world
        self.asks: list[Ask] = []
        self.answers: Counter[str] = Counter()
        """How often each job's answer was put into a message."""
        self.picture: Attachment | None = None
        self.slow_files: dict[str, bytes] = {}
        """By what they are."""
        self.stopped = asyncio.Event()
        self._waiters: dict[str, Waiter] = {}
        """By interaction, and by message once it stands."""
        places = [self._channel(number) for number in range(channels)]
        self.light = [(self._person(f"light{n}"), places[n % channels]) for n in range(light)]
        self.heavy = [(self._person(f"heavy{n}"), places[n % channels]) for n in range(heavy)]
        self.slow = [(self._person(f"slow{n}"), places[n % channels]) for n in range(slow)]
        self.world.listen(self._hear)

    def _person(self, name: str) -> Persona:
        person = Persona(self.world.mint(), name, name, "", None)
        self.world.personas[person.id] = self.world.people[person.id] = person
        return person

    def _channel(self, number: int) -> Channel:
        place = Channel(self.world.mint(), f"room{number}", "text")
        self.world.channels[place.id] = place
        return place

    @property
    def done(self) -> int:
        """Jobs that were answered."""
        return len(self.answers)

    # habits

    async def modest(self, person: Persona, place: Channel, every_s: float) -> None:
        """Ask about every so many seconds, one thing at a time."""
        draw = random.Random(person.username)
        await self._rest(draw.uniform(0, every_s))
        while not self.stopped.is_set():
            began = time.monotonic()
            await self.ask(person, place)
            await self._rest(every_s * draw.uniform(0.5, 1.5) - (time.monotonic() - began))

    async def greedy(self, person: Persona, place: Channel, again_s: float) -> None:
        """Ask again at once, and soon again after a refusal."""
        while not self.stopped.is_set():
            ask = await self.ask(person, place)
            if ask.refused:
                await self._rest(again_s)

    async def tiresome(self, person: Persona, place: Channel, again_s: float) -> None:
        """Send one slow file after the other, everybody beginning with another one."""
        files = [*self.slow_files.values()]
        number = self.slow.index((person, place))
        while not self.stopped.is_set():
            ask = await self.ask(person, place, files[number % len(files)])
            number += 1
            if ask.refused:
                await self._rest(again_s)

    async def _rest(self, seconds: float) -> None:
        if seconds > 0:
            await asyncio.wait({asyncio.create_task(self.stopped.wait())}, timeout=seconds)

    # one command

    async def ask(self, person: Persona, place: Channel, file: bytes | None = None) -> Ask:
        """Send the command, with a file or the picture that all share, and wait until it is answered or refused."""
        assert self.picture is not None
        picture = self.playground.upload("picture.png", file or self.picture.data)
        typed: list[JsonDict] = [{"name": "image", "value": {"upload_id": picture.id}}, {"name": "size", "value": 128}]
        ask = Ask(person.id, time.time())
        interaction = self.playground.deeds.command(person, place, "dream", typed)
        waiter = self._waiters[interaction.id] = Waiter(ask)
        self.asks.append(ask)
        await within(waiter.acknowledged, self.world.acknowledge_seconds + 1.0)
        if ask.acknowledged is None:
            ask.refused = "late"
        else:
            await within(waiter.ended, PATIENCE_S)
            ask.refused = ask.refused or ("" if ask.answered else "silent")
        asyncio.get_running_loop().call_later(KEPT_S, self._forget, interaction)
        return ask

    def _hear(self, event: Event) -> None:
        if event.kind == "acknowledged":
            self._acknowledged(event.facts["interaction"])
        elif event.kind in ("message_create", "message_update"):
            self._read(event.facts["message"])

    def _acknowledged(self, interaction: Interaction) -> None:
        waiter = self._waiters.get(interaction.id)
        if waiter is None:
            return
        waiter.ask.acknowledged = time.time()
        waiter.acknowledged.set()
        self._waiters[interaction.original_id or ""] = waiter
        self._look(waiter, self.world.messages[interaction.original_id or ""])

    def _read(self, message: Message) -> None:
        """Count answers; tell whoever looks at this message."""
        verbs = dict(pressable(message))
        for verb in SETTLED:
            if verb in verbs:
                self.answers[verbs[verb]] += 1
                break
        if waiter := self._waiters.get(message.id):
            self._look(waiter, message)

    @staticmethod
    def _look(waiter: Waiter, message: Message) -> None:
        """What a message says to whoever asked for it: a place in the line, an answer, a refusal."""
        verbs = dict(pressable(message))
        waiter.ask.job = next(iter(verbs.values()), waiter.ask.job)
        code = CODE.search(words(message))
        if any(verb in verbs for verb in SETTLED):
            waiter.ask.answered = time.time()
            waiter.ended.set()
        elif code and not verbs:
            waiter.ask.refused = code[1]
            waiter.ended.set()

    def _forget(self, interaction: Interaction) -> None:
        """Keep the playground's memory small: a chat's history is not what is measured here."""
        self._waiters.pop(interaction.id, None)
        self._waiters.pop(interaction.original_id or "", None)
        self.world.interactions.pop(interaction.token, None)
        for id in interaction.data.get("resolved", {}).get("attachments", {}):
            self.world.attachments.pop(id, None)
        if message := self.world.messages.pop(interaction.original_id or "", None):
            for item in message.attachments:
                self.world.attachments.pop(item.id, None)


async def within(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but not for ever."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return


def pressable(message: Message) -> list[tuple[str, str]]:
    """The (verb, job) of every button."""
    items = (str(item.get("custom_id", "")) for _, item in message_rules.walk(message.components, ""))
    return [(verb, job) for verb, _, job in (item.partition(":") for item in items) if job]


def words(message: Message) -> str:
    """All text of a message."""
    parts = (str(item.get("content", "")) for _, item in message_rules.walk(message.components, ""))
    return "\n".join([message.content, *parts])
