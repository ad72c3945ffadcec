"""`/see` and its menu against the stand-in Discord, with the engine's part done by hand."""

from bot import wording
from bot.playground.world import Message
from bot.requests import derivation
from engine.params import Dream, See
from engine.queue.job import JobRow
from tests.bot.requests.test_hostile_users import forged_press
from tests.bot.requests.test_service import (  # noqa: F401
    Option,
    Stage,
    _drawn_avatars,
    alts,
    labels,
    png,
    specification,
    stage,
    words,
)

FOUND = {"sentence": "This is a fox.", "labels": [{"label": "fox", "emoji": "🦊", "probability": 0.72}]}


async def looked_at(stage: Stage, **options: Option) -> tuple[Message, JobRow]:  # noqa: F811
    """A finished look: its message and its row."""
    message = await stage.ask("You", "see", **options)
    row = stage.start()
    stage.dispatch.progress(row.id, 1, 4)
    await stage.shows(message, "Looking… 25%")
    stage.dispatch.finish(row.id, png(), facts=FOUND)
    await stage.shows(message, "seed:")
    return message, row


async def test_a_look_tells_what_was_seen_in_the_line_and_to_those_who_cannot_see(stage: Stage) -> None:  # noqa: F811
    message, row = await looked_at(stage, seed=7)
    assert row.job.params == See(seed=7)
    assert row.job.picture is not None, "the caller's avatar"
    assert labels(message) == ["Dream it", "Re-roll", "More"]
    assert "`/see seed:7`" in words(message)
    assert "**This is a fox.**" in words(message).replace("\\", "")
    assert "🦊 fox 72%" in words(message).replace("\\", "")
    assert alts(message)[0].startswith("What the network sees in Sam's avatar: This is a fox; 🦊 fox 72%.")


async def test_what_was_looked_at_is_dreamed_and_looked_at_again(stage: Stage) -> None:  # noqa: F811
    message, row = await looked_at(stage, image=stage.playground.upload("cat.png", png(40, 30)))
    for button in ("Dream it", "Re-roll"):
        await stage.press("Ada", message, button)
    dream, again = (child.job for child in await stage.queued(2))
    assert dream.params == Dream(seed=dream.params.seed)
    assert again.params == See(seed=again.params.seed)
    assert dream.picture == again.picture == row.job.picture


async def test_the_page_itself_is_not_dreamed_nor_saved_whatever_is_pressed(stage: Stage) -> None:  # noqa: F811
    message, row = await looked_at(stage)
    panel = await stage.press("You", message, "More")
    assert labels(panel) == ["Original", "Surprise me", "Report", "Delete"]
    for verb in ("deeper", "zoom"):
        refused = await stage.response_to(forged_press(stage, message, f"{verb}:{row.id}"))
        assert "no longer have that dream" in words(refused)
    assert derivation.preset_options(row.job.params) == {"network": "pocket"}
    assert await stage.rows() == []


async def test_what_does_it_see_takes_pictures_and_refuses_words(stage: Stage) -> None:  # noqa: F811
    said = stage.playground.say("Ada", "dreams", "look", [stage.playground.upload("cat.png", png())])
    message = await stage.response_to(stage.playground.menu("You", "dreams", wording.SEE_THIS, said))
    (row,) = await stage.queued(1)
    assert row.job.params.recipe == "see"
    assert "see" in words(message)
    plain = stage.playground.say("Ada", "dreams", "no picture here")
    refused = await stage.response_to(stage.playground.menu("You", "dreams", wording.SEE_THIS, plain))
    assert refused.ephemeral
    assert "I see no image" in words(refused)
