"""Presets that are shown, renamed, shared and imported, against the stand-in Discord."""

import re

import pytest

from bot import wording
from bot.playground import interactions, registry
from bot.playground.faults import Fault
from bot.playground.rejections import JsonDict
from bot.playground.world import Message
from bot.requests import code_attempts
from bot.store.share_codes import draw_code
from engine.errors import PresetRevoked, TooManyPresets, UnknownCode
from engine.params import Dream
from tests.bot.requests.test_hostile_users import forge, forged_press
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    climb,
    labels,
    png,
    specification,
    stage,
    walk,
    words,
)
from tests.chaos.rest_faults import CALLBACK, FOLLOW_UP

pytestmark = pytest.mark.slow

CARD = [wording.VERBS["preset_save"], wording.VERBS["preset_try"]]
SAVE = wording.VERBS["preset_save"]
WICKED = "@everyone <@&1> **x** [a](b) ||"


@pytest.fixture(autouse=True)
def _patient(stage: Stage) -> None:  # noqa: F811
    """A preset is on the disk before it is answered, which on a busy machine may take longer than Discord waits."""
    stage.playground.world.acknowledge_seconds = 60.0


async def shared(stage: Stage, name: str = "Fur", **options: str | float) -> Message:  # noqa: F811
    """A card of a preset that Sam saved for it."""
    await stage.ask("Sam", "preset save", name=name, **({"layer": "mid", "strength": 1.6} | options))  # type: ignore[arg-type]
    return await stage.ask("Sam", "preset share", name=name)


async def code_of(stage: Stage, name: str = "Fur", persona: str = "Sam") -> str:  # noqa: F811
    """The code that the owner reads in the preset's panel."""
    found = re.search(r"code:([0-9A-Z]{4}-[0-9A-Z]{4})`", words(await stage.ask(persona, "preset show", name=name)))
    assert found
    return found[1]


async def names(stage: Stage, persona: str) -> list[str]:  # noqa: F811
    user = stage.playground.world.persona(persona).id
    return sorted(one.name for one in await stage.client.service.presets.all(user))


def settings(**options: object) -> str:
    return wording.preset_settings(Dream(**options))


async def test_what_sam_shares_ada_saves_and_dreams_with(stage: Stage) -> None:  # noqa: F811
    card = await shared(stage, size=256)
    assert not card.ephemeral
    assert labels(card) == CARD
    assert settings(layer="mid", strength=1.6, size=256) in words(card)
    assert "Sam shares a preset: **Fur**" in words(card)
    assert wording.added_words("Fur", "Fur", was_there=False) in words(await stage.press("Ada", card, SAVE))
    await stage.ask("Ada", "dream", preset="fur")
    (row,) = await stage.rows()
    assert row.job.params == Dream(layer="mid", strength=1.6, size=256, seed=row.job.params.seed)


async def test_pressed_twice_there_is_one(stage: Stage) -> None:  # noqa: F811
    card = await shared(stage)
    presses = [stage.playground.press("Ada", card, SAVE) for _ in range(2)]
    told = {words(await stage.response_to(press)) for press in presses}
    assert told == {wording.added_words("Fur", "Fur", was_there=there) for there in (False, True)}
    assert all([(await stage.response_to(press)).ephemeral for press in presses])
    assert await names(stage, "Ada") == ["Fur"]
    assert wording.added_words("Fur", "Fur", was_there=True) in words(await stage.press("Sam", card, SAVE))


async def test_a_name_that_is_taken_is_numbered_and_said(stage: Stage) -> None:  # noqa: F811
    await stage.ask("Ada", "preset save", name="fur", layer="low")
    card = await shared(stage)
    assert wording.added_words("Fur", "Fur 2", was_there=False) in words(await stage.press("Ada", card, SAVE))
    assert await names(stage, "Ada") == ["Fur 2", "fur"]


async def test_as_many_as_one_may_have_and_no_more(stage: Stage) -> None:  # noqa: F811
    card = await shared(stage)
    ada = stage.playground.world.persona("Ada").id
    for number in range(20):
        await stage.client.service.presets.save(ada, f"n{number}", {"layer": "mid", "seed": number})
    refused = await stage.press("Ada", card, SAVE)
    assert refused.ephemeral
    assert str(TooManyPresets(limit=20)) in words(refused)


