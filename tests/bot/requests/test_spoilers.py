"""A picture that its sender hid stays hidden in everything that is made of it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from types import SimpleNamespace as Thing
from typing import Any

import discord
import pytest

from bot import help_pages, wording
from bot.playground.world import Attachment, Message
from bot.requests import picture_sources
from bot.requests import service as service_module
from bot.requests.downloader import Link
from bot.requests.limits import DownloadQueue
from bot.store.posting import Posting
from bot.views import result_card, status_card
from bot.views.message_card import Card, Picture, files, layout, plain_card
from engine.errors import NotAPicture, TooManyPictures
from engine.files.blobs import BlobKey
from engine.files.decoder import CleanPicture
from engine.params import Dream
from engine.queue.job import Job, JobId, JobRow, Result, State, new_id
from tests.bot.requests.test_service import (  # noqa: F401
    JPEG,
    Stage,
    _drawn_avatars,
    png,
    specification,
    stage,
    walk,
    words,
)

pytestmark = pytest.mark.slow

CDN = "https://cdn.discordapp.com/attachments/1/2/cat.png"
PLAIN_PICTURE, HIDDEN = "cat.png", "SPOILER_cat.png"


def covered(message: Message) -> bool:
    """Whether every picture of a message is covered, by its name and in its gallery; they agree."""
    shown = [item["spoiler"] for one in walk(message.components) for item in one.get("items", ())]
    named = [item.filename.startswith("SPOILER_") for item in message.attachments]
    assert shown == named
    assert shown
    return all(shown)


# who says so


def attachment(name: str = "cat.png", flags: int = 0, url: str = CDN) -> discord.Attachment:
    data: Any = {"id": 1, "filename": name, "size": 3, "url": url, "proxy_url": url, "flags": flags}
    return discord.Attachment(data=data, state=Thing(http=None))  # type: ignore[arg-type]


def message(**parts: Any) -> Any:
    nothing: dict[str, Any] = {
        "content": "",
        "attachments": [],
        "components": [],
        "embeds": [],
        "message_snapshots": [],
        "stickers": [],
        "author": Thing(id=1),
        "channel": None,
        "guild": None,
    }
    return Thing(**{**nothing, **parts})


def components(*made: dict[str, Any]) -> list[Any]:
    return [discord.components._component_factory(one, None) for one in made]  # type: ignore[arg-type]


GALLERY = {"type": 12, "items": [{"media": {"url": f"{CDN}?ex=1", "proxy_url": CDN}, "spoiler": True}]}
OPEN = {"type": 12, "items": [{"media": {"url": CDN, "proxy_url": CDN}}]}
THUMBNAIL = {"type": 11, "media": {"url": CDN, "proxy_url": CDN}, "spoiler": True}
SECTION = {"type": 9, "components": [{"type": 10, "content": "words"}], "accessory": THUMBNAIL}
EMBED = Thing(url="https://x/cat", image=Thing(url=CDN, proxy_url=None), thumbnail=Thing(url=None, proxy_url=None))


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        (message(attachments=[attachment()]), False),
        (message(attachments=[attachment(HIDDEN)]), True),
        (message(attachments=[attachment(flags=1 << 3)]), True),
        (message(components=components(OPEN)), False),
        (message(components=components(GALLERY)), True),
        (message(components=components(SECTION)), True),
        (message(components=components({"type": 17, "components": [OPEN], "spoiler": True})), True),
        (message(attachments=[attachment()], components=components(GALLERY)), True),
        (message(embeds=[EMBED], content="look https://x/cat"), False),
        (message(embeds=[EMBED], content="look || https://x/cat ||"), True),
        (message(message_snapshots=[message(attachments=[attachment(HIDDEN)])]), True),
    ],
)
def test_what_hides_a_picture(said: Any, hidden: bool) -> None:
    link = picture_sources.of_message(said, lambda _: True)
    assert link is not None
    assert link.spoiler is hidden


def test_an_attached_one_is_hidden_by_its_name_or_its_flag() -> None:
    assert [
        picture_sources.of_attachment(one).spoiler for one in (attachment(), attachment(HIDDEN), attachment(flags=8))
    ] == [
        False,
        True,
        True,
    ]


# what becomes of it


async def test_everything_that_shows_a_hidden_picture_is_hidden(stage: Stage) -> None:  # noqa: F811
    shown = await stage.ask("You", "dream", image=stage.playground.upload(HIDDEN, png()))
    assert covered(shown), "the picture itself, while the dream waits"
    (row,) = await stage.rows()
    assert row.job.spoiler
    stage.dispatch.start()
    stage.dispatch.progress(row.id, 2, 5, JPEG)
    await stage.shows(shown, "40%")
    assert covered(shown), "its preview"
    stage.dispatch.finish(row.id, png())
    await stage.shows(shown, "seed:")
    assert covered(shown), "its result"
    for button in ("Deeper", "Re-roll", "Zoom"):
        assert covered(await stage.press("Ada", shown, button)), button
    assert all(child.job.spoiler for child in await stage.queued(3))


async def test_a_hidden_guide_or_mask_hides_the_dream(stage: Stage) -> None:  # noqa: F811
    for name in ("guide", "mask"):
        one, other = stage.playground.upload(PLAIN_PICTURE, png()), stage.playground.upload(HIDDEN, png())
        assert covered(await stage.ask("You", "dream", image=one, **{name: other}))


async def test_a_hidden_picture_in_a_message_is_dreamed_hidden(stage: Stage) -> None:  # noqa: F811
    said = stage.playground.say("Ada", "dreams", "look", [stage.playground.upload(HIDDEN, png())])
    by_menu = await stage.response_to(stage.playground.menu("You", "dreams", wording.DREAM_THIS, said))
    await stage.followed()
    assert covered(by_menu)
    finished = await stage.finish(by_menu)
    again = await stage.response_to(stage.playground.menu("Mod", "dreams", wording.DREAM_THIS, by_menu))
    await stage.followed()
    assert covered(again), "by what is written on our own message"
    assert finished.job.spoiler


async def test_what_nobody_hid_is_seen(stage: Stage) -> None:  # noqa: F811
    assert not covered(await stage.ask("You", "dream", image=stage.playground.upload(PLAIN_PICTURE, png())))


def row_of(spoiler: bool) -> JobRow:
    job = Job(Dream(), "1", BlobKey("a" * 64), spoiler=spoiler)
    made = Result(BlobKey("b" * 64), "image/png", 8, 6, 9)
    return JobRow(JobId("j" * 20), job, State.DONE, {}, 1.0, result=made)


@pytest.mark.parametrize("spoiler", [True, False])
def test_every_version_of_an_answer_is_as_hidden_as_the_first(spoiler: bool) -> None:
    posting, row = Posting(1, "Ada", "Ada's cat"), row_of(spoiler)
    whole = result_card.result_card(row, posting, [png()])
    cards = [whole, plain_card(whole), result_card.smaller_card(whole, [png()], still=True)]
    cards += [status_card.waiting_card(row.id, row.job, posting, [png()], None)]
    cards += [status_card.dreaming_card(row.id, row.job, posting, [png()], preview, 0.5) for preview in (b"", JPEG)]
    assert [one.picture is not None and one.picture.spoiler for one in cards] == [spoiler] * 6
    assert {files(one)[0].spoiler for one in cards} == {spoiler}


def test_the_gallery_names_the_file_that_is_sent() -> None:
    card = Card("words", Picture(png(), "a cat", spoiler=True))
    (file,), gallery = files(card), layout(card).to_components()[0]  # type: ignore[no-untyped-call]
    assert gallery["items"][0]["media"]["url"] == f"attachment://{file.filename}" == "attachment://SPOILER_dream.png"


# which frame, and whose turn


async def test_the_frame_of_an_animation_is_named_as_long_as_it_is_dreamed(
    stage: Stage,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def third(*_: object) -> CleanPicture:
        return CleanPicture(png(), 8, 6, 3, 40)

    monkeypatch.setattr(stage.client.service.downloader, "fetch", third)
    shown = await stage.ask("You", "dream", image=stage.playground.upload("fade.gif", png()))
    assert "frame 3 of 40" in words(shown)
    await stage.finish(shown)
    assert "frame 3 of 40" in words(shown)
    assert "frame 3 of 40" in words(await stage.press("You", shown, "Re-roll"))


async def test_who_waits_for_room_is_told_the_place_in_line(
    stage: Stage,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service_module, "OPENING_S", 0.01)
    monkeypatch.setattr(service_module, "PLACE_S", 0.02)
    line = stage.client.service._submitter._download_queue
    turns = [line.enqueue(name, line._room) for name in ("one", "other")]
    waits = await stage.ask("You", "dream", image=stage.playground.upload(PLAIN_PICTURE, png()))
    assert "2 ahead of you" in words(waits)
    turns[0].leave()
    await stage.shows(waits, "1 ahead of you")
    turns[1].leave()
    await stage.shows(waits, "You're next")
    async with asyncio.timeout(60):
        while line._held or line._waiting:
            await asyncio.sleep(0.005)


Way = Callable[[Stage, Message], Awaitable[None]]
"""Asks for a dream without a slash command; a panel of Ada's is there."""


