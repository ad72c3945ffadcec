"""Nobody reads a language that is not meant for them: every command is asked, every button pressed, in two made-up
languages, one of the person and one of the server, which mark each sentence."""

from __future__ import annotations

import asyncio
import contextlib
import gettext
from collections import Counter
from collections.abc import Iterator

import pytest

from bot import wording
from bot.languages import catalogs, current, translation
from bot.languages.catalogs import ENGLISH
from bot.playground import message_rules
from bot.playground.options import Mistake
from bot.playground.rejections import JsonDict
from bot.playground.world import Interaction, Message
from bot.store.posting import Posting
from bot.store.server_rules import ServerRules
from engine.queue.job import State
from tests.bot.cogs.test_server import id_of, rule
from tests.bot.requests.test_service import (  # noqa: F401
    Option,
    Stage,
    _drawn_avatars,
    alts,
    png,
    specification,
    stage,
    words,
)
from tests.chaos.rest_faults import Unlimited

PERSON, SERVER = "§", "¤"
LOCALES = {"de": PERSON, "fr": SERVER}


class Marked(gettext.NullTranslations):
    """English, each sentence with a mark."""

    def __init__(self, mark: str) -> None:
        super().__init__()
        self._mark = mark

    def gettext(self, message: str) -> str:
        return self._mark + message

    def pgettext(self, context: str, message: str) -> str:
        return self._mark + message

    def ngettext(self, one: str, several: str, number: int) -> str:
        return self._mark + (one if number == 1 else several)


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> None:
    marked = {mark: Marked(mark) for mark in LOCALES.values()}
    monkeypatch.setattr(current, "closest", lambda locale: locale if locale in marked else LOCALES.get(locale, ENGLISH))
    monkeypatch.setattr(translation, "catalog", lambda locale: marked.get(locale) or catalogs.catalog(locale))


ASKED: tuple[tuple[str, dict[str, Option]], ...] = (
    ("help", {}),
    ("info", {}),
    ("settings", {}),
    ("dream", {"subject": "eyes", "size": 128}),
    ("dream", {"subject": "eyes", "size": 128, "private": True}),
    ("dream", {"subject": "flogbat"}),
    ("dream", {"subject": "eyes", "variations": 2, "size": 128}),
    ("zoom", {"layer": "mid", "frames": 8}),
    ("concept", {"subject": "castle"}),
    ("concept", {"subject": "castle", "morph_to": "eye"}),
    ("style", {"painting": "swirls"}),
    ("see", {"private": True}),
    ("see", {"layer": "mid"}),
    ("preset save", {"name": "mine", "subject": "eyes"}),
    ("preset list", {}),
    ("preset show", {"name": "mine"}),
    ("server panel", {}),
    ("server check", {}),
    ("server week", {}),
    ("server ritual", {}),
    ("server ritual", {"kind": "daily"}),
    ("server ritual", {"kind": "endless"}),
    ("server ritual", {"kind": "exhibition"}),
    ("server ritual", {"kind": "exquisite"}),
    ("play table", {}),
    ("play dex", {}),
    ("play fool", {}),
    ("play exquisite", {}),
    ("play guess", {}),
)
SAID = (("dreams", "@Pareidolia owls"), ("dreams", "@Pareidolia xyzzy"), ("dm", "xyzzy"), ("dm", "owls"))
DAY_S = 86400.0
MOST = 900