async def test_a_card_keeps_what_was_shared_until_its_preset_is_deleted(stage: Stage) -> None:  # noqa: F811
    card = await shared(stage)
    await stage.ask("Sam", "preset save", name="Fur", layer="low")
    await stage.ask("Sam", "preset rename", name="Fur", to="Strokes")
    await stage.press("Ada", card, SAVE)
    await stage.ask("Ada", "dream", preset="fur")
    (row,) = await stage.rows()
    assert climb(row).layer == "mid"
    deleted = await stage.ask("Sam", "preset delete", name="strokes")
    assert wording.deleted_words("strokes", shared=True) in words(deleted)
    for button in CARD:
        refused = await stage.press("Mod", card, button)
        assert refused.ephemeral
        assert str(PresetRevoked()) in words(refused)
    assert await names(stage, "Ada") == ["Fur"], "what was saved stays"


async def test_a_card_is_dreamed_with_at_once(stage: Stage) -> None:  # noqa: F811
    card = await shared(stage, subject="eyes", layer="")
    message = await stage.press("Ada", card, wording.VERBS["preset_try"])
    (row,) = await stage.rows()
    assert not message.ephemeral
    assert row.job.requester == stage.playground.world.persona("Ada").id
    assert (row.job.params.aim, climb(row).strength) == (("subject", "eyes"), 1.6)
    assert await names(stage, "Ada") == []


async def test_a_card_of_a_bot_before_this_one_works(stage: Stage) -> None:  # noqa: F811
    card = await shared(stage)
    sent = [item["custom_id"] for item in walk(card.components) if "custom_id" in item]
    world = stage.playground.world
    plain, _ = await stage.dreamed("Mod")
    old = await stage.response_to(forged_press(stage, plain, sent[0], "Ada"))
    assert wording.added_words("Fur", "Fur", was_there=False) in words(old)
    assert [custom_id.split(":")[0] for custom_id in sent] == ["preset_save", "preset_try"], "frozen"
    del world.messages[card.id]


async def test_only_who_shares_reads_the_code_and_elsewhere_it_is_the_preset(stage: Stage) -> None:  # noqa: F811
    card = await shared(stage)
    world = stage.playground.world
    code = await code_of(stage)
    private = await world.until(
        lambda: next((one for one in world.messages.values() if wording.shared_words(code) in words(one)), None)
    )
    assert private.visible_to == world.persona("Sam").id
    assert code not in words(card)
    imported = await stage.ask("Ada", "preset import", "dm", code=code.lower().replace("-", " "))
    assert wording.added_words("Fur", "Fur", was_there=False) in words(imported)
    again = await stage.press("Ada", card, SAVE)
    assert wording.added_words("Fur", "Fur", was_there=True) in words(again)
    await stage.ask("Sam", "preset delete", name="Fur")
    assert str(UnknownCode()) in words(await stage.ask("Mod", "preset import", code=code))


async def test_who_guesses_codes_is_stopped(stage: Stage) -> None:  # noqa: F811
    await shared(stage)
    code = await code_of(stage)
    for _ in range(code_attempts.LIMIT):
        refused = await stage.ask("Ada", "preset import", code=draw_code())
        assert refused.ephemeral
        assert str(UnknownCode()) in words(refused)
    assert "wrong codes within an hour" in words(await stage.ask("Ada", "preset import", code=code))
    assert await names(stage, "Ada") == []
    assert "Saved" in words(await stage.ask("Mod", "preset import", code=code))


