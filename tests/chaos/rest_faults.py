"""Every REST call that the bot makes, and every fault that can meet it: `seed => figures`.

    python -m tests.chaos rest --seed 7

The bot is the real one; the engine is a hand that finishes every job at once. A *story* is something that people do. It
is told once without any fault, which shows the calls that it makes; then it is told again for every call and every
fault in `FAULTS` that can meet that call, and after that for storms of all passing faults at once. After each telling:

- every job that was accepted has exactly one answer, in its message, beside it or by direct message, and no message
  says for ever that it is under way; a job that was given up left nothing behind and its requester saw that;
- nothing is asked again and again;
- the bot answers the next command.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import aiohttp
import discord
import discord.webhook.async_ as webhook_calls

import bot.app as bot_app
import bot.delivery.tracker as bot_tracker
import bot.gateway.client as bot_client
from bot import wording
from bot.delivery import channel_lane
from bot.delivery import publisher as bot_publisher
from bot.delivery.channel_lane import Pace
from bot.delivery.tracker import DeliveryTracker
from bot.gateway import endpoints
from bot.gateway.client import Client
from bot.playground.faults import STORM, Fault
from bot.playground.server import Playground
from bot.playground.world import Channel, Interaction, Message
from bot.requests import service
from bot.requests.submission import noise
from bot.store.posting import Posting
from engine import settings
from engine.files import sanitizer
from engine.files.decoder import CleanPicture
from engine.params import Dream
from engine.queue.in_memory_dispatch import MemoryDispatch
from engine.queue.job import Job, JobId, JobRow, Limits
from tests.bot_start import hosts_kept, make_tables, share_catalog, spared
from tests.playground_bot import custom_ids, texts

JPEG = b"\xff\xd8 preview"
ANSWER = re.compile(r"(deeper|again|retry|more):")
UNFINISHED = re.compile(r"(cancel|keep):")
TASKS = ("CommandTree-invoker", "discord-ui-", "discord.py: ")
"""How discord.py names what it does about an interaction or a message."""
PATIENCE_S = 60.0
"""After this long without an answer a job is stuck, on however busy a machine."""
SILENCE_S = 1.5
"""So long the bot waits for an answer here; a starved machine must not look like a silent Discord too often."""
MATRIX_SHARE = 0.8
LONGEST_STORM_S = 120.0
IDLE_S = 0.01
"""So often a story looks whether it is over: oftener, it takes more of a core than the bot."""
LOOKS = 100
"""So often an engine looks whether its preview is shown, before it is done all the same."""
HASTE = 200.0
"""How much shorter the library's pauses are here."""

CALLBACK = ("POST", "/interactions/{interaction}/{token}/callback")
ORIGINAL = ("GET", "/webhooks/{application}/{token}/messages/{message}")
FOLLOW_UP = ("POST", "/webhooks/{application}/{token}")
TOKEN_EDIT = ("PATCH", "/webhooks/{application}/{token}/messages/{message}")
TOKEN_DELETE = ("DELETE", "/webhooks/{application}/{token}/messages/{message}")
HISTORY = ("GET", "/channels/{channel}/messages")
LOOK_UP = ("GET", "/channels/{channel}/messages/{message}")
SEND = ("POST", "/channels/{channel}/messages")
EDIT = ("PATCH", "/channels/{channel}/messages/{message}")
DELETE = ("DELETE", "/channels/{channel}/messages/{message}")
REOPEN = ("PATCH", "/channels/{channel}")
DIRECT = ("POST", "/users/@me/channels")
COMMAND_PERMISSIONS = ("GET", "/applications/{application}/guilds/{guild}/commands/permissions")

