"""The further options of `/dream` against the stand-in Discord, with the engine's part done by hand."""

from pathlib import Path

import pytest

from bot import wording
from bot.requests import derivation
from engine.catalog.catalog import Catalog
from engine.params import Dream
from engine.queue.job import JobRow
from tests.bot.requests.test_service import (  # noqa: F401
    Option,
    Stage,
    _drawn_avatars,
    alts,
    climb,
    labels,
    png,
    specification,
    stage,
    words,
)


async def test_colours_what_stays_and_what_is_spared(stage: Stage) -> None:  # noqa: F811
    asked: dict[str, Option] = {"protect": "centre", "look": "2015", "layer": "mid", "seed": 7}
    message = await stage.ask("You", "dream", palette="keep", original=0.3, **asked)
    row = await stage.finish(message)
    assert row.job.params == Dream(colours="keep", keep=0.3, **asked)
    assert "`/dream layer:mid palette:keep original:0.3 protect:centre look:2015 seed:7`" in words(message)
    await stage.tune("You", message, {wording.PICK_SUBJECT: "eyes"})
    (eyes,) = await stage.queued(1)
    assert eyes.job.params == Dream(
        subject="eyes", colours="keep", keep=0.3, protect="centre", seed=eyes.job.params.seed
    ), "the notebook knew no subjects"


async def test_a_subject_grows_where_it_is_asked_for(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("You", "dream", subject="eyes", where="everywhere", seed=7)
    row = await stage.finish(message)
    assert row.job.params == Dream(subject="eyes", where="everywhere", seed=7)
    assert "`/dream subject:eyes where:everywhere seed:7`" in words(message)
    await stage.tune("You", message, {wording.PICK_WHERE: "one place"})
    (there,) = await stage.queued(1)
    assert there.job.params == Dream(subject="eyes", seed=7)


async def test_where_a_layer_grows_is_not_asked(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("You", "dream", layer="mid", seed=7)
    await stage.finish(message)
    with pytest.raises(KeyError, match=wording.PICK_WHERE):
        await stage.tune("You", message, {wording.PICK_WHERE: "everywhere"})


async def test_a_guide_and_a_mask_travel_with_the_dream(stage: Stage) -> None:  # noqa: F811
    guide, mask = (stage.playground.upload(f"{name}.png", png(40, 30 + at)) for at, name in enumerate("ab"))
    message = await stage.ask("You", "dream", guide=guide, mask=mask, guide_by="average")
    row = await stage.finish(message)
    assert set(row.job.others) == {"guide", "mask"}
    assert len({row.job.picture, *row.job.others.values()}) == 3
    for key in row.job.others.values():
        assert await stage.dispatch.get_blob(key)
    assert "with a guide and a mask" in words(message)
    assert alts(message)[0].endswith("faces, animals, eyes, guided by a second picture.")
    for button in ("Deeper", "Re-roll", "Zoom"):
        await stage.press("Ada", message, button)
    deeper, again, zoom = await stage.queued(3)
    assert deeper.job.others == again.job.others == row.job.others
    assert zoom.job.others == {}
    await stage.tune("You", message, {wording.PICK_SUBJECT: "eyes"})
    *_, eyes = await stage.queued(4)
    assert set(eyes.job.others) == {"mask"}, "a guide takes the place of a subject"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"look": "2015", "subject": "eyes"}, "`look` 2015 climbs one layer"),
        ({"model": "googlenet"}, 'The model "googlenet" is not installed here'),
        ({"model": "gogglenet"}, 'There is no model "gogglenet"'),
        ({"layer": "high*0.7 + hgih:21"}, "character 12"),
    ],
)
async def test_what_does_not_go_together_is_refused_in_private(
    stage: Stage,  # noqa: F811
    options: dict[str, Option],
    sentence: str,
) -> None:
    await refuses(stage, options, sentence)


@pytest.mark.parametrize(
    ("data", "options", "sentence"),
    [
        (b"text", {}, "can't open that file as an image"),
        (png(), {"subject": "eyes"}, "takes the place of a subject: leave one of them out"),
    ],
)
async def test_a_guide_that_cannot_be_is_refused_in_private(
    stage: Stage,  # noqa: F811
    data: bytes,
    options: dict[str, Option],
    sentence: str,
) -> None:
    await refuses(stage, {**options, "guide": stage.playground.upload("guide.png", data)}, sentence)


