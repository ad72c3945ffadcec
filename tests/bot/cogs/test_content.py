"""With the intent for the content of messages: 🌀 under an image, and a channel's last image as an offer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot import help_pages, wording
from bot.gateway.intents import CONTENT_NOT_GRANTED
from bot.playground.gateway import Gateway
from bot.playground.world import Message, World
from bot.requests import service
from bot.requests.limits import MOST_BYTES_HELD
from engine.errors import NotAPicture, OptedOut, ServerPaused
from engine.queue.job import Limits
from tests.bot.cogs.test_server import dreamed, rule, settle, told_directly
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    labels,
    png,
    specification,
    stage,
    words,
)

pytestmark = pytest.mark.slow

CYCLONE = "🌀"


@pytest.fixture(autouse=True)
def _settings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting is on, and the portal grants it unless a test is about that."""
    granted = "without" not in request.node.name
    settle_world = World._settle

    def settle_with_content(world: World) -> None:
        settle_world(world)
        world.message_content = granted

    monkeypatch.setattr(World, "_settle", settle_with_content)
    monkeypatch.setenv("PAREIDOLIA_DISCORD__MESSAGE_CONTENT", "true")


def posted(stage: Stage, persona: str, channel: str = "dreams", **more: Any) -> Message:  # noqa: F811
    """An image that somebody shows others."""
    file = stage.playground.upload("cat.png", png(more.get("width", 9), 5))
    return stage.playground.say(persona, channel, "look at my cat", [file])


async def noted(stage: Stage, message: Message) -> None:  # noqa: F811
    """Until the bot has seen it."""
    async with asyncio.timeout(60):
        while stage.client.channel_images._last.get(int(message.channel_id), (0, 0))[0] != int(message.id):
            await asyncio.sleep(0.005)


def reply_to(stage: Stage, message: Message) -> Message | None:  # noqa: F811
    return next((one for one in stage.playground.world.history("dreams") if one.reference == message.id), None)


async def test_a_cyclone_under_an_image_dreams_it_as_a_reply_for_who_reacted(stage: Stage) -> None:  # noqa: F811
    stage.dispatch.ledger.limits = Limits(20, 50)
    world = stage.playground.world
    image = posted(stage, "Ada")
    plain = stage.playground.say("Ada", "dreams", "no image in here")
    for message in (plain, image):
        stage.playground.react("You", message, CYCLONE)
    answer = await world.until(lambda: reply_to(stage, image))
    (row,) = await stage.queued(1)
    assert row.job.requester == world.persona("You").id, "it counts for who reacted"
    assert row.posting["owners"] == [int(world.persona("Ada").id)], "and its author may delete it"
    await stage.finish(answer)
    assert reply_to(stage, plain) is None
    stage.playground.react("You", image, CYCLONE)  # taken back
    stage.playground.react("You", image, CYCLONE)
    stage.playground.react("Ada", answer, CYCLONE)
    deeper = await world.until(lambda: reply_to(stage, answer))
    (row,) = await stage.queued(1)
    assert row.job.requester == world.persona("Ada").id
    assert row.job.history, "of a dream, that dream is dreamed on"
    await stage.finish(deeper)
    assert [one for one in world.history("dreams") if one.reference == image.id] == [answer], "once a person"


async def test_who_opted_out_is_never_dreamed_unasked_and_rules_hold(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    await stage.client.service.user_settings.change(world.persona("Ada").id, opted_out=True)
    assert help_pages.READS_ALL in words(await stage.ask("You", "help", topic="privacy")), "and everybody can read so"
    image, own = posted(stage, "Ada"), posted(stage, "Mod", width=11)
    stage.playground.react("You", image, CYCLONE)
    await told_directly(stage, "You", OptedOut)
    await rule(stage, paused=True)
    stage.playground.react("You", own, CYCLONE)
    await told_directly(stage, "You", ServerPaused)
    assert await stage.rows() == []


async def test_a_picture_that_cannot_be_opened_is_refused_directly_also_once_a_status_stands(
    stage: Stage,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "OPENING_S", 0.0)
    world, line = stage.playground.world, stage.client.service._submitter._download_queue
    image = stage.playground.say("Ada", "dreams", "look", [stage.playground.upload("cat.png", b"text")])
    before = line.enqueue("somebody else", MOST_BYTES_HELD)
    async with before:
        stage.playground.react("You", image, CYCLONE)
        status = await world.until(lambda: reply_to(stage, image))
    await told_directly(stage, "You", NotAPicture)
    await world.until(lambda: status.id not in world.messages)
    assert reply_to(stage, image) is None
    assert await stage.rows() == []


async def test_a_channels_last_image_is_offered_unless_its_author_opted_out(stage: Stage) -> None:  # noqa: F811
    stage.dispatch.ledger.limits = Limits(20, 50)
    label, before = wording.VERBS["last_image"], await dreamed(stage, "You")
    await settle(stage)
    assert label not in labels(before)
    image = posted(stage, "Ada")
    await noted(stage, image)
    offer = await dreamed(stage, "You", strength=1.7)
    assert label in labels(offer)
    await settle(stage)
    await stage.press("You", offer, label)
    (row,) = await stage.queued(1)
    assert row.job.params.strength == 1.7  # type: ignore[union-attr]
    assert row.posting["owners"] == [int(stage.playground.world.persona("Ada").id)]
    await settle(stage)
    assert label not in labels(await dreamed(stage, "You")), "a dream came after it"
    await settle(stage)
    await noted(stage, posted(stage, "Ada"))
    ada = stage.playground.world.persona("Ada").id
    await stage.client.service.user_settings.change(ada, opted_out=True)
    assert label not in labels(await dreamed(stage, "You"))
    refused = await stage.press("You", offer, label)
    assert OptedOut.code in words(refused), "also by an offer from before"


async def test_without_the_portals_word_nothing_is_asked_for(
    stage: Stage,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert CONTENT_NOT_GRANTED in [one.getMessage() for one in caplog.get_records("setup")]
    gateway: Gateway = stage.playground.gateway
    assert gateway.identified == 1, "the connection did not end with 4014"
    assert not stage.client.intents.message_content
    image = posted(stage, "Ada")
    stage.playground.react("You", image, CYCLONE)
    await dreamed(stage, "You")
    assert len(await stage.rows()) == 1