LINE = ("disconnected", "half upload", "lost answer", "timeout", "late timeout")
HOUSE = (
    "rate limited", "rate limited shared", "rate limited global", "banned", "blocked", "internal_network_error",
    "server error 500", "server error 502", "server error 503", "server error 504", "late server error",
)  # fmt: skip
PLACE = ("channel deleted", "channel closed", "permission lost", "files forbidden", "thread archived", "thread locked")
WORDS = ("moderated", "too_large", "invalid_form")
TOKEN = ("interaction expired", "unknown_webhook", "dead_token")
FAULTS: dict[tuple[str, str], tuple[str, ...]] = {
    CALLBACK: (*LINE, *HOUSE, "interaction expired", "unknown_interaction", *WORDS),
    ORIGINAL: (*LINE, *HOUSE, *TOKEN, "unknown_message"),
    FOLLOW_UP: (*LINE, *HOUSE, *TOKEN, *WORDS),
    TOKEN_EDIT: (*LINE, *HOUSE, *TOKEN, *PLACE, *WORDS, "message deleted"),
    TOKEN_DELETE: (*LINE, *HOUSE, *TOKEN, "message deleted"),
    HISTORY: (*LINE, *HOUSE, "missing_permission", "channel closed", "channel deleted"),
    LOOK_UP: (*LINE, *HOUSE, "unknown_message", "missing_permission"),
    SEND: (*LINE, *HOUSE, *PLACE, *WORDS, "cannot_message_user"),
    EDIT: (*LINE, *HOUSE, *PLACE, *WORDS, "message deleted", "too_many_edits"),
    DELETE: (*LINE, *HOUSE, *PLACE, "message deleted"),
    REOPEN: (*LINE, *HOUSE, "missing_permission", "channel deleted", "thread locked"),
    DIRECT: (*LINE, *HOUSE, "cannot_message_user", "unknown_user"),
    COMMAND_PERMISSIONS: (*LINE, *HOUSE),
}
"""What can meet which call. Starts of the bot and a revoked token have tests of their own in `test_rest_faults.py`."""
STORMS = {"rate limited": 7, "server error 500": 6, "disconnected": 3, "lost answer": 2, "timeout": 2}
"""Also so many times in a row: the library gives up after five, then the bot has to."""
CHANGED = ("kind", "bot_permissions", "archived", "locked")
"""What faults change in a channel. Left so, a direct one would be the end of all later stories."""
SILENCING = frozenset({"message deleted", "channel deleted", "unknown_message"})
"""The message and its answer are gone by somebody's will."""
POWERLESS = frozenset({"channel closed", "permission lost", "thread locked", "channel deleted", "missing_permission"})
"""A status message that cannot be taken away any more may stay."""
UNREACHABLE = frozenset({"cannot_message_user", "unknown_user", "missing_permission", "invalid_form"}) | POWERLESS
"""Neither in the channel nor directly can anything be said."""


class Hurried:
    """asyncio as the library sees it, with shorter pauses."""

    def __getattr__(self, name: str) -> Any:
        """Everything else as it is."""
        return getattr(asyncio, name)

    async def sleep(self, seconds: float, result: object = None) -> object:
        """Much shorter."""
        return await asyncio.sleep(seconds / HASTE, result)


class Unlimited:
    """No rate limits but those of the plan."""

    def admit(self, _bucket: str | None, _major: str, exempt: bool) -> dict[str, str]:
        """Let everything through."""
        return {}


class HereDecoder:
    """The decoder's work without its process."""

    pids = ()

    def __init__(self, megapixels: float, megabytes: float = 25.0) -> None:
        self.megapixels = megapixels

    async def __aenter__(self) -> HereDecoder:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def warm(self) -> None:
        """Nothing to start."""

    async def clean(self, data: bytes, size: int, person: str = "", *, last: bool = False) -> CleanPicture:
        """A clean picture."""
        made = sanitizer.clean(data, size, self.megapixels, last=last)
        return CleanPicture(made.png, *made.size, made.frame, made.frames, made.fingerprint)


