"""Every way of asking, with the real bot against the stand-in Discord and a dispatch driven by hand."""

import asyncio
import random
import re
import struct
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from functools import cache
from pathlib import Path
from typing import Any, Self

import pytest

from bot import wording
from bot.app import compose, connect_until
from bot.delivery.channel_lane import Pace, Phase
from bot.delivery.final_answer import Publisher
from bot.delivery.tracker import DeliveryTracker
from bot.gateway import endpoints
from bot.gateway.client import Client
from bot.playground import avatars
from bot.playground.openapi import Specification
from bot.playground.rejections import JsonDict
from bot.playground.server import Playground
from bot.playground.world import Attachment, Interaction, Message
from bot.requests import derivation
from bot.requests import service as service_module
from bot.requests.downloader import Link
from bot.store.posting import Posting
from engine import settings
from engine.errors import EmptyFile, NoLedger, OutOfMemory
from engine.files import sanitizer
from engine.files.decoder import CleanPicture
from engine.params import AscentParams, Dream, Zoom
from engine.queue.dispatch_port import Dispatch
from engine.queue.in_memory_dispatch import MemoryDispatch
from engine.queue.job import JobId, JobRow, Limits, Result, State
from tests.bot_start import hosts_kept, make_tables, patient, share_catalog, spared
from tests.chaos.rest_faults import beside
from tests.vendored_data import SPECIFICATION

JPEG = b"\xff\xd8 preview"
GIF = b"GIF89a zoom"
Option = str | float | Attachment
"""What is given for an option of a command."""


