"""Acknowledgements, tokens and their deadlines, seen from bare REST."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.playground.options import Mistake
from bot.playground.server import Playground
from bot.playground.world import ACKNOWLEDGE_SECONDS, EPHEMERAL, LOADING, MANAGE_MESSAGES, Interaction

from .conftest import Clock
from .wire_client import Api, button, layout, png, row, text

DREAM: dict[str, Any] = {
    "name": "dream",
    "description": "Dream",
    "integration_types": [0, 1],
    "options": [
        {"name": "image", "description": "A picture", "type": 11},
        {"name": "layer", "description": "How deep", "type": 3, "autocomplete": True},
        {"name": "strength", "description": "How strong", "type": 10, "min_value": 0, "max_value": 2},
        {"name": "size", "description": "How large", "type": 4, "choices": [{"name": "small", "value": 256}]},
        {"name": "private", "description": "Only for you", "type": 5},
    ],
}
PRESET: dict[str, Any] = {
    "name": "preset",
    "description": "Presets",
    "contexts": [0, 2],
    "options": [
        {
            "name": "save",
            "description": "Keep it",
            "type": 1,
            "options": [{"name": "name", "description": "Its name", "type": 3, "required": True, "max_length": 5}],
        }
    ],
}
MENUS = [{"name": "Dream this", "type": 3}, {"name": "Dream avatar", "type": 2}]


async def register(api: Api) -> None:
    """Register the commands."""
    path = f"/applications/{api.stand_in.world.bot.id}/commands"
    status, commands = await api("PUT", path, [DREAM, PRESET, *MENUS])
    assert (status, len(commands)) == (200, 4)


def callback(interaction: Interaction, query: str = "?with_response=1") -> str:
    """Return the path of an acknowledgement."""
    return f"/interactions/{interaction.id}/{interaction.token}/callback{query}"


def webhook(api: Api, interaction: Interaction, rest: str = "") -> str:
    """Return the path of an interaction's webhook."""
    return f"/webhooks/{api.stand_in.world.bot.id}/{interaction.token}{rest}"


@pytest.fixture
async def asked(playground: Playground, api: Api) -> Interaction:
    """A command of Ada in #dreams that waits for its answer."""
    await register(api)
    return playground.command("Ada", "dreams", "dream", layer="high")


async def test_an_answer_is_a_message_and_comes_back(playground: Playground, api: Api, asked: Interaction) -> None:
    status, answer = await api("POST", callback(asked), {"type": 4, "data": layout(text("a"))})
    assert status == 200
    assert answer["interaction"]["response_message_id"] == answer["resource"]["message"]["id"]
    message = playground.response_to(asked)
    assert message is not None
    assert message.type == 20
    assert answer["resource"]["message"]["interaction_metadata"]["user"]["username"] == "ada"
    assert (await api("GET", webhook(api, asked, "/messages/@original")))[1]["id"] == message.id


async def test_without_with_response_nothing_comes_back(api: Api, asked: Interaction) -> None:
    assert await api("POST", callback(asked, ""), {"type": 4, "data": {"content": "a"}}) == (204, None)


async def test_a_second_acknowledgement_is_refused(api: Api, asked: Interaction) -> None:
    await api("POST", callback(asked), {"type": 4, "data": {"content": "a"}})
    status, answer = await api("POST", callback(asked), {"type": 4, "data": {"content": "b"}})
    assert (status, answer["code"]) == (400, 40060)


async def test_after_three_seconds_it_is_unknown(
    playground: Playground, api: Api, asked: Interaction, clock: Clock
) -> None:
    playground.world.acknowledge_seconds = ACKNOWLEDGE_SECONDS
    clock.ahead += 3.1
    status, answer = await api("POST", callback(asked), {"type": 4, "data": {"content": "a"}})
    assert (status, answer["code"]) == (404, 10062)
    assert "did not answer within 3 s" in playground.world.notices[-1][1]


async def test_silence_is_noticed(playground: Playground, api: Api) -> None:
    await register(api)
    playground.world.acknowledge_seconds = 0.02
    asked = playground.command("Ada", "dreams", "dream")
    await playground.world.until(lambda: asked.expired)
    assert playground.world.notices[-1][0] == asked.user_id


