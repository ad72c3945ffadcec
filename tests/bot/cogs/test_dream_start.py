"""Where `/dream` begins, against the stand-in Discord, with the engine's part done by hand."""

from typing import Any

import pytest

from bot import wording
from bot.requests import derivation
from engine import params
from engine.catalog.catalog import shipped_catalog
from engine.errors import Gone, NoAvatar, NoLastDream, NoServerIcon, OptionConflict, PareidoliaError
from engine.params import Dream, Params
from engine.queue.job import JobRow
from tests.bot.requests.test_hostile_users import forged_press
from tests.bot.requests.test_service import (  # noqa: F401
    Option,
    Stage,
    _drawn_avatars,
    alts,
    labels,
    made,
    png,
    specification,
    stage,
    words,
)

OFFER = wording.VERBS["last"]


async def refuses(stage: Stage, error: PareidoliaError, channel: str = "dreams", **options: Option) -> None:  # noqa: F811
    refused = await stage.ask("You", "dream", channel, **options)
    assert refused.ephemeral
    assert words(refused) == wording.error_sentence(error)
    assert await stage.rows() == []


async def newest(stage: Stage) -> JobRow:  # noqa: F811
    await stage.followed()
    return max(await stage.rows(), key=lambda row: row.created)


async def test_somebody_is_dreamed_by_name(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("You", "dream", user="Ada")
    mine = await stage.ask("Ada", "dream", start="avatar")
    hers, own = await stage.queued(2)
    assert hers.job.picture == own.job.picture is not None
    assert alts(message) == alts(mine) == ["Ada's avatar, before the dream"]
    assert hers.job.requester == stage.playground.world.persona("You").id
    assert message.interaction is not None
    assert message.interaction.command is not None
    assert message.interaction.command["typed"] == "user:@Ada", "as Discord shows it above the answer"


async def test_noise_and_the_servers_icon_are_dreamed(stage: Stage) -> None:  # noqa: F811
    noise = await stage.ask("You", "dream", start="noise")
    (row,) = await stage.rows()
    assert row.job.picture is None
    await stage.finish(noise)
    icon = await stage.ask("You", "dream", start="server icon")
    row = await newest(stage)
    assert row.job.picture is not None
    assert alts(icon) == [f"{stage.playground.world.guild_name}'s icon, before the dream"]
    assert OFFER not in labels(noise) + labels(icon), "a picture was chosen"


async def test_where_there_is_no_icon_and_no_dream_it_says_so(stage: Stage) -> None:  # noqa: F811
    await refuses(stage, NoServerIcon(), "dm", start="server icon")
    await refuses(stage, NoLastDream(), start="last dream")


@pytest.mark.parametrize(
    ("given", "first", "second"),
    [
        ({"image": True, "start": "noise"}, "image", "start"),
        ({"image": True, "user": "Ada"}, "image", "user"),
        ({"start": "avatar", "user": "Ada"}, "start", "user"),
        ({"guide": True, "guide_user": "Ada"}, "guide", "guide_user"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
async def test_two_pictures_in_one_place_are_refused(
    stage: Stage,  # noqa: F811
    given: dict[str, Any],
    first: str,
    second: str,
) -> None:
    files = {name: stage.playground.upload("a.png", png()) if one is True else one for name, one in given.items()}
    await refuses(stage, OptionConflict(first=first, second=second), "dreams", **files)


async def test_somebodys_avatar_guides(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("You", "dream", guide_user="Ada")
    row = await stage.finish(message)
    assert set(row.job.others) == {"guide"}
    assert row.job.others["guide"] != row.job.picture
    stage.playground.world.persona("Ada").avatar = None
    await refuses(stage, NoAvatar(name="Ada"), guide_user="Ada")


# the last dream here


async def test_the_last_dream_of_the_channel_is_dreamed_on(stage: Stage) -> None:  # noqa: F811
    _, first = await stage.dreamed("Ada", image=stage.playground.upload("cat.png", png(30, 20)))
    await stage.ask("You", "dream", start="last dream", subject="eyes")
    row = await newest(stage)
    assert row.job.picture == made(first).blob
    assert row.job.requester == stage.playground.world.persona("You").id
    elsewhere = await stage.ask("You", "dream", "lab", start="last dream")
    assert words(elsewhere) == wording.error_sentence(NoLastDream())


async def test_what_not_all_of_the_channel_saw_or_what_was_deleted_is_none(stage: Stage) -> None:  # noqa: F811
    private = await stage.ask("Ada", "dream", private=True)
    await stage.finish(private)
    zoom = await stage.ask("Ada", "zoom")
    await stage.finish(zoom, b"GIF89a zoom")
    await refuses(stage, NoLastDream(), start="last dream")
    message, _ = await stage.dreamed("Ada")
    panel = await stage.press("Ada", message, "More")
    stage.playground.press("Ada", panel, "Delete")
    await stage.playground.world.until(lambda: message.id not in stage.playground.world.messages or None)
    await refuses(stage, NoLastDream(), start="last dream")


async def test_without_a_picture_the_avatar_starts_and_the_last_dream_is_one_press_away(stage: Stage) -> None:  # noqa: F811
    first_message, first = await stage.dreamed("Ada", image=stage.playground.upload("cat.png", png(30, 20)))
    assert OFFER not in labels(first_message)
    message = await stage.ask("You", "dream", layer="low", strength=2.0, seed=7)
    assert labels(message) == ["Cancel", OFFER]
    row = await stage.finish(message)
    assert alts(message)[0].startswith("A dream of Sam's avatar")
    assert labels(message)[-1] == OFFER
    await stage.press("Ada", message, OFFER)
    taken = await newest(stage)
    assert taken.job.params == row.job.params
    assert taken.job.picture == made(first).blob
    assert taken.job.parent == row.id
    assert taken.job.requester == stage.playground.world.persona("Ada").id, "her own quota"


async def test_an_offer_is_good_for_its_own_channel_and_ends_in_peace(stage: Stage) -> None:  # noqa: F811
    message, _ = await stage.dreamed("Ada", start="avatar")
    mine, row = await stage.dreamed("You", layer="low")
    elsewhere = await stage.finish(await stage.ask("Ada", "dream", "lab", start="avatar"))
    private = await stage.finish(await stage.ask("You", "dream", private=True))
    panel = await stage.press("Ada", message, "More")
    stage.playground.press("Ada", panel, "Delete")
    await stage.playground.world.until(lambda: message.id not in stage.playground.world.messages or None)
    told = await stage.press("You", mine, OFFER)
    assert (told.ephemeral, words(told)) == (True, wording.error_sentence(Gone()))
    for other in (elsewhere.id, private.id, "x" * 20, "short"):
        told = await stage.response_to(forged_press(stage, mine, f"last:{row.id}:{other}"))
        assert (told.ephemeral, words(told)) == (True, wording.error_sentence(Gone()))
    assert await stage.rows() == []


# a surprise


async def test_a_surprise_says_what_it_was_and_what_was_asked_for_stays(stage: Stage) -> None:  # noqa: F811
    kept = {"layer": "low", "strength": 2.0}
    await stage.client.service.presets.save(stage.playground.world.persona("You").id, "mine", kept)
    image = stage.playground.upload("cat.png", png())
    message = await stage.ask("You", "dream", start="surprise", image=image, preset="mine", size=200)
    (row,) = await stage.rows()
    assert alts(message) == ["Sam's picture, before the dream"]
    drawn = row.job.params
    assert isinstance(drawn, Dream)
    assert (drawn.size, drawn.strength) == (200, 2.0)
    offered = [Dream(**one).aim for one in shipped_catalog().surprises("pocket")]
    assert drawn.aim in offered
    await stage.ask("You", "dream", start="surprise", subject="fox", seed=3)
    assert (await newest(stage)).job.params.aim == ("subject", "fox")


async def test_a_button_surprises_with_the_same_picture(stage: Stage) -> None:  # noqa: F811
    message, row = await stage.dreamed(image=stage.playground.upload("cat.png", png()), size=200)
    await stage.press("Ada", await stage.press("Ada", message, wording.VERBS["more"]), wording.VERBS["surprise"])
    (found,) = await stage.queued(1)
    surprised = found.job
    assert (surprised.picture, surprised.params.size) == (row.job.picture, 200)
    assert surprised.params.aim in [Dream(**one).aim for one in shipped_catalog().surprises("pocket")]
    assert surprised.params.seed != row.job.params.seed
    stage.dispatch.fail(stage.start().id)
    await stage.posted(found.id)
    concept = await stage.ask("You", "concept", subject="fox")
    row = await stage.finish(concept)
    await stage.press("Ada", await stage.press("Ada", concept, wording.VERBS["more"]), wording.VERBS["surprise"])
    assert row.result is not None
    (found,) = await stage.queued(1)
    assert found.job.picture == row.result.blob, "what was made of nothing is dreamed on"


@pytest.mark.parametrize("network", ["lite2", "pocket", "googlenet", "vgg16"])
def test_every_surprise_is_one_that_its_network_knows(network: str) -> None:
    catalog = shipped_catalog()
    for one in catalog.surprises(network):
        wanted: Params = params.make(Dream, catalog, network=network, **one)
        assert wanted.network == network
    for _ in range(20):
        for options, guided in (({"look": "2015"}, False), ({}, True)):
            drawn = derivation.draw_surprise(catalog, {"network": network, **options}, guided=guided)
            assert "layer" in drawn
            params.make(Dream, catalog, **params.override({"network": network, **drawn}, options))
