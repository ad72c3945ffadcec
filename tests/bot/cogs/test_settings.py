"""`/settings` against the stand-in Discord: defaults, notices, opting out, one's own data."""

import json
from typing import Any

import pytest

from bot import wording
from bot.playground.faults import Fault
from bot.playground.world import Message
from bot.requests.settings_actions import EXPORT_NAME
from bot.store.presets import Preset
from bot.store.user_settings import UserSettings
from bot.views import settings_panel
from engine.catalog.catalog import shipped_catalog
from engine.errors import OptedOut, TooMuchMemory
from engine.params import Dream
from tests.bot.requests.test_hostile_users import forged_press
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    climb,
    labels,
    mentioned,
    png,
    specification,
    stage,
    walk,
    words,
)

pytestmark = pytest.mark.slow

TEXT_LIMIT, COMPONENT_LIMIT = 4000, 40
"""Of a message in Discord, with Components V2."""


async def chosen(stage: Stage, persona: str = "You", channel: str = "dreams", **values: str) -> Message:  # noqa: F811
    """The panel after a choice in some of its selects, and presses of its switches."""
    panel = await stage.ask(persona, "settings", channel)
    for name, value in values.items():
        custom_id = f"settings:{name}"
        if value in (settings_panel.ON, settings_panel.OFF):
            await stage.press(persona, panel, f"{custom_id}:{value}")
        else:
            await stage.press(persona, panel, custom_id, [value])
    return panel


def marked(panel: Message) -> list[str]:
    """The values that the selects of a panel show as chosen."""
    options = [option for item in walk(panel.components) for option in item.get("options", ())]
    return [option["value"] for option in options if option.get("default")]


async def settings_of(stage: Stage, persona: str = "You") -> UserSettings:  # noqa: F811
    return await stage.client.service.user_settings.load(stage.playground.world.persona(persona).id)


async def test_defaults_hold_at_once_and_give_way_to_what_is_typed(stage: Stage) -> None:  # noqa: F811
    panel = await chosen(stage, aim="subject:eyes", strength="1.6", size="256")
    assert panel.ephemeral
    assert marked(panel) == ["subject:eyes", "1.6", "256"]
    await stage.ask("You", "dream", seed=1)
    await stage.ask("You", "dream", "dm", layer="low", size=128, seed=1)
    await stage.ask("Ada", "dream", seed=1)
    mine, typed, hers = [row.job.params for row in await stage.queued(3)]
    assert mine == Dream(subject="eyes", strength=1.6, size=256, seed=1)
    assert typed == Dream(layer="low", strength=1.6, size=128, seed=1)
    assert hers == Dream(seed=1)
    assert marked(await chosen(stage, aim=settings_panel.USUAL)) == [settings_panel.USUAL, "1.6", "256"]


async def test_a_default_preset_is_over_the_defaults_and_under_a_named_one(stage: Stage) -> None:  # noqa: F811
    assert wording.SETTINGS_PRESET_HINT in words(await stage.ask("You", "settings"))
    await stage.ask("You", "preset save", name="sea", layer="low", size=384)
    await stage.ask("You", "preset save", name="fur", layer="mid", size=640)
    panel = await chosen(stage, preset="=sea", size="256", strength="0.7")
    assert marked(panel) == ["=sea", "usual", "0.7", "256"]
    await stage.ask("You", "dream", seed=1)
    await stage.ask("You", "dream", preset="fur", seed=1)
    await stage.ask("You", "zoom", seed=1)
    first, named, zoom = [climb(row) for row in await stage.queued(3)]
    assert first == Dream(layer="low", size=384, strength=0.7, seed=1)
    assert named == Dream(layer="mid", size=640, strength=0.7, seed=1)
    assert (zoom.layer, zoom.strength) == ("low", 0.7)


async def test_a_reply_changes_only_what_it_says(stage: Stage) -> None:  # noqa: F811
    message, row = await stage.dreamed("Ada", layer="low", seed=7)
    await chosen(stage, "Ada", aim="subject:eyes", strength="2.5")
    await mentioned(stage, "size:256", reply_to=message)
    (again,) = await stage.queued(1)
    assert again.job.params == row.job.params.model_copy(update={"size": 256})


async def test_a_guide_takes_the_place_of_a_default_subject(stage: Stage) -> None:  # noqa: F811
    await chosen(stage, aim="subject:eyes")
    message = await stage.ask("You", "dream", guide=stage.playground.upload("cat.png", png()))
    (row,) = await stage.queued(1)
    assert climb(row).subject == ""
    assert not message.ephemeral


async def test_results_are_spoilers_for_who_chose_it(stage: Stage) -> None:  # noqa: F811
    await chosen(stage, channel="dm", spoiler="on")
    message, row = await stage.dreamed()
    assert row.job.spoiler
    assert [item.filename for item in message.attachments] == ["SPOILER_dream.png"]
    await chosen(stage, spoiler="off")
    assert not (await stage.dreamed())[1].job.spoiler


