"""What goes wrong on purpose looks to a client as it would at Discord, and only when it was planned."""

from __future__ import annotations

import contextlib

import aiohttp
import pytest

from bot.playground.__main__ import options
from bot.playground.faults import FOREVER, STORM, Fault
from bot.playground.server import Playground

from .wire_client import Api

SEND = ("POST", "/channels/{channel}/messages")
EDIT = ("PATCH", "/channels/{channel}/messages/{message}")
HELLO = {"content": "hello"}


async def posted(api: Api) -> str:
    """The path of a message that stands."""
    _, message = await api("POST", api.messages, HELLO)
    return f"{api.messages}/{message['id']}"


def contents(playground: Playground) -> list[str]:
    return [message.content for message in playground.world.history("dreams")]


async def test_nothing_goes_wrong_unless_it_was_planned(api: Api) -> None:
    for _ in range(3):
        assert (await api("POST", api.messages, HELLO))[0] == 200
    assert api.stand_in.rest.faults.met == []


def test_the_flag_of_the_playground_is_off_by_default() -> None:
    assert options().parse_args([]).faults is None


async def test_a_fault_meets_its_calls_and_no_other(api: Api) -> None:
    api.stand_in.rest.faults.plan(Fault("server error 500", *SEND, skip=1, times=2))
    statuses = [(await api("POST", api.messages, HELLO))[0] for _ in range(5)]
    assert statuses == [200, 500, 500, 200, 200]
    assert (await api("GET", api.messages))[0] == 200
    assert [(one.method, one.path) for one in api.stand_in.rest.faults.met] == [SEND, SEND]


async def test_the_same_seed_gives_the_same_bad_day(api: Api) -> None:
    plan = api.stand_in.rest.faults
    days = []
    for seed in (1, 1, 2):
        plan.plan(Fault("server error 503", times=FOREVER, share=0.5), seed=seed)
        days.append([(await api("GET", "/users/@me"))[0] for _ in range(20)])
    assert days[0] == days[1] != days[2]
    assert set(days[0]) == {200, 503}


@pytest.mark.parametrize(
    ("kind", "was_done"),
    [
        ("disconnected", False), ("half upload", False), ("timeout", False),
        ("lost answer", True), ("late timeout", True),
    ],
)  # fmt: skip
async def test_a_line_that_breaks_says_nothing_of_what_was_done(api: Api, kind: str, was_done: bool) -> None:
    api.stand_in.rest.faults.plan(Fault(kind, *SEND))
    with pytest.raises(aiohttp.ClientConnectionError):
        await api("POST", api.messages, HELLO, files={"a.png": b"1" * 300_000})
    assert contents(api.stand_in) == (["hello"] if was_done else [])


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
async def test_a_429_is_of_a_scope(api: Api, scope: str) -> None:
    api.stand_in.rest.faults.plan(Fault("rate limited" + ("" if scope == "user" else f" {scope}"), seconds=0.25))
    status, body = await api("POST", api.messages, HELLO)
    assert status == 429
    assert body == {"message": "You are being rate limited.", "retry_after": 0.25, "global": scope == "global"}
    assert api.headers["X-RateLimit-Scope"] == scope
    assert api.headers["Retry-After"] == "0.25"
    assert "Via" in api.headers
    assert ("X-RateLimit-Global" in api.headers) == (scope == "global")


@pytest.mark.parametrize(
    ("kind", "status"), [("banned", 429), ("blocked", 403), ("server error 502", 502), ("late server error", 502)]
)
async def test_the_proxy_in_front_answers_with_a_web_page(api: Api, kind: str, status: int) -> None:
    api.stand_in.rest.faults.plan(Fault(kind))
    headers = {"Authorization": f"Bot {api.stand_in.token}"}
    url = f"{api.stand_in.api_url}/v10/users/@me"
    async with api.session.get(url, headers=headers) as response:
        assert response.status == status
        assert response.content_type == "text/html"
        assert "Via" not in response.headers


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("unauthorized", 401, 0), ("missing_permission", 403, 50013), ("missing_access", 403, 50001),
        ("cannot_message_user", 403, 50007), ("unknown_channel", 404, 10003), ("unknown_message", 404, 10008),
        ("unknown_webhook", 404, 10015), ("unknown_interaction", 404, 10062), ("dead_token", 401, 50027),
        ("archived_thread", 400, 50083), ("too_large", 413, 40005), ("already_acknowledged", 400, 40060),
        ("moderated", 400, 200000), ("too_many_edits", 429, 30046), ("internal_network_error", 403, 40333),
    ],
)  # fmt: skip
async def test_a_refusal_is_named_by_its_code_and_nothing_was_done(api: Api, kind: str, status: int, code: int) -> None:
    api.stand_in.rest.faults.plan(Fault(kind, *SEND))
    refused, body = await api("POST", api.messages, HELLO)
    assert (refused, body["code"]) == (status, code)
    assert contents(api.stand_in) == []
    record = api.stand_in.world.calls[-1]
    assert (record.status, record.code) == (status, code)


