"""`/concept` against the stand-in Discord, with the engine's part done by hand."""

from bot import wording
from engine.params import Concept
from tests.bot.requests.test_service import (  # noqa: F401
    JPEG,
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


async def test_a_word_is_imagined_out_of_nothing_and_not_out_of_the_avatar(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("You", "concept", subject="🦊", variations=2, seed=7)
    (row,) = await stage.rows()
    assert row.job.params == Concept(subject="fox", variations=2, seed=7)
    assert row.job.picture is None
    assert "concept" in words(message)
    assert labels(message) == ["Cancel"]
    stage.dispatch.start()
    stage.dispatch.progress(row.id, 2, 5, JPEG, eta_s=8.0)
    await stage.shows(message, "Imagining… 40% · about 8 s left")
    assert labels(message) == ["Cancel", "Stop here & keep"]
    stage.dispatch.finish(row.id, png())
    await stage.shows(message, "`/concept subject:fox variations:2 seed:7`")
    assert labels(message) == ["Deeper", "Re-roll", "Zoom", "Tune", "More"]
    assert alts(message) == ["2 different pictures of what the network imagines when asked for fox."]


async def test_it_grows_out_of_a_picture_that_is_attached(stage: Stage) -> None:  # noqa: F811
    image = stage.playground.upload("cat.png", png(40, 30))
    message = await stage.ask("Ada", "concept", subject="banana", image=image)
    row = await stage.finish(message)
    assert row.job.picture is not None
    assert alts(message) == ["What the network imagines when asked for banana, grown out of Ada's picture."]


async def test_its_buttons_go_on_from_there(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("You", "concept", subject="fox", size=300)
    parent = await stage.finish(message)
    for button in ("Deeper", "Re-roll", "Zoom"):
        await stage.press("Ada", message, button)
    deeper, again, zoom = (row.job for row in await stage.queued(3))
    assert [job.params.recipe for job in (deeper, again, zoom)] == ["dream", "concept", "zoom"]
    assert {job.params.aim for job in (deeper, again, zoom)} == {("subject", "fox")}
    assert deeper.picture == zoom.picture == made(parent).blob
    assert deeper.params.size == 300
    assert again.picture is None
    assert again.params.size == 300


async def test_tune_imagines_something_else_and_more_saves_the_word_for_dreams(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("You", "concept", subject="fox")
    await stage.finish(message)
    panel = await stage.press("You", message, "More")
    assert labels(panel) == ["Upscale", "Animate", "Make it ours", "Save as preset", "Surprise me", "Report", "Delete"]
    await stage.tune("You", message, {wording.PICK_SUBJECT: "eyes"})
    (other,) = await stage.queued(1)
    assert other.job.params == Concept(subject="eyes", seed=other.job.params.seed)
    opened = stage.playground.press("You", panel, "Save as preset")
    modal = await stage.playground.world.until(lambda: opened.modal)
    (field,) = [item["component"]["custom_id"] for item in modal["components"]]
    await stage.response_to(stage.playground.submit("You", opened, **{field: "foxes"}))
    await stage.ask("You", "dream", preset="foxes")
    *_, dreamed = await stage.queued(2)
    assert (dreamed.job.params.recipe, dreamed.job.params.aim) == ("dream", ("subject", "fox"))


async def test_what_nobody_knows_is_refused_in_private_with_the_nearest(stage: Stage) -> None:  # noqa: F811
    refused = await stage.ask("You", "concept", subject="bananna")
    assert refused.ephemeral
    assert "Did you mean banana?" in words(refused)
    assert await stage.rows() == []