async def test_who_opted_out_is_dreamed_by_nobody_else(stage: Stage) -> None:  # noqa: F811
    await chosen(stage, "Ada", opted_out="on")
    said = stage.playground.say("Ada", "dreams", "my cat", [stage.playground.upload("cat.png", png())])
    for menu, target in (
        (wording.DREAM_AVATAR, "Ada"), (wording.DREAM_THIS, said), (wording.SEE_THIS, said),
    ):  # fmt: skip
        refused = await stage.response_to(stage.playground.menu("You", "dreams", menu, target))
        assert refused.ephemeral
        assert str(OptedOut()) in words(refused)
    assert await stage.rows() == []
    for menu, target in ((wording.DREAM_AVATAR, "Ada"), (wording.DREAM_THIS, said)):
        assert not (await stage.response_to(stage.playground.menu("Ada", "dreams", menu, target))).ephemeral
    await stage.queued(2)
    await chosen(stage, "Ada", opted_out="off")
    assert not (await stage.response_to(stage.playground.menu("You", "dreams", wording.DREAM_AVATAR, "Ada"))).ephemeral


async def test_messages_that_name_or_answer_who_opted_out_are_refused(stage: Stage) -> None:  # noqa: F811
    await chosen(stage, opted_out="on")
    sam = stage.playground.world.persona("You").id
    assert str(OptedOut()) in words(await mentioned(stage, f"<@{sam}> eyes"))
    assert await stage.rows() == []
    called = f"<@{stage.playground.world.bot.id}> low"  # or Discord would not show it to the bot
    said = stage.playground.say("You", "dreams", called, [stage.playground.upload("cat.png", png())])
    (own,) = await stage.queued(1)
    assert own.job.requester == sam
    assert str(OptedOut()) in words(await mentioned(stage, "eyes", reply_to=said))
    assert await stage.rows() == [own]


