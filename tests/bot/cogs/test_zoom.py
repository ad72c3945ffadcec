"""`/zoom` and Continue, against the stand-in Discord, with the engine's part done by hand."""

import pytest

from bot import wording
from bot.requests.limits import check_ready
from bot.views import result_card
from engine.errors import NoLastZoom, OptionConflict, PareidoliaError, TooManyZoomFrames
from engine.files.blobs import BlobKey
from engine.params import Zoom
from engine.queue.job import Job, JobRow, Result, State, new_id
from tests.bot.cogs.test_dream_start import newest
from tests.bot.requests.test_service import (  # noqa: F401
    Message,
    Option,
    Stage,
    _drawn_avatars,
    labels,
    png,
    specification,
    stage,
    words,
)

ENDING = png(48, 32)


def zoom_of(row: JobRow) -> Zoom:
    assert isinstance(row.job.params, Zoom)
    return row.job.params


async def zoomed(stage: Stage, **options: Option) -> tuple[Message, JobRow, BlobKey]:  # noqa: F811
    """A zoom that is done, with its last picture stored beside it."""
    message = await stage.ask("Ada", "zoom", **options)
    blob = await stage.dispatch.put_blob(ENDING)
    row = stage.start()
    stage.dispatch.finish(row.id, png(50, 32), facts={"ending": {"blob": blob}})
    await stage.shows(message, "seed:")
    return message, await stage.posted(row.id), blob


async def test_all_that_can_be_said_reaches_the_engine(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask(
        "Ada", "zoom", subject="dogs > castle, owl", motion="loop", speed=3.0, rotate=-20.0, frames=40, format="gif",
    )  # fmt: skip
    params = zoom_of(await newest(stage))
    assert params.subject == "dogs > castle + owl"
    assert (params.motion, params.speed, params.rotate, params.frames, params.format) == ("loop", 3, -20, 40, "gif")
    assert not params.continued
    credit = wording.credit(params)
    for said in ("subject:dogs > castle + owl", "speed:3", "rotate:-20", "motion:loop", "format:gif", "frames:40"):
        assert said in credit
    assert wording.aim_words(params) == "dogs, then castle and owl"
    await stage.finish(message)
    assert wording.VERBS["continue"] not in labels(message), "a loop ends where it began"


async def test_noise_begins(stage: Stage) -> None:  # noqa: F811
    await stage.ask("Ada", "zoom", start="noise")
    assert (await newest(stage)).job.picture is None


async def refuses(stage: Stage, error: PareidoliaError, **options: Option) -> None:  # noqa: F811
    refused = await stage.ask("You", "zoom", **options)
    assert refused.ephemeral
    assert words(refused) == wording.error_sentence(error)
    assert await stage.rows() == []


async def test_what_cannot_be_is_a_sentence(stage: Stage) -> None:  # noqa: F811
    await refuses(stage, NoLastZoom(), start="last zoom")
    picture = stage.playground.upload("a.png", png())
    await refuses(stage, OptionConflict(first="image", second="start"), start="noise", image=picture)


async def test_continue_goes_on_from_the_last_picture(stage: Stage) -> None:  # noqa: F811
    message, row, ending = await zoomed(stage, subject="dogs > castles", speed=3.0, frames=20)
    assert labels(message)[0] == wording.VERBS["continue"]
    await stage.press("You", message, wording.VERBS["continue"])
    after = await newest(stage)
    params = zoom_of(after)
    assert after.job.picture == ending
    assert after.job.parent == row.id
    assert params.continued
    assert (params.subject, params.speed, params.frames) == ("dogs > castles", 3, 20)


async def test_the_command_goes_on_towards_something_else(stage: Stage) -> None:  # noqa: F811
    _, _, ending = await zoomed(stage, subject="dogs", speed=3.0)
    await stage.ask("You", "zoom", start="last zoom", subject="castles")
    after = await newest(stage)
    assert after.job.picture == ending
    assert (zoom_of(after).subject, zoom_of(after).speed, zoom_of(after).continued) == ("castles", 3, True)


async def test_a_zoom_from_before_goes_on_from_the_file_that_its_message_shows(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Ada", "zoom")
    row = await stage.finish(message, png(48, 32))
    assert row.result is not None
    key = result_card.ending(row)
    assert key is not None
    assert key != row.result.blob
    await stage.press("You", message, wording.VERBS["continue"])
    after = await newest(stage)
    assert after.job.picture not in (None, key, row.job.picture)
    assert zoom_of(after).continued


def test_only_what_does_not_come_back_has_an_end() -> None:
    result = Result(BlobKey("0" * 64), "image/webp", 48, 32, 9)
    rows = {
        motion: JobRow(new_id(), Job(Zoom(motion=motion), "7"), State.DONE, {}, 0.0, result=result)
        for motion in ("once", "loop", "boomerang")
    }
    assert [motion for motion, row in rows.items() if result_card.ending(row)] == ["once"]


def test_a_film_that_was_made_elsewhere_may_be_too_long_for_the_chat() -> None:
    check_ready(Zoom(frames=Zoom.CHAT_FRAMES))
    with pytest.raises(TooManyZoomFrames):
        check_ready(Zoom(frames=Zoom.CHAT_FRAMES + 1))