async def test_a_refused_answer_may_be_tried_again(api: Api, asked: Interaction) -> None:
    status, _ = await api("POST", callback(asked), {"type": 4, "data": layout(text(""))})
    assert status == 400
    status, _ = await api("POST", callback(asked), {"type": 4, "data": layout(text("a"))})
    assert status == 200


async def test_the_token_dies_after_fifteen_minutes(api: Api, asked: Interaction, clock: Clock) -> None:
    await api("POST", callback(asked), {"type": 4, "data": {"content": "a"}})
    clock.ahead += 14 * 60
    assert (await api("PATCH", webhook(api, asked, "/messages/@original"), {"content": "b"}))[0] == 200
    clock.ahead += 2 * 60
    status, answer = await api("PATCH", webhook(api, asked, "/messages/@original"), {"content": "c"})
    assert (status, answer["code"]) == (401, 50027)


async def test_a_deferral_thinks_until_it_is_edited(playground: Playground, api: Api, asked: Interaction) -> None:
    status, answer = await api("POST", callback(asked), {"type": 5, "data": {"flags": 1 << 15}})
    assert (status, answer["code"]) == (400, 50035)
    await api("POST", callback(asked), {"type": 5, "data": {"flags": EPHEMERAL}})
    message = playground.response_to(asked)
    assert message is not None
    assert message.flags == LOADING | EPHEMERAL
    assert message.visible_to == asked.user_id
    status, _ = await api("PATCH", webhook(api, asked, "/messages/@original"), layout(text("a")))
    assert (status, message.flags) == (200, EPHEMERAL | 1 << 15)
    assert (await api("GET", f"{api.messages}/{message.id}"))[1]["code"] == 10008  # nobody else sees it
    assert (await api("DELETE", webhook(api, asked, "/messages/@original")))[0] == 204


async def test_a_webhook_before_the_acknowledgement_is_unknown(api: Api, asked: Interaction) -> None:
    status, answer = await api("POST", webhook(api, asked), {"content": "a"})
    assert (status, answer["code"]) == (404, 10015)


async def test_follow_ups_are_five_for_a_user_install(playground: Playground, api: Api) -> None:
    await register(api)
    with pytest.raises(Mistake, match="where the bot is a member"):
        playground.command("Sam", "elsewhere", "preset save", name="a")
    asked = playground.command("Sam", "elsewhere", "dream")
    assert asked.user_install
    await api("POST", callback(asked), {"type": 4, "data": {"content": "a"}})
    playground.rest.limiter._pulse = iter(range(0, 1000, 10)).__next__
    answers = [await api("POST", webhook(api, asked), {"content": "a"}) for _ in range(6)]
    assert [status for status, _ in answers] == [200] * 5 + [400]
    assert answers[-1][1]["code"] == 40094


async def test_follow_ups_reply_and_reach_only_their_own(playground: Playground, api: Api, asked: Interaction) -> None:
    await api("POST", callback(asked), {"type": 4, "data": {"content": "a"}})
    _, more = await api("POST", webhook(api, asked), {"content": "b"}, {"b.png": png()})
    assert more["message_reference"]["message_id"] == asked.original_id
    said = playground.say("Ada", "dreams", "hello")
    status, answer = await api("PATCH", webhook(api, asked, f"/messages/{said.id}"), {"content": "c"})
    assert (status, answer["code"]) == (404, 10008)


async def test_a_press_updates_its_message_or_replies(playground: Playground, api: Api, asked: Interaction) -> None:
    await api("POST", callback(asked), {"type": 4, "data": layout(row(button("deeper:1", label="Deeper")))})
    message = playground.response_to(asked)
    assert message is not None
    press = playground.press("Mod", message, "Deeper")
    status, _ = await api("POST", callback(press), {"type": 7, "data": layout(text("done"))})
    assert (status, message.components[0]["content"], message.edits) == (200, "done", 1)
    with pytest.raises(Mistake):
        playground.deeds.press(playground.world.persona("Mod"), message, "deeper:1")


