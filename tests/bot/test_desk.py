"""Every way of asking, with the real bot against the stand-in Discord and a dispatch driven by hand."""

import asyncio
import random
import re
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot import desk as desk_module
from bot import endpoints, wording
from bot.app import compose, connect_until
from bot.courier import Courier, Pace
from bot.playground import avatars
from bot.playground.openapi import Specification
from bot.playground.server import Playground
from bot.store import tables
from engine.jobs import cleaning, settings
from engine.jobs.database import connect, sqlite_url
from engine.jobs.decoder import Clean
from engine.jobs.errors import EmptyFile, NoLedger, OutOfMemory
from engine.jobs.job import JobId, JobRow, Limits, State
from engine.jobs.memory import MemoryDispatch
from engine.jobs.params import Dream, Zoom

SPECIFICATION = Path(__file__).parents[3] / "shared/discord/openapi.json"
JPEG = b"\xff\xd8 preview"
GIF = b"GIF89a zoom"


def png(width: int = 8, height: int = 6) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    draw = random.Random(0)
    rows = zlib.compress(b"".join(b"\0" + draw.randbytes(width * 3) for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class Stage:
    """The stand-in, the bot, and the engine's part in the test's hands."""

    def __init__(self, playground: Playground, dispatch: MemoryDispatch, client):
        self.playground = playground
        self.dispatch = dispatch
        self.client = client

    async def answer(self, interaction):
        return await self.playground.world.until(lambda: self.playground.answer(interaction))

    async def ask(self, persona: str, command: str, /, channel: str = "dreams", **options):
        message = await self.answer(self.playground.command(persona, channel, command, **options))
        await self.followed()
        return message

    async def queued(self, count: int) -> list[JobRow]:
        """So many rows that are not posted, oldest first, all with a message."""
        async with asyncio.timeout(5):
            while len(await self.rows()) < count:
                await asyncio.sleep(0.005)
        await self.followed()
        return sorted(await self.rows(), key=lambda row: row.created)

    async def followed(self) -> None:
        """Until the courier knows the message of every job."""
        async with asyncio.timeout(5):
            while any(track.held for track in self.client.desk._courier._tracks.values()):
                await asyncio.sleep(0.005)

    async def press(self, persona: str, message, button: str, values=None):
        answer = await self.answer(self.playground.press(persona, message, button, values))
        await self.followed()
        return answer

    async def shows(self, message, text: str):
        await self.playground.world.until(lambda: text in words(message) or None)

    async def rows(self) -> list[JobRow]:
        return list(await self.dispatch.unposted())

    async def finish(self, message, data: bytes | None = None) -> JobRow:
        """Do the engine's part for the job of a message."""
        row = self.dispatch.start()
        self.dispatch.finish(row.id, data or png())
        await self.shows(message, "seed:")
        async with asyncio.timeout(5):
            while not (row := await self.dispatch.row(row.id)).posted:
                await asyncio.sleep(0.005)
        return row

    async def dreamed(self, persona: str = "You", **options):
        """A finished dream: its message and its row."""
        message = await self.ask(persona, "dream", **options)
        return message, await self.finish(message)


def words(message) -> str:
    return message.content + " ".join(item.get("content", "") for item in walk(message.components))


def walk(components):
    for item in components:
        yield item
        yield from walk(item.get("components", ()))
        if "accessory" in item:
            yield item["accessory"]


def labels(message) -> list[str]:
    return [item["label"] for item in walk(message.components) if item["type"] == 2]


@pytest.fixture(scope="session")
def specification() -> Specification | None:
    """Discord's own description of its API, where it is at hand."""
    return Specification(SPECIFICATION) if SPECIFICATION.exists() else None


@pytest.fixture(scope="session")
def _drawn_avatars() -> None:
    """As `make play` does: drawn when first asked for, on a busy machine they would outlast Discord's patience."""
    for scene in avatars.SCENES:
        avatars.encoded(scene, avatars.SIDE, "PNG")


@pytest.fixture
async def stage(data_dir, monkeypatch, specification, _drawn_avatars) -> AsyncIterator[Stage]:
    playground = Playground(specification=specification)
    await playground.start(0)
    for name, value in playground.settings(data_dir).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("bot.app.Courier", quick_courier)
    for owner, name in ((endpoints.Route, "BASE"), (endpoints.Asset, "BASE")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    gateway = endpoints.DiscordWebSocket
    monkeypatch.setattr(gateway, "DEFAULT_GATEWAY", gateway.DEFAULT_GATEWAY)
    loaded = settings.load()
    monkeypatch.setattr("bot.app.Decoder", HereDecoder)
    monkeypatch.setattr(desk_module, "ANSWER_S", 10.0)
    database = connect(sqlite_url(loaded.database))
    tables.metadata.create_all(database)
    database.dispose()
    endpoints.point(loaded.discord)
    dispatch = MemoryDispatch(Limits(per_user=3, total=5))
    async with AsyncExitStack() as stack:
        client, courier = await compose(loaded, dispatch, stack)
        stop = asyncio.Event()
        bot = asyncio.create_task(connect_until(stop, client, courier, playground.token))
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

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def warm(self) -> None:
        pass

    async def clean(self, data: bytes, size: int, person: str = "") -> Clean:
        if not data:
            raise EmptyFile
        made = await asyncio.to_thread(cleaning.clean, data, size, self.megapixels)
        return Clean(made.png, *made.size, made.frame, made.frames)

    async def imprint(self, data: bytes, person: str = "") -> bytes:
        return await asyncio.to_thread(cleaning.imprinted, data, self.megapixels)


def quick_courier(dispatch, poster, **parts):
    return Courier(dispatch, poster, Pace(edits=100, preview_s=0.0, sweep_s=0.05), **parts)


async def test_dream_layer_high_exactly_as_typed(stage):
    message = await stage.ask("You", "dream", layer="high")
    (row,) = await stage.rows()
    assert row.job.params.layer == "high"
    assert row.job.params.seed < 10_000
    assert row.job.picture is not None, "the caller's avatar"
    assert "Yours is next" in words(message)
    assert labels(message) == ["Cancel"]
    assert [item.filename for item in message.attachments] == ["dream.png"]
    stage.dispatch.start()
    stage.dispatch.progress(row.id, 2, 5, JPEG)
    await stage.shows(message, "dreaming · 40 %")
    assert labels(message) == ["Cancel", "Keep this one"]
    stage.dispatch.finish(row.id, png())
    await stage.shows(message, f"`/dream layer:high seed:{row.job.params.seed}`")
    assert labels(message) == ["Deeper", "Again", "Zoom", "More"]
    alts = [media["description"] for item in walk(message.components) for media in item.get("items", ())]
    assert alts == ["A dream of You's avatar: the network was asked for faces, animals, eyes."]
    assert not message.ephemeral


async def test_an_attached_picture_is_dreamed(stage):
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
async def test_dream_subject_exactly_as_typed(stage, typed, meant):
    message = await stage.ask("You", "dream", subject=typed)
    (row,) = await stage.rows()
    assert (row.job.params.subject, row.job.params.layer) == (meant, "")
    assert meant in words(message).replace("\\", "")
    await stage.finish(message)
    assert f"`/dream subject:{meant} seed:{row.job.params.seed}`" in words(message)
    alts = [media["description"] for item in walk(message.components) for media in item.get("items", ())]
    assert alts == [f"A dream of You's avatar: the network was asked for {meant.replace(' + ', ' and ')}."]


async def test_every_button_keeps_the_subject_and_more_changes_it(stage):
    message, parent = await stage.dreamed(subject="eyes", strength=1.5)
    for button in ("Deeper", "Again", "Zoom"):
        await stage.press("Ada", message, button)
    children = await stage.queued(3)
    assert {child.job.params.aim for child in children} == {("subject", "eyes")}
    assert {child.job.params.strength for child in children} == {1.5}
    assert sorted(child.job.params.recipe for child in children) == ["dream", "dream", "zoom"]
    panel = await stage.press("You", message, "More")
    for prompt, value in ((wording.PICK_SUBJECT, "fire"), (wording.PICK_LAYER, "low")):
        stage.playground.press("You", panel, prompt, [value])
        await stage.queued(4 if value == "fire" else 5)
    *_, fire, low = await stage.queued(5)
    assert fire.job.params.aim == ("subject", "fire")
    assert low.job.params.aim == ("layer", "low")
    assert fire.job.picture == low.job.picture == parent.job.picture


async def test_without_an_avatar_noise_is_dreamed(stage):
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
        ({"image": b"not a picture"}, "not a picture I can open"),
        ({"image": b""}, "empty"),
        ({"image": png(64, 64)[:400]}, "damaged or cut short"),
    ],
)
async def test_refusals_are_private_and_queue_nothing(stage, options, sentence):
    if "image" in options:
        options = {"image": stage.playground.upload("cat.png", options["image"])}
    message = await stage.ask("You", "dream", **options)
    assert sentence in words(message).replace("\\", "")
    assert message.ephemeral
    assert await stage.rows() == []


async def test_too_large_a_file_is_refused_before_it_is_fetched(stage, monkeypatch):
    monkeypatch.setattr(stage.client.desk.intake, "_limit_mb", 0.00001)
    message = await stage.ask("You", "dream", image=stage.playground.upload("cat.png", png()))
    assert "MB and I take at most" in words(message)
    assert message.ephemeral


async def test_too_many_jobs_are_refused(stage):
    for _ in range(3):
        await stage.ask("You", "dream")
    message = await stage.ask("You", "dream")
    assert message.ephemeral
    assert "which is the limit" in words(message)
    assert len(await stage.rows()) == 3


async def test_a_private_dream_stays_private_and_so_do_its_children(stage):
    message = await stage.ask("You", "dream", private=True)
    assert message.ephemeral
    await stage.finish(message)
    assert (await stage.press("You", message, "Deeper")).ephemeral


async def test_a_slow_picture_is_opened_behind_the_status_message(stage, monkeypatch):
    release = asyncio.Event()
    fetch = stage.client.desk.intake.fetch

    async def slow(*asked):
        await release.wait()
        return await fetch(*asked)

    monkeypatch.setattr(desk_module, "ANSWER_S", 0.01)
    monkeypatch.setattr(stage.client.desk.intake, "fetch", slow)
    good = await stage.ask("You", "dream", image=stage.playground.upload("cat.png", png()))
    bad = await stage.ask("You", "dream", image=stage.playground.upload("cat.png", b"text"))
    assert "Opening" in words(good)
    release.set()
    await stage.shows(bad, "not a picture")
    await stage.shows(good, "next")
    await stage.finish(good)


async def test_what_breaks_behind_the_status_message_takes_its_place(stage, monkeypatch):
    async def broken(*_):
        await asyncio.sleep(0.05)
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(desk_module, "ANSWER_S", 0.0)
    monkeypatch.setattr(stage.client.desk.intake, "fetch", broken)
    message = await stage.ask("You", "dream", image=stage.playground.upload("cat.png", png()))
    await stage.shows(message, "my fault")
    assert "secret" not in words(message)
    assert await stage.rows() == []


async def test_deeper_again_and_zoom_make_jobs_of_whoever_pressed(stage):
    message, parent = await stage.dreamed(layer="mid", strength=1.5)
    ada = stage.playground.world.persona("Ada").id
    children = [await stage.press("Ada", message, button) for button in ("Deeper", "Again", "Zoom")]
    deeper, again, zoom = sorted(await stage.rows(), key=lambda row: row.created)
    assert {row.job.requester for row in (deeper, again, zoom)} == {ada}
    assert {row.job.parent for row in (deeper, again, zoom)} == {parent.id}
    assert deeper.job.picture == parent.result.blob
    assert again.job.picture == parent.job.picture
    assert zoom.job.picture == parent.result.blob
    assert isinstance(zoom.job.params, Zoom)
    assert (deeper.job.params.layer, deeper.job.params.strength) == ("mid", 1.5)
    assert {child.reference for child in children} == {message.id}


async def test_a_finished_zoom_has_no_deeper(stage):
    message = await stage.ask("You", "zoom", layer="mid", frames=8)
    await stage.finish(message, GIF)
    assert labels(message) == ["Again", "More"]
    assert [item.filename for item in message.attachments] == ["dream.gif"]
    assert "`/zoom layer:mid frames:8 seed:" in words(message)


async def test_cancel_belongs_to_the_requester_and_moderators(stage):
    mine = await stage.ask("You", "dream")
    refused = await stage.press("Ada", mine, "Cancel")
    assert refused.ephemeral
    assert "Only the person who asked" in words(refused)
    stage.playground.press("You", mine, "Cancel")
    await stage.shows(mine, "Stopped")
    other = await stage.ask("You", "dream")
    stage.playground.press("Mod", other, "Cancel")
    await stage.shows(other, "Stopped")
    assert labels(other) == ["Again"]


async def test_a_running_dream_is_stopped_or_kept(stage):
    message = await stage.ask("You", "dream")
    row = stage.dispatch.start()
    stage.dispatch.progress(row.id, 1, 2, JPEG)
    await stage.shows(message, "50 %")
    stage.playground.press("You", message, "Keep this one")
    async with asyncio.timeout(5):
        while not stage.dispatch.progress(row.id, 1, 2):
            await asyncio.sleep(0.005)
    assert stage.dispatch.finish(row.id, png())
    await stage.shows(message, "seed:")
    assert "kept" in words(message)


async def test_more_offers_layers_strengths_saving_and_deleting(stage):
    message, row = await stage.dreamed(seed=7)
    panel = await stage.press("Ada", message, "More")
    assert panel.ephemeral
    stage.playground.press("Ada", panel, wording.PICK_LAYER, ["low"])
    (layer,) = await stage.queued(1)
    stage.playground.press("Ada", panel, wording.PICK_STRENGTH, ["1.6"])
    layer, strength = await stage.queued(2)
    assert layer.job.params.layer == "low"
    assert strength.job.params.strength == 1.6
    assert layer.job.picture == strength.job.picture == row.job.picture
    history = stage.playground.world.history("dreams")
    replies = [one for one in history if one.reference == message.id and not one.ephemeral]
    assert {one.nonce for one in replies} == {layer.id, strength.id}


async def test_deleting_belongs_to_the_requester_and_moderators(stage):
    message, _ = await stage.dreamed()
    panel = await stage.press("Ada", message, "More")
    assert "Only the person" in words(await stage.press("Ada", panel, "Delete"))
    assert message.id in stage.playground.world.messages
    panel = await stage.press("Mod", message, "More")
    stage.playground.press("Mod", panel, "Delete")
    await stage.shows(panel, "Deleted")
    assert message.id not in stage.playground.world.messages


async def test_deleting_a_private_dream_works_while_its_token_lives(stage):
    message = await stage.ask("You", "dream", private=True)
    row = await stage.finish(message)
    panel = await stage.press("You", message, "More")
    await stage.dispatch.update_posting(row.id, {**row.posting, "token": ""})
    stage.playground.press("You", panel, "Delete")
    await stage.shows(panel, "cannot take that message away")
    await stage.dispatch.update_posting(row.id, row.posting)
    panel = await stage.press("You", message, "More")
    stage.playground.press("You", panel, "Delete")
    await stage.shows(panel, "Deleted")
    assert message.id not in stage.playground.world.messages


async def test_saving_as_a_preset_and_dreaming_with_it(stage):
    message, _ = await stage.dreamed(layer="mid", strength=1.7, size=300)
    panel = await stage.press("Ada", message, "More")
    opened = stage.playground.press("Ada", panel, "Save as preset")
    await stage.playground.world.until(lambda: opened.modal)
    field = next(item for item in walk_all(opened.modal["components"]) if item["type"] == 4)
    saved = stage.playground.submit("Ada", opened, **{field["custom_id"]: "my towers"})
    assert "Saved" in words(await stage.answer(saved))
    assert "my towers" in words(await stage.ask("Ada", "preset list")).replace("\\", "")
    await stage.ask("Ada", "dream", preset="My Towers", strength=0.5)
    (row,) = await stage.rows()
    asked = row.job.params
    assert (asked.layer, asked.strength, asked.size) == ("mid", 0.5, 300)
    choices = await stage.playground.autocomplete("Ada", "dreams", "dream", "preset", preset="tow")
    assert [choice["value"] for choice in choices] == ["my towers"]


async def test_a_preset_keeps_its_subject_until_another_aim_is_given(stage):
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
    assert {row.job.params.strength for row in (kept, low, fox)} == {0.5}


async def test_a_dream_towards_a_subject_is_saved_as_a_preset(stage):
    message, row = await stage.dreamed(subject="eyes + fox")
    assert desk_module.preset_options(row.job.params) == {"network": "pocket", "subject": "eyes + fox"}
    assert labels(message)


def walk_all(components):
    for item in components:
        yield item
        yield from walk_all(item.get("components", ()))
        if "component" in item:
            yield from walk_all([item["component"]])


async def test_presets_are_saved_used_listed_and_deleted(stage):
    assert "no presets yet" in words(await stage.ask("You", "preset list"))
    assert "Saved" in words(await stage.ask("You", "preset save", name="Soft", layer="low", strength=0.5))
    assert "Did you mean" in words(await stage.ask("You", "preset save", name="x", layer="lwo"))
    used = await stage.ask("You", "preset use", name="soft")
    (row,) = await stage.rows()
    assert (row.job.params.layer, row.job.params.strength) == ("low", 0.5)
    assert not used.ephemeral
    zoomed = await stage.ask("You", "zoom", preset="soft")
    assert "zoom" in words(zoomed)
    assert "Deleted" in words(await stage.ask("You", "preset delete", name="SOFT"))
    assert "no preset" in words(await stage.ask("You", "preset delete", name="soft"))
    assert "1 to 32 letters" in words(await stage.ask("You", "preset save", name="<@1>"))


async def test_layers_are_offered_by_name_and_by_what_they_see(stage):
    choices = await stage.playground.autocomplete("You", "dreams", "dream", "layer", layer="")
    assert {"name": "high · faces, animals, eyes", "value": "high"}.items() <= choices[2].items()
    choices = await stage.playground.autocomplete("You", "dreams", "zoom", "layer", layer="faces")
    assert [choice["value"] for choice in choices] == ["high"]


async def test_subjects_are_offered_first_then_classes(stage):
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


async def test_dream_this_takes_attachments_results_and_refuses_words(stage):
    said = stage.playground.say("Ada", "dreams", "look", [stage.playground.upload("cat.png", png())])
    message = await stage.answer(stage.playground.menu("You", "dreams", wording.DREAM_THIS, said))
    await stage.finish(message)
    again = await stage.answer(stage.playground.menu("Ada", "dreams", wording.DREAM_THIS, message))
    assert "next" in words(again)
    plain = stage.playground.say("Ada", "dreams", "no picture here")
    refused = await stage.answer(stage.playground.menu("You", "dreams", wording.DREAM_THIS, plain))
    assert refused.ephemeral
    assert "I see no picture" in words(refused)


async def test_dream_their_avatar(stage):
    message = await stage.answer(stage.playground.menu("You", "dreams", wording.DREAM_AVATAR, "Ada"))
    alts = [media["description"] for item in walk(message.components) for media in item.get("items", ())]
    assert alts == ["Ada's avatar, before the dream"]


async def mentioned(stage, text: str, **rest):
    bot = stage.playground.world.bot.id
    said = stage.playground.say("Ada", "dreams", f"<@{bot}> {text}", **rest)
    replies = (one for one in stage.playground.world.history("dreams") if one.reference == said.id)
    return await stage.playground.world.until(lambda: next(iter(list(replies)), None) or find_reply(stage, said))


def find_reply(stage, said):
    return next((one for one in stage.playground.world.history("dreams") if one.reference == said.id), None)


async def test_a_mention_with_a_picture_is_answered_by_a_reply(stage):
    message = await mentioned(stage, "low", files=[stage.playground.upload("cat.png", png())])
    row = await stage.finish(message)
    assert row.job.params.layer == "low"
    assert message.nonce == row.id
    assert not [ping for ping in stage.playground.world.pings if ping.message_id == message.id and ping.user_ids]


async def test_a_mention_without_a_picture_dreams_the_avatar_and_a_reply_to_a_dream_dreams_that(stage):
    message = await mentioned(stage, "")
    first = await stage.finish(message)
    assert first.job.params.layer == "high"
    second = await stage.finish(await mentioned(stage, "mid", reply_to=message))
    assert second.job.picture != first.job.picture


async def test_a_mention_with_an_unknown_layer_is_answered_in_words(stage):
    message = await mentioned(stage, "hgih")
    assert "Did you mean layer:high?" in words(message)
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
async def test_a_mention_names_a_layer_or_a_subject(stage, text, aim):
    await mentioned(stage, text)
    (row,) = await stage.queued(1)
    assert row.job.params.aim == aim


async def test_a_reply_without_a_mention_is_not_a_call(stage):
    message, _ = await stage.dreamed()
    stage.playground.say("Ada", "dreams", "wow", reply_to=message)
    await stage.ask("Ada", "help")
    assert await stage.rows() == []


async def test_queue_shows_mine_with_cancel(stage):
    assert "Nobody is dreaming" in words(await stage.ask("Ada", "queue"))
    message = await stage.ask("You", "dream")
    assert "no dream in the line" in words(await stage.ask("Ada", "queue"))
    line = await stage.ask("You", "queue")
    assert line.ephemeral
    assert labels(line) == ["Cancel"]
    stage.playground.press("You", line, "Cancel")
    await stage.shows(message, "Stopped")
    await stage.shows(line, "Stopped")


async def test_help_is_private(stage):
    message = await stage.ask("You", "help")
    assert message.ephemeral
    assert "/dream layer:high" in words(message)


async def test_an_old_button_of_a_forgotten_job_says_so(stage):
    message, _ = await stage.dreamed()
    for item in walk(message.components):
        if "custom_id" in item:
            item["custom_id"] = re.sub(":.*", ":" + "x" * 20, item["custom_id"])
    for button in labels(message):
        assert "no longer have that dream" in words(await stage.press("You", message, button))


async def test_what_goes_wrong_unexpectedly_is_told_without_details(stage, monkeypatch, caplog):
    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(stage.client.desk, "take", broken)
    message = await stage.ask("You", "dream")
    assert message.ephemeral
    assert "my fault" in words(message)
    assert "secret" not in words(message)


async def test_every_send_and_edit_names_whom_it_may_mention(stage):
    message, _ = await stage.dreamed()
    await stage.press("Ada", message, "More")
    await stage.press("Ada", message, "Deeper")
    bodies = [call.body for call in stage.playground.world.calls if call.method in ("POST", "PATCH")]
    speaking = [body.get("data") or body for body in bodies if isinstance(body, dict)]
    speaking = [body for body in speaking if "content" in body or "components" in body]
    assert len(speaking) >= 4
    assert all(body["allowed_mentions"]["parse"] == [] for body in speaking)


async def test_where_only_the_token_reaches_long_dreams_are_refused(stage, monkeypatch):
    async def forever(_job) -> float:
        return 3600.0

    monkeypatch.setattr(stage.dispatch, "estimate", forever)
    message = await stage.ask("You", "dream", private=True)
    assert "about 60 minutes" in words(message)
    assert await stage.rows() == []
    assert "next" in words(await stage.ask("You", "dream"))


async def test_a_bot_killed_before_it_knew_its_message_finishes_it_all_the_same(stage):
    message = await stage.ask("You", "dream")
    (row,) = await stage.rows()
    await stage.dispatch.update_posting(row.id, {**row.posting, "message_id": None})
    await stage.finish(message)
    assert len([one for one in stage.playground.world.history("dreams") if not one.ephemeral]) == 1
    row = await stage.dispatch.row(JobId(row.id))
    assert row.posted == message.id
    assert row.state is State.DONE


async def test_a_reply_whose_id_was_lost_is_found_again_and_not_doubled(stage):
    message = await mentioned(stage, "low")
    (row,) = await stage.queued(1)
    await stage.dispatch.update_posting(row.id, {**row.posting, "message_id": None})
    row = await stage.finish(message)
    assert row.posted == message.id
    assert len([one for one in stage.playground.world.history("dreams") if one.author_id != row.job.requester]) == 1


async def test_a_reply_that_was_never_sent_is_sent_after_a_restart(stage):
    message = await mentioned(stage, "low")
    (row,) = await stage.queued(1)
    await stage.dispatch.update_posting(row.id, {**row.posting, "message_id": None})
    stage.playground.world.drop_message(message)
    stage.dispatch.start()
    stage.dispatch.finish(row.id, png())
    async with asyncio.timeout(5):
        while not (row := await stage.dispatch.row(row.id)).posted:
            await asyncio.sleep(0.005)
    made = stage.playground.world.messages[row.posted]
    assert made.reference == message.reference
    assert "seed:" in words(made)


async def test_after_the_token_died_the_message_is_edited_by_channel(stage):
    message = await stage.ask("You", "dream")
    (row,) = await stage.rows()
    await stage.dispatch.update_posting(row.id, {**row.posting, "token_until": 0.0})
    await stage.finish(message)
    patched = [call.path for call in stage.playground.world.calls if call.method == "PATCH"]
    assert patched == [path for path in patched if "/channels/" in path]


async def test_an_expired_private_dream_comes_by_direct_message(stage):
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
    async with asyncio.timeout(5):
        while not (await stage.dispatch.row(row.id)).posted:
            await asyncio.sleep(0.005)
    (direct,) = stage.playground.world.history(place)
    assert "here is your dream" in words(direct)


async def test_in_a_chat_without_the_bot_the_token_brings_the_answer(stage):
    message = await stage.ask("You", "dream", channel="elsewhere")
    (row,) = await stage.rows()
    assert not row.posting["reachable"]
    await stage.finish(message)
    assert "seed:" in words(message)


async def test_in_the_bots_own_chat(stage):
    message = await stage.ask("You", "dream", channel="dm")
    (row,) = await stage.rows()
    assert row.posting["reachable"]
    assert row.posting["guild_id"] is None
    await stage.finish(message)


async def test_after_a_long_wait_only_the_requester_is_pinged_in_a_reply(stage, monkeypatch):
    monkeypatch.setattr("bot.courier.LONG_WAIT_S", 0.0)
    message, _ = await stage.dreamed("Ada")
    ping = await stage.playground.world.until(lambda: next(iter(stage.playground.world.pings), None))
    assert ping.user_ids == (stage.playground.world.persona("Ada").id,)
    reply = stage.playground.world.messages[ping.message_id]
    assert reply.reference == message.id
    assert "ready" in reply.content


async def test_a_result_over_the_upload_limit_becomes_words(stage):
    message = await stage.ask("You", "dream")
    row = stage.dispatch.start()
    stage.playground.world.upload_limit = 100
    stage.dispatch.finish(row.id, png(64, 64))
    await stage.shows(message, "too large to upload")
    assert labels(message) == ["Again"]


async def test_a_deleted_status_message_ends_the_matter(stage):
    message = await stage.ask("You", "dream")
    row = stage.dispatch.start()
    stage.playground.world.drop_message(message)
    stage.dispatch.finish(row.id, png())
    async with asyncio.timeout(5):
        while not (await stage.dispatch.row(row.id)).posted:
            await asyncio.sleep(0.005)
    assert stage.playground.world.history("dreams") == []


async def test_a_failed_dream_says_why_and_again_works(stage):
    message = await stage.ask("You", "dream", layer="low")
    row = stage.dispatch.start()
    stage.dispatch.fail(row.id, OutOfMemory())
    await stage.shows(message, "smaller `size`")
    assert "F03" in words(message)
    assert "next" in words(await stage.press("Ada", message, "Again"))


async def test_commands_are_only_told_to_discord_when_they_changed(stage):
    def told() -> int:
        return sum(call.method == "PUT" for call in stage.playground.world.calls)

    before = told()
    stage.client._always_sync = False
    await stage.client._sync()
    assert told() == before
    stage.client.tree.remove_command("help")
    await stage.client._sync()
    assert told() == before + 1


async def test_while_stopping_commands_are_refused_in_words(stage):
    message, _ = await stage.dreamed()
    stage.client.stopping = True
    assert "restarting" in words(await stage.ask("You", "dream"))
    assert "restarting" in words(await stage.press("You", message, "Again"))
    assert await stage.rows() == []


async def test_other_servers_than_those_of_the_settings_are_refused(stage):
    stage.client._guild_ids = frozenset({1})
    assert "not at work in this server" in words(await stage.ask("You", "dream"))
    assert "next" in words(await stage.ask("You", "dream", channel="dm"))


async def test_what_was_accepted_is_answered_although_the_ledger_failed_just_then(stage, monkeypatch):
    update, failed = stage.dispatch.update_posting, []

    async def fails_once(*facts):
        if not failed:
            failed.append(facts)
            raise NoLedger
        await update(*facts)

    monkeypatch.setattr(stage.dispatch, "update_posting", fails_once)
    monkeypatch.setattr("bot.courier.UNFOLLOWED_S", 0.05)
    message = await stage.ask("You", "dream")
    await stage.finish(message)
    assert failed
    assert labels(message) == ["Deeper", "Again", "Zoom", "More"]