class Walk:
    """Presses whatever there is to press."""

    def __init__(self, stage: Stage) -> None:  # noqa: F811
        self.stage, self.world = stage, stage.playground.world
        self.pressed: Counter[str] = Counter()
        self.wrong: dict[str, str] = {}
        self.read = 0

    async def settled(self, asked: Interaction) -> None:
        """The interaction is answered, and what it queued is made."""
        async with asyncio.timeout(60):
            while not (asked.acknowledged or asked.modal or asked.original_id):
                await asyncio.sleep(0.005)
        await self.settle_jobs()

    async def pass_a_day(self) -> None:
        """What happens once a day happens, twice."""
        runner = self.stage.client.rituals
        for _ in range(2):
            began = runner.clock() + DAY_S
            runner.clock = lambda now=began: now  # type: ignore[misc]
            for _ in range(4):
                await self.settle_jobs()

    async def settle_jobs(self) -> None:
        """All that is queued is made and posted, and what rituals have to do is done."""
        await asyncio.sleep(0.02)
        async with asyncio.timeout(60):
            while await self.is_busy():
                if row := self.stage.dispatch.start():
                    self.look()
                    ending = {"ending": {"blob": row.job.picture}}
                    self.stage.dispatch.finish(row.id, png(48, 32), facts=ending)
                await asyncio.sleep(0.02)
        await self.stage.client.rituals.tick()
        self.look()

    async def is_busy(self) -> bool:
        """Whether a dream is not posted, beside an open round, which is held back."""
        return any(
            row.state is not State.DONE or not Posting.from_json(row.posting).choices for row in await self.stage.rows()
        )

    def look(self) -> None:
        """Is anything that can be read in the wrong language?"""
        for message in list(self.world.messages.values()):
            if message.author_id == self.world.bot.id:
                alone = message.ephemeral or self.world.server_of(self.world.channels[message.channel_id]) is None
                for text in texts(message):
                    self.read += 1
                    if (SERVER if alone else PERSON) in text:
                        self.wrong.setdefault(text, f"{'private' if alone else 'public'}")

    async def press_all(self) -> None:
        """Every button and select once for each kind of message."""
        going = True
        while going and sum(self.pressed.values()) < MOST:
            going = False
            for message in list(self.world.messages.values()):
                for item in list(presses(message)):
                    kind = kind_of(item)
                    if self.pressed[kind] or message.author_id != self.world.bot.id:
                        continue
                    self.pressed[kind], going = 1, True
                    await self.press(message, item)

    async def press(self, message: Message, item: JsonDict) -> None:
        who = message.visible_to or "You"
        if item not in list(presses(message)):  # another button took it away
            return
        try:
            asked = self.stage.playground.press(who, message, item["custom_id"], self.values(item))
        except Mistake:
            return
        await self.settled(asked)
        if asked.modal:
            self.wrong |= {text: "form" for text in said(asked.modal) if SERVER in text}
            fields = {
                part["component"]["custom_id"]: "eyes" for part in asked.modal["components"] if "component" in part
            }
            with contextlib.suppress(Mistake):
                await self.settled(self.stage.playground.submit(who, asked, **fields))

    def values(self, item: JsonDict) -> list[str] | None:
        if item["type"] == message_rules.STRING_SELECT:
            return [item["options"][-1]["value"]]
        if item["type"] in message_rules.SELECTS:
            return [id_of(self.stage, "dreams") if item["type"] == 8 else self.world.persona("Ada").id]
        return None


def said(shape: object) -> Iterator[str]:
    """All strings of a shape that people read."""
    if isinstance(shape, dict):
        for key, value in shape.items():
            if isinstance(value, str) and key in ("content", "label", "description", "placeholder", "title", "name"):
                yield value
            else:
                yield from said(value)
    elif isinstance(shape, list | tuple):
        for one in shape:
            yield from said(one)


def texts(message: Message) -> Iterator[str]:
    yield message.content
    yield from said(message.components)


def presses(message: Message) -> Iterator[JsonDict]:
    """Buttons and selects that can be used."""
    for _, item in message_rules.walk(message.components, ""):
        if item.get("custom_id") and not item.get("disabled"):
            yield item


def kind_of(item: JsonDict) -> str:
    """A button, whatever it is about."""
    label = item.get("label") or item.get("placeholder") or ""
    verb = ":".join(item["custom_id"].split(":")[: 2 if item["custom_id"].startswith("ritual:") else 1])
    return f"{verb} {label if len(label) < 30 else ''}"


async def test_everybody_reads_the_language_that_is_meant_for_them(stage: Stage, marks: None) -> None:  # noqa: F811
    """If this fails: was it stored as words (`bot.languages.stored_words`), or said outside of `speaks_publicly`?"""
    world, playground = stage.playground.world, stage.playground
    playground.rest.limiter = Unlimited()  # type: ignore[assignment]
    for name in ("You", "Mod"):
        world.speak(world.persona(name), "de")
    world.speak(next(iter(world.servers.values())), "fr")
    await stage.ask("You", "help")
    await rule(stage, games=(id_of(stage, "dreams"),), log_channel=id_of(stage, "lab"))
    walk = Walk(stage)
    for command, options in ASKED:
        who = "Mod" if command.startswith("server") else "You"
        await walk.settled(playground.command(who, "dreams", command, **options))
    dream = next(one for one in world.messages.values() if "more:" in str(one.components) and not one.ephemeral)
    for menu in (wording.DREAM_THIS, wording.SEE_THIS, wording.LIKE_THIS, wording.BLOCK_IMAGE):
        await walk.settled(playground.menu("Mod", "dreams", menu, dream))
    playground.react("You", dream, "✉️")
    for channel, text in SAID:
        playground.say("You", channel, text)
        await asyncio.sleep(0.1)
    await walk.press_all()
    rules = ServerRules(games=(id_of(stage, "dreams"),), log_channel=id_of(stage, "lab"))
    await stage.client.service.gate.rules.change(world.guild_id, lambda _: rules)  # one of the buttons was Pause
    await walk.pass_a_day()
    await walk.press_all()
    await rule(stage, private=True, log_channel=id_of(stage, "lab"))
    playground.say("You", "dreams", "@Pareidolia owls")
    await walk.settle_jobs()
    assert walk.wrong == {}
    assert len(walk.pressed) > 60
    verbs = {one.split()[0] for one in walk.pressed}
    assert {"export", "guess0", "preset_try", "ritual:star", "ritual:take", "ritual:vote", "server"} <= verbs