class House:
    """The stand-in, the bot, and the engine's part."""

    def __init__(
        self, playground: Playground, dispatch: MemoryDispatch, client: Client, loaded: settings.Settings
    ) -> None:
        self.settings = loaded
        self.playground = playground
        self.world = playground.world
        self.faults = playground.rest.faults
        self.dispatch = dispatch
        self.client = client
        self.ids: list[JobId] = []
        self.heard: set[str] = set()
        self.patient = False
        """The engine waits for somebody to stop a job."""
        self.shows_previews = True
        self.connection: asyncio.Task[None] | None = None
        self.ends_badly = False
        """The bot is expected to end by itself, with an error that the test looks at."""
        self.left: list[Message] = []
        """Messages at the end of the last story."""
        self._submitted = asyncio.Event()
        self._submit = dispatch.submit
        dispatch.submit = self._take  # type: ignore[method-assign]
        client.add_listener(self._hear_interaction, "on_interaction")
        client.add_listener(self._hear_message, "on_message")
        self._picture = noise(64, 1)

    async def _take(self, job: Job, posting: dict[str, Any], id: JobId | None = None) -> JobId:
        taken = await self._submit(job, posting, id)
        self.ids.append(taken)
        self._submitted.set()
        return taken

    async def _hear_interaction(self, interaction: discord.Interaction[Any]) -> None:
        self.heard.add(str(interaction.id))

    async def _hear_message(self, message: discord.Message) -> None:
        self.heard.add(str(message.id))

    # the engine

    async def engine(self) -> None:
        """Finish every job at once, or when it is stopped."""
        while True:
            self._submitted.clear()
            while row := self.dispatch.start():
                await self._dream(row)
            await self._submitted.wait()

    async def _dream(self, row: JobRow) -> None:
        before = len(self.faults.asked)
        flag = self.dispatch.progress(row.id, 1, 2, JPEG) if self.shows_previews else "go on"
        looks = 0
        while not flag and (self.patient or (looks < LOOKS and not self._edited(before))):
            looks += not self.patient
            await asyncio.sleep(0.003)
            flag = self.dispatch.progress(row.id, 1, 2)
        if flag == "stop":
            self.dispatch.settle_cancelled(row.id)
        else:
            self.dispatch.finish(row.id, self._picture, width=64, height=64)

    def _edited(self, before: int) -> bool:
        """Whether any message was edited since so many calls."""
        return any(method == "PATCH" for method, _ in list(self.faults.asked)[before:])

    # what is seen

    async def handled(self, *ids: str) -> None:
        """The bot heard of these interactions or messages, and is done with whatever it does at once."""
        async with asyncio.timeout(PATIENCE_S):
            while not self.heard.issuperset(ids) or self._busy():
                await asyncio.sleep(0.003)

    @staticmethod
    def _busy() -> bool:
        return any(task.get_name().startswith(TASKS) for task in asyncio.all_tasks())

    async def settled(self) -> bool:
        """Nothing is under way any more; False if that does not come about."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while self._busy() or await self.dispatch.list_unposted() or self._working():
                    await asyncio.sleep(IDLE_S)
                return True
        return False

    def _working(self) -> bool:
        lanes = self.client.service._tracker._lanes.values()
        return any(lane.worker is not None and not lane.worker.done() for lane in lanes)

    async def answered(self, asked: Interaction) -> Message | None:
        """The message that answers an interaction, if there is one."""
        await self.handled(asked.id)
        return self.playground.response_to(asked)

    def about(self, id: JobId) -> list[Message]:
        """Messages that show a job; panels beside it are none."""
        shown = []
        for message in self.world.messages.values():
            named = [one for one in custom_ids(message) if one.endswith(f":{id}")]
            if any(ANSWER.match(one) or UNFINISHED.match(one) for one in named):
                shown.append(message)
        return shown


@asynccontextmanager
async def open_house(*faults: Fault) -> AsyncIterator[House]:
    """A playground with the real bot online in this process, and an engine that is never slow. The faults meet its
    start. Raises what ended the bot."""
    data_dir = Path(tempfile.mkdtemp(prefix="p-"))
    playground = Playground()
    playground.rest.limiter = Unlimited()  # type: ignore[assignment]
    playground.rest.faults.plan(*faults)
    playground.world.acknowledge_seconds = PATIENCE_S
    await playground.start()
    dispatch = MemoryDispatch(Limits(per_user=1000, total=1000))
    try:
        with patched(playground.settings(data_dir)):
            loaded = settings.load()
            share_catalog(loaded)
            with hosts_kept(), spared():
                endpoints.point(loaded.discord)
                async with AsyncExitStack() as stack:
                    yield await move_in(stack, loaded, playground, dispatch)
    finally:
        await playground.stop()
        await dispatch.close()
        shutil.rmtree(data_dir, ignore_errors=True)


async def move_in(
    stack: AsyncExitStack, loaded: settings.Settings, playground: Playground, dispatch: MemoryDispatch
) -> House:
    """A bot in a playground that is there, with an engine; the stack ends both."""
    if not loaded.database.exists():
        make_tables(loaded.database)
    client, tracker = await bot_app.compose(loaded, dispatch, stack, beside)
    house = House(playground, dispatch, client, loaded)
    stop = asyncio.Event()
    connection = asyncio.create_task(bot_app.connect_until(stop, client, tracker, playground.token, beside))
    engine = asyncio.create_task(house.engine())

    async def leave() -> None:
        engine.cancel()
        await asyncio.wait({engine})
        if waiting := client._connection._ready_task:  # discord.py lets it outlive the client, even the loop
            waiting.cancel()
        stop.set()
        if not house.ends_badly:
            await connection

    connection.add_done_callback(lambda _: house.world.log("the bot ended"))
    house.connection = connection
    stack.push_async_callback(leave)
    await playground.world.until(lambda: playground.world.online or connection.done(), PATIENCE_S)
    return house


def beside(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """A task outside any group: a fixture may end in another task than it began in."""
    return asyncio.create_task(work, name=name)


def quick_tracker(dispatch: Any, publisher: Any, **parts: Any) -> DeliveryTracker:
    """A tracker that waits for nothing."""
    return DeliveryTracker(dispatch, publisher, Pace(edits=10_000, preview_s=0.0, sweep_s=0.05), **parts)


@contextmanager
def patched(environment: dict[str, str]) -> Iterator[None]:
    """The bot's parts in a hurry, and the settings of the stand-in."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("PAREIDOLIA_")}
    nowhere = {"PAREIDOLIA_CONFIG": os.devnull}
    parts = (
        (bot_app, "DeliveryTracker", quick_tracker), (bot_app, "Decoder", HereDecoder),
        (service, "OPENING_S", PATIENCE_S),
        (bot_app, "LOGIN_S", 4 * SILENCE_S), (channel_lane, "LONGEST_RETRY_S", 0.5), (bot_tracker, "UNFOLLOWED_S", 0.5),
        (service, "AMEND_PAUSES_S", (0.01, 0.01, 0.01)),
        (bot_client, "TIMEOUT", aiohttp.ClientTimeout(total=PATIENCE_S, sock_read=SILENCE_S)),
        (discord.http, "asyncio", Hurried()), (webhook_calls, "asyncio", Hurried()),
    )  # fmt: skip
    with ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, {**others, **environment, **nowhere}, clear=True))
        for owner, name, value in parts:
            stack.enter_context(mock.patch.object(owner, name, value))
        yield


