"""A refusal is for who asked alone, also where the status message stands already, which others see."""

from __future__ import annotations

import asyncio
from unittest import mock

import pytest

from bot import wording
from bot.playground.faults import FOREVER, Fault
from bot.playground.world import Message
from bot.requests import service as service_module
from bot.requests.limits import MOST_BYTES_HELD
from engine.errors import EmptyFile, NotAPicture, NotAVideo, Refusal
from tests.bot.requests.test_service import (  # noqa: F401
    Option,
    Stage,
    _drawn_avatars,
    specification,
    stage,
    words,
)

pytestmark = pytest.mark.slow
FOLLOW_UP = ("POST", "/webhooks/{application}/{token}")
BAD: list[tuple[str, str, str, bytes, type[Refusal]]] = [
    ("dream", "image", "cat.png", b"text", NotAPicture),
    ("zoom", "image", "cat.png", b"", EmptyFile),
    ("style", "image", "cat.png", b"text", NotAPicture),
    ("video", "video", "cat.mp4", b"text", NotAVideo),
]


async def opening(stage: Stage, persona: str, command: str, **options: Option) -> Message:  # noqa: F811
    """The status message of a command whose picture is opened only once that stands."""
    with mock.patch.object(service_module, "OPENING_S", 0.0):  # `Stage` is patient
        async with stage.client.service._submitter._download_queue.enqueue("somebody else", MOST_BYTES_HELD):
            message = await stage.response_to(stage.playground.command(persona, "dreams", command, **options))
    assert "Opening" in words(message)
    return message


async def said(stage: Stage, code: str) -> Message:  # noqa: F811
    """The message with a refusal."""
    messages = stage.playground.world.messages.values()
    return await stage.playground.world.until(lambda: next((one for one in messages if code in words(one)), None))


async def gone(stage: Stage, message: Message) -> None:  # noqa: F811
    await stage.playground.world.until(lambda: message.id not in stage.playground.world.messages)


@pytest.mark.parametrize(("command", "option", "name", "data", "error"), BAD)
async def test_only_who_asked_reads_it_and_nothing_is_left(
    stage: Stage,  # noqa: F811
    command: str,
    option: str,
    name: str,
    data: bytes,
    error: type[Refusal],
) -> None:
    file = stage.playground.upload(name, data)
    status = await opening(stage, "Ada", command, **{option: file})
    told = await said(stage, error.code)
    assert (told.ephemeral, words(told)) == (True, wording.error_sentence(error()))
    await gone(stage, status)
    assert list(stage.playground.world.messages) == [told.id]
    assert await stage.rows() == []
    async with asyncio.timeout(60):
        while stage.client.service._pending.list_unfinished():
            await asyncio.sleep(0.005)


async def test_of_a_dream_that_is_private_it_stands_in_its_place(stage: Stage) -> None:  # noqa: F811
    image = stage.playground.upload("cat.png", b"text")
    status = await opening(stage, "Ada", "dream", image=image, private=True)
    await stage.shows(status, NotAPicture.code)
    assert list(stage.playground.world.messages) == [status.id]


@pytest.mark.parametrize(
    ("kind", "method", "path"),
    [
        ("unknown_webhook", *FOLLOW_UP),
        ("missing_access", "DELETE", "/channels/{channel}/messages/{message}"),
    ],
)
async def test_where_that_is_not_possible_it_stands_in_its_place(
    stage: Stage,  # noqa: F811
    kind: str,
    method: str,
    path: str,
) -> None:
    stage.playground.rest.faults.plan(Fault(kind, method, path, times=FOREVER))
    image = stage.playground.upload("cat.png", b"text")
    status = await opening(stage, "Ada", "dream", image=image)
    await stage.shows(status, NotAPicture.code)
