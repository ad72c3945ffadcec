"""Buttons of dreams whose pictures, or whose rows, are long gone: what their messages show goes on."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from PIL import Image, PngImagePlugin

from bot.delivery.publisher import DiscordPublisher
from bot.playground.world import Message
from bot.requests.actions import pick_id
from bot.requests.stored_pictures import cut_out
from engine.errors import Gone, OriginalGone
from engine.files import generation_metadata
from engine.files.blobs import BlobKey
from engine.params import AnyParams, Concept, Dream
from engine.queue.job import JobId, JobRow, Result
from engine.queue.ledger import jobs
from engine.queue.retention import DAY_S
from tests.bot.cogs.test_batch import finish_batch, gallery
from tests.bot.cogs.test_variations import finish_sheet
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    labels,
    png,
    specification,
    stage,
    words,
)

pytestmark = pytest.mark.slow

RED = (255, 0, 0)


def a_year_passes(stage: Stage) -> None:  # noqa: F811
    """All rows are a year old, and retention has taken their pictures."""
    stage.dispatch._blobs.clear()
    year = 365 * DAY_S
    with stage.dispatch.ledger._db.begin() as db:
        db.execute(jobs.update().values(created=jobs.c.created - year, finished=jobs.c.finished - year))


def forgotten(stage: Stage, id: JobId) -> None:  # noqa: F811
    """Retention has taken a row, too."""
    a_year_passes(stage)
    with stage.dispatch.ledger._db.begin() as db:
        assert db.execute(sa.delete(jobs).where(jobs.c.id == id)).rowcount == 1


def plain(colour: tuple[int, int, int], params: AnyParams | None = None, size: tuple[int, int] = (24, 18)) -> bytes:
    """A PNG of one colour, with the imprint of these params."""
    out, text = io.BytesIO(), PngImagePlugin.PngInfo()
    if params is not None:
        text.add_text(generation_metadata.KEY, generation_metadata.write(params))
    Image.new("RGB", size, colour).save(out, "PNG", pnginfo=text)
    return out.getvalue()


async def colour_of(stage: Stage, key: BlobKey | None) -> object:  # noqa: F811
    """The colour in the middle of a stored picture."""
    data = await stage.dispatch.get_blob(key) if key else None
    assert data
    with Image.open(io.BytesIO(data)) as opened:
        return opened.getpixel((opened.width // 2, opened.height // 2))


async def queued_one(stage: Stage) -> JobRow:  # noqa: F811
    (row,) = await stage.queued(1)
    return row


async def test_a_year_later_a_dream_is_dreamed_on_from_its_own_message(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Sam", "dream", layer="low")
    old = await stage.finish(message, plain(RED))
    a_year_passes(stage)
    await stage.press("Ada", message, "Deeper")
    row = await queued_one(stage)
    assert (row.job.parent, row.job.params.aim) == (old.id, ("layer", "low"))
    assert await colour_of(stage, row.job.picture) == RED
    stage.dispatch.finish(stage.start().id, png())
    await stage.posted(row.id)
    await stage.press("Ada", message, "Zoom")
    assert await colour_of(stage, (await queued_one(stage)).job.picture) == RED


async def test_of_what_it_was_made_nobody_knows_any_more_but_a_dream_above_it_does(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Sam", "dream", layer="low")
    await stage.finish(message, plain(RED))
    deeper = await stage.press("Sam", message, "Deeper")
    await stage.finish(deeper)
    a_year_passes(stage)
    refused = await stage.press("Sam", message, "Re-roll")
    assert (words(refused).split()[-1], refused.ephemeral) == (OriginalGone.code, True)
    assert await stage.rows() == []
    await stage.press("Sam", deeper, "Re-roll")
    assert await colour_of(stage, (await queued_one(stage)).job.picture) == RED
    panel = await stage.press("Mod", deeper, "More")
    shown = await stage.press("Mod", panel, "Original")
    assert shown.ephemeral
    assert len(shown.attachments) == 1


async def test_a_private_dream_is_dreamed_on_from_the_message_that_only_one_person_sees(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Sam", "dream", private=True)
    await stage.finish(message, plain(RED))
    a_year_passes(stage)
    assert (await stage.press("Sam", message, "Deeper")).ephemeral
    assert await colour_of(stage, (await queued_one(stage)).job.picture) == RED


async def test_where_the_message_shows_nothing_any_more_a_sentence_says_so(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Sam", "dream")
    await stage.finish(message)
    a_year_passes(stage)
    message.attachments.clear()
    assert words(await stage.press("Sam", message, "Deeper")).endswith(Gone.code)
    panel = await stage.press("Sam", message, "Tune")
    del stage.playground.world.messages[message.id]
    assert words(await stage.press("Sam", panel, "Dream it")).endswith(OriginalGone.code)
    assert await stage.rows() == []


async def test_a_reply_to_an_old_dream_goes_on_from_it(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Sam", "dream")
    await stage.finish(message, plain(RED))
    a_year_passes(stage)
    stage.playground.say("Ada", "dreams", "castles", reply_to=message)
    row = await queued_one(stage)
    assert row.job.params.aim == ("subject", "castles")
    assert await colour_of(stage, row.job.picture) == RED


async def test_one_picture_of_an_old_gallery_is_taken_out_of_its_message(stage: Stage) -> None:  # noqa: F811
    message = await gallery(stage, 2)
    row = await finish_batch(stage, message, 0, 1)
    a_year_passes(stage)
    taken = await stage.press("Ada", message, "2")
    assert [item.width for item in taken.attachments] == [31]
    assert labels(taken)[0] == "Deeper"
    await stage.posted(pick_id(row.id, 1, 0))
    await stage.press("Ada", taken, "Deeper")
    assert (await queued_one(stage)).job.picture is not None


async def test_one_picture_of_an_old_sheet_is_cut_out_of_it(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Sam", "dream", layer="low", variations=2)
    await finish_sheet(stage, message, 2)
    a_year_passes(stage)
    taken = await stage.press("Ada", message, "2")
    assert len(taken.attachments) == 1
    assert taken.attachments[0].height == 20


def test_what_is_cut_out_is_one_picture_and_nothing_beside_it() -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]
    whole = Image.new("RGB", (2 * 30 + 8, 2 * 20 + 8))
    for at, colour in enumerate(colours):
        whole.paste(colour, (at % 2 * 38, at // 2 * 28, at % 2 * 38 + 30, at // 2 * 28 + 20))
    out = io.BytesIO()
    whole.save(out, "PNG")
    for at, colour in enumerate(colours):
        part = Image.open(io.BytesIO(cut_out(out.getvalue(), at, 4, Result(BlobKey(""), "", 30, 20, 0))))
        assert (part.size, part.getcolors()) == ((30, 20), [(600, colour)])


async def test_a_dream_that_is_forgotten_is_known_by_its_file(stage: Stage) -> None:  # noqa: F811
    params = Dream(layer="low", strength=1.5, seed=77)
    message = await stage.ask("Sam", "dream", layer="low", strength=1.5, seed=77)
    old = await stage.finish(message, plain(RED, params))
    forgotten(stage, old.id)
    await stage.press("Ada", message, "Deeper")
    row = await queued_one(stage)
    assert row.job.params == params.model_copy(update={"seed": row.job.params.seed})
    assert await colour_of(stage, row.job.picture) == RED
    assert words(await stage.press("Ada", message, "Re-roll")).endswith(OriginalGone.code)
    again = await stage.row(old.id)
    assert (again.job.requester, again.job.params, again.posted) == ("", params, message.id)


async def test_so_is_a_private_one_for_who_sees_it_and_what_was_imagined_is_imagined_again(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Sam", "concept", subject="fox", private=True)
    old = await stage.finish(message, plain(RED, Concept(subject="fox")))
    forgotten(stage, old.id)
    assert (await stage.press("Sam", message, "Re-roll")).ephemeral
    row = await queued_one(stage)
    assert (row.job.params.aim, row.job.picture) == (("subject", "fox"), None)


@pytest.mark.parametrize("params", [None, Dream(variations=4)], ids=["no imprint", "a sheet"])
async def test_a_forgotten_one_whose_file_says_too_little_is_gone(stage: Stage, params: Dream | None) -> None:  # noqa: F811
    message: Message = await stage.ask("Sam", "dream")
    old = await stage.finish(message, plain(RED, params))
    forgotten(stage, old.id)
    assert words(await stage.press("Ada", message, "Deeper")).endswith(Gone.code)
    assert await stage.rows() == []


async def test_only_what_we_wrote_is_read(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    params = Dream(layer="low")
    message = await stage.ask("Sam", "dream")
    old = await stage.finish(message, plain(RED, params))
    a_year_passes(stage)
    monkeypatch.setattr(DiscordPublisher, "is_own", lambda *_: False)
    assert words(await stage.press("Ada", message, "Deeper")).endswith(Gone.code)
    forgotten(stage, old.id)
    assert words(await stage.press("Ada", message, "Deeper")).endswith(Gone.code)
    assert await stage.rows() == []