# the stories

Step = Callable[[House, Channel, Any], Awaitable[None]]


@dataclass(frozen=True)
class Story:
    """Something that people do. What `before` returns is there when it begins; no fault meets it."""

    name: str
    tell: Step
    before: Callable[[House, Channel], Awaitable[Any]] | None = None
    token_life_s: float = 600.0
    opens_slowly: bool = False
    pings: bool = False
    patient: bool = False
    takes_away: bool = False
    """The message of the dream is deleted in the end."""
    powerless: bool = False
    """The status message is out of reach in the end."""


async def asked_for(house: House, place: Channel, /, **options: Any) -> Message | None:
    """A dream, and the message that answers the command."""
    return await house.answered(house.playground.command("You", place.id, "dream", size=128, **options))


async def finished(house: House, place: Channel, **options: Any) -> Message:
    """A dream that is done."""
    message = await asked_for(house, place, **options)
    assert message is not None
    assert await house.settled()
    return message


async def dream(house: House, place: Channel, _: Any) -> None:
    await asked_for(house, place)


async def private_dream(house: House, place: Channel, _: Any) -> None:
    await asked_for(house, place, private=True)


async def a_picture(house: House, place: Channel, _: Any) -> None:
    await asked_for(house, place, image=house.playground.upload("cat.png", noise(32, 2)))


async def no_picture(house: House, place: Channel, _: Any) -> None:
    await asked_for(house, place, image=house.playground.upload("cat.png", b"no picture"))