async def test_a_direct_message_says_that_a_long_dream_is_done(
    stage: Stage,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.delivery.tracker.LONG_WAIT_S", -1.0)
    await chosen(stage, direct="on")
    message, _ = await stage.dreamed()
    world = stage.playground.world
    place = world.channel("dm", world.persona("You"))
    direct = await world.until(lambda: next(iter(world.history(place)), None))
    assert f"/{message.channel_id}/{message.id}" in words(direct)


async def test_a_refused_direct_message_is_said_once_and_the_ping_remains(
    stage: Stage,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.delivery.tracker.LONG_WAIT_S", -1.0)
    await chosen(stage, direct="on")
    stage.playground.rest.faults.plan(Fault("cannot_message_user", "POST", "/users/@me/channels", times=2))
    for count in (1, 2):
        await stage.dreamed()
        await until_pinged(stage, count)
    assert [wording.DIRECT_REFUSED in text for text in pinged(stage)] == [True, False]
    assert (await settings_of(stage)).direct_refused
    for value in (settings_panel.OFF, settings_panel.ON):
        await chosen(stage, direct=value)
    assert not (await settings_of(stage)).direct_refused, "it is tried, and would be said, anew"


async def until_pinged(stage: Stage, count: int) -> None:  # noqa: F811
    await stage.playground.world.until(lambda: len(pinged(stage)) == count or None)


def pinged(stage: Stage) -> list[str]:  # noqa: F811
    """The messages that said that a dream is done, in their order."""
    ready = wording.ready_words(int(stage.playground.world.persona("You").id))
    return [words(one) for one in stage.playground.world.messages.values() if ready in words(one)]


async def export(stage: Stage, persona: str = "You") -> tuple[Message, dict[str, Any]]:  # noqa: F811
    panel = await stage.ask(persona, "settings")
    pressed = stage.playground.press(persona, panel, wording.SETTINGS_VERBS["export"])
    message = await stage.response_to(pressed)
    world = stage.playground.world
    await world.until(lambda: message.attachments or None)
    (held,) = message.attachments
    assert held.filename == EXPORT_NAME
    told: dict[str, Any] = json.loads(held.data)
    return message, told


async def test_all_that_is_stored_about_somebody_is_a_file(stage: Stage) -> None:  # noqa: F811
    await stage.ask("You", "preset save", name="sea", layer="low")
    await chosen(stage, size="256")
    dreamed, row = await stage.dreamed(layer="low", seed=7)
    await stage.dreamed("Ada")
    await stage.ask("You", "preset share", name="sea")
    message, told = await export(stage)
    assert message.ephemeral
    assert told["settings"]["size"] == 256
    assert [one["name"] for one in told["presets"]] == ["sea"]
    (shared,) = told["shared_presets"]
    assert (shared["name"], len(shared["code"])) == ("sea", 8)
    (dream,) = told["dreams"]
    assert (dream["id"], dream["settings"]["seed"], dream["picture"]) == (row.id, 7, row.job.picture)
    assert dream["link"].endswith(f"/{dreamed.channel_id}/{dreamed.id}")
    assert told["dreams_left_out"] == 0
    assert "token" not in json.dumps(told)
    _, hers = await export(stage, "Ada")
    assert (len(hers["dreams"]), hers["presets"], hers["settings"]["size"]) == (1, [], None)


async def test_why_a_dream_failed_is_in_the_file_with_its_facts(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("You", "dream")
    row, error = stage.start(), TooMuchMemory(needed=900, limit=500)
    stage.dispatch.fail(row.id, error)
    await stage.shows(message, error.code)
    (dream,) = (await export(stage))[1]["dreams"]
    assert (dream["state"], dream["error"], dream["error_facts"]) == ("failed", str(error), error.facts)


async def test_an_export_that_is_too_large_leaves_out_the_oldest(stage: Stage) -> None:  # noqa: F811
    ids = [(await stage.dreamed(seed=seed))[1].id for seed in (1, 2)]
    sam = int(stage.playground.world.persona("You").id)
    data = stage.client.settings_actions._personal_data
    told = json.loads(await data.export(sam, len(await data.export(sam, 10**6)) * 3 // 4))
    assert [one["id"] for one in told["dreams"]] == ids[1:]
    assert told["dreams_left_out"] == 1


async def test_deleting_asks_once_and_cancels_what_is_under_way(stage: Stage) -> None:  # noqa: F811
    await stage.ask("You", "preset save", name="sea", layer="low")
    done = await stage.ask("You", "dream")
    row = await stage.finish(done, png(9, 9))
    refused = await stage.ask("You", "dream", subject="castel")
    await stage.dreamed("Ada", image=stage.playground.upload("cat.png", png()))
    panel = await chosen(stage, size="256")
    running = await stage.ask("You", "dream")
    underway = stage.start()
    waiting = await stage.ask("You", "dream")
    await stage.press("You", panel, wording.SETTINGS_VERBS["delete"])
    assert wording.DELETE_PROMPT in words(panel)
    assert labels(panel) == [wording.SETTINGS_VERBS["delete_all"], wording.SETTINGS_VERBS["back"]]
    for _ in range(2):  # a double click
        stage.playground.press("You", panel, wording.SETTINGS_VERBS["delete_all"])
    await stage.shows(waiting, wording.CANCELLED)
    assert stage.dispatch.progress(underway.id, 1, 2) == "stop"
    stage.dispatch.settle_cancelled(underway.id)
    await stage.shows(running, wording.CANCELLED)
    told = wording.all_deleted_words(settings=True, presets=1, jobs=3, pictures=3, messages=3, messages_left=0, left=0)
    await stage.shows(panel, told)
    sam = stage.playground.world.persona("You").id
    assert await stage.dispatch.history(sam) == []
    assert await stage.dispatch.row(row.id) is None
    assert words(await stage.press("You", refused, wording.use_words("castle"))) == wording.OFFER_OVER
    assert row.result
    assert await stage.dispatch.get_blob(row.result.blob) is None
    assert await stage.client.service.presets.all(sam) == []
    assert await settings_of(stage) == UserSettings()
    assert len(await stage.dispatch.history(stage.playground.world.persona("Ada").id)) == 1
    assert not {done.id, running.id, waiting.id} & stage.playground.world.messages.keys()
    await stage.press("You", panel, wording.SETTINGS_VERBS["back"])
    assert wording.SETTINGS in words(panel)


async def test_what_was_never_offered_is_refused_in_private_and_changes_nothing(stage: Stage) -> None:  # noqa: F811
    panel = await stage.ask("You", "settings")
    for custom_id, value in (
        ("settings:size", "9999"), ("settings:size", "x"), ("settings:strength", "nan"),
        ("settings:aim", "subject:xyzzyx"), ("settings:aim", "network:pocket"),
        ("settings:preset", "=nobody's"), ("settings:theme", "dark"),
    ):  # fmt: skip
        refused = await stage.response_to(forged_press(stage, panel, custom_id, values=[value]))
        assert refused.ephemeral
        assert refused.id != panel.id
    assert await settings_of(stage) == UserSettings()


async def test_who_presses_anothers_panel_changes_only_their_own(stage: Stage) -> None:  # noqa: F811
    panel = await stage.ask("You", "settings")
    await stage.response_to(forged_press(stage, panel, "settings:size", "Ada", ["256"]))
    assert (await settings_of(stage, "Ada")).size == 256
    assert await settings_of(stage) == UserSettings()


def test_the_panels_are_within_discords_limits() -> None:
    presets = [Preset(f"{number:02}" + "x" * 30, {}, number == 30) for number in range(40)]
    settings = UserSettings(layer="mixed4a", strength=1.23, size=777, direct=True, spoiler=True, opted_out=True)
    panels = [
        settings_panel.panel(settings, presets, shipped_catalog()),
        settings_panel.panel(UserSettings(), [], shipped_catalog()),
        settings_panel.deletion_panel(),
    ]
    for panel in panels:
        assert panel.content_length() <= TEXT_LIMIT
        assert panel.total_children_count <= COMPONENT_LIMIT
    for item in panels[0].walk_children():
        assert len(getattr(item, "options", ())) <= 25
        assert len(getattr(item, "custom_id", "")) <= 100
