"""People who mean harm: forged interactions, names full of markdown, hands on other people's dreams.

Discord checks much of this itself; here it is not relied upon. The interactions are made below the playground's own
checks, as a forged request would arrive.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from bot import wording
from bot.components import autocomplete
from bot.components.job_buttons import ACTIONS
from bot.playground import interactions, registry
from bot.playground.rejections import JsonDict
from bot.playground.world import Event, Interaction, Message
from engine.catalog.catalog import Catalog
from engine.queue.job import new_id
from tests.bot.requests.test_service import (  # noqa: F401
    JPEG,
    Stage,
    _drawn_avatars,
    labels,
    png,
    specification,
    stage,
    walk,
    words,
)

pytestmark = pytest.mark.slow  # forms of one attack by the dozen: for `make test`

BOT = Path(__file__).parents[3] / "bot"
WICKED = "@everyone <@&1> **x** [a](b) ||"
TYPES = {str: 3, int: 4, bool: 5, float: 10}


def forge(
    stage: Stage,  # noqa: F811
    kind: int,
    data: JsonDict,
    persona: str = "You",
    message: Message | None = None,
) -> Interaction:
    """An interaction as it would arrive if Discord checked nothing."""
    world = stage.playground.world
    who = world.persona(persona)
    place = world.channel("dreams", who)
    interaction = interactions.begin(world, who, place, kind, data)
    if message is not None:
        interaction.message_id = message.id
    interactions.deliver(world, interaction)
    return interaction


def dream_command(stage: Stage) -> JsonDict:  # noqa: F811
    found = registry.find(stage.playground.world, "dream", 1)
    assert found is not None
    return found[0]


def forged_dream(stage: Stage, **options: Any) -> Interaction:  # noqa: F811
    command = dream_command(stage)
    typed = [{"name": name, "type": TYPES.get(type(value), 3), "value": value} for name, value in options.items()]
    data = {"id": command["id"], "name": "dream", "type": 1, "options": typed, "resolved": {}}
    interaction = forge(stage, interactions.COMMAND, data)
    interaction.command = command | {"typed": "", "full_name": "dream"}
    return interaction


def forged_press(
    stage: Stage,  # noqa: F811
    message: Message,
    custom_id: str,
    persona: str = "You",
    values: list[str] | None = None,
) -> Interaction:
    """A press of something that was never under that message; discord.py looks there, so it is put there."""
    button: JsonDict = {"type": 2, "style": 2, "label": "forged"}
    kind = button if values is None else {"type": 3, "options": []}
    message.components = [
        *(one for one in message.components if one.get("id") != 98),  # of a press before
        {"type": 1, "id": 98, "components": [{**kind, "id": 99, "custom_id": custom_id}]},
    ]
    data = {
        "custom_id": custom_id,
        "component_type": kind["type"],
        "id": 99,
        **({} if values is None else {"values": values}),
    }
    return forge(stage, interactions.COMPONENT, data, persona, message)


NEVER_SENT: tuple[dict[str, Any], ...] = (
    {"strength": 99.0},
    {"strength": -1.0},
    {"strength": "9e999"},
    {"strength": "nan"},
    {"size": 10**9},
    {"size": "huge"},
    {"size": 300.5},
    {"seed": -1},
    {"seed": 2**70},
    {"layer": "x" * 6000},
    {"layer": 5},
    {"layer": ["high"]},
    {"layer": {"$ne": 1}},
    {"layer": "../../etc/passwd"},
    {"subject": "eyes + " * 1000},
    {"subject": 7},
    {"preset": "x" * 6000},
    {"preset": 5},
    {"preset": ["a"]},
    {"image": "123456789012345678"},
    {"image": {}},
    {"palette": "red"},
    {"original": 7.0},
    {"protect": ["centre"]},
    {"guide_by": 5},
    {"guide": "123456789012345678"},
    {"look": "maybe"},
    {"look": 2015},
    {"model": "../../etc/passwd"},
    {"model": ["pocket"]},
    {"start": "moon"},
    {"start": 7},
    {"user": "1"},
    {"guide_user": 5},
)


async def test_options_that_discord_would_never_send_are_refused_in_private(
    stage: Stage,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    for options in NEVER_SENT:
        message = await stage.response_to(forged_dream(stage, **options))
        case = f"{repr(options)[:40]}: {words(message)}"
        assert message.ephemeral, case
        assert await stage.rows() == [], case
        assert len(words(message)) < 500, case
        assert "unexpected error" not in caplog.text, case


async def test_a_wrong_look_is_a_sentence_that_names_the_right_ones(stage: Stage) -> None:  # noqa: F811
    message = await stage.response_to(forged_dream(stage, look="sepia"))
    assert message.ephemeral
    assert "`look` should be 'natural', 'vivid' or '2015'" in words(message).replace("\\", "")


async def test_an_unknown_option_or_command_says_so(stage: Stage) -> None:  # noqa: F811
    message = await stage.response_to(forged_dream(stage, colour="red"))
    assert await stage.rows() == [] or "next" in words(message)
    data = {"id": "1", "name": "sudo", "type": 1, "options": []}
    message = await stage.response_to(forge(stage, interactions.COMMAND, data))
    assert message.ephemeral
    assert wording.CHANGED in words(message)


async def offered(stage: Stage, asked: Interaction) -> list[JsonDict]:  # noqa: F811
    """The choices that came, however few."""
    await stage.playground.world.until(lambda: asked.choices is not None)
    return asked.choices or []


async def test_an_autocomplete_of_anything_breaks_nothing(
    stage: Stage,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    command = dream_command(stage)
    wrong: tuple[tuple[str, object], ...] = (
        ("layer", 5), ("subject", ["x"]), ("preset", {"a": 1}), ("layer", "x" * 6000), ("model", {"a": 1}),
    )  # fmt: skip
    for name, value in wrong:
        typed = [{"name": name, "type": 3, "value": value, "focused": True}]
        data = {"id": command["id"], "name": "dream", "type": 1, "options": typed}
        asked = forge(stage, interactions.AUTOCOMPLETE, data)
        assert len(await offered(stage, asked)) <= autocomplete.LIMIT
    assert "unexpected error" not in caplog.text


async def test_a_button_that_is_none_of_ours_is_answered(stage: Stage) -> None:  # noqa: F811
    message, _ = await stage.dreamed()
    for custom_id in ("sudo:" + "x" * 20, "cancel:short", "cancel:" + "x" * 21, "x" * 100, "a\nb"):
        answer = await stage.response_to(forged_press(stage, message, custom_id))
        assert answer.ephemeral, custom_id
        assert wording.CHANGED in words(answer), custom_id


async def test_a_forged_id_of_no_job_says_so(stage: Stage) -> None:  # noqa: F811
    message, _ = await stage.dreamed()
    for verb in sorted(ACTIONS):
        answer = await stage.response_to(forged_press(stage, message, f"{verb}:{new_id()}"))
        assert "no longer have that dream" in words(answer), verb


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("layer", []),
        ("layer", ["hgih"]),
        ("layer", ["x" * 6000]),
        ("layer", ["low", "high"]),
        ("subject", ["`@everyone`" * 50]),
        ("strength", ["nan"]),
        ("strength", ["1e999"]),
        ("strength", ["-3"]),
    ],
)
async def test_choices_that_were_never_offered_are_refused(
    stage: Stage,  # noqa: F811
    verb: str,
    values: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    message, row = await stage.dreamed()
    answer = await stage.response_to(forged_press(stage, message, f"{verb}:{row.id}", values=values))
    assert answer.ephemeral
    assert await stage.rows() == []
    assert "unexpected error" not in caplog.text


async def test_a_private_dream_is_there_for_its_requester_only(stage: Stage) -> None:  # noqa: F811
    private = await stage.ask("You", "dream", private=True)
    row = await stage.finish(private)
    public, _ = await stage.dreamed("Ada")
    for verb in sorted(ACTIONS):
        for thief in ("Ada", "Mod"):
            answer = await stage.response_to(forged_press(stage, public, f"{verb}:{row.id}", thief))
            assert "no longer have that dream" in words(answer), (verb, thief)
        assert await stage.rows() == [], verb
        assert private.id in stage.playground.world.messages, verb


@pytest.mark.parametrize("verb", ["cancel", "delete"])
async def test_a_moderator_of_another_place_may_neither_cancel_nor_delete(stage: Stage, verb: str) -> None:  # noqa: F811
    message = await stage.ask("You", "dream")
    (row,) = await stage.rows()
    await stage.dispatch.update_posting(row.id, {**row.posting, "channel_id": 1, "guild_id": 2})
    answer = await stage.response_to(forged_press(stage, message, f"{verb}:{row.id}", "Mod"))
    assert "Only the person who asked" in words(answer)
    (row,) = await stage.rows()
    assert not row.state.settled


async def test_nothing_in_a_name_is_interpreted_in_messages_and_edits(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    world.persona("You").global_name = WICKED
    shown: list[str] = []

    def listen(event: Event) -> None:
        if "message" in event.facts:
            shown.append(words(event.facts["message"]))

    world.listen(listen)
    message = await stage.ask(WICKED, "dream")
    row = stage.start()
    stage.dispatch.progress(row.id, 1, 2, JPEG)
    await stage.shows(message, "50%")
    stage.dispatch.finish(row.id, png())
    await stage.shows(message, "seed:")
    refused = await stage.ask(WICKED, "dream", layer=WICKED)
    private = await stage.ask(WICKED, "dream", private=True)
    (row,) = await stage.rows()
    await stage.dispatch.update_posting(row.id, {**row.posting, "token": ""})
    stage.dispatch.start()
    stage.dispatch.finish(row.id, png())
    place = world.channel("dm", world.persona(WICKED))
    await world.until(lambda: world.history(place))
    (direct,) = world.history(place)
    texts = [*shown, words(refused), words(private), words(direct)]
    assert any("everyone" in text for text in texts)
    for text in texts:
        outside = re.sub(r"`[^`]*`", "", text)
        assert not re.search(r"(?<!\\)(<@|@everyone|\|\||\[a\]|\*\*x)", outside), text
    assert list(world.pings) == []


def test_every_call_that_speaks_says_whom_it_may_mention() -> None:
    """An edit without `content` drops the client's default, so each call has to say it itself."""
    speaking = {"send", "send_message", "edit_message", "edit_original_response", "reply", "edit"}
    ours = {"self._publisher.send", "self._publisher.edit"}
    silent = []
    for path in sorted(BOT.rglob("*.py")):
        if "playground" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr not in speaking or ast.unparse(node.func) in ours:
                continue
            if "allowed_mentions" not in {keyword.arg for keyword in node.keywords}:
                silent.append(f"{path.name}:{node.lineno} {ast.unparse(node.func)}")
    assert silent == []