def png(width: int = 8, height: int = 6) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    draw = random.Random(0)
    rows = zlib.compress(b"".join(b"\0" + draw.randbytes(width * 3) for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class Stage:
    """The stand-in, the bot, and the engine's part in the test's hands."""

    def __init__(self, playground: Playground, dispatch: MemoryDispatch, client: Client) -> None:
        self.playground = playground
        self.dispatch = dispatch
        self.client = client

    async def response_to(self, interaction: Interaction) -> Message:
        return await self.playground.world.until(lambda: self.playground.response_to(interaction))

    async def ask(self, persona: str, command: str, channel: str = "dreams", /, **options: Option) -> Message:
        message = await self.response_to(self.playground.command(persona, channel, command, **options))
        await self.followed()
        return message

    async def queued(self, count: int) -> list[JobRow]:
        """So many rows that are not posted, oldest first, all with a message."""
        async with asyncio.timeout(60):
            while len(await self.rows()) < count:
                await asyncio.sleep(0.005)
        await self.followed()
        return sorted(await self.rows(), key=lambda row: row.created)

    async def followed(self) -> None:
        """Until the tracker knows the message of every job."""
        async with asyncio.timeout(60):
            while any(track.phase is Phase.HELD for track in self.client.service._tracker._tracks.values()):
                await asyncio.sleep(0.005)

    async def press(self, persona: str, message: Message, button: str, values: Sequence[str] | None = None) -> Message:
        answer = await self.response_to(self.playground.press(persona, message, button, values))
        await self.followed()
        return answer

    async def tune(self, persona: str, message: Message, choices: dict[str, str]) -> Message:
        """Choose values by the names of their selects in the panel "Tune", and dream; the panel."""
        panel = await self.press(persona, message, "Tune")
        for prompt, value in choices.items():
            await self.response_to(self.playground.press(persona, panel, prompt, [value]))
        self.playground.press(persona, panel, "Dream it")
        return panel

    async def shows(self, message: Message, text: str) -> None:
        await self.playground.world.until(lambda: text in words(message) or None)

    async def rows(self) -> list[JobRow]:
        return list(await self.dispatch.list_unposted())

    async def finish(self, message: Message, data: bytes | None = None) -> JobRow:
        """Do the engine's part for the job of a message."""
        row = self.start()
        self.dispatch.finish(row.id, data or png())
        await self.shows(message, "seed:")
        return await self.posted(row.id)

    def start(self) -> JobRow:
        """Claim the next job, which there is."""
        row = self.dispatch.start()
        assert row is not None
        return row

    async def row(self, id: JobId) -> JobRow:
        """What became of a job, which there is."""
        row = await self.dispatch.row(id)
        assert row is not None
        return row

    async def posted(self, id: JobId) -> JobRow:
        """A job's row, once its answer is posted."""
        async with asyncio.timeout(60):
            while not (row := await self.row(id)).posted:
                await asyncio.sleep(0.005)
        return row

    async def dreamed(self, persona: str = "You", **options: Option) -> tuple[Message, JobRow]:
        """A finished dream: its message and its row."""
        message = await self.ask(persona, "dream", **options)
        return message, await self.finish(message)


def words(message: Message) -> str:
    return message.content + " ".join(str(item.get("content", "")) for item in walk(message.components))


def climb(row: JobRow) -> AscentParams:
    """What was asked for, of a recipe that climbs."""
    assert isinstance(row.job.params, AscentParams)
    return row.job.params


def made(row: JobRow) -> Result:
    """What a job made that is done."""
    assert row.result is not None
    return row.result


def alts(message: Message) -> list[str]:
    """What is said of the pictures in a message to those who cannot see them."""
    return [media["description"] for item in walk(message.components) for media in item.get("items", ())]


def walk(components: Iterable[JsonDict]) -> Iterator[JsonDict]:
    for item in components:
        yield item
        yield from walk(item.get("components", ()))
        if "accessory" in item:
            yield item["accessory"]


def labels(message: Message) -> list[str]:
    return [item["label"] for item in walk(message.components) if item["type"] == 2]


@pytest.fixture(scope="session")
def specification() -> Specification:
    """Discord's own description of its API."""
    return _description()


@cache
def _description() -> Specification:
    """One for all modules: each that imports the fixture has a session of its own."""
    return Specification(SPECIFICATION)


@pytest.fixture(scope="session")
def _drawn_avatars() -> None:
    """As `make play` does: drawn when first asked for, on a busy machine they would outlast Discord's patience."""
    for scene in avatars.SCENES:
        avatars.encode_scene(scene, avatars.SIDE, "PNG")


@pytest.fixture
async def stage(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, specification: Specification | None, _drawn_avatars: None
) -> AsyncIterator[Stage]:
    playground = Playground(specification=specification)
    playground.world.acknowledge_seconds = 60.0  # a busy machine is no failure
    await playground.start(0)
    for name, value in playground.settings(data_dir).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("bot.app.DeliveryTracker", quick_tracker)
    loaded = settings.load()
    share_catalog(loaded)
    monkeypatch.setattr("bot.app.Decoder", HereDecoder)
    make_tables(loaded.database)
    dispatch = MemoryDispatch(Limits(per_user=3, total=5))
    async with AsyncExitStack() as stack:
        stack.enter_context(hosts_kept())
        endpoints.point(loaded.discord)
        stack.enter_context(spared())
        stack.enter_context(patient())
        client, tracker = await compose(loaded, dispatch, stack, beside)
        stop = asyncio.Event()
        bot = asyncio.create_task(connect_until(stop, client, tracker, playground.token, beside))
        bot.add_done_callback(lambda _: playground.world.log("the bot ended"))
        await playground.world.until(lambda: playground.world.online or bot.done())
        yield Stage(playground, dispatch, client)
        if waiting := client._connection._ready_task:  # discord.py lets it outlive the client, even the loop
            waiting.cancel()
        stop.set()
        await bot
    await playground.stop()
    await dispatch.close()
    assert playground.violations == []


class HereDecoder:
    """The decoder's work without its process."""

    pids = ()

    def __init__(self, megapixels: float, megabytes: float = 25.0) -> None:
        self.megapixels = megapixels

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def warm(self) -> None:
        pass

    async def clean(self, data: bytes, size: int, person: str = "", *, last: bool = False) -> CleanPicture:
        if not data:
            raise EmptyFile
        made = await asyncio.to_thread(sanitizer.clean, data, size, self.megapixels)
        return CleanPicture(made.png, *made.size, made.frame, made.frames, made.fingerprint)

    async def imprint(self, data: bytes, person: str = "") -> bytes:
        return await asyncio.to_thread(sanitizer.read_imprint, data, self.megapixels)


def quick_tracker(dispatch: Dispatch, publisher: Publisher, **parts: Any) -> DeliveryTracker:
    return DeliveryTracker(dispatch, publisher, Pace(edits=100, preview_s=0.0, sweep_s=0.2), **parts)


async def test_dream_layer_high_exactly_as_typed(stage: Stage) -> None:
    message = await stage.ask("You", "dream", layer="high")
    (row,) = await stage.rows()
    assert climb(row).layer == "high"
    assert row.job.params.seed < 10_000
    assert row.job.picture is not None, "the caller's avatar"
    assert "You're next" in words(message)
    assert labels(message) == ["Cancel"]
    assert [item.filename for item in message.attachments] == ["dream.png"]
    stage.dispatch.start()
    stage.dispatch.progress(row.id, 2, 5, JPEG)
    await stage.shows(message, "Dreaming… 40%")
    assert labels(message) == ["Cancel", "Stop here & keep"]
    stage.dispatch.finish(row.id, png())
    await stage.shows(message, f"`/dream layer:high seed:{row.job.params.seed}`")
    assert labels(message) == ["Deeper", "Re-roll", "Zoom", "Tune", "More"]
    assert alts(message) == ["A dream of Sam's avatar: the network was asked for faces, animals, eyes."]
    assert not message.ephemeral


async def test_an_attached_picture_is_dreamed(stage: Stage) -> None:
    image = stage.playground.upload("cat.png", png(40, 30))
    message = await stage.ask("Ada", "dream", image=image, layer="Low · strokes", strength=2.0, size=256, seed=5)
    (row,) = await stage.rows()
    assert row.job.params == Dream(layer="low", strength=2.0, size=256, seed=5)
    row = await stage.finish(message)
    assert "`/dream layer:low strength:2 size:256 seed:5`" in words(message)
    assert row.job.requester == stage.playground.world.persona("Ada").id


@pytest.mark.parametrize(
    ("typed", "meant"), [("eyes", "eyes"), ("👁️", "eyes"), ("🦊", "fox"), ("Eyes, 🏰 castle", "eyes + castle")]
)
async def test_dream_subject_exactly_as_typed(stage: Stage, typed: str, meant: str) -> None:
    message = await stage.ask("You", "dream", subject=typed)
    (row,) = await stage.rows()
    assert (climb(row).subject, climb(row).layer) == (meant, "")
    assert meant in words(message).replace("\\", "")
    await stage.finish(message)
    assert f"`/dream subject:{meant} seed:{row.job.params.seed}`" in words(message)
    assert alts(message) == [f"A dream of Sam's avatar: the network was asked for {meant.replace(' + ', ' and ')}."]


async def test_every_button_keeps_the_subject_and_tune_changes_it(stage: Stage) -> None:
    message, parent = await stage.dreamed(subject="eyes", strength=1.5)
    for button in ("Deeper", "Re-roll", "Zoom"):
        await stage.press("Ada", message, button)
    children = await stage.queued(3)
    assert {child.job.params.aim for child in children} == {("subject", "eyes")}
    assert {climb(child).strength for child in children} == {1.5}
    assert sorted(child.job.params.recipe for child in children) == ["dream", "dream", "zoom"]
    for prompt, value in ((wording.PICK_SUBJECT, "fire"), (wording.PICK_LAYER, "low")):
        await stage.tune("You", message, {prompt: value})
        await stage.queued(4 if value == "fire" else 5)
    *_, fire, low = await stage.queued(5)
    assert fire.job.params.aim == ("subject", "fire")
    assert low.job.params.aim == ("layer", "low")
    assert fire.job.picture == low.job.picture == parent.job.picture


async def test_without_an_avatar_noise_is_dreamed(stage: Stage) -> None:
    stage.playground.world.persona("You").avatar = None
    await stage.ask("You", "dream")
    (row,) = await stage.rows()
    assert row.job.picture is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"layer": "hgih"}, "Did you mean high?"),
        ({"layer": "eyes"}, "Did you mean subject:eyes?"),
        ({"subject": "towrs"}, "Did you mean towers?"),
        ({"subject": "@everyone <@1>"}, "I don"),
        ({"subject": "a, b, c, d, e"}, 'know "a".'),
        ({"subject": "eyes", "layer": "high"}, "Choose a layer or a subject"),
        ({"preset": "nothing"}, "You have no preset"),
    ],
)
async def test_refusals_are_private_and_queue_nothing(stage: Stage, options: dict[str, Option], sentence: str) -> None:
    message = await stage.ask("You", "dream", **options)
    await refused(stage, message, sentence)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"not a picture", "can't open that file as an image"),
        (b"", "empty"),
        (png(64, 64)[:400], "damaged or cut short"),
    ],
)
async def test_files_that_are_no_pictures_are_refused_and_queue_nothing(
    stage: Stage, data: bytes, sentence: str
) -> None:
    message = await stage.ask("You", "dream", image=stage.playground.upload("cat.png", data))
    await refused(stage, message, sentence)