async def by_mention(stage: Stage, panel: Message) -> None:  # noqa: F811
    stage.playground.say("Ada", "dreams", f"<@{stage.playground.world.bot.id}> low", [picture(stage)])


async def by_direct_message(stage: Stage, panel: Message) -> None:  # noqa: F811
    stage.playground.say("Ada", "dm", f"<@{stage.playground.world.bot.id}> low", [picture(stage)])


async def by_reply(stage: Stage, panel: Message) -> None:  # noqa: F811
    """The picture comes with a question, so that it was not dreamed before."""
    shown = stage.playground.say("Ada", "dm", "help", [picture(stage)])
    stage.playground.say("Ada", "dm", f"<@{stage.playground.world.bot.id}> low", reply_to=shown)


async def by_panel(stage: Stage, panel: Message) -> None:  # noqa: F811
    stage.playground.press("Ada", panel, "Dream it")


def picture(stage: Stage) -> Attachment:  # noqa: F811
    return stage.playground.upload(PLAIN_PICTURE, png())


@pytest.fixture
async def panel(stage: Stage) -> Message:  # noqa: F811
    """Ada's panel beside a dream of hers."""
    message, _ = await stage.dreamed("Ada")
    return await stage.press("Ada", message, "Tune")


def opening_of(stage: Stage) -> Message | None:  # noqa: F811
    """The message that says how many pictures are opened before that one."""
    found = [one for one in stage.playground.world.messages.values() if wording.OPENING in words(one)]
    return found[0] if found else None