async def test_errors_of_buttons_forms_and_autocompletes_reach_the_one_place(
    stage: Stage,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    message, _ = await stage.dreamed("Ada")
    panel = await stage.press("Ada", message, "More")
    tune = await stage.press("Ada", message, "Tune")
    opened = stage.playground.press("Ada", panel, "Save as preset")
    modal = await stage.playground.world.until(lambda: opened.modal)

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(stage.client.service.presets, "save", broken)
    monkeypatch.setattr(stage.client.service.presets, "all", broken)
    monkeypatch.setattr(stage.client.actions, "again", broken)
    found = [item for item in walk_labels(modal["components"]) if item["type"] == 4]
    form = stage.playground.submit("Ada", opened, **{found[0]["custom_id"]: "mine"})
    button = stage.playground.press("Ada", message, "Re-roll")
    select = stage.playground.press("Ada", tune, "Dream it")
    for answer in [await stage.response_to(one) for one in (form, button, select)]:
        assert answer.ephemeral
        assert "my fault" in words(answer)
        assert "secret" not in words(answer)
        assert words(answer).split()[-1] in caplog.text, "the code by which the log is searched"
    assert await stage.playground.autocomplete("Ada", "dreams", "dream", "preset", preset="x") == []
    assert caplog.text.count("unexpected error") == 4


def walk_labels(components: Iterable[JsonDict]) -> list[JsonDict]:
    return [item.get("component", item) for item in walk(components)]


async def test_layers_and_subjects_that_cannot_be_looked_up_offer_nothing(
    stage: Stage,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    for option, lookup in (("layer", "choices"), ("subject", "subject_choices")):
        assert await stage.playground.autocomplete("You", "dreams", "dream", option, **{option: "h"}) != []
        monkeypatch.setattr(Catalog, lookup, broken)
        assert await stage.playground.autocomplete("You", "dreams", "dream", option, **{option: "h"}) == []
    assert caplog.text.count("unexpected error") == 2