async def refused(stage: Stage, message: Message, sentence: str) -> None:
    assert sentence in words(message).replace("\\", "")
    assert message.ephemeral
    assert await stage.rows() == []


async def test_too_large_a_file_is_refused_before_it_is_fetched(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage.client.service.downloader, "_limit_mb", 0.00001)
    message = await stage.ask("You", "dream", image=stage.playground.upload("cat.png", png()))
    assert "MB; the limit is" in words(message)
    assert message.ephemeral


async def test_too_many_jobs_are_refused(stage: Stage) -> None:
    for _ in range(3):
        await stage.ask("You", "dream")
    message = await stage.ask("You", "dream")
    assert message.ephemeral
    assert "and the limit is" in words(message)
    assert len(await stage.rows()) == 3


async def test_a_private_dream_stays_private_and_so_do_its_children(stage: Stage) -> None:
    message = await stage.ask("You", "dream", private=True)
    assert message.ephemeral
    await stage.finish(message)
    assert (await stage.press("You", message, "Deeper")).ephemeral


async def test_a_slow_picture_is_opened_behind_the_status_message(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = asyncio.Event()
    fetch = stage.client.service.downloader.fetch

    async def slow(link: Link, size: int, person: str = "") -> CleanPicture:
        await release.wait()
        return await fetch(link, size, person)

    monkeypatch.setattr(service_module, "OPENING_S", 0.01)
    monkeypatch.setattr(stage.client.service.downloader, "fetch", slow)
    good = await stage.ask("You", "dream", image=stage.playground.upload("cat.png", png()))
    bad = await stage.ask("You", "dream", image=stage.playground.upload("cat.png", b"text"))
    assert "Opening" in words(good)
    release.set()
    await stage.playground.world.until(lambda: bad.id not in stage.playground.world.messages)
    await stage.shows(good, "next")
    await stage.finish(good)


async def test_what_breaks_behind_the_status_message_is_told_in_its_place_to_who_asked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        await asyncio.sleep(0.05)
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(service_module, "OPENING_S", 0.0)
    monkeypatch.setattr(stage.client.service.downloader, "fetch", broken)
    world = stage.playground.world
    message = await stage.ask("You", "dream", image=stage.playground.upload("cat.png", png()))
    await world.until(lambda: message.id not in world.messages)
    (told,) = world.messages.values()
    assert (told.ephemeral, "my fault" in words(told), "secret" in words(told)) == (True, True, False)
    assert await stage.rows() == []


async def test_deeper_again_and_zoom_make_jobs_of_whoever_pressed(stage: Stage) -> None:
    message, parent = await stage.dreamed(layer="mid", strength=1.5)
    ada = stage.playground.world.persona("Ada").id
    children = [await stage.press("Ada", message, button) for button in ("Deeper", "Re-roll", "Zoom")]
    deeper, again, zoom = sorted(await stage.rows(), key=lambda row: row.created)
    assert {row.job.requester for row in (deeper, again, zoom)} == {ada}
    assert {row.job.parent for row in (deeper, again, zoom)} == {parent.id}
    assert deeper.job.picture == made(parent).blob
    assert again.job.picture == parent.job.picture
    assert zoom.job.picture == made(parent).blob
    assert isinstance(zoom.job.params, Zoom)
    assert (climb(deeper).layer, climb(deeper).strength) == ("mid", 1.5)
    assert {child.reference for child in children} == {message.id}


async def test_a_finished_zoom_has_no_deeper(stage: Stage) -> None:
    message = await stage.ask("You", "zoom", layer="mid", frames=8)
    await stage.finish(message, GIF)
    assert labels(message) == ["Continue", "Re-roll", "Tune", "More"]
    assert [item.filename for item in message.attachments] == ["dream.gif"]
    assert "`/zoom layer:mid frames:8 seed:" in words(message)


async def test_cancel_belongs_to_the_requester_and_moderators(stage: Stage) -> None:
    mine = await stage.ask("You", "dream")
    refused = await stage.press("Ada", mine, "Cancel")
    assert refused.ephemeral
    assert "Only the person who asked" in words(refused)
    stage.playground.press("You", mine, "Cancel")
    await stage.shows(mine, "Cancelled")
    other = await stage.ask("You", "dream")
    stage.playground.press("Mod", other, "Cancel")
    await stage.shows(other, "Cancelled")
    assert labels(other) == ["Retry"]


async def test_a_running_dream_is_stopped_or_kept(stage: Stage) -> None:
    message = await stage.ask("You", "dream")
    row = stage.start()
    stage.dispatch.progress(row.id, 1, 2, JPEG)
    await stage.shows(message, "50%")
    stage.playground.press("You", message, "Stop here & keep")
    async with asyncio.timeout(60):
        while not stage.dispatch.progress(row.id, 1, 2):
            await asyncio.sleep(0.005)
    assert stage.dispatch.finish(row.id, png())
    await stage.shows(message, "seed:")
    assert "stopped early" in words(message)


async def test_tune_changes_several_options_at_once_and_keeps_the_seed(stage: Stage) -> None:
    message, row = await stage.dreamed(seed=7)
    chosen = {
        wording.PICK_LAYER: "low", wording.PICK_STRENGTH: "1.6", wording.PICK_LOOK: "vivid",
        wording.PICK_KEEP: "0.25", wording.PICK_COLOURS: "match", wording.PICK_SIZE: "256",
    }  # fmt: skip
    panel = await stage.tune("Ada", message, chosen)
    assert panel.ephemeral
    (tuned,) = await stage.queued(1)
    assert tuned.job.params == Dream(
        layer="low", strength=1.6, look="vivid", keep=0.25, colours="match", size=256, seed=7
    )
    assert tuned.job.picture == row.job.picture
    stage.playground.press("Ada", panel, "Dream it")
    _, again = await stage.queued(2)
    assert again.job.params == tuned.job.params, "what was chosen stands in the panel"
    history = stage.playground.world.history("dreams")
    replies = [one for one in history if one.reference == message.id and not one.ephemeral]
    assert {one.nonce for one in replies} == {tuned.id, again.id}


async def test_tune_without_a_change_is_another_seed(stage: Stage) -> None:
    message, row = await stage.dreamed(seed=12_345)
    await stage.tune("Ada", message, {})
    (other,) = await stage.queued(1)
    assert other.job.params == row.job.params.model_copy(update={"seed": other.job.params.seed})
    assert other.job.params.seed < 10_000


async def typed_subject(stage: Stage, panel: Message, text: str) -> Message:
    """Type into the form behind "Type a subject"; the panel after it."""
    opened = stage.playground.press("Ada", panel, "Type a subject…")
    modal = await stage.playground.world.until(lambda: opened.modal)
    (field,) = [item for item in walk_all(modal["components"]) if item["type"] == 4]
    return await stage.response_to(stage.playground.submit("Ada", opened, **{field["custom_id"]: text}))


async def test_a_subject_is_typed_in_tune_beside_what_was_chosen(stage: Stage) -> None:
    message, _ = await stage.dreamed(seed=7)
    panel = await stage.press("Ada", message, "Tune")
    await stage.response_to(stage.playground.press("Ada", panel, wording.PICK_STRENGTH, ["1.6"]))
    await typed_subject(stage, panel, "🦊 + eyes")
    stage.playground.press("Ada", panel, "Dream it")
    (tuned,) = await stage.queued(1)
    assert tuned.job.params == Dream(subject="fox + eyes", strength=1.6, seed=7)


async def test_a_mistyped_subject_is_offered_as_a_button(stage: Stage) -> None:
    message, _ = await stage.dreamed(seed=7)
    panel = await stage.press("Ada", message, "Tune")
    await stage.response_to(stage.playground.press("Ada", panel, wording.PICK_STRENGTH, ["1.6"]))
    told = await typed_subject(stage, panel, "bananna")
    assert "bananna" in words(told)
    await stage.response_to(stage.playground.press("Ada", panel, "banana"))
    stage.playground.press("Ada", panel, "Dream it")
    (tuned,) = await stage.queued(1)
    assert tuned.job.params == Dream(subject="banana", strength=1.6, seed=7)
    lost = await typed_subject(stage, panel, "qqqqq")
    assert not {"banana", "qqqqq"} & set(labels(lost))


async def test_the_selects_of_an_earlier_versions_panel_still_start_at_once(stage: Stage) -> None:
    message, row = await stage.dreamed(seed=7)
    panel = await stage.press("Ada", message, "Tune")
    shown = stage.playground.world.messages[panel.id]
    for item in walk_all(shown.components):
        if str(item.get("custom_id", "")).startswith("tune_layer:"):
            item["custom_id"] = item["custom_id"].removeprefix("tune_")
    stage.playground.press("Ada", panel, wording.PICK_LAYER, ["low"])
    (layer,) = await stage.queued(1)
    assert climb(layer).layer == "low"
    assert layer.job.picture == row.job.picture


async def test_more_shows_the_one_who_asks_what_a_dream_was_made_of(stage: Stage) -> None:
    message, row = await stage.dreamed(seed=7)
    panel = await stage.press("Ada", message, "More")
    assert labels(panel) == [
        "Upscale",
        "Animate",
        "Make it ours",
        "Original",
        "Save as preset",
        "Surprise me",
        "Report",
        "Delete",
    ]
    original = await stage.press("Ada", panel, "Original")
    assert original.ephemeral
    assert alts(original) == [wording.ORIGINAL_ALT]
    assert row.job.picture is not None
    assert len(original.attachments) == 1


async def test_deleting_belongs_to_the_requester_and_moderators(stage: Stage) -> None:
    message, _ = await stage.dreamed()
    panel = await stage.press("Ada", message, "More")
    assert "Only the person" in words(await stage.press("Ada", panel, "Delete"))
    assert message.id in stage.playground.world.messages
    panel = await stage.press("Mod", message, "More")
    stage.playground.press("Mod", panel, "Delete")
    await stage.shows(panel, "Deleted")
    assert message.id not in stage.playground.world.messages


async def test_deleting_a_private_dream_works_while_its_token_lives(stage: Stage) -> None:
    message = await stage.ask("You", "dream", private=True)
    await stage.finish(message)
    panel = await stage.press("You", message, "More")
    stage.playground.press("You", panel, "Delete")
    await stage.shows(panel, wording.DELETED)
    assert message.id not in stage.playground.world.messages
    message = await stage.ask("You", "dream", private=True)
    row = await stage.finish(message)
    panel = await stage.press("You", message, "More")
    await stage.dispatch.update_posting(row.id, {**row.posting, "token": ""})
    stage.playground.press("You", panel, "Delete")
    await stage.shows(panel, wording.CANNOT_DELETE)


async def test_saving_as_a_preset_and_dreaming_with_it(stage: Stage) -> None:
    message, _ = await stage.dreamed(layer="mid", strength=1.7, size=300)
    panel = await stage.press("Ada", message, "More")
    opened = stage.playground.press("Ada", panel, "Save as preset")
    modal = await stage.playground.world.until(lambda: opened.modal)
    field = next(item for item in walk_all(modal["components"]) if item["type"] == 4)
    saved = stage.playground.submit("Ada", opened, **{field["custom_id"]: "my towers"})
    assert "Saved" in words(await stage.response_to(saved))
    assert "my towers" in words(await stage.ask("Ada", "preset list")).replace("\\", "")
    await stage.ask("Ada", "dream", preset="My Towers", strength=0.5)
    (row,) = await stage.rows()
    asked = climb(row)
    assert (asked.layer, asked.strength, asked.size) == ("mid", 0.5, 300)
    choices = await stage.playground.autocomplete("Ada", "dreams", "dream", "preset", preset="tow")
    assert [choice["value"] for choice in choices] == ["my towers"]


async def test_a_preset_keeps_its_subject_until_another_aim_is_given(stage: Stage) -> None:
    saved = await stage.ask("You", "preset save", name="Watching", subject="👁", strength=0.5)
    assert "Saved" in words(saved)
    assert "subject:eyes" in words(await stage.ask("You", "preset list"))
    await stage.ask("You", "dream", preset="watching")
    await stage.ask("You", "dream", preset="watching", layer="low")
    await stage.ask("You", "zoom", preset="watching", subject="fox")
    kept, low, fox = await stage.queued(3)
    assert [row.job.params.aim for row in (kept, low, fox)] == [
        ("subject", "eyes"),
        ("layer", "low"),
        ("subject", "fox"),
    ]
    assert {climb(row).strength for row in (kept, low, fox)} == {0.5}


async def test_a_dream_towards_a_subject_is_saved_as_a_preset(stage: Stage) -> None:
    message, row = await stage.dreamed(subject="eyes + fox")
    assert derivation.preset_options(row.job.params) == {"network": "pocket", "subject": "eyes + fox"}
    assert labels(message)


def walk_all(components: Iterable[JsonDict]) -> Iterator[JsonDict]:
    for item in components:
        yield item
        yield from walk_all(item.get("components", ()))
        if "component" in item:
            yield from walk_all([item["component"]])


async def test_presets_are_saved_used_listed_and_deleted(stage: Stage) -> None:
    assert "no presets yet" in words(await stage.ask("You", "preset list"))
    assert "Saved" in words(await stage.ask("You", "preset save", name="Soft", layer="low", strength=0.5))
    assert "Did you mean" in words(await stage.ask("You", "preset save", name="x", layer="lwo"))
    used = await stage.ask("You", "dream", preset="soft")
    (row,) = await stage.rows()
    assert (climb(row).layer, climb(row).strength) == ("low", 0.5)
    assert not used.ephemeral
    zoomed = await stage.ask("You", "zoom", preset="soft")
    assert "zoom" in words(zoomed)
    assert "Deleted" in words(await stage.ask("You", "preset delete", name="SOFT"))
    assert "no preset" in words(await stage.ask("You", "preset delete", name="soft"))
    assert "1 to 32 letters" in words(await stage.ask("You", "preset save", name="<@1>"))


async def test_layers_are_offered_by_name_and_by_what_they_see(stage: Stage) -> None:
    choices = await stage.playground.autocomplete("You", "dreams", "dream", "layer", layer="")
    assert {"name": "high · faces, animals, eyes", "value": "high"}.items() <= choices[2].items()
    choices = await stage.playground.autocomplete("You", "dreams", "zoom", "layer", layer="faces")
    assert [choice["value"] for choice in choices] == ["high"]


async def test_layers_of_the_network_or_the_preset_that_was_chosen_are_offered(stage: Stage) -> None:
    async def offered(**chosen: str) -> set[str]:
        choices = await stage.playground.autocomplete("You", "dreams", "dream", "layer", layer="b", **chosen)
        return {choice["value"] for choice in choices}

    await stage.ask("You", "preset save", name="Later", layer="high", model="lite1")
    assert "block3" not in await offered()
    assert "block3" in await offered(model="lite1")
    assert "block3" in await offered(preset="later")
    assert "block3" not in await offered(preset="later", model="pocket")


async def test_saving_over_a_preset_says_so(stage: Stage) -> None:
    assert "over" not in words(await stage.ask("You", "preset save", name="Café", layer="low"))
    assert "Replaced your preset of that name" in words(
        await stage.ask("You", "preset save", name="CAFE\u0301", layer="mid")
    )
    message, _ = await stage.dreamed()
    panel = await stage.press("You", message, "More")
    opened = stage.playground.press("You", panel, "Save as preset")
    await stage.playground.world.until(lambda: opened.modal)
    assert opened.modal
    (field,) = [item for item in walk_all(opened.modal["components"]) if item["type"] == 4]
    saved = stage.playground.submit("You", opened, **{field["custom_id"]: "café"})
    assert "Replaced your preset of that name" in words(await stage.response_to(saved))


async def test_subjects_are_offered_first_then_classes(stage: Stage) -> None:
    async def offered(command: str, typed: str) -> list[dict[str, str]]:
        choices = await stage.playground.autocomplete("You", "dreams", command, "subject", subject=typed)
        return [{"name": choice["name"], "value": choice["value"]} for choice in choices]

    everything = await offered("dream", "")
    assert len(everything) == 25
    assert everything[0] == {"name": "👁️ eyes · irises that look back", "value": "eyes"}
    assert [choice["value"] for choice in await offered("zoom", "cas")][:2] == ["castles", "castle"]
    assert {"name": "eyes + 🦊 fox", "value": "eyes + fox"} in await offered("dream", "eyes + fo")
    assert await offered("dream", "nonsense") == []
    assert len(await offered("dream", "statue of liberty, japanese castle, roller coaster, ")) <= 25


async def test_dream_this_takes_attachments_results_and_refuses_words(stage: Stage) -> None:
    said = stage.playground.say("Ada", "dreams", "look", [stage.playground.upload("cat.png", png())])
    message = await stage.response_to(stage.playground.menu("You", "dreams", wording.DREAM_THIS, said))
    await stage.finish(message)
    again = await stage.response_to(stage.playground.menu("Ada", "dreams", wording.DREAM_THIS, message))
    assert "next" in words(again)
    plain = stage.playground.say("Ada", "dreams", "no picture here")
    refused = await stage.response_to(stage.playground.menu("You", "dreams", wording.DREAM_THIS, plain))
    assert refused.ephemeral
    assert "I see no image" in words(refused)


async def test_dream_their_avatar(stage: Stage) -> None:
    message = await stage.response_to(stage.playground.menu("You", "dreams", wording.DREAM_AVATAR, "Ada"))
    assert alts(message) == ["Ada's avatar, before the dream"]


async def mentioned(
    stage: Stage, text: str, files: Sequence[Attachment] = (), reply_to: Message | None = None
) -> Message:
    bot = stage.playground.world.bot.id
    said = stage.playground.say("Ada", "dreams", f"<@{bot}> {text}", files, reply_to)
    return await stage.playground.world.until(lambda: find_reply(stage, said))


def find_reply(stage: Stage, said: Message) -> Message | None:
    return next((one for one in stage.playground.world.history("dreams") if one.reference == said.id), None)


async def test_a_mention_with_a_picture_is_answered_by_a_reply(stage: Stage) -> None:
    message = await mentioned(stage, "low", files=[stage.playground.upload("cat.png", png())])
    row = await stage.finish(message)
    assert climb(row).layer == "low"
    assert message.nonce == row.id
    assert not [ping for ping in stage.playground.world.pings if ping.message_id == message.id and ping.user_ids]


async def test_a_mention_without_a_picture_dreams_the_avatar_and_a_reply_to_a_dream_dreams_that(stage: Stage) -> None:
    message = await mentioned(stage, "")
    first = await stage.finish(message)
    assert climb(first).layer == "high"
    second = await stage.finish(await mentioned(stage, "mid", reply_to=message))
    assert second.job.picture != first.job.picture


async def test_a_mention_with_an_unknown_layer_is_answered_in_words(stage: Stage) -> None:
    message = await mentioned(stage, "hgih")
    assert "Did you mean `layer:high`?" in words(message)
    assert await stage.rows() == []


@pytest.mark.parametrize(
    ("text", "aim"),
    [
        ("subject:eyes", ("subject", "eyes")),
        ("eyes, 🏰", ("subject", "eyes + castle")),
        ("layer: mid", ("layer", "mid")),
        (":eyes:", ("subject", "eyes")),
    ],
)
async def test_a_mention_names_a_layer_or_a_subject(stage: Stage, text: str, aim: tuple[str, str]) -> None:
    await mentioned(stage, text)
    (row,) = await stage.queued(1)
    assert row.job.params.aim == aim


async def test_a_reply_without_a_mention_is_not_a_call(stage: Stage) -> None:
    message, _ = await stage.dreamed()
    stage.playground.say("Ada", "dreams", "wow", reply_to=message)
    await stage.ask("Ada", "help")
    assert await stage.rows() == []


async def test_help_is_private(stage: Stage) -> None:
    message = await stage.ask("You", "help")
    assert message.ephemeral
    assert "/dream layer:high" in words(message)


async def test_an_old_button_of_a_forgotten_job_says_so(stage: Stage) -> None:
    message, _ = await stage.dreamed()
    for item in walk(message.components):
        if "custom_id" in item:
            item["custom_id"] = re.sub(":.*", ":" + "x" * 20, item["custom_id"])
    for button in labels(message):
        assert "no longer have that dream" in words(await stage.press("You", message, button))


async def test_what_goes_wrong_unexpectedly_is_told_without_details(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(stage.client.service, "take", broken)
    message = await stage.ask("You", "dream")
    assert message.ephemeral
    assert "my fault" in words(message)
    assert "secret" not in words(message)


async def test_every_send_and_edit_names_whom_it_may_mention(stage: Stage) -> None:
    message, _ = await stage.dreamed()
    await stage.press("Ada", message, "More")
    await stage.press("Ada", message, "Deeper")
    bodies = [call.body for call in stage.playground.world.calls if call.method in ("POST", "PATCH")]
    speaking = [body.get("data") or body for body in bodies if isinstance(body, dict)]
    speaking = [body for body in speaking if "content" in body or "components" in body]
    assert len(speaking) >= 4
    assert all(body["allowed_mentions"]["parse"] == [] for body in speaking)


async def test_a_bot_killed_before_it_knew_its_message_finishes_it_all_the_same(stage: Stage) -> None:
    message = await stage.ask("You", "dream")
    (row,) = await stage.rows()
    await stage.dispatch.update_posting(row.id, {**row.posting, "message_id": None})
    await stage.finish(message)
    assert len([one for one in stage.playground.world.history("dreams") if not one.ephemeral]) == 1
    row = await stage.row(row.id)
    assert row.posted == message.id
    assert row.state is State.DONE


async def test_a_reply_whose_id_was_lost_is_found_again_and_not_doubled(stage: Stage) -> None:
    message = await mentioned(stage, "low")
    (row,) = await stage.queued(1)
    await stage.dispatch.update_posting(row.id, {**row.posting, "message_id": None})
    row = await stage.finish(message)
    assert row.posted == message.id
    assert len([one for one in stage.playground.world.history("dreams") if one.author_id != row.job.requester]) == 1


async def test_a_reply_that_was_never_sent_is_sent_after_a_restart(stage: Stage) -> None:
    message = await mentioned(stage, "low")
    (row,) = await stage.queued(1)
    await stage.dispatch.update_posting(row.id, {**row.posting, "message_id": None})
    stage.playground.world.drop_message(message)
    stage.dispatch.start()
    stage.dispatch.finish(row.id, png())
    posted = (await stage.posted(row.id)).posted
    sent = stage.playground.world.messages[posted or ""]
    assert sent.reference == message.reference
    assert "seed:" in words(sent)


async def test_after_the_token_died_the_message_is_edited_by_channel(stage: Stage) -> None:
    message = await stage.ask("You", "dream")
    (row,) = await stage.rows()
    await stage.dispatch.update_posting(row.id, {**row.posting, "token_until": 0.0})
    await stage.finish(message)
    patched = [call.path for call in stage.playground.world.calls if call.method == "PATCH"]
    assert patched == [path for path in patched if "/channels/" in path]


async def test_an_expired_private_dream_comes_by_direct_message(stage: Stage) -> None:
    await stage.ask("You", "dream", private=True)
    (row,) = await stage.rows()
    await stage.dispatch.update_posting(row.id, {**row.posting, "token": ""})
    stage.dispatch.start()
    stage.dispatch.progress(row.id, 1, 2, JPEG)
    stage.dispatch.progress(row.id, 2, 2, JPEG)
    stage.dispatch.finish(row.id, png())
    you = stage.playground.world.persona("You")
    place = stage.playground.world.channel("dm", you)
    await stage.playground.world.until(lambda: stage.playground.world.history(place))
    await stage.posted(row.id)
    (direct,) = stage.playground.world.history(place)
    assert "here is your dream" in words(direct)


async def test_in_a_chat_without_the_bot_the_token_brings_the_answer(stage: Stage) -> None:
    message = await stage.ask("You", "dream", "elsewhere")
    (row,) = await stage.rows()
    assert not row.posting["reachable"]
    await stage.finish(message)
    assert "seed:" in words(message)


async def test_in_the_bots_own_chat(stage: Stage) -> None:
    message = await stage.ask("You", "dream", "dm")
    (row,) = await stage.rows()
    assert row.posting["reachable"]
    assert row.posting["guild_id"] is None
    await stage.finish(message)


async def test_after_a_long_wait_only_the_requester_is_pinged_in_a_reply(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.tracker.LONG_WAIT_S", 0.0)
    message, _ = await stage.dreamed("Ada")
    ping = await stage.playground.world.until(lambda: next(iter(stage.playground.world.pings), None))
    assert ping.user_ids == (stage.playground.world.persona("Ada").id,)
    reply = stage.playground.world.messages[ping.message_id]
    assert reply.reference == message.id
    assert "ready" in reply.content


async def test_a_result_over_the_upload_limit_becomes_words(stage: Stage) -> None:
    message = await stage.ask("You", "dream")
    row = stage.start()
    stage.playground.world.upload_limit = 100
    stage.dispatch.finish(row.id, png(64, 64))
    await stage.shows(message, "too large to upload")
    assert labels(message) == ["Smaller", "Retry"]


async def test_a_deleted_status_message_ends_the_matter(stage: Stage) -> None:
    message = await stage.ask("You", "dream")
    row = stage.start()
    stage.playground.world.drop_message(message)
    stage.dispatch.finish(row.id, png())
    await stage.posted(row.id)
    assert stage.playground.world.history("dreams") == []


async def test_a_failed_dream_says_why_and_again_works(stage: Stage) -> None:
    message = await stage.ask("You", "dream", layer="low")
    row = stage.start()
    stage.dispatch.fail(row.id, OutOfMemory())
    await stage.shows(message, "smaller `size`")
    assert "F03" in words(message)
    assert "next" in words(await stage.press("Ada", message, "Retry"))


async def test_commands_are_only_told_to_discord_when_they_changed(stage: Stage) -> None:
    def told() -> int:
        return sum(call.method == "PUT" for call in stage.playground.world.calls)

    before = told()
    stage.client._command_sync._always = False
    await stage.client._command_sync._sync()
    assert told() == before
    stage.client.tree.remove_command("help")
    await stage.client._command_sync._sync()
    assert told() == before + 1


async def test_while_stopping_commands_are_refused_in_words(stage: Stage) -> None:
    message, _ = await stage.dreamed()
    stage.client.stopping = True
    assert "restarting" in words(await stage.ask("You", "dream"))
    assert "restarting" in words(await stage.press("You", message, "Re-roll"))
    assert await stage.rows() == []


async def test_other_servers_than_those_of_the_settings_are_refused(stage: Stage) -> None:
    stage.client._guild_ids = frozenset({1})
    assert "not enabled in this server" in words(await stage.ask("You", "dream"))
    assert "next" in words(await stage.ask("You", "dream", "dm"))


async def test_what_was_accepted_is_answered_although_the_ledger_failed_just_then(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = stage.dispatch.update_posting
    failed: list[JobId] = []

    async def fails_once(id: JobId, posting: dict[str, Any]) -> None:
        if not failed:
            failed.append(id)
            raise NoLedger
        await update(id, posting)

    monkeypatch.setattr(stage.dispatch, "update_posting", fails_once)
    monkeypatch.setattr("bot.delivery.tracker.UNFOLLOWED_S", 0.05)
    message = await stage.ask("You", "dream")
    await stage.finish(message)
    assert failed
    assert labels(message) == ["Deeper", "Re-roll", "Zoom", "Tune", "More"]


def breaks_once(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, *, after: bool = False) -> None:
    """The next call of it raises what nobody thought of, before or after it has done its work."""
    real = getattr(owner, name)

    async def broken(*facts: object, **named: object) -> None:
        monkeypatch.setattr(owner, name, real)
        if after:
            await real(*facts, **named)
        raise ZeroDivisionError("unexpected")

    monkeypatch.setattr(owner, name, broken)


async def test_a_dream_whose_status_broke_unexpectedly_does_not_open_its_picture_for_ever(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "OPENING_S", 0.0)
    breaks_once(monkeypatch, stage.client.service._publisher, "deliver")
    message = await stage.ask("You", "dream", image=stage.playground.upload("cat.png", png()))
    assert "Opening" in words(message)
    await stage.queued(1)
    await stage.finish(message)
    assert labels(message) == ["Deeper", "Re-roll", "Zoom", "Tune", "More"]


@pytest.mark.parametrize("after", [True, False])
async def test_a_dream_whose_answer_broke_unexpectedly_is_shown_all_the_same(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    breaks_once(monkeypatch, stage.client.service._publisher, "respond", after=after)
    stage.playground.command("You", "dreams", "dream")
    (row,) = await stage.queued(1)
    stage.dispatch.start()
    stage.dispatch.finish(row.id, png())
    message = await stage.playground.world.until(lambda: about(stage, row.id))
    await stage.shows(message, "seed:")
    assert len(stage.playground.world.messages) == 1


def about(stage: Stage, id: JobId) -> Message | None:
    """The message that shows a job."""
    return next((one for one in stage.playground.world.messages.values() if id in str(one.components)), None)


async def test_a_status_card_that_cannot_be_made_holds_no_dream(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("unexpected")

    with monkeypatch.context() as patch:
        patch.setattr("bot.requests.service.status_card.waiting_card", broken)
        stage.playground.command("You", "dreams", "dream")
        (row,) = await stage.queued(1)
    assert stage.client.service._tracker._tracks[row.id].phase is Phase.WAITING


async def test_what_was_queued_is_not_refused_because_its_place_is_not_known(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreadable(_id: JobId) -> None:
        raise NoLedger

    with monkeypatch.context() as patch:
        patch.setattr(stage.dispatch, "place", unreadable)
        message = await stage.ask("You", "dream")
    assert "in the queue" in words(message)
    await stage.finish(message)


async def test_stopped_is_not_said_beside_a_dream_that_runs_or_is_done(stage: Stage) -> None:
    message = await stage.ask("You", "dream")
    line = await stage.ask("You", "info")
    row = stage.dispatch.start()
    assert row
    stage.playground.press("You", line, "Cancel")
    await stage.shows(line, "Cancelling")
    assert "Cancelled" not in words(line)
    stage.dispatch.finish(row.id, png())
    await stage.shows(message, "seed:")


async def test_a_press_on_a_message_whose_number_is_not_kept_yet_never_takes_its_picture(stage: Stage) -> None:
    """As after a bot died between the status message and its number: words would stand in place of the dream."""
    message = await stage.ask("You", "dream")
    row = stage.dispatch.start()
    assert row
    await stage.dispatch.update_posting(row.id, {**row.posting, "message_id": None})
    seen: list[str] = []
    stage.playground.world.listen(lambda _: seen.append(words(message)))
    await stage.press("You", message, "Cancel")
    stage.dispatch.finish(row.id, png())
    await stage.shows(message, "seed:")
    assert not [text for text in seen if wording.CANCELLING in text or wording.TOO_LATE in text]
    assert labels(message) == ["Deeper", "Re-roll", "Zoom", "Tune", "More"]


async def test_an_opening_that_cannot_be_apologised_for_does_not_meet_every_bot(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = stage.client.service
    for number in (1, 2):
        service._pending.save(JobId(f"opening{number}"), Posting(1, "Ada", "Ada's cat", channel_id=2, token="t"))
    breaks_once(monkeypatch, service._publisher, "edit")
    await service.apologise_for_pending()
    assert service._pending.list_unfinished() == []
