"""Everything Discord rejects is rejected here, with Discord's codes and error trees."""

from __future__ import annotations

from typing import Any

import pytest

from bot.playground.server import Playground
from bot.playground.world import COMPONENTS_V2

from .wire_client import Api, button, gallery, layout, png, row, text

INVALID_FORM = 50035
LEGACY = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
select = {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}]}


def box(*components: dict[str, Any]) -> dict[str, Any]:
    """Return a container."""
    return {"type": 17, "components": list(components)}


def shown(url: str, alt: str = "a dream") -> dict[str, Any]:
    """Return a gallery of one address."""
    return {"type": 12, "items": [{"media": {"url": url}, "description": alt}]}


def first_code(tree: Any) -> str:
    """Return the first code in an error tree."""
    while "_errors" not in tree:
        tree = next(iter(tree.values()))
    return str(tree["_errors"][0]["code"])


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "content over 2000": ({"content": "x" * 2001}, "BASE_TYPE_BAD_LENGTH"),
    "content with Components V2": (layout(text("a"), content="b"), LEGACY),
    "embeds with Components V2": (
        layout(text("a"), embeds=[{"title": "b"}]),
        LEGACY,
    ),
    "text component without the flag": ({"components": [text("a")]}, "UNION_TYPE_CHOICES"),
    "41 components": (layout(*[text("a")] * 41), "BASE_TYPE_BAD_LENGTH"),
    "41 nested components": (layout(box(*[text("a")] * 40)), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
    "4001 characters": (layout(text("a" * 2000), text("b" * 2001)), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
    "empty text": (layout(text("")), "BASE_TYPE_BAD_LENGTH"),
    "custom_id twice": (layout(row(button("a"), button("a"))), "COMPONENT_CUSTOM_ID_DUPLICATED"),
    "custom_id over 100": (layout(row(button("a" * 101))), "BASE_TYPE_BAD_LENGTH"),
    "custom_id missing": (layout(row({"type": 2, "style": 1, "label": "Go"})), "BASE_TYPE_REQUIRED"),
    "label over 80": (layout(row(button("a", label="x" * 81))), "BASE_TYPE_BAD_LENGTH"),
    "button without label": (layout(row(button("a", label=""))), "BUTTON_COMPONENT_INVALID_LABEL"),
    "six buttons in a row": (layout(row(*[button(str(n)) for n in range(6)])), "BASE_TYPE_BAD_LENGTH"),
    "select beside a button": (layout(row(button("a"), select)), "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
    "26 select options": (
        layout(row(select | {"options": [{"label": "a", "value": str(n)} for n in range(26)]})),
        "BASE_TYPE_BAD_LENGTH",
    ),
    "select option twice": (
        layout(row(select | {"options": [{"label": "a", "value": "a"}] * 2})),
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
    "empty gallery": (layout(gallery()), "BASE_TYPE_BAD_LENGTH"),
    "eleven gallery items": (layout(gallery(*["a.png"] * 11)), "BASE_TYPE_BAD_LENGTH"),
    "unknown attachment": (layout(gallery("b.png")), "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"),
    "file address": (layout(shown("file:///etc/passwd")), "URL_TYPE_INVALID_SCHEME"),
    "alt text over 1024": (layout(shown("attachment://a.png", "x" * 1025)), "BASE_TYPE_BAD_LENGTH"),
    "container in a container": (layout(box(box(text("a")))), "UNION_TYPE_CHOICES"),
    "section without accessory": (layout({"type": 9, "components": [text("a")]}), "UNION_TYPE_CHOICES"),
    "six rows": ({"components": [row(button(str(n))) for n in range(6)]}, "BASE_TYPE_BAD_LENGTH"),
    "attachment that was not sent": ({"content": "a", "attachments": [{"id": 3}]}, "ATTACHMENT_NOT_FOUND"),
    "mentions parsed and listed": (
        {"content": "a", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    "unknown mentions": ({"content": "a", "allowed_mentions": {"parse": ["all"]}}, "UNION_TYPE_CHOICES"),
    "nonce over 25": ({"content": "a", "nonce": "x" * 26}, "BASE_TYPE_BAD_LENGTH"),
    "reply to nothing": ({"content": "a", "message_reference": {"message_id": "1"}}, "REPLIES_UNKNOWN_MESSAGE"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_message_discord_would_refuse_is_refused(playground: Playground, api: Api, name: str) -> None:
    body, code = REFUSED[name]
    status, answer = await api("POST", api.messages, body)
    assert (status, answer["code"], first_code(answer["errors"])) == (400, INVALID_FORM, code)
    assert playground.world.history("dreams") == []
    assert playground.world.calls[-1].code == INVALID_FORM


async def test_the_error_tree_names_the_place(api: Api) -> None:
    _, answer = await api("POST", api.messages, layout(text("a"), row(button("a" * 101))))
    place = answer["errors"]["components"]["1"]["components"]["0"]["custom_id"]
    assert place["_errors"][0]["message"] == "Must be between 1 and 100 in length."


async def test_what_is_within_the_limits_is_taken(playground: Playground, api: Api) -> None:
    rows = [row(*[button(f"{line}{n}") for n in range(5)]) for line in range(5)]
    body = layout(text("a" * 4000), gallery("a.png"), *rows)
    status, message = await api("POST", api.messages, body, {"a.png": png(20, 10)})
    assert status == 200
    assert message["flags"] == COMPONENTS_V2
    media = message["components"][1]["items"][0]["media"]
    assert (media["width"], media["height"], media["attachment_id"]) == (20, 10, message["attachments"][0]["id"])
    ids = [component["id"] for component in message["components"]]
    assert len(set(ids)) == len(ids)
    async with api.session.get(media["url"]) as response:
        assert await response.read() == png(20, 10)


async def test_files_have_limits(playground: Playground, api: Api) -> None:
    playground.world.upload_limit = 1000
    status, answer = await api("POST", api.messages, {}, {"a.bin": b"x" * 1001})
    assert (status, answer["code"]) == (413, 40005)
    status, answer = await api("POST", api.messages, {}, {f"{n}.bin": b"x" for n in range(11)})
    assert (status, answer["code"]) == (400, 30015)
    status, _ = await api("POST", api.messages, {}, {f"{n}.bin": b"x" * 1000 for n in range(10)})
    assert status == 200


async def test_an_empty_message_is_refused(api: Api) -> None:
    status, answer = await api("POST", api.messages, {"content": ""})
    assert (status, answer["code"]) == (400, 50006)


async def test_broken_json_is_refused(playground: Playground, api: Api) -> None:
    url = f"{playground.api_url}/v10{api.messages}"
    headers = {"Authorization": f"Bot {playground.token}", "Content-Type": "application/json"}
    async with api.session.post(url, data="{", headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (400, 50109)


async def test_nonsense_in_a_body_is_refused_and_does_not_break_the_server(api: Api) -> None:
    bodies: list[object] = [{"components": [1]}, {"components": "a"}, {"flags": "x"}, {"attachments": [7]}, []]
    for body in bodies:
        status, answer = await api("POST", api.messages, body)
        assert (status, answer["code"]) == (400, INVALID_FORM), body


async def test_the_flag_of_components_v2_stays(api: Api) -> None:
    _, message = await api("POST", api.messages, layout(text("a")))
    path = f"{api.messages}/{message['id']}"
    status, answer = await api("PATCH", path, {"flags": 0, "components": [text("b")]})
    assert first_code(answer["errors"]) == "MESSAGE_COMPONENTS_V2_FLAG_CANNOT_BE_REMOVED"
    status, answer = await api("PATCH", path, {"content": "b"})
    assert first_code(answer["errors"]) == LEGACY
    status, message = await api("PATCH", path, {"components": [text("b")]})
    assert (status, message["flags"]) == (200, COMPONENTS_V2)


async def test_an_edit_keeps_lists_and_adds_attachments(playground: Playground, api: Api) -> None:
    _, message = await api("POST", api.messages, {"content": "a"}, {"one.png": png(), "two.png": png()})
    path = f"{api.messages}/{message['id']}"
    _, message = await api("PATCH", path, {"content": "b"}, {"three.png": png()})
    assert [item["filename"] for item in message["attachments"]] == ["one.png", "two.png", "three.png"]
    keep = [{"id": message["attachments"][1]["id"]}, {"id": 0, "filename": "4.png", "description": "four"}]
    _, message = await api("PATCH", path, {"attachments": keep}, {"four.png": png()})
    assert [item["filename"] for item in message["attachments"]] == ["two.png", "4.png"]
    assert message["attachments"][1]["description"] == "four"
    status, answer = await api("PATCH", path, {"attachments": [], "content": ""})
    assert (status, answer["code"]) == (400, 50006)


async def test_unknown_places_and_foreign_messages(playground: Playground, api: Api) -> None:
    said = playground.say("Ada", "dreams", "hello")
    mine = await api("POST", api.messages, {"content": "mine"})
    elsewhere = playground.world.channel("elsewhere").id
    cases = [
        ("GET", "/channels/1", 404, 10003),
        ("GET", f"{api.messages}/1", 404, 10008),
        ("POST", f"/channels/{elsewhere}/messages", 403, 50001),
        ("PATCH", f"{api.messages}/{said.id}", 403, 50005),
        ("DELETE", f"{api.messages}/{said.id}", 403, 50013),
        ("DELETE", f"{api.messages}/{mine[1]['id']}", 204, None),
        ("DELETE", f"{api.messages}/{mine[1]['id']}", 404, 10008),
        ("GET", "/users/1", 404, 10013),
        ("GET", "/guilds/1", 404, 10004),
        ("GET", "/nowhere", 404, 0),
    ]
    for method, path, status, code in cases:
        got, answer = await api(method, path, {"content": "x"} if method in ("POST", "PATCH") else None)
        assert (got, answer and answer["code"]) == (status, code), path


async def test_permissions_are_those_of_the_channel(playground: Playground, api: Api) -> None:
    playground.world.channel("dreams").bot_permissions &= ~(1 << 15)  # attach files
    assert (await api("POST", api.messages, {"content": "a"}))[0] == 200
    status, answer = await api("POST", api.messages, {"content": "a"}, {"a.png": png()})
    assert (status, answer["code"]) == (403, 50013)


async def test_a_wrong_token_is_refused(playground: Playground, api: Api) -> None:
    async with api.session.get(f"{playground.api_url}/v10/users/@me", headers={"Authorization": "Bot x"}) as response:
        assert response.status == 401


async def test_the_same_enforced_nonce_gives_the_same_message(playground: Playground, api: Api) -> None:
    body = {"content": "once", "nonce": "job-1", "enforce_nonce": True}
    first = await api("POST", api.messages, body)
    second = await api("POST", api.messages, body)
    third = await api("POST", api.messages, body | {"enforce_nonce": False})
    assert first[1]["id"] == second[1]["id"] != third[1]["id"]
    assert len(playground.world.history("dreams")) == 2


async def test_mentions_notify_only_whom_they_may(playground: Playground, api: Api) -> None:
    world = playground.world
    you, ada = world.persona("Sam").id, world.persona("Ada").id
    content = f"<@{you}> <@{ada}>"
    sent = [
        await api("POST", api.messages, {"content": content}),
        await api("POST", api.messages, {"content": content, "allowed_mentions": {"parse": []}}),
        await api("POST", api.messages, {"content": content, "allowed_mentions": {"parse": [], "users": [ada]}}),
        await api("POST", api.messages, layout(text(content), allowed_mentions={"parse": ["users"]})),
    ]
    told = {ping.message_id: ping.user_ids for ping in world.pings}
    assert [told.get(message["id"]) for _, message in sent] == [(you, ada), None, (ada,), (you, ada)]
    before = len(world.pings)
    await api("PATCH", f"{api.messages}/{sent[1][1]['id']}", {"content": content})
    assert len(world.pings) == before  # edits notify nobody


async def test_edits_of_a_channel_are_limited(playground: Playground, api: Api) -> None:
    now = [100.0]
    playground.rest.limiter._pulse = lambda: now[0]
    _, message = await api("POST", api.messages, {"content": "0"})
    path = f"{api.messages}/{message['id']}"
    left = []
    for number in range(5):
        await api("PATCH", path, {"content": str(number)})
        left.append(api.headers["X-RateLimit-Remaining"])
    assert left == ["4", "3", "2", "1", "0"]
    status, answer = await api("PATCH", path, {"content": "6"})
    assert (status, answer["global"]) == (429, False)
    assert 0 < answer["retry_after"] <= 5.01
    assert "Via" in api.headers
    now[0] += answer["retry_after"]
    assert (await api("PATCH", path, {"content": "6"}))[0] == 200


async def test_there_is_a_global_limit(playground: Playground, api: Api) -> None:
    playground.rest.limiter._pulse = lambda: 100.0
    answers = [await api("GET", "/users/@me") for _ in range(51)]
    assert [status for status, _ in answers] == [200] * 50 + [429]
    assert answers[-1][1]["global"] is True
