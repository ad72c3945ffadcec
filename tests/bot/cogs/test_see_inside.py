"""`/see` with a layer, a channel or a search, against the stand-in Discord, with the engine's part done by hand."""

from typing import Any

import pytest

from bot import wording
from bot.playground import interactions
from bot.playground.rejections import JsonDict
from bot.playground.world import Message
from bot.requests import derivation
from engine.errors import OptionConflict
from engine.params import Channel
from engine.queue.job import JobRow
from tests.bot.requests.test_hostile_users import forge
from tests.bot.requests.test_service import (  # noqa: F401
    Option,
    Stage,
    _drawn_avatars,
    labels,
    made,
    png,
    specification,
    stage,
    words,
)


async def drawn(stage: Stage, **options: Option) -> tuple[Message, JobRow]:  # noqa: F811
    """A finished drawing: its message and its row."""
    message = await stage.ask("You", "see", **options)
    return message, await stage.finish(message)


async def test_one_channel_is_drawn_out_of_nothing_and_dreamed_further(stage: Stage) -> None:  # noqa: F811
    message, row = await drawn(stage, layer="mid", channel=21, seed=7)
    assert row.job.params == Channel(layer="mid", channel=21, seed=7)
    assert row.job.picture is None
    assert "`/see layer:mid channel:21 seed:7`" in words(message)
    assert labels(message) == ["Deeper", "Re-roll", "Zoom", "Tune", "More"]
    for button in ("Deeper", "Re-roll", "Zoom"):
        await stage.press("Ada", message, button)
    deeper, again, zoom = (child.job for child in await stage.queued(3))
    assert deeper.params.aim == zoom.params.aim == ("layer", "mid:21")
    assert deeper.picture == zoom.picture == made(row).blob
    assert again.params == row.job.params.model_copy(update={"seed": again.params.seed})
    assert derivation.preset_options(row.job.params) == {"network": "pocket", "layer": "mid:21"}


async def test_without_a_channel_it_is_an_atlas_which_is_not_dreamed(stage: Stage) -> None:  # noqa: F811
    image = stage.playground.upload("cat.png", png(40, 30))
    message, row = await drawn(stage, layer="low", image=image, top=9, seed=7)
    assert row.job.params == Channel(layer="low", top=9, seed=7)
    assert row.job.picture is not None
    assert labels(message) == ["Re-roll", "Tune", "More"]
    assert "`/see layer:low top:9 seed:7`" in words(message)


async def test_another_layer_is_its_atlas_since_the_channel_was_the_other_ones(stage: Stage) -> None:  # noqa: F811
    message, _ = await drawn(stage, channel=21)
    await stage.tune("You", message, {wording.PICK_LAYER: "low"})
    (other,) = await stage.queued(1)
    assert other.job.params == Channel(layer="low", seed=other.job.params.seed)


async def test_channels_are_searched_by_a_word_or_named_but_not_both(stage: Stage) -> None:  # noqa: F811
    message, row = await drawn(stage, search="🦊", seed=7)
    assert row.job.params == Channel(search="fox", seed=7)
    assert "`/see layer:mid search:fox seed:7`" in words(message)
    offered = await stage.playground.autocomplete("You", "dreams", "see", "search", search="fo")
    assert "fox" in [choice["value"] for choice in offered]
    offered = await stage.playground.autocomplete("You", "dreams", "see", "layer", layer="mixed4")
    assert [choice["value"] for choice in offered] == ["mixed4a", "mixed4b", "mixed4c", "mixed4d"]


@pytest.mark.parametrize("options", [{"top": 9}, {"layer": "low"}, {"channel": 0}, {"search": "fox"}])
async def test_any_of_its_options_looks_inside_and_without_them_the_avatar_is_looked_at(
    stage: Stage,  # noqa: F811
    options: dict[str, Option],
) -> None:
    await stage.ask("You", "see", **options)
    await stage.ask("You", "see")
    inside, outside = (row.job for row in await stage.queued(2))
    assert (inside.params.recipe, inside.picture) == ("channel", None)
    assert outside.params.recipe == "see"
    assert outside.picture is not None


@pytest.mark.parametrize(
    ("options", "first", "second"),
    [
        ({"channel": 3, "search": "fox"}, "channel", "search"),
        ({"channel": 3, "top": 5}, "channel", "top"),
        ({"channel": 3, "image": None}, "channel", "image"),
        ({"search": "fox", "image": None}, "search", "image"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
async def test_what_would_change_nothing_is_refused_in_private(
    stage: Stage,  # noqa: F811
    options: dict[str, Any],
    first: str,
    second: str,
) -> None:
    if "image" in options:
        options = {**options, "image": stage.playground.upload("cat.png", png())}
    refused = await stage.ask("You", "see", **options)
    assert refused.ephemeral
    assert words(refused) == wording.error_sentence(OptionConflict(first=first, second=second))
    assert await stage.rows() == []


async def test_the_command_of_before_is_answered_with_the_one_of_today(stage: Stage) -> None:  # noqa: F811
    atlas: JsonDict = {"name": "channel", "type": 1, "options": [{"name": "layer", "type": 3, "value": "mid"}]}
    data = {"id": "1", "name": "lab", "type": 1, "options": [atlas]}
    told = await stage.response_to(forge(stage, interactions.COMMAND, data))
    assert told.ephemeral
    assert words(told) == wording.moved_words("lab")
    assert await stage.rows() == []
