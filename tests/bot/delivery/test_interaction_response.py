"""Where an answer can be shown is known before anything is queued, and what is lost meanwhile loses no dream.

Every way is walked by the real client against the stand-in, with what Discord says of the bot's rights there.
"""

from __future__ import annotations

import dataclasses

import pytest

from bot import wording
from bot.gateway.command_sync import NOT_TICKED, allow_installs
from bot.languages.current import speaking
from bot.playground.faults import FOREVER, Fault
from bot.playground.options import Mistake
from bot.playground.world import (
    ATTACH_FILES,
    BOT_PERMISSIONS,
    CONNECT,
    EPHEMERAL,
    SEND_IN_THREADS,
    SEND_MESSAGES,
    THREAD,
    VOICE_CHANNEL,
    Channel,
    Message,
)
from engine.errors import CannotAnswer, TooLong, TooManyJobs
from engine.queue.job import Job
from tests.bot.requests.test_service import Stage, alts, labels, png, words
from tests.bot.requests.test_service import _drawn_avatars as _drawn_avatars
from tests.bot.requests.test_service import specification as specification
from tests.bot.requests.test_service import stage as stage

pytestmark = pytest.mark.slow

HOUR_S = 3600.0
SEND = ("POST", "/channels/{channel}/messages")
PLACES = {
    "a text channel": (Channel("1", "here", "text"), True),
    "a thread": (Channel("1", "here", "text", type=THREAD, parent="2"), True),
    "a thread, no sending outside threads": (
        Channel("1", "here", "text", type=THREAD, parent="2", bot_permissions=BOT_PERMISSIONS & ~SEND_MESSAGES),
        True,
    ),
    "a post in a forum that nobody else may write in": (
        Channel("1", "here", "text", type=THREAD, parent="2", bot_permissions=BOT_PERMISSIONS & ~SEND_IN_THREADS),
        True,
    ),
    "a voice channel": (
        Channel("1", "here", "text", type=VOICE_CHANNEL, bot_permissions=BOT_PERMISSIONS | CONNECT),
        True,
    ),
    "a voice channel that it may not join": (Channel("1", "here", "text", type=VOICE_CHANNEL), False),
    "no right to send": (Channel("1", "here", "text", bot_permissions=BOT_PERMISSIONS & ~SEND_MESSAGES), True),
    "a channel that it cannot see": (Channel("1", "here", "text", bot_permissions=ATTACH_FILES), False),
    "a chat of two others": (Channel("1", "here", "elsewhere"), False),
    "a group": (Channel("1", "here", "group"), False),
    "a server that it is not in": (Channel("1", "here", "other server"), False),
}


def place(stage: Stage, where: Channel) -> Channel:
    """A channel that the stand-in has from now on."""
    stage.playground.world.channels[where.id] = where
    return where


def direct(stage: Stage, persona: str = "You") -> list[Message]:
    """What the bot said to someone directly."""
    person = stage.playground.world.persona(persona)
    return stage.playground.world.history(stage.playground.world.channel("dm", person))


async def until_said(stage: Stage, persona: str = "You") -> Message:
    """What somebody is told directly, once it is."""
    await stage.playground.world.until(lambda: direct(stage, persona))
    return direct(stage, persona)[-1]


