"""`/concept morph_to:` against the stand-in Discord, with the engine's part done by hand."""

from typing import Any

import pytest

from bot import wording
from bot.requests.derivation import preset_options, zoom_into
from engine.catalog.catalog import shipped_catalog
from engine.params import Concept, Morph, make
from tests.bot.requests.test_service import (  # noqa: F401
    JPEG,
    Stage,
    _drawn_avatars,
    alts,
    labels,
    png,
    specification,
    stage,
    words,
)


async def test_what_something_becomes_is_an_animation(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("You", "concept", subject="banana", morph_to="eye > 🦊", seed=7)
    (row,) = await stage.rows()
    assert row.job.params == make(Morph, row.job.params.catalog, subject="banana > eye > fox", seed=7)
    assert row.job.picture is None
    stage.dispatch.start()
    stage.dispatch.progress(row.id, 2, 5, JPEG, eta_s=8.0)
    await stage.shows(message, "Morphing… 40%")
    assert labels(message) == [wording.VERBS["cancel"]]
    stage.dispatch.finish(row.id, png())
    await stage.shows(message, "`/concept subject:banana morph_to:eye > fox seed:7`")
    assert labels(message) == [wording.VERBS["again"], wording.VERBS["more"]]
    assert alts(message) == ["An animation by the network: banana becomes eye, then fox."]


async def test_re_roll_is_another_one_and_a_reply_is_what_it_becomes_next(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("You", "concept", subject="rose", morph_to="castle", strip=True)
    await stage.finish(message)
    assert alts(message) == ["A strip of pictures by the network: rose becomes castle."]
    await stage.press("Ada", message, wording.VERBS["again"])
    (again,) = await stage.queued(1)
    assert isinstance(again.job.params, Morph)
    assert (again.job.params.subject, again.job.params.strip) == ("rose > castle", True)
    stage.playground.say("Ada", "dreams", "owl", (), message)
    *_, further = await stage.queued(2)
    assert isinstance(further.job.params, Morph)
    assert further.job.params.subject == "rose > castle > owl"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"morph_to": "bananas"}, "`banana` can't become itself"),
        ({"morph_to": "castlle"}, "Did you mean castle?"),
        ({"morph_to": "eye > fox > owl > rose > fish > dog"}, "at most 6 things"),
        ({"morph_to": "eye", "variations": 4}, "`variations` and `morph_to`"),
        ({"strip": True}, wording.STRIP_OF_ONE),
    ],
)
async def test_what_does_not_go_is_refused_in_private(
    stage: Stage,  # noqa: F811
    options: dict[str, Any],
    says: str,
) -> None:
    refused = await stage.ask("You", "concept", subject="banana", **options)
    assert refused.ephemeral
    assert says in words(refused).replace("\\_", "_")
    assert await stage.rows() == []


async def test_an_arrow_in_the_subject_is_a_morph_too(stage: Stage) -> None:  # noqa: F811
    await stage.ask("You", "concept", subject="banana > eye")
    await stage.ask("You", "concept", subject="banana", strip=False)
    morph, concept = await stage.rows()
    assert isinstance(morph.job.params, Morph)
    assert isinstance(concept.job.params, Concept)


def test_what_goes_on_from_a_morph_goes_where_it_ends() -> None:
    catalog = shipped_catalog()
    assert preset_options(make(Morph, catalog, subject="rose > castle"))["subject"] == "castle"
    assert zoom_into(make(Morph, catalog, subject="rose > mid:21")).layer == "mid:21"