async def mention(house: House, place: Channel, _: Any) -> None:
    said = house.playground.say("Ada", place.id, f"<@{house.world.bot.id}> low")
    await house.handled(said.id)


async def bad_mention(house: House, place: Channel, _: Any) -> None:
    said = house.playground.say("Ada", place.id, f"<@{house.world.bot.id}> layer:nothing")
    await house.handled(said.id)


async def after_a_restart(house: House, place: Channel, _: Any) -> None:
    posting = Posting(
        int(house.world.persona("You").id),
        "You",
        "a picture",
        channel_id=int(place.id),
        guild_id=int(house.world.guild_id),
        application_id=int(house.world.bot.id),
    )
    id = await house.dispatch.submit(Job(Dream(seed=1, size=128), str(posting.user_id)), posting.to_json())
    await house.client.service._tracker.follow(id)


async def archived(house: House, place: Channel, _: Any) -> None:
    await waiting(house, place)
    place.archived = True
    house.patient = False


async def closed(house: House, place: Channel, _: Any) -> None:
    await waiting(house, place)
    place.bot_permissions = 0
    house.patient = False


async def waiting(house: House, place: Channel) -> Message | None:
    """A dream that does not end by itself."""
    house.patient = True
    return await asked_for(house, place)


async def private_dream_too_late(house: House, place: Channel, _: Any) -> None:
    house.patient = True
    await asked_for(house, place, private=True)
    for asked in house.world.interactions.values():
        asked.created -= 3600.0
    house.patient = False


async def cancel(house: House, place: Channel, message: Message) -> None:
    pressed = house.playground.press("You", message, "Cancel")
    await house.handled(pressed.id)
    house.patient = False


async def again(house: House, place: Channel, message: Message) -> None:
    await house.handled(house.playground.press("Ada", message, "Re-roll").id)


async def opened_panel(house: House, place: Channel, verb: str = "More", **options: Any) -> Message:
    message = await finished(house, place, **options)
    panel = await house.answered(house.playground.press("You", message, verb))
    assert panel is not None
    return panel


async def private_panel(house: House, place: Channel) -> Message:
    return await opened_panel(house, place, private=True)


async def more(house: House, place: Channel, message: Message) -> None:
    await house.handled(house.playground.press("You", message, "More").id)


async def opened_tune(house: House, place: Channel) -> Message:
    return await opened_panel(house, place, "Tune")


async def tuned(house: House, place: Channel, panel: Message) -> None:
    await house.handled(house.playground.press("You", panel, "Dream it").id)


async def save(house: House, place: Channel, panel: Message) -> None:
    opened = house.playground.press("You", panel, "Save as preset")
    await house.handled(opened.id)
    if opened.modal is None:
        return
    (name,) = [part["component"]["custom_id"] for part in opened.modal["components"]]
    await house.handled(house.playground.submit("You", opened, **{name: "kept"}).id)


async def delete(house: House, place: Channel, panel: Message) -> None:
    await house.handled(house.playground.press("You", panel, "Delete").id)


async def typing(house: House, place: Channel, _: Any) -> None:
    typed = [{"name": "layer", "value": "hi", "focused": True}]
    person = house.world.persona("You")
    await house.handled(house.playground.deeds.autocomplete(person, place, "dream", typed, "n").id)


async def help_and_info(house: House, place: Channel, _: Any) -> None:
    for name in ("help", "info"):
        await house.handled(house.playground.command("You", place.id, name).id)


async def info_panel(house: House, place: Channel) -> Message:
    panel = await house.answered(house.playground.command("You", place.id, "info"))
    assert panel is not None
    return panel


async def info_pages(house: House, place: Channel, panel: Message) -> None:
    for name in wording.INFO_PAGES.values():
        await house.handled(house.playground.press("You", panel, name).id)


async def settings_panel(house: House, place: Channel) -> Message:
    panel = await house.answered(house.playground.command("You", place.id, "settings"))
    assert panel is not None
    return panel


async def choice(house: House, place: Channel, panel: Message) -> None:
    await house.handled(house.playground.press("You", panel, "settings:size", ["usual"]).id)