async def test_a_panel_shows_one_in_words_with_what_can_be_done(stage: Stage) -> None:  # noqa: F811
    await stage.ask("Sam", "preset save", name="Fur", layer="mid", strength=1.6)
    panel = await stage.ask("Sam", "preset show", name="ＦＵＲ")
    assert panel.ephemeral
    assert wording.preset_panel_words("Fur", settings(layer="mid", strength=1.6)) in words(panel)
    assert labels(panel) == [wording.VERBS[verb] for verb in ("preset_dream", "preset_share", "preset_delete")]
    dreamed = await stage.press("Sam", panel, wording.VERBS["preset_dream"])
    (row,) = await stage.rows()
    assert not dreamed.ephemeral
    assert row.job.params == Dream(layer="mid", strength=1.6, seed=row.job.params.seed)
    card = await stage.press("Sam", panel, wording.VERBS["preset_share"])
    assert labels(card) == CARD
    stage.playground.press("Sam", panel, wording.VERBS["preset_delete"])
    await stage.shows(panel, wording.deleted_words("Fur", shared=True))
    assert labels(panel) == []
    assert str(PresetRevoked()) in words(await stage.press("Ada", card, SAVE))


async def test_sharing_ends_and_the_preset_stays(stage: Stage) -> None:  # noqa: F811
    card = await shared(stage)
    code = await code_of(stage)
    await stage.ask("Sam", "preset save", name="Fur", layer="low")
    panel = await stage.ask("Sam", "preset show", name="Fur")
    assert wording.preset_panel_words("Fur", settings(layer="low"), code, changed=True) in words(panel)
    stage.playground.press("Sam", panel, wording.VERBS["preset_unshare"])
    await stage.shows(panel, wording.unshared_words("Fur"))
    assert str(PresetRevoked()) in words(await stage.press("Ada", card, SAVE))
    assert await names(stage, "Sam") == ["Fur"]
    assert wording.VERBS["preset_unshare"] not in labels(await stage.ask("Sam", "preset show", name="Fur"))


async def test_the_panel_of_a_preset_that_is_gone_says_so(stage: Stage) -> None:  # noqa: F811
    await stage.ask("Sam", "preset save", name="Fur", layer="mid")
    panel = await stage.ask("Sam", "preset show", name="Fur")
    await stage.ask("Sam", "preset rename", name="Fur", to="Sea")
    for verb in ("preset_dream", "preset_share", "preset_delete"):
        assert 'You have no preset "Fur"' in words(await stage.press("Sam", panel, wording.VERBS[verb]))
    assert await names(stage, "Sam") == ["Sea"]


async def test_renaming_says_the_new_name_or_what_is_in_its_way(stage: Stage) -> None:  # noqa: F811
    for name in ("Fur", "Sea"):
        await stage.ask("Sam", "preset save", name=name, layer="mid")
    assert wording.renamed_words("fur", "Soft fur") in words(
        await stage.ask("Sam", "preset rename", name="fur", to="Soft  fur")
    )
    refused = await stage.ask("Sam", "preset rename", name="soft fur", to="SEA")
    assert 'You already have a preset "Sea"' in words(refused)
    assert "1 to 32 letters" in words(await stage.ask("Sam", "preset rename", name="soft fur", to="<@1>"))


@pytest.mark.parametrize("command", ["show", "rename", "delete", "share"])
async def test_ones_own_presets_are_offered_for_every_name_and_nobody_elses(stage: Stage, command: str) -> None:  # noqa: F811
    await stage.ask("Sam", "preset save", name="Deep sea", layer="mid")
    await stage.ask("Ada", "preset save", name="Deep fur", layer="mid")
    choices = await stage.playground.autocomplete("Sam", "dreams", f"preset {command}", "name", name="deep")
    assert [choice["value"] for choice in choices] == ["Deep sea"]


async def test_nothing_in_a_name_is_interpreted_on_a_card(stage: Stage) -> None:  # noqa: F811
    stage.playground.world.persona("Sam").global_name = WICKED
    await stage.ask(WICKED, "preset save", name="_a_ - b", layer="mid")
    card = await stage.ask(WICKED, "preset share", name="_a_ - b")
    assert not re.search(r"(?<!\\)(<@|@everyone|\|\||\[a\]|\*\*x|_a_)", words(card))
    assert await code_of(stage, "_a_ - b", WICKED)
    assert list(stage.playground.world.pings) == []