async def test_an_archived_thread_changes_nothing_until_it_is_opened_again(api: Api) -> None:
    message = await posted(api)
    api.stand_in.rest.faults.plan(Fault("thread archived", *EDIT))
    for method in ("PATCH", "DELETE", "PATCH"):
        status, body = await api(method, message, HELLO if method == "PATCH" else None)
        assert (status, body["code"]) == (400, 50083)
    assert (await api("PATCH", api.messages.removesuffix("/messages"), {"archived": False}))[0] == 200
    assert (await api("PATCH", message, HELLO))[0] == 200


@pytest.mark.parametrize("kind", ["thread archived", "thread locked"])
async def test_a_direct_channel_is_no_thread(api: Api, kind: str) -> None:
    place = api.stand_in.world.direct(api.stand_in.world.persona("Sam").id)
    assert place is not None
    api.stand_in.rest.faults.plan(Fault(kind, "POST", "/channels/{channel}/messages"))
    status, _ = await api("POST", f"/channels/{place.id}/messages", HELLO)
    assert status == 200
    assert (place.archived, place.locked) == (False, False)


async def test_a_message_opens_an_archived_thread_but_not_a_locked_one(api: Api) -> None:
    place = api.stand_in.world.channel("dreams")
    place.archived = True
    assert (await api("POST", api.messages, HELLO))[0] == 200
    assert not place.archived
    place.archived = place.locked = True
    assert (await api("POST", api.messages, HELLO))[1]["code"] == 50083
    assert (await api("PATCH", api.messages.removesuffix("/messages"), {"archived": False}))[1]["code"] == 50013


@pytest.mark.parametrize(
    ("kind", "code"), [("message deleted", 10008), ("channel deleted", 10003), ("channel closed", 50001)]
)
async def test_a_changed_world_stays_changed(api: Api, kind: str, code: int) -> None:
    message = await posted(api)
    api.stand_in.rest.faults.plan(Fault(kind, *EDIT))
    for _ in range(2):
        assert (await api("PATCH", message, HELLO))[1]["code"] == code


async def test_a_channel_in_which_nothing_may_be_written_lets_the_bot_edit_its_own(api: Api) -> None:
    message = await posted(api)
    api.stand_in.rest.faults.plan(Fault("permission lost", *EDIT))
    assert (await api("PATCH", message, HELLO))[0] == 200
    assert (await api("POST", api.messages, HELLO))[1]["code"] == 50013


def test_a_kind_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="tuesday"):
        Fault("tuesday")


@pytest.mark.parametrize("kind", sorted({fault.kind for fault in STORM}))
async def test_what_a_storm_brings_passes(api: Api, kind: str) -> None:
    """A call that is made again after it is answered: nothing has changed for good."""
    api.stand_in.rest.faults.plan(Fault(kind, *SEND))
    try:
        status = (await api("POST", api.messages, HELLO))[0]
    except (aiohttp.ClientConnectionError, ValueError):  # no answer, or a web page
        status = 0
    assert status != 200
    assert (await api("POST", api.messages, HELLO))[0] == 200


async def test_a_storm_meets_about_a_quarter_of_all_calls(api: Api) -> None:
    plan = api.stand_in.rest.faults
    plan.plan(*STORM, seed=1)
    for _ in range(200):
        with contextlib.suppress(aiohttp.ClientConnectionError, ValueError):
            await api("GET", "/users/@me")
    assert 30 < len(plan.met) < 80
    assert len({strike.kind for strike in plan.met}) > 6