async def export(house: House, place: Channel, panel: Message) -> None:
    await house.handled(house.playground.press("You", panel, wording.SETTINGS_VERBS["export"]).id)


async def refusal(house: House, place: Channel, _: Any) -> None:
    await asked_for(house, place, layer="nothing")


STORIES = (
    Story("dream", dream),
    Story("dream, token dead", dream, token_life_s=-1.0),
    Story("private dream", private_dream),
    Story("private dream, token dead", private_dream_too_late, powerless=True),
    Story("slow picture", a_picture, opens_slowly=True),
    Story("slow picture that is none", no_picture, opens_slowly=True),
    Story("mention", mention),
    Story("refused mention", bad_mention),
    Story("long wait", dream, pings=True),
    Story("long private wait", private_dream, pings=True),
    Story("status never sent", after_a_restart),
    Story("archived thread", archived, token_life_s=-1.0),
    Story("closed channel", closed, token_life_s=-1.0, powerless=True),
    Story("cancel", cancel, waiting, patient=True),
    Story("again", again, finished),
    Story("more", more, finished),
    Story("tune", tuned, opened_tune),
    Story("save as preset", save, opened_panel),
    Story("delete", delete, opened_panel, takes_away=True),
    Story("delete private", delete, private_panel, takes_away=True),
    Story("autocomplete", typing),
    Story("help and info", help_and_info),
    Story("pages of info", info_pages, info_panel),
    Story("a choice of settings", choice, settings_panel),
    Story("export", export, settings_panel),
    Story("refusal", refusal),
)


# a case and its verdict


@dataclass
class Figures:
    """What became of all tellings."""

    cases: int = 0
    told: int = 0
    """Those of the matrix."""
    possible: int = 0
    met: int = 0
    """Cases whose fault met its call."""
    strikes: int = 0
    jobs: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    routes: set[tuple[str, str]] = field(default_factory=set)
    doubles: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def flawless(self) -> bool:
        """Exactly one answer each, nothing stuck, and the bot lives."""
        return not (self.doubles or self.stuck or self.wrong)

    def __str__(self) -> str:
        """A few lines to print."""
        ends = ", ".join(f"{name} {count}" for name, count in self.ends.most_common())
        lines = [
            f"{self.told} of {self.possible} cases and {self.cases - self.told} stories in storms;"
            f" in {self.met} of them {self.strikes} faults of {len(self.kinds)} kinds met calls of"
            f" {len(self.routes)} routes",
            f"{self.jobs} jobs accepted: {ends}",
            f"doubles {len(self.doubles)}, stuck {len(self.stuck)}, otherwise wrong {len(self.wrong)}",
        ]
        return "\n".join([*lines, *self.doubles, *self.stuck, *self.wrong])


async def tell(
    house: House, story: Story, faults: Sequence[Fault], seed: int, label: str, figures: Figures
) -> list[tuple[str, str]]:
    """Tell a story in a channel of its own while these faults are about, and look at what became of it. Its calls."""
    place = Channel(house.world.mint(), f"c{len(house.world.channels)}", "text")
    house.world.channels[place.id] = place
    kept = {one.id: {name: getattr(one, name) for name in CHANGED} for one in house.world.channels.values()}
    house.ids, house.patient = [], story.patient
    with _circumstances(story):
        given = await story.before(house, place) if story.before else None
        for guild in house.client.guilds:  # what it was told once it need not ask again
            house.client.service.command_permissions.forget(guild.id)
        old = set(house.world.interactions)
        house.faults.asked.clear()
        house.faults.plan(*faults, seed=seed)
        try:
            await story.tell(house, place, given)
        except TimeoutError:
            figures.stuck.append(f"{label}: the bot is busy with it for ever")
        house.patient = False
        settled = await house.settled()
    calls = list(house.faults.asked)
    struck, kinds = len(house.faults.met), {one.kind for one in house.faults.met}
    figures.kinds.update(one.kind for one in house.faults.met)
    figures.routes.update((one.method, one.path) for one in house.faults.met)
    for call in calls:
        faults_of(*call)
    figures.cases += 1
    figures.met += bool(struck)
    figures.strikes += struck
    house.faults.clear()
    for one in house.world.channels.values():
        vars(one).update(kept[one.id])
    if not settled and not await house.dispatch.list_unposted():
        figures.stuck.append(f"{label}: something is still under way")
    for id in house.ids:
        await _judge(house, id, story, kinds, label, figures)
    asked = [one for token, one in house.world.interactions.items() if token not in old]
    if not struck and any(one.acknowledged is None for one in asked):
        figures.wrong.append(f"{label}: an interaction was not answered")
    house.left = list(house.world.messages.values())
    await _clear_away(house)
    await _greet(house, label, figures)
    _forget(house)
    return calls


