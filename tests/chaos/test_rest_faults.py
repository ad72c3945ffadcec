"""Faults of Discord: what a person sees of each (docs/reliability.md names these tests), and a part of the matrix."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from unittest import mock

import discord
import pytest
import pytest_asyncio

import bot.app as bot_app
from bot import wording
from bot.gateway import command_sync
from bot.playground.faults import FOREVER, Fault
from bot.playground.world import Message
from bot.views.message_card import Card
from engine.errors import SettingsError
from engine.queue.job import JobRow
from tests.chaos import rest_faults
from tests.chaos.rest_faults import (
    CALLBACK,
    DELETE,
    DIRECT,
    EDIT,
    FOLLOW_UP,
    HISTORY,
    REOPEN,
    SEND,
    TOKEN_DELETE,
    TOKEN_EDIT,
    Figures,
    House,
    planned,
)  # fmt: skip
from tests.playground_bot import labels, texts

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

HERE, DIRECTLY, GONE = "answered in the channel", "answered directly", "message deleted"
WORDS, GIVEN_UP, NOWHERE = "answered in the channel, in words", "given up, requester told", "nowhere to be said"
DEAD = "dream, token dead"
"""A dream whose interaction is older than 15 minutes when it is done: edits go by channel and message."""
UNKNOWN = r"does not know `discord\.token`"
LOGIN = (("GET", "/users/@me"), ("GET", "/oauth2/applications/@me"), ("PUT", "/applications/{application}/commands"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    async with rest_faults.open_house() as house:
        yield house


async def told(house: House, name: str, *faults: Fault) -> Figures:
    """A story with these faults; nothing is wrong, doubled or stuck afterwards, and the bot answers."""
    figures = Figures()
    story = next(story for story in rest_faults.STORIES if story.name == name)
    await rest_faults.tell(house, story, faults, 0, name, figures)
    assert figures.flawless, str(figures)
    assert figures.met == 1, "the fault met nothing"
    return figures


def shown(house: House) -> list[Message]:
    """What people see of dreams in the end: no ephemeral words, no panels."""
    return [one for one in house.left if {"Re-roll", "Retry", "Deeper", "Cancel"}.intersection(labels(one))]


@pytest.mark.parametrize(
    ("story", "fault", "end"),
    [
        pytest.param("dream", planned("rate limited", *TOKEN_EDIT, times=7), HERE, id="429 for a while"),
        pytest.param(DEAD, planned("rate limited global", *EDIT, times=7), HERE, id="429 everywhere"),
        pytest.param("dream", planned("server error 500", *TOKEN_EDIT, times=40), HERE, id="5xx for minutes"),
        pytest.param(DEAD, planned("server error 502", *EDIT, times=12), HERE, id="a web page in place of JSON"),
        pytest.param("dream", planned("timeout", *TOKEN_EDIT, times=2), HERE, id="no answer"),
        pytest.param(DEAD, planned("half upload", *EDIT, times=2), HERE, id="upload cut off"),
        pytest.param("dream", planned("disconnected", *CALLBACK), HERE, id="command not answered at once"),
        pytest.param("dream", planned("lost answer", *CALLBACK), HERE, id="status message taken, but not confirmed"),
        pytest.param("dream", planned("late server error", *CALLBACK), HERE, id="status message taken, but 502"),
        pytest.param("dream", planned("lost answer", *TOKEN_EDIT, times=3), HERE, id="edit taken, but not confirmed"),
        pytest.param("mention", planned("lost answer", *SEND), HERE, id="message taken, but not confirmed"),
        pytest.param("mention", planned("late server error", *SEND), HERE, id="message taken, but 502"),
        pytest.param("status never sent", planned("lost answer", *SEND, times=3), HERE, id="new message not confirmed"),
        pytest.param("dream", planned("blocked", *TOKEN_EDIT, times=3), HERE, id="403 of the proxy"),
        pytest.param(DEAD, planned("banned", *EDIT, times=3), HERE, id="429 of the proxy"),
        pytest.param("dream", planned("interaction expired", *CALLBACK), GIVEN_UP, id="10062 at the command"),
        pytest.param("dream", planned("dead_token", *TOKEN_EDIT), HERE, id="50027"),
        pytest.param("dream", planned("unknown_webhook", *TOKEN_EDIT), HERE, id="10015"),
        pytest.param("private dream", planned("interaction expired", *TOKEN_EDIT), DIRECTLY, id="50027, private"),
        pytest.param("dream", planned("message deleted", *TOKEN_EDIT), GONE, id="10008"),
        pytest.param(DEAD, planned("channel deleted", *EDIT), DIRECTLY, id="10003"),
        pytest.param(DEAD, planned("channel closed", *EDIT), DIRECTLY, id="50001"),
        pytest.param(DEAD, planned("missing_permission", *EDIT, times=FOREVER), HERE, id="50013"),
        pytest.param(DEAD, planned("files forbidden", *EDIT), DIRECTLY, id="50013, files"),
        pytest.param("dream", planned("files forbidden", *TOKEN_EDIT), DIRECTLY, id="50013, files by token"),
        pytest.param(DEAD, planned("thread archived", *EDIT), HERE, id="50083"),
        pytest.param("dream", planned("thread archived", *TOKEN_EDIT), HERE, id="50083 by token"),
        pytest.param(DEAD, planned("thread locked", *EDIT), DIRECTLY, id="50083 and locked"),
        pytest.param(DEAD, planned("too_many_edits", *EDIT, times=FOREVER), HERE, id="30046"),
        pytest.param("dream", planned("moderated", *CALLBACK), HERE, id="200000 at the command"),
        pytest.param("dream", planned("moderated", *TOKEN_EDIT, 1), HERE, id="200000"),
        pytest.param("closed channel", planned("cannot_message_user", *SEND, 1, FOREVER), NOWHERE, id="50007"),
    ],
)
async def test_what_becomes_of_a_dream(house: House, story: str, fault: Fault, end: str) -> None:
    figures = await told(house, story, fault)
    assert figures.ends == {end: 1}
    answered = [one for one in shown(house) if one.attachments and "Re-roll" in labels(one)]
    assert len(answered) == (end in (HERE, DIRECTLY))


@pytest.mark.parametrize(("refusals", "said", "end"), [(1, wording.SMALLER, HERE), (2, wording.UNFIT, WORDS)])
async def test_40005_gives_a_smaller_picture_once_then_words(house: House, refusals: int, said: str, end: str) -> None:
    faults = [planned("too_large", *EDIT, times=refusals)]
    with mock.patch.object(house, "shows_previews", False):  # all edits are of the answer
        figures = await told(house, DEAD, *faults)
    assert figures.ends == {end: 1}
    (answer,) = shown(house)
    assert said in texts(answer)
    assert [(one.width, one.height) for one in answer.attachments] == ([(32, 32)] if end == HERE else [])


async def test_an_answer_that_automod_objects_to_is_shown_without_the_words_that_people_chose(house: House) -> None:
    with mock.patch.object(house, "shows_previews", False):
        await told(house, "dream", planned("moderated", *TOKEN_EDIT))
    (answer,) = shown(house)
    assert texts(answer).strip() == wording.PLAIN
    assert answer.attachments[0].description == wording.PLAIN_ALT
    assert labels(answer) == ["Deeper", "Re-roll", "Zoom", "Tune", "More"]


async def test_an_answer_beside_its_message_is_not_taken_for_that_message(house: House) -> None:
    """Discord answers a nonce that it has seen with the message that had it: here, the status message."""
    await told(house, "mention", planned("too_many_edits", *EDIT, times=FOREVER))
    (answer,) = shown(house)
    assert answer.attachments
    assert labels(answer)[0] == "Deeper"


async def test_a_job_whose_status_message_was_never_sent_is_answered(house: House) -> None:
    figures = Figures()
    story = next(story for story in rest_faults.STORIES if story.name == "status never sent")
    await rest_faults.tell(house, story, [], 0, story.name, figures)
    assert figures.flawless, str(figures)
    assert figures.ends == {HERE: 1}


async def test_a_dream_whose_command_was_too_late_leaves_nothing_although_an_engine_had_begun_it(house: House) -> None:
    begun = asyncio.Event()
    start = house.dispatch.start

    def noted() -> JobRow | None:
        row = start()
        if row:
            begun.set()
        return row

    respond = house.client.service._publisher.respond

    async def late(interaction: discord.Interaction, card: Card, *, ephemeral: bool = False) -> int | None:
        await begun.wait()
        return await respond(interaction, card, ephemeral=ephemeral)

    with (
        mock.patch.object(house.dispatch, "start", noted),
        mock.patch.object(house.client.service._publisher, "respond", late),
    ):
        await told(house, "dream", planned("interaction expired", *CALLBACK))
    assert [one for one in house.left if one.author_id == house.world.bot.id] == []


@pytest.mark.parametrize(
    ("story", "route", "kind"),
    [
        ("refusal", CALLBACK, "lost answer"),
        ("help and info", CALLBACK, "late server error"),
        ("pages of info", CALLBACK, "lost answer"),
        ("a choice of settings", CALLBACK, "lost answer"),
        ("export", CALLBACK, "lost answer"),
        ("export", FOLLOW_UP, "server error 503"),
        ("save as preset", CALLBACK, "disconnected"),
        ("more", CALLBACK, "server error 500"),
        ("autocomplete", CALLBACK, "server error 503"),
        ("delete", DELETE, "lost answer"),
        ("delete private", TOKEN_DELETE, "server error 503"),
        ("slow picture that is none", FOLLOW_UP, "disconnected"),
        ("slow picture that is none", DELETE, "lost answer"),
        ("refused mention", SEND, "disconnected"),
        ("long wait", SEND, "lost answer"),
        ("long private wait", FOLLOW_UP, "lost answer"),
        ("status never sent", HISTORY, "missing_permission"),
        ("archived thread", REOPEN, "server error 503"),
        ("private dream, token dead", DIRECT, "timeout"),
    ],
)
async def test_other_calls_that_fail_leave_nothing_behind(
    house: House, story: str, route: tuple[str, str], kind: str
) -> None:
    await told(house, story, planned(kind, *route))


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param([planned("server error 503", *DELETE, times=3)], id="not taken away"),
        pytest.param(
            [planned("server error 503", *FOLLOW_UP, times=40), planned("server error 503", *TOKEN_EDIT, times=3)],
            id="not told alone, nor in its place at once",
        ),
    ],
)
async def test_an_opening_that_fails_never_says_for_ever_that_it_opens(house: House, faults: list[Fault]) -> None:
    await told(house, "slow picture that is none", *faults)
    assert not any(wording.OPENING in texts(one) for one in house.left)


async def test_a_part_of_the_matrix_and_every_call_has_its_faults(house: House) -> None:
    figures = Figures()
    chosen = await rest_faults.cases(house, figures)
    assert {(one.method, one.path) for case in chosen for one in case.faults} == set(rest_faults.FAULTS)
    random.Random(5).shuffle(chosen)
    quick = [case for case in chosen if "timeout" not in case.label]
    few = rest_faults.spread(quick, kinds_each=2, routes_each=3)
    await rest_faults.matrix(house, few, figures)
    assert figures.flawless, str(figures)
    assert figures.met > 0.7 * len(few)


async def test_a_bad_day(house: House) -> None:
    figures = Figures()
    await rest_faults.storms(house, seed=3, rounds=1, figures=figures)
    assert figures.flawless, str(figures)
    assert figures.strikes > 5


# the token


async def test_a_token_that_is_revoked_ends_the_bot_with_a_sentence_and_loses_no_dream() -> None:
    async with rest_faults.open_house() as house, AsyncExitStack() as stack:
        house.ends_badly = True
        place = house.world.channel("dreams")
        await rest_faults.waiting(house, place)
        house.playground.rest._token = "another"
        house.playground.say("Ada", place.id, f"<@{house.world.bot.id}> low")
        assert house.connection is not None
        with pytest.raises(SettingsError, match=UNKNOWN):
            await house.connection
        refused = [call for call in house.world.calls if call.status == 401]
        assert 1 <= len(refused) < 10, "invalid requests are counted: 10,000 in 10 minutes are a ban"
        assert len(await house.dispatch.list_unposted()) == len(house.ids) >= 1
        house.playground.rest._token, house.patient = house.playground.token, False
        successor = await rest_faults.move_in(stack, house.settings, house.playground, house.dispatch)
        assert await successor.settled()
        assert [len(successor.about(id)) for id in house.ids] == [1] * len(house.ids)


async def test_a_gateway_that_does_not_know_the_token_ends_the_bot_with_a_sentence() -> None:
    async with rest_faults.open_house() as house:
        house.ends_badly = True
        house.playground.gateway._token = "another"
        assert house.connection is not None
        await house.client.ws.close(4000)
        with pytest.raises(SettingsError, match=UNKNOWN):
            await house.connection


# the start


@pytest.mark.parametrize(
    ("kind", "times"),
    [("server error 503", 2), ("server error 500", 6), ("banned", 2), ("blocked", 1), ("disconnected", 2),
     ("lost answer", 1), ("timeout", 1), ("rate limited", 6), ("rate limited global", 2)],
)  # fmt: skip
@pytest.mark.parametrize("route", LOGIN, ids=lambda route: route[1])
async def test_a_bot_that_starts_on_a_bad_day_is_online_in_the_end(
    route: tuple[str, str], kind: str, times: int
) -> None:
    with mock.patch.object(bot_app, "LOGIN_PAUSE_S", 0.01), mock.patch.object(command_sync, "SYNC_PAUSE_S", 0.02):
        async with rest_faults.open_house(planned(kind, *route, times=times)) as house:
            await house.world.until(lambda: house.world.commands, rest_faults.PATIENCE_S)
            assert len(house.faults.met) == times
            answer = await house.answered(house.playground.command("You", "dreams", "help"))
            assert answer is not None


async def test_a_token_that_was_never_known_is_a_sentence() -> None:
    with pytest.raises(SettingsError, match=UNKNOWN):
        async with rest_faults.open_house(planned("unauthorized", "GET", "/oauth2/applications/@me")):
            pass


@pytest.mark.parametrize(("kind", "status"), [("not_found", 404), ("missing_access", 403)])
async def test_a_login_that_is_refused_for_good_is_a_sentence_with_its_call(kind: str, status: int) -> None:
    with pytest.raises(SettingsError, match=rf"GET /\S+/applications/@me was refused with {status} .* no outage"):
        async with rest_faults.open_house(planned(kind, "GET", "/oauth2/applications/@me")):
            pass