async def test_a_new_answer_to_a_press_replies_to_its_message(
    playground: Playground, api: Api, asked: Interaction
) -> None:
    await api("POST", callback(asked), {"type": 4, "data": layout(row(button("deeper:1")))})
    message = playground.response_to(asked)
    assert message is not None
    press = playground.press("Mod", message, "deeper:1")
    status, answer = await api("POST", callback(press), {"type": 4, "data": {"content": "a"}})
    assert (status, answer["resource"]["message"]["message_reference"]["message_id"]) == (200, message.id)
    silent = playground.press("Mod", message, "deeper:1")
    assert (await api("POST", callback(silent), {"type": 6}))[0] == 200
    await api("PATCH", webhook(api, silent, "/messages/@original"), layout(text("edited")))
    assert message.components[0]["content"] == "edited"


@pytest.mark.parametrize("kind", [1, 2, 6, 7, 8, 10, 12, "4", None])
async def test_types_that_do_not_fit_a_command_are_refused(api: Api, asked: Interaction, kind: Any) -> None:
    status, answer = await api("POST", callback(asked), {"type": kind, "data": {"content": "a"}})
    assert (status, answer["code"]) == (400, 50035)


async def test_choices_have_limits(playground: Playground, api: Api) -> None:
    await register(api)
    wait = asyncio.create_task(playground.autocomplete("Ada", "dreams", "dream", "layer", layer="hi"))
    asked = await playground.world.until(lambda: next(iter(playground.world.interactions.values()), None))
    assert asked.data["options"][0]["focused"] is True
    many = [{"name": str(n), "value": str(n)} for n in range(26)]
    assert (await api("POST", callback(asked), {"type": 8, "data": {"choices": many}}))[1]["code"] == 50035
    assert (await api("POST", callback(asked), {"type": 8, "data": {"choices": many[:25]}}))[0] == 200
    assert await wait == many[:25]


async def test_modals_have_limits_and_are_filled_in(playground: Playground, api: Api, asked: Interaction) -> None:
    field = {"type": 4, "custom_id": "name", "style": 1, "min_length": 2, "max_length": 5}
    labels = [{"type": 18, "label": "Name", "component": field | {"custom_id": f"name{n}"}} for n in range(6)]
    modal = {"custom_id": "m", "title": "Save", "components": labels}
    assert (await api("POST", callback(asked), {"type": 9, "data": modal}))[1]["code"] == 50035
    nameless = modal | {"title": "x" * 46, "components": labels[:1]}
    assert (await api("POST", callback(asked), {"type": 9, "data": nameless}))[1]["code"] == 50035
    upload = {"type": 18, "label": "Files", "component": {"type": 19, "custom_id": "files", "max_values": 2}}
    modal["components"] = [labels[0], upload]
    assert (await api("POST", callback(asked), {"type": 9, "data": modal}))[0] == 200
    files = [playground.upload("a.png", png()), playground.upload("b.png", png())]
    with pytest.raises(Mistake, match="2 to 5 characters"):
        playground.submit("Ada", asked, name0="a", files=files)
    filled = playground.submit("Ada", asked, name0="abc", files=files)
    first, second = filled.data["components"]
    assert first["component"]["value"] == "abc"
    assert set(second["component"]["values"]) == set(filled.data["resolved"]["attachments"])
    assert (await api("POST", callback(filled), {"type": 9, "data": modal}))[1]["code"] == 50035  # none after a modal
    assert (await api("POST", callback(filled), {"type": 4, "data": {"content": "a"}}))[0] == 200


async def test_the_client_checks_options_and_coerces_them(playground: Playground, api: Api) -> None:
    await register(api)
    sent = playground.command("Sam", "lab", "dream", strength="1.5", size="small", private="yes", layer=7)
    values = {option["name"]: option["value"] for option in sent.data["options"]}
    assert values == {"strength": 1.5, "size": 256, "private": True, "layer": "7"}
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("dream", {"strength": "9"}, "from 0 to 2"),
        ("dream", {"strength": "much"}, "takes a number"),
        ("dream", {"size": "huge"}, "one of: small"),
        ("dream", {"private": "perhaps"}, "true or false"),
        ("dream", {"image": "cat"}, "takes a file"),
        ("dream", {"colour": "red"}, "There is: image"),
        ("preset", {}, "one more word: save"),
        ("preset save", {}, "is required"),
        ("preset save", {"name": "too long"}, "0 to 5 characters"),
        ("nothing", {}, "no command /nothing"),
    ]
    for name, options, sentence in wrong:
        with pytest.raises(Mistake, match=sentence):
            playground.command("Sam", "lab", name, **options)
    nested = playground.command("Sam", "lab", "preset save", name="abc")
    assert nested.data["options"][0]["options"] == [{"name": "name", "type": 3, "value": "abc"}]


