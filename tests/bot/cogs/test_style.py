"""`/style` against the stand-in Discord, with the engine's part done by hand."""

from bot import wording
from engine.errors import NoPainting, OptionConflict
from engine.params import PAINTINGS, YOURS, Dream, Style
from tests.bot.requests.test_service import (  # noqa: F401
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


def test_every_painting_has_a_choice_and_a_title() -> None:
    assert tuple(word for _, word in wording.PAINTINGS) == PAINTINGS
    assert set(wording.PAINTING_TITLES) == {*PAINTINGS, YOURS}


async def test_one_picture_is_enough(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Ada", "style", seed=7)
    (row,) = await stage.rows()
    assert isinstance(row.job.params, Style)
    assert row.job.params.painting in PAINTINGS
    assert row.job.picture is not None, "the avatar"
    assert row.job.others == {}
    await stage.finish(message)
    assert f"`/style painting:{row.job.params.painting} seed:7`" in words(message)
    assert labels(message) == ["Deeper", "Re-roll", "Zoom", "Tune", "More"]
    title = wording.PAINTING_TITLES[row.job.params.painting]
    assert alts(message) == [f"Ada's avatar, painted in the style of {title}."]


async def test_options_are_kept_and_shown(stage: Stage) -> None:  # noqa: F811
    image = stage.playground.upload("cat.png", png(40, 30))
    message = await stage.ask(
        "Ada", "style", image=image, painting="wave", palette="keep", strength=2, subject="eyes", size=300, seed=7
    )
    row = await stage.finish(message)
    asked = {"painting": "wave", "colours": "keep", "strength": 2, "subject": "eyes", "size": 300, "seed": 7}
    assert row.job.params == Style.model_validate(asked)
    line = "/style painting:wave subject:eyes strength:2 size:300 palette:keep seed:7"
    assert f"`{line}`" in words(message)
    assert alts(message)[0].endswith("with eyes in it.")


async def test_a_painting_of_ones_own_stays_with_it(stage: Stage) -> None:  # noqa: F811
    painting = stage.playground.upload("painting.png", png(20, 30))
    message = await stage.ask("Ada", "style", painting_image=painting, seed=7)
    row = await stage.finish(message)
    assert isinstance(row.job.params, Style)
    assert row.job.params.painting == YOURS
    assert set(row.job.others) == {"painting"}
    assert "`/style painting_image:… seed:7`" in words(message)
    assert "with a painting" in words(message)
    await stage.press("Ada", message, "Re-roll")
    (again,) = await stage.queued(1)
    assert again.job.others == row.job.others
    assert again.job.params.model_copy(update={"seed": 7}) == row.job.params


async def test_two_paintings_are_refused(stage: Stage) -> None:  # noqa: F811
    painting = stage.playground.upload("painting.png", png())
    refused = await stage.ask("Ada", "style", painting="wave", painting_image=painting)
    assert words(refused) == wording.error_sentence(OptionConflict(first="painting", second="painting_image"))
    assert await stage.rows() == []


async def test_its_buttons_go_on_from_there(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Ada", "style", painting="glass", subject="fox", size=300)
    parent = await stage.finish(message)
    for button in ("Deeper", "Zoom"):
        await stage.press("Ada", message, button)
    deeper, zoom = (row.job for row in await stage.queued(2))
    assert deeper.params == Dream(subject="fox", size=300, seed=deeper.params.seed)
    assert zoom.params.aim == ("subject", "fox")
    assert deeper.picture == zoom.picture == made(parent).blob
    assert [dream.params for dream in deeper.history.dreams] == [parent.job.params]


async def test_without_a_word_deeper_dreams_what_grows_by_itself(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Ada", "style", painting="glass")
    await stage.finish(message)
    await stage.press("Ada", message, "Deeper")
    (deeper,) = await stage.queued(1)
    assert deeper.job.params == Dream(seed=deeper.job.params.seed)


async def test_tune_takes_another_painting_and_its_own_colours(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Ada", "style", painting="glass", seed=7)
    await stage.finish(message)
    await stage.tune("Ada", message, {wording.PICK_PAINTING: "dots", wording.PICK_COLOURS: "keep"})
    (other,) = await stage.queued(1)
    assert other.job.params == Style(painting="dots", colours="keep", seed=7)


async def test_noise_becomes_texture(stage: Stage) -> None:  # noqa: F811
    await stage.ask("Ada", "style", start="noise")
    (row,) = await stage.rows()
    assert row.job.picture is None


def test_a_painting_that_is_missing_is_asked_for() -> None:
    assert "painting_image" in str(NoPainting())