async def test_a_preset_whose_model_is_gone_is_shown_as_it_is_kept(stage: Stage) -> None:  # noqa: F811
    options: dict[str, object] = {"network": "gone", "layer": "mid"}
    await stage.client.service.presets.save(stage.playground.world.persona("Sam").id, "Old", options)
    assert wording.raw_settings(options) in words(await stage.ask("Sam", "preset show", name="Old"))
    card = await stage.ask("Sam", "preset share", name="Old")
    refused = await stage.press("Ada", card, wording.VERBS["preset_try"])
    assert refused.ephemeral
    assert 'There is no model "gone"' in words(refused).replace("\\", "")


async def test_where_automod_objects_to_a_name_the_card_has_its_buttons_without_it(stage: Stage) -> None:  # noqa: F811
    await stage.ask("Sam", "preset save", name="Fur", layer="mid")
    stage.playground.rest.faults.plan(Fault("moderated", *CALLBACK))
    card = await stage.ask("Sam", "preset share", name="Fur")
    assert (words(card).strip(), labels(card)) == (wording.PLAIN, CARD)
    assert wording.added_words("Fur", "Fur", was_there=False) in words(await stage.press("Ada", card, SAVE))


async def test_a_code_that_could_not_be_told_stands_in_the_panel(stage: Stage) -> None:  # noqa: F811
    await stage.ask("Sam", "preset save", name="Fur", layer="mid")
    stage.playground.rest.faults.plan(Fault("missing_access", *FOLLOW_UP))
    card = await stage.ask("Sam", "preset share", name="Fur")
    assert labels(card) == CARD
    code = await code_of(stage)
    assert not any(wording.shared_words(code) in words(one) for one in stage.playground.world.messages.values())
    assert "Saved" in words(await stage.ask("Ada", "preset import", code=code))


@pytest.mark.parametrize("fault", ["lost answer", "late server error"])
async def test_where_nobody_said_whether_a_card_was_taken_there_is_one(stage: Stage, fault: str) -> None:  # noqa: F811
    await stage.ask("Sam", "preset save", name="Fur", layer="mid")
    stage.playground.rest.faults.plan(Fault(fault, *CALLBACK))
    asked = stage.playground.command("Sam", "dreams", "preset share", name="Fur")
    world = stage.playground.world
    await world.until(lambda: any("preset import" in words(one) for one in world.messages.values()) or None)
    code, shown = await code_of(stage), [*world.messages.values()]
    assert asked.acknowledged is not None
    assert len([one for one in shown if labels(one) == CARD]) == 1
    assert len([one for one in shown if wording.shared_words(code) in words(one)]) == 1


def old_command(stage: Stage) -> JsonDict:  # noqa: F811
    """What a client sends that has not heard yet that `/preset use` is gone."""
    found = registry.find(stage.playground.world, "preset list", 1)
    assert found is not None
    typed = [{"name": "name", "type": 3, "value": "Fur", "focused": True}]
    used = {"name": "use", "type": 1, "options": typed}
    return {"id": found[0]["id"], "name": "preset", "type": 1, "options": [used]}


async def test_an_old_client_that_still_sends_preset_use_is_told_what_to_type(stage: Stage) -> None:  # noqa: F811
    told = await stage.response_to(forge(stage, interactions.COMMAND, old_command(stage)))
    assert told.ephemeral
    assert words(told) == wording.MOVED_COMMANDS["preset use"]


async def test_while_it_types_that_it_is_offered_nothing(stage: Stage) -> None:  # noqa: F811
    typing = forge(stage, interactions.AUTOCOMPLETE, old_command(stage))
    told = await stage.response_to(forge(stage, interactions.COMMAND, old_command(stage)))
    assert words(told) == wording.MOVED_COMMANDS["preset use"]
    assert typing.acknowledged is None, "no words, which Discord would refuse there"


@pytest.mark.parametrize("verb", ["preset_save", "preset_try", "preset_dream", "preset_share", "preset_unshare"])
async def test_a_forged_id_of_nothing_is_refused_in_private(stage: Stage, verb: str) -> None:  # noqa: F811
    message, _ = await stage.dreamed()
    answer = await stage.response_to(forged_press(stage, message, f"{verb}:{'x' * 20}"))
    assert answer.ephemeral
    assert any(f"-# {code}" in words(answer) for code in ("R14", "R51"))