def takes_for_ever(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def estimate(_job: Job) -> float:
        return HOUR_S

    monkeypatch.setattr(stage.dispatch, "estimate", estimate)


async def test_the_answer_stands_where_it_was_asked_for_as_long_as_discord_lets_it(stage: Stage) -> None:
    for number, (where, (kind, durable)) in enumerate(PLACES.items()):
        here = place(stage, dataclasses.replace(kind, id=str(number + 1)))
        message = await stage.ask("You", "dream", here.id)
        (row,) = await stage.rows()
        assert row.posting["reachable"] is durable, where
        if durable:
            await stage.dispatch.update_posting(row.id, {**row.posting, "token_until": 0.0})
        assert (await stage.finish(message)).posted == message.id, where
        assert "Deeper" in labels(message), where


async def test_in_the_bots_own_chat_every_answer_is_durable(stage: Stage) -> None:
    message = await stage.ask("You", "dream", "dm")
    (row,) = await stage.rows()
    assert row.posting["reachable"]
    await stage.finish(message)


@pytest.mark.parametrize("where", ["no files", "private", "elsewhere", "long line"])
async def test_what_neither_channel_nor_token_can_bring_comes_directly(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    options: dict[str, bool] = {}
    name = "dreams"
    if where == "no files":
        stage.playground.world.channel("dreams").bot_permissions &= ~ATTACH_FILES
    elif where == "long line":
        name = "elsewhere"
        monkeypatch.setattr("bot.requests.service.TOKEN_ESTIMATE_S", 0.5)
        await stage.ask("Ada", "dream")  # "1 ahead of you" counts, too
        monkeypatch.setattr(stage.dispatch, "estimate", _at_once)
    else:
        takes_for_ever(stage, monkeypatch)
        options, name = ({"private": True}, name) if where == "private" else ({}, where)
    told = await stage.ask("You", "dream", name, **options)
    status = await until_said(stage)
    await stage.playground.world.until(lambda: words(told) or None)
    assert told.flags & EPHEMERAL
    assert f"/{status.channel_id}/{status.id}" in words(told)
    await stage.playground.world.until(lambda: "Cancel" in labels(status) or None)
    for row in await stage.rows():
        started = stage.start()
        stage.dispatch.finish(started.id, png())
        assert (await stage.posted(row.id)).posted
    await stage.shows(status, "seed:")
    assert "Deeper" in labels(status)
    assert direct(stage) == [status]


async def _at_once(_job: Job) -> float:
    return 0.0


@pytest.mark.parametrize(
    ("long", "refused"), [(True, TooLong(minutes=60)), (False, CannotAnswer())], ids=["too long", "no files"]
)
async def test_where_direct_messages_are_refused_a_sentence_says_what_to_do_and_nothing_is_queued(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, long: bool, refused: TooLong | CannotAnswer
) -> None:
    if long:
        takes_for_ever(stage, monkeypatch)
    else:
        stage.playground.world.channel("dreams").bot_permissions &= ~ATTACH_FILES
    stage.playground.rest.faults.plan(Fault("cannot_message_user", *SEND, times=FOREVER))
    told = await stage.ask("You", "dream", private=long)
    await stage.shows(told, refused.code)
    assert str(refused) in words(told).replace("\\", "")
    assert told.flags & EPHEMERAL
    assert await stage.rows() == []
    assert stage.dispatch.start() is None


async def test_files_that_may_not_be_attached_any_more_come_directly(stage: Stage) -> None:
    message = await stage.ask("You", "dream")
    stage.playground.world.channel("dreams").bot_permissions &= ~ATTACH_FILES
    row = stage.start()
    stage.dispatch.finish(row.id, png())
    answer = await until_said(stage)
    assert (await stage.posted(row.id)).posted == answer.id
    assert message.id not in stage.playground.world.messages, "it would say for ever that it is under way"


async def test_what_comes_directly_because_its_channel_closed_is_in_its_persons_language(stage: Stage) -> None:
    world = stage.playground.world
    world.speak(world.persona("You"), "de")
    await stage.ask("You", "dream")
    world.channel("dreams").bot_permissions &= ~ATTACH_FILES
    row = stage.start()
    stage.dispatch.finish(row.id, png())
    answer = await until_said(stage)
    with speaking("de"):
        assert wording.direct_message_words("Sam") in words(answer)
        assert wording.VERBS["again"] in labels(answer)
        assert alts(answer) == [wording.alt_text(row.job.params, wording.original_words("Sam", "avatar"))]


async def test_what_a_button_cannot_show_any_more_is_a_sentence_that_says_why(stage: Stage) -> None:
    message, _ = await stage.dreamed()
    more = await stage.press("You", message, "More")
    stage.playground.world.channel("dreams").bot_permissions &= ~ATTACH_FILES
    assert words(await stage.press("You", more, wording.VERBS["original"])) == wording.CANNOT_WRITE


async def test_a_panels_answer_needs_no_right_to_send(stage: Stage) -> None:
    message, _ = await stage.dreamed()
    panel = await stage.press("You", message, "Tune")
    stage.playground.world.channel("dreams").bot_permissions &= ~SEND_MESSAGES
    answer = await stage.press("You", panel, "Dream it")
    (row,) = await stage.rows()
    assert row.posting["message_id"] == int(answer.id)
    await stage.finish(answer)


async def test_who_mentions_the_bot_where_it_may_not_write_is_told_directly(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.playground.world.channel("dreams").bot_permissions &= ~SEND_MESSAGES
    said = stage.playground.say("Ada", "dreams", f"<@{stage.playground.world.bot.id}> low")
    told = await until_said(stage, "Ada")
    assert said.id in words(told)
    assert await stage.rows() == []
    assert "Traceback" not in caplog.text


# people who install the app for themselves


async def test_one_person_has_one_quota_over_all_servers_and_chats(stage: Stage) -> None:
    for number, kind in enumerate(("other server", "group")):
        place(stage, Channel(str(number + 1), kind, kind))
    for name in ("dreams", "1", "2"):
        await stage.ask("You", "dream", name)
    for name in ("dm", "elsewhere", "lab"):
        assert TooManyJobs.code in words(await stage.ask("You", "dream", name))
    assert TooManyJobs.code not in words(await stage.ask("Ada", "dream"))


async def test_commands_are_offered_to_persons_only_where_settings_and_portal_say_so(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async def told(*, users: bool) -> tuple[list[int], list[int]]:
        allow_installs(stage.client, users=users)
        await stage.client.tree.sync()
        (command,) = [one for one in stage.playground.world.commands.values() if one["name"] == "dream"]
        return command["integration_types"], command["contexts"]

    assert await told(users=True) == ([0, 1], [0, 1, 2])
    assert NOT_TICKED not in caplog.text
    assert await told(users=False) == ([0], [0, 1])
    with pytest.raises(Mistake):
        stage.playground.command("You", "elsewhere", "dream")
    stage.playground.world.user_installs = False
    stage.client._application = await stage.client.application_info()
    assert await told(users=True) == ([0], [0, 1])
    assert NOT_TICKED in caplog.text