@pytest.fixture
def line(stage: Stage, panel: Message, monkeypatch: pytest.MonkeyPatch) -> DownloadQueue:  # noqa: F811
    """The line, in which nobody is patient."""
    monkeypatch.setattr(service_module, "OPENING_S", 0.01)
    monkeypatch.setattr(service_module, "PLACE_S", 0.01)
    return stage.client.service._submitter._download_queue


@pytest.mark.parametrize("ask", [by_mention, by_direct_message, by_reply, by_panel])
async def test_who_asks_without_a_command_is_told_the_place_in_line_too(
    stage: Stage,  # noqa: F811
    panel: Message,
    line: DownloadQueue,
    ask: Way,
) -> None:
    turns = [line.enqueue(name, line._room + 1) for name in ("one", "other")]
    before = set(stage.playground.world.messages)
    await ask(stage, panel)
    waits = await stage.playground.world.until(lambda: opening_of(stage))
    assert "2 ahead of you" in words(waits)
    turns[0].leave()
    await stage.shows(waits, "1 ahead of you")
    turns[1].leave()
    await stage.shows(waits, "You're next")
    await stage.queued(1)
    await stage.finish(waits)
    new = {one.id for one in ours(stage) if words(one) != help_pages.HELP} - before
    assert new == {waits.id}, "one message from the first word to the answer"


def ours(stage: Stage) -> list[Message]:  # noqa: F811
    world = stage.playground.world
    return [one for one in world.messages.values() if one.author_id == world.bot.id]


async def test_who_does_not_wait_gets_one_message_with_the_picture(
    stage: Stage,  # noqa: F811
    panel: Message,
    line: DownloadQueue,
) -> None:
    before = len(ours(stage))
    await by_mention(stage, panel)
    await stage.queued(1)
    assert line._waiting == []
    (message,) = ours(stage)[before:]
    assert message.attachments
    assert wording.OPENING not in words(message)


@pytest.mark.parametrize("ask", [by_mention, by_direct_message])
async def test_a_refusal_takes_the_place_of_the_place_in_line(
    stage: Stage,  # noqa: F811
    panel: Message,
    line: DownloadQueue,
    ask: Way,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def damaged(*_: object) -> CleanPicture:
        raise NotAPicture

    before = len(ours(stage))
    monkeypatch.setattr(stage.client.service.downloader, "fetch", damaged)
    held = line.enqueue("one", line._room)
    await ask(stage, panel)
    waits = await stage.playground.world.until(lambda: opening_of(stage))
    held.leave()
    await stage.shows(waits, NotAPicture.code)
    assert [one.id for one in ours(stage)[before:]] == [waits.id]
    assert await stage.rows() == []
    async with asyncio.timeout(60):
        while stage.client.service._pending.list_unfinished():
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("heard", [True, False], ids=["known", "nobody said whether it was taken"])
async def test_a_place_in_line_that_a_killed_bot_left_is_taken_back(
    stage: Stage,  # noqa: F811
    heard: bool,
) -> None:
    service, place = stage.client.service, stage.playground.world.channel("dreams")
    posting, id = Posting(1, "Ada", "Ada's cat", channel_id=int(place.id)), new_id()
    sent = await service._publisher.send(id, posting, status_card.opening_card(Dream(), posting, 2))
    service._pending.save(id, dataclasses.replace(posting, message_id=sent if heard else None))
    await service.apologise_for_pending()
    (message,) = ours(stage)
    assert wording.INTERRUPTED in words(message)
    assert wording.OPENING not in words(message)
    assert service._pending.list_unfinished() == []


async def test_how_a_file_was_made_is_not_called_out_of_reach_while_it_waits(
    stage: Stage,  # noqa: F811
    line: DownloadQueue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service_module, "READ_S", 0.01)
    held = line.enqueue("one", line._room)
    with pytest.raises(TooManyPictures):
        await stage.client.service.imprint(Link(CDN, 3), 1)
    assert line._waiting == []
    held.leave()


async def test_a_full_line_is_a_refusal_in_private(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(stage.client.service._submitter._download_queue, "_most", 0)
    refused = await stage.ask("You", "dream", image=stage.playground.upload(PLAIN_PICTURE, png()))
    assert refused.ephemeral
    assert "So many people are sending images" in words(refused)
    assert await stage.rows() == []