async def refuses(stage: Stage, options: dict[str, Option], sentence: str) -> None:  # noqa: F811
    refused = await stage.ask("You", "dream", **options)
    assert refused.ephemeral
    assert sentence in words(refused).replace("\\", "")
    assert await stage.rows() == []


async def test_a_preset_keeps_the_further_options_and_its_network(stage: Stage) -> None:  # noqa: F811
    kept = {"layer": "low", "colours": "match", "keep": 0.3, "look": "2015"}
    await stage.client.service.presets.save(stage.playground.world.persona("You").id, "old", kept)
    await stage.ask("You", "dream", preset="old")
    await stage.ask("You", "dream", preset="old", subject="eyes")
    await stage.ask("You", "zoom", preset="old")
    old, eyes, zoom = (climb(row) for row in await stage.queued(3))
    assert old == Dream(**kept, seed=old.seed)
    assert eyes == Dream(subject="eyes", colours="match", keep=0.3, seed=eyes.seed)
    assert zoom.layer == "low"


def dream_of(row: JobRow) -> Dream:
    assert isinstance(row.job.params, Dream)
    return row.job.params


async def test_a_preset_with_a_network_stays_with_it_whatever_knows_the_word(stage: Stage, tmp_path: Path) -> None:  # noqa: F811
    stage.client.service.catalog = Catalog.read(tmp_path / "default")
    await stage.client.service.presets.save(
        stage.playground.world.persona("You").id, "mine", {"network": "pocket", "layer": "low", "classic": True}
    )
    await stage.ask("You", "dream", preset="mine")
    await stage.ask("You", "dream", preset="mine", subject="owl")
    await stage.ask("You", "dream", subject="eyes")
    low, owl, eyes = (dream_of(row) for row in await stage.queued(3))
    assert (low.network, low.aim, low.look) == ("pocket", ("layer", "low"), "2015")
    assert (owl.network, owl.aim, owl.look) == ("pocket", ("subject", "owl"), "natural")
    assert eyes.network == "pocket", "the default does not know it"


async def test_of_several_layers_the_last_one_is_completed_and_all_are_credited(stage: Stage) -> None:  # noqa: F811
    typed = "high*.7+mixed4"
    choices = await stage.playground.autocomplete("You", "dreams", "dream", "layer", layer=typed)
    assert choices[0]["value"] == "high*0.7 + mixed4a"
    assert await stage.playground.autocomplete("You", "dreams", "dream", "layer", layer="hgih + mixed4") == []
    message = await stage.ask("You", "dream", layer=choices[0]["value"] + ":21", seed=7)
    row = await stage.finish(message)
    assert climb(row).layer == "high*0.7 + mixed4a:21"
    assert "`/dream layer:high*0.7 + mixed4a:21 seed:7`" in words(message)
    assert alts(message)[0].endswith("faces, animals, eyes and channel 21 of the layer mixed4a.")
    assert derivation.preset_options(row.job.params) == {"network": "pocket", "layer": "high*0.7 + mixed4a:21"}


async def test_networks_that_are_installed_are_offered_with_their_own_layers(
    stage: Stage,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def offered(option: str, **typed: str) -> list[str]:
        choices = await stage.playground.autocomplete("You", "dreams", "dream", option, **typed)
        return [choice["value"] for choice in choices]

    assert await offered("model", model="") == ["pocket", "lite2", "lite1"]
    assert "inception_4c" not in await offered("layer", model="googlenet", layer="")
    monkeypatch.setattr(Catalog, "is_ready", lambda _self, name: name in ("pocket", "googlenet"))
    assert await offered("model", model="goo") == ["googlenet"]
    assert "inception_4c" in await offered("layer", model="googlenet", layer="")
    assert await offered("subject", model="googlenet", subject="golden retr") == ["golden retriever"]
    message = await stage.ask("You", "dream", model="googlenet", layer="inception_4c", seed=7)
    await stage.finish(message)
    assert "`/dream layer:inception_4c model:googlenet seed:7`" in words(message)
    await stage.press("You", message, "Zoom")
    (zoom,) = await stage.queued(1)
    assert (zoom.job.params.network, zoom.job.params.aim) == ("googlenet", ("layer", "inception_4c"))