@contextmanager
def _circumstances(story: Story) -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(bot_publisher, "TOKEN_LIFE_S", story.token_life_s))
        if story.opens_slowly:
            stack.enter_context(mock.patch.object(service, "OPENING_S", 0.0))
        if story.pings:
            stack.enter_context(mock.patch.object(bot_tracker, "LONG_WAIT_S", -1.0))
        yield


async def _judge(house: House, id: JobId, story: Story, kinds: set[str], label: str, figures: Figures) -> None:
    row = await house.dispatch.row(id)
    shown = house.about(id)
    if row is None and story.takes_away:  # with its message, or where that is out of reach
        figures.jobs += 1
        figures.ends["deleted"] += 1
        if shown and not (kinds or story.powerless):
            figures.wrong.append(f"{label}: deleted, and its message stands")
        return
    assert row is not None
    answers = [one for one in shown if any(ANSWER.match(item) for item in custom_ids(one))]
    seen = f"{label}: {row.state} posted {row.posted}, shown {[(one.id, custom_ids(one)[:2]) for one in shown]}"
    figures.jobs += 1
    if row.posted is None:
        figures.stuck.append(seen)
        return
    end = _end(house, row, answers)
    figures.ends[end] += 1
    if len(answers) > 1:
        figures.doubles.append(seen)
    if end == "given up, requester told" and shown:
        figures.wrong.append(f"left standing, {seen}")
    out_of_reach = story.powerless or kinds & (POWERLESS | set(TOKEN))
    if len(shown) > len(answers) and end != "given up, requester told" and not out_of_reach:
        figures.wrong.append(f"still under way, {seen}")
    if end == "message deleted" and not (story.takes_away or kinds & SILENCING):
        figures.wrong.append(f"no answer, {seen}")
    if end == "nowhere to be said" and not (story.powerless or kinds & UNREACHABLE):
        figures.wrong.append(f"no answer, {seen}")


def _end(house: House, row: JobRow, answers: list[Message]) -> str:
    if row.posted == "unanswered":
        return "given up, requester told"
    if row.posted == "undeliverable":
        return "nowhere to be said"
    answer = next((one for one in answers if one.id == row.posted), None)
    if answer is None:
        return "message deleted"
    direct = house.world.channels[answer.channel_id].kind == "dm"
    words = "" if answer.attachments or row.result is None else ", in words"
    return f"answered {'directly' if direct else 'in the channel'}{words}"


async def _clear_away(house: House) -> None:
    """What is stuck is the finding of one case only."""
    for row in await house.dispatch.list_unposted():
        await house.dispatch.cancel(row.id)
        house.dispatch.settle_cancelled(row.id)
        await house.dispatch.mark_posted(row.id, "stuck")
        house.client.service._tracker._tracks.pop(row.id, None)


async def _greet(house: House, label: str, figures: Figures) -> None:
    """The bot answers the next command."""
    answer = None
    with suppress(TimeoutError):
        answer = await house.answered(house.playground.command("You", "dreams", "help"))
    if answer is None or "/dream" not in texts(answer):
        figures.wrong.append(f"{label}: the bot did not answer afterwards")


def _forget(house: House) -> None:
    """What one case left in the world is not looked through by the next."""
    house.world.messages.clear()
    house.world.interactions.clear()
    house.heard.clear()
    house.client._connection._private_channels.clear()
    house.client._connection._private_channels_by_user.clear()


# all of them


