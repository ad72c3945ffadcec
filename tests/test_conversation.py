"""The conversation: the real bot process and the real engine process against the playground.

Nothing is faked but Discord itself. Each part of the product is killed in the middle; every accepted job must get
exactly one answer.
"""

from __future__ import annotations

import io
import os
import re
import signal
import struct
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from bot import wording
from bot.delivery.ready_notice import LONG_WAIT_S
from bot.playground import message_rules
from bot.playground.openapi import Specification
from bot.playground.world import EPHEMERAL, Message, Ping
from engine.catalog.catalog import shipped_catalog
from engine.files import generation_metadata, sanitizer
from tests.fuzz.decoder_harness import chunks
from tests.playground_bot import PATIENCE, Room, answers_of, job_of, labels, open_room, texts
from tests.vendored_data import SPECIFICATION

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.process]

SLOW = {"layer": "high", "size": 1024, "strength": 1.5}
"""Under way for long enough on any machine that a preview is shown and somebody can press."""
QUICK = {"layer": "high", "size": 128}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room() -> AsyncIterator[Room]:
    async with open_room(Specification(SPECIFICATION), "pocket") as room:  # the quickest; test_walk has the default
        yield room


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def dream(room: Room) -> Message:
    """One finished dream, for what can be done with it."""
    return await room.until_button(await room.ask("You", "dream", **QUICK), "Deeper")


def alt_texts(message: Message) -> list[str]:
    found = []
    for _, item in message_rules.walk(message.components, ""):
        found += [str(one.get("description")) for one in item.get("items", [])] if item.get("type") == 12 else []
    return found


def picture_of(message: Message) -> Image.Image:
    (attachment,) = message.attachments
    return Image.open(io.BytesIO(attachment.data))


def photo(size: tuple[int, int] = (320, 200)) -> Image.Image:
    return Image.radial_gradient("L").resize(size).convert("RGB")


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


async def test_a_dream_is_answered_by_its_picture_in_the_message_that_showed_it_growing(room: Room) -> None:
    seen: list[tuple[list[str], int]] = []
    shapes: set[float] = set()

    def watch(event: Any) -> None:
        message = event.facts.get("message")
        if event.kind in ("message_create", "message_update") and message.author_id == room.world.bot.id:
            seen.append((labels(message), len(message.attachments)))
            shapes.update(round(a.width / a.height, 1) for a in message.attachments if a.width and a.height)

    stop = room.world.listen(watch)
    upload = room.playground.upload("photo.jpg", saved(photo(), "JPEG"))
    message = await room.ask("You", "dream", image=upload, layer="high", size=256, seed=4821)
    assert "Cancel" in labels(message)
    message = await room.until_button(message, "Deeper")
    stop()
    assert labels(message) == ["Deeper", "Re-roll", "Zoom", "Tune", "More"]
    assert picture_of(message).size == (256, 160)
    assert "/dream layer:high" in texts(message)
    assert "seed:4821" in texts(message)
    assert len(alt_texts(message)[0]) > 20
    assert (["Cancel", "Stop here & keep"], 1) in seen, "no preview was shown on the way"
    assert shapes == {1.6}, "the picture must keep its shape, or the chat jumps"


async def test_exactly_as_typed_without_a_picture_the_avatar_is_dreamed(dream: Message) -> None:
    assert "avatar" in alt_texts(dream)[0]
    assert picture_of(dream).size == (128, 128)


async def test_everyone_may_press_and_the_new_dream_is_theirs(room: Room, dream: Message) -> None:
    deeper = await room.response_to(room.playground.press("Ada", room.now(dream), "Deeper"))
    assert deeper.id != dream.id
    refused = await room.response_to(room.playground.press("You", deeper, "Cancel"))
    assert refused.flags & EPHEMERAL
    assert "Only the person who asked" in texts(refused)
    await room.until_button(deeper, "Deeper")
    assert "Ada" in texts(room.now(deeper))


async def test_zoom_of_a_result_is_an_animation_in_reply(room: Room) -> None:
    upload = room.playground.upload("strip.png", saved(photo((320, 64)), "PNG"))  # few pixels, whatever the size is
    dream = await room.until_button(await room.ask("You", "dream", image=upload, layer="low", size=128), "Deeper")
    zoom = await room.response_to(room.playground.press("Ada", room.now(dream), "Zoom"))
    zoom = await room.until_button(zoom, "Re-roll")
    with picture_of(zoom) as made:
        assert made.format == "WEBP"
        assert getattr(made, "n_frames", 1) >= 8


async def test_cancel_settles_and_the_moderator_may(room: Room) -> None:
    message = await room.until_button(await room.ask("You", "dream", **SLOW), "Cancel")  # first a picture is opened
    room.playground.press("Mod", message, "Cancel")
    message = await room.until_button(message, "Retry")
    assert not message.attachments
    assert "Deeper" not in labels(message)


async def test_keep_this_one_gives_the_preview_as_the_result(room: Room) -> None:
    message = await room.ask("You", "dream", **SLOW)
    message = await room.until_button(message, "Stop here & keep")
    room.playground.press("You", message, "Stop here & keep")
    message = await room.until_button(message, "Deeper")
    assert max(picture_of(message).size) == SLOW["size"]