async def test_menus_carry_their_target(playground: Playground, api: Api) -> None:
    await register(api)
    said = playground.say("Ada", "dreams", "look", [playground.upload("cat.png", png(9, 9))])
    on_message = playground.menu("Sam", "dreams", "Dream this", said)
    target = on_message.data["resolved"]["messages"][said.id]
    assert (target["content"], target["attachments"][0]["width"]) == ("look", 9)
    on_person = playground.menu("Sam", "dreams", "Dream avatar", "Mod")
    assert on_person.data["target_id"] in on_person.data["resolved"]["members"]


async def test_commands_keep_to_their_places_and_people(playground: Playground, api: Api) -> None:
    await register(api)
    with pytest.raises(Mistake, match="does not work here"):
        playground.command("Sam", "dm", "preset save", name="a")
    path = f"/applications/{playground.world.bot.id}/commands"
    await api("PUT", path, [DREAM | {"default_member_permissions": str(MANAGE_MESSAGES)}])
    with pytest.raises(Mistake, match="may not use"):
        playground.command("Sam", "dreams", "dream")
    assert playground.command("Mod", "dreams", "dream").data["name"] == "dream"


async def test_an_offline_bot_is_said_at_once(playground: Playground, api: Api) -> None:
    await register(api)
    playground.world.set_online(False)
    assert playground.command("Sam", "dreams", "dream").expired
    assert "offline" in playground.world.notices[-1][1]


def option(name: str, **more: Any) -> dict[str, Any]:
    """Return a text option."""
    return {"name": name, "description": "a", "type": 3} | more


def numbered(count: int, name: str = "x") -> list[dict[str, Any]]:
    """Return choices."""
    return [{"name": name, "value": f"{number}" * 40} for number in range(count)]


COMMANDS_REFUSED: dict[str, list[dict[str, Any]]] = {
    "upper case": [{"name": "Dream", "description": "a"}],
    "no description": [{"name": "dream"}],
    "long description": [{"name": "dream", "description": "a" * 101}],
    "twice": [DREAM, DREAM],
    "101 commands": [{"name": f"c{number}", "description": "a"} for number in range(101)],
    "16 menus": [{"name": f"Menu {number}", "type": 3} for number in range(16)],
    "26 options": [DREAM | {"options": [option(f"o{number}") for number in range(26)]}],
    "required after optional": [DREAM | {"options": [option("a"), option("b", required=True)]}],
    "26 choices": [DREAM | {"options": [option("a", choices=numbered(26))]}],
    "choices and autocomplete": [DREAM | {"options": [option("a", choices=numbered(2), autocomplete=True)]}],
    "menu with description": [{"name": "Menu", "type": 3, "description": "a"}],
    "8001 letters": [
        DREAM | {"options": [option(f"o{number}", choices=numbered(9, "n" * 100)) for number in range(7)]}
    ],
}


@pytest.mark.parametrize("name", COMMANDS_REFUSED)
async def test_commands_have_limits(playground: Playground, api: Api, name: str) -> None:
    path = f"/applications/{playground.world.bot.id}/commands"
    status, answer = await api("PUT", path, COMMANDS_REFUSED[name])
    assert (status, answer["code"]) == (400, 50035)
    assert (await api("GET", path))[1] == []


async def test_a_command_keeps_its_id(playground: Playground, api: Api) -> None:
    path = f"/applications/{playground.world.bot.id}/commands"
    first = (await api("PUT", path, [DREAM]))[1][0]["id"]
    second = (await api("PUT", path, [PRESET, DREAM | {"description": "new"}]))[1][1]["id"]
    assert first == second
    assert (await api("PUT", "/applications/1/commands", [DREAM]))[1]["code"] == 10002