@dataclass(frozen=True)
class Case:
    """A story, and a fault at one of its calls; at times another one at the call that follows from the first."""

    story: Story
    faults: tuple[Fault, ...]

    @property
    def label(self) -> str:
        """For a report."""
        met = [f"{one.kind} x{one.times} at {one.method} {one.path} #{one.skip + 1}" for one in self.faults]
        return f"{self.story.name}: {', then '.join(met)}"


async def calls_of(house: House, story: Story, figures: Figures) -> list[tuple[str, str, int]]:
    """(method, route, how many of these were before) of the first and the last call of each kind that a story makes."""
    made = Counter(await tell(house, story, [], 0, f"{story.name}, undisturbed", figures))
    return [(*call, before) for call, count in made.items() for before in sorted({0, count - 1})]


async def cases(house: House, figures: Figures) -> list[Case]:
    """Every fault at every call of every story. Raises `LookupError` for a call that has no faults."""
    found = []
    for story in STORIES:
        for method, path, before in await calls_of(house, story, figures):
            for kind in faults_of(method, path):
                counts = sorted({1, STORMS.get(kind, 1)})
                found += [Case(story, (planned(kind, method, path, before, times),)) for times in counts]
            if (method, path) == CALLBACK and before == 0:
                found += [Case(story, pair) for pair in looked_up()]
    return found


def faults_of(method: str, path: str) -> tuple[str, ...]:
    """What can meet a call. Raises `LookupError` where nobody has thought of that yet."""
    if (method, path) not in FAULTS:
        raise LookupError(f"{method} {path} has no faults in tests/chaos/rest_faults.py")
    return FAULTS[method, path]


def looked_up() -> list[tuple[Fault, ...]]:
    """Whether an answer was taken is looked up when nobody said so; and then that fails, too."""
    firsts = (planned("lost answer", *CALLBACK), planned("disconnected", *CALLBACK))
    return [(first, planned(kind, *ORIGINAL)) for first in firsts for kind in FAULTS[ORIGINAL]]


def planned(kind: str, method: str, path: str, skip: int = 0, times: int = 1) -> Fault:
    """A fault with the seconds that suit it: a silence outlasts the bot's patience."""
    seconds = 30.0 if "timeout" in kind else 2.0
    return Fault(kind, method, path, skip, times, seconds=seconds)


async def matrix(house: House, chosen: Sequence[Case], figures: Figures, seconds: float = 1e9) -> None:
    """Tell these cases, as many as there is time for."""
    until = time.monotonic() + seconds
    for case in chosen:
        if time.monotonic() > until:
            break
        await tell(house, case.story, case.faults, 0, case.label, figures)


async def storms(house: House, seed: int, rounds: int, figures: Figures, seconds: float = 1e9) -> None:
    """Tell all stories while everything that passes goes wrong now and then."""
    until = time.monotonic() + seconds
    for number in range(seed, seed + rounds):
        for story in STORIES:
            if time.monotonic() > until:
                return
            await tell(house, story, STORM, number, f"storm {number}: {story.name}", figures)


def spread(chosen: Sequence[Case], kinds_each: int, routes_each: int) -> list[Case]:
    """A few of these cases: every kind on some routes, every route with some kinds."""
    few: list[Case] = []
    kinds: Counter[str] = Counter()
    routes: Counter[tuple[str, str]] = Counter()
    for case in chosen:
        fault = case.faults[-1]
        if kinds[fault.kind] < kinds_each or routes[fault.method, fault.path] < routes_each:
            kinds[fault.kind] += 1
            routes[fault.method, fault.path] += 1
            few.append(case)
    return few


async def run(seed: int, minutes: float = 10.0) -> Figures:
    """All cases in an order of that seed for most of the time, then storms of everything that passes."""
    figures, began = Figures(), time.monotonic()
    async with open_house() as house:
        chosen = await cases(house, figures)
        figures.possible = len(chosen) + figures.cases
        random.Random(seed).shuffle(chosen)
        await matrix(house, chosen, figures, minutes * 60 * MATRIX_SHARE)
        figures.told = figures.cases
        await storms(house, seed, 1_000, figures, min(LONGEST_STORM_S, minutes * 60 - (time.monotonic() - began)))
    return figures