@pytest.mark.parametrize("victim", ["engine", "child", "bot"])
async def test_a_death_in_the_middle_costs_no_answer_and_gives_none_twice(
    room: Room, dream: Message, victim: str
) -> None:
    child = room.playground.child
    assert child
    with room.engine_paused():  # it has dreamed before, and is warm
        message = await room.ask("You", "dream", **QUICK)
        job = await room.until_running(message)
        if victim == "engine":
            child.crash_engine()
        elif victim == "child":
            os.kill(child._engine_pids()["worker"], signal.SIGKILL)
        else:
            child.restart()
    if victim == "bot":  # and the engine goes on
        await room.restarted()
    message = await room.until_button(message, "Deeper")
    assert [one.id for one in answers_of(room, job)] == [message.id]
    await room.until_posted()


async def test_buttons_from_before_a_restart_work(room: Room, dream: Message) -> None:
    again = await room.response_to(room.playground.press("You", room.now(dream), "Re-roll"))
    await room.until_button(again, "Deeper")


def bomb() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 13_000, 13_000, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 13_001 * 1000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("cat.png", b"I am not a cat", "can't open that file"),
        ("cat.png", b"", "empty"),
        ("cat.jpg", saved(photo((900, 600)), "JPEG")[:3000], "damaged"),
        ("cat.png", bomb(), "169 megapixels"),
        ("cat.bmp", saved(Image.new("RGB", (3200, 3100)), "BMP"), "the limit is 25 MB"),
    ],
)
async def test_bad_files_are_refused_in_private_and_nothing_is_queued(
    room: Room, name: str, data: bytes, said: str
) -> None:
    await room.until_posted()  # what was asked for before
    upload = room.playground.upload(name, data)
    refused = await room.ask("You", "dream", image=upload)
    assert refused.flags & EPHEMERAL
    assert said in texts(refused)
    assert room.list_unposted() == []


async def test_an_unknown_layer_names_the_nearest(room: Room) -> None:
    refused = await room.ask("You", "dream", layer="hihg")
    assert refused.flags & EPHEMERAL
    assert "high" in texts(refused)


async def test_presets_are_saved_used_listed_shared_and_deleted(room: Room) -> None:
    await room.ask("You", "preset save", name="Deep sea", layer="low", size=128)
    assert "Deep sea" in texts(await room.ask("You", "preset list"))
    dreamed = await room.until_button(await room.ask("You", "dream", preset="deep sea"), "Deeper")
    assert "layer:low" in texts(dreamed)
    card = await room.ask("You", "preset share", name="deep sea")
    await room.response_to(room.playground.press("Ada", card, "Save to mine"))
    assert "Deep sea" in texts(await room.ask("Ada", "preset list"))
    await room.ask("You", "preset delete", name="Deep sea")
    assert "Deep sea" not in texts(await room.ask("You", "preset list"))


async def test_menus_and_mentions_dream_too(room: Room, dream: Message) -> None:
    of_message = await room.response_to(room.playground.menu("Ada", "dreams", "Dream this", room.now(dream)))
    of_user = await room.response_to(room.playground.menu("Ada", "dreams", "Dream avatar", "Mod"))
    known = set(room.world.messages)
    upload = room.playground.upload("photo.png", saved(photo(), "PNG"))
    asked = room.playground.say("Mod", "dreams", f"<@{room.world.bot.id}> low size:128", [upload])

    def reply() -> Message | None:
        return next((m for i, m in room.world.messages.items() if i not in known and m.reference == asked.id), None)

    of_mention = await room.world.until(reply, PATIENCE)
    for message in (of_message, of_user, of_mention):
        await room.until_button(message, "Deeper")
    assert "layer:low" in texts(room.now(of_mention))


async def test_a_dream_is_talked_with(room: Room) -> None:
    async def answer(text: str, to: Message | None = None, *files: Any, place: str = "dreams") -> Message:
        said = room.playground.say("Ada", place, text, files, to)
        replies = room.world.messages
        return await room.world.until(
            lambda: next((m for m in replies.values() if m.reference == said.id), None), PATIENCE
        )

    upload = room.playground.upload("photo.png", saved(photo(), "PNG"))
    bot = f"<@{room.world.bot.id}>"
    dream = await room.until_button(await answer(f"{bot} make it low please size:128", None, upload), "Deeper")
    castles = await room.until_button(await answer("now make it look like castles", dream), "Deeper")
    assert "/dream subject:castles size:128" in texts(castles)
    assert "from the dream above" in texts(castles).replace("\\", "")
    stronger = await room.until_button(await answer("stronger", castles), "Deeper")
    seed = re.search(r"seed:\d+", texts(castles))
    assert seed is not None
    assert "strength:1.6" in texts(stronger)
    assert seed[0] in texts(stronger)
    zoom = await room.until_button(await answer(f"{bot} zoom frames:8 size:128", room.now(stronger)), "Re-roll")
    assert zoom.attachments[0].filename != "dream.png"
    assert "/dream" in texts(await answer("hello", place="dm"))
    assert "Say what to bring out" in texts(await answer(f"{bot} make it weird"))
    upload = room.playground.upload("photo.png", saved(photo(), "PNG"))
    direct = await answer("", None, upload, place="dm")
    await room.until_button(direct, "Deeper")


async def test_a_file_says_how_it_was_made_but_not_who_asked_and_others_are_made_like_it(
    room: Room, dream: Message
) -> None:
    (attachment,) = room.now(dream).attachments
    assert chunks(attachment.data) == ["IHDR", "tEXt", "IDAT", "IEND"]
    said = sanitizer.read_imprint(attachment.data, 1.0)
    made = generation_metadata.read(said, shipped_catalog()).params
    assert (made.recipe, made.aim, made.size) == ("dream", ("layer", "high"), 128)
    asking = [one for one in room.world.people.values() if not one.bot]
    people = [name for one in asking for name in (one.username, one.global_name)]
    assert not any(name.lower() in said.decode().lower() for name in people)
    known = [*room.world.people, *room.world.channels, *room.world.messages, room.world.guild_id, job_of(dream)]
    assert not any(id.encode() in attachment.data for id in known)
    copy = room.playground.say("Mod", "dreams", "mine", [room.playground.upload("copy.png", attachment.data)])
    for message in (room.now(dream), copy):
        liked = await room.response_to(room.playground.menu("Ada", "dreams", "Copy settings", message))
        liked = await room.until_button(liked, "Deeper")
        assert f"/dream layer:high size:128 seed:{made.seed}" in texts(liked)
        assert sanitizer.read_imprint(liked.attachments[0].data, 1.0) == said


@pytest.mark.parametrize(
    ("name", "options", "button", "said"),
    [
        ("concept", {"subject": "banana", "size": 128}, "Deeper", "imagines when asked for banana"),
        ("see", {"model": "lite2"}, "Dream it", "%. Below"),  # which has its feature pictures, and need not paint them
        ("see", {"layer": "low", "channel": 3}, "Deeper", "What channel 3 of the layer low"),
    ],
)
async def test_what_the_network_imagines_and_sees_is_posted(
    room: Room, name: str, options: dict[str, Any], button: str, said: str
) -> None:
    asked = room.playground.command("You", "dreams", name, **options)
    message = await room.until_button(await room.response_to(asked), button)
    assert said in alt_texts(message)[0]
    assert min(picture_of(message).size) >= 128


async def test_a_guide_and_a_mask_reach_the_engine(room: Room) -> None:
    guide, mask = (room.playground.upload("photo.png", saved(photo(), "PNG")) for _ in range(2))
    message = await room.ask("You", "dream", guide=guide, mask=mask, size=128)
    message = await room.until_button(message, "Deeper")
    assert "with a guide and a mask" in texts(message)


async def test_info_and_help_answer_in_private(room: Room) -> None:
    for name in ("info", "help"):
        assert (await room.ask("You", name)).flags & EPHEMERAL
    assert "/dream" in texts(await room.ask("You", "help"))


def is_deserved(room: Room, ping: Ping) -> bool:
    """Whether it is of the bot, whom people mention and reply to, or the one of the requester after a long wait, which
    a busy machine makes of any."""
    said = room.now(room.world.messages[ping.message_id])
    if ping.user_ids == (room.world.bot.id,) and said.author_id != room.world.bot.id:
        return True
    answer = room.world.messages[said.reference or ""]
    row = room.row(job_of(answer))
    waited = said.created - row.created
    asked = ping.user_ids == (row.job.requester,) and said.content == wording.ready_words(int(row.job.requester))
    return asked and answer.id == row.posted and waited > LONG_WAIT_S


async def test_nobody_was_pinged_who_did_not_wait_for_long_and_nothing_was_against_the_rules(room: Room) -> None:
    await room.until_posted()
    assert [ping for ping in room.world.pings if not is_deserved(room, ping)] == []
    rejected = [call for call in room.world.calls if call.status >= 400 and call.status != 429]
    assert rejected == []
    assert room.list_unposted() == []
    assert room.playground.violations == []


async def test_one_search_in_the_logs_finds_the_life_of_a_dream(room: Room, dream: Message) -> None:
    await room.until_posted()
    logs = {path.name: path.read_text("utf-8") for path in (room.data_dir / "logs").iterdir()}
    for process, log, said in (
        ("bot", "bot.log", "queued"),
        ("bot", "bot.log", "posted"),
        ("supervisor", "engine.log", "begins"),
        ("supervisor", "engine.log", "done"),
    ):
        assert re.search(rf"^\S+ INFO {process} \S+ job={job_of(dream)}: .*{said}", logs[log], re.MULTILINE), said


async def test_no_log_holds_a_token(room: Room) -> None:
    logs = [path.read_text("utf-8", "replace") for path in (room.data_dir / "logs").rglob("*") if path.is_file()]
    assert logs
    secrets = [room.playground.token, *(one.token for one in room.world.interactions.values())]
    assert [secret for secret in secrets if any(secret in log for log in logs)] == []
    assert not re.search(r"Traceback", "\n".join(logs)), "a traceback in a log is a defect"
