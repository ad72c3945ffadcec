"""A message with several pictures, answered by one gallery, against the stand-in Discord."""

from __future__ import annotations

import pytest

from bot import wording
from bot.languages import stored_words
from bot.playground.world import Attachment, Message
from bot.requests.actions import pick_id
from engine.errors import BrokenPicture, OutOfMemory
from engine.files.blobs import BlobKey
from engine.queue.job import JobRow, Limits, batch_result
from tests.bot.cogs.test_mention import answer, say
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

pytestmark = pytest.mark.slow

UNDER_ONE = ["Deeper", "Re-roll", "Zoom", "Tune", "More"]


@pytest.fixture(autouse=True)
def _limits_of_the_settings(stage: Stage) -> None:  # noqa: F811
    stage.dispatch.ledger.limits = Limits()
    stage.playground.world.acknowledge_seconds = 60.0  # several pictures are opened here before anything is answered


def files(stage: Stage, count: int, prefix: str = "") -> tuple[Attachment, ...]:  # noqa: F811
    """Pictures of 8, 9, 10 ... pixels."""
    return tuple(stage.playground.upload(f"{prefix}{one}.png", png(8 + one)) for one in range(count))


async def finish_batch(stage: Stage, message: Message, *done: int) -> JobRow:  # noqa: F811
    """Do the engine's part for a job with several pictures, of which these were dreamed: they are 30, 31 ... wide."""
    row, results = stage.start(), {}
    for at in done:
        data = png(30 + at, 20)
        about = {"mime": "image/png", "width": 30 + at, "height": 20, "size": len(data)}
        results[at] = {"blob": await stage.dispatch.put_blob(data), **about}
    whole = batch_result(results)
    first = await stage.dispatch.get_blob(whole["blob"])
    assert first
    stage.dispatch.finish(row.id, first, facts=whole["facts"])
    await stage.shows(message, "seed:")
    return await stage.posted(row.id)


async def gallery(stage: Stage, count: int = 3, text: str = "@Pareidolia castles", prefix: str = "") -> Message:  # noqa: F811
    return await answer(stage, say(stage, text, files=files(stage, count, prefix)))


async def width(stage: Stage, key: BlobKey | None) -> int:  # noqa: F811
    """Of a stored PNG, in pixels."""
    data = await stage.dispatch.get_blob(key) if key else None
    assert data
    return int.from_bytes(data[16:20])


async def test_pictures_of_a_message_are_answered_by_one_gallery(stage: Stage) -> None:  # noqa: F811
    message = await gallery(stage)
    assert [text.partition(":")[0] for text in alts(message)] == ["1 of 3", "2 of 3", "3 of 3"]
    assert stored_words.read(wording.picture_count_words(3, 3)) in words(message)
    (row,) = await stage.queued(1)
    assert (len(row.job.batch), row.job.pictures) == (3, 3)
    stage.start()
    stage.dispatch.progress(row.id, 1, 9, png(40))
    await stage.playground.world.until(lambda: len(message.attachments) == 1)
    stage.dispatch.ledger.requeue("by hand")
    await finish_batch(stage, message, 0, 1, 2)
    assert [item.width for item in message.attachments] == [30, 31, 32]
    assert len({item.filename for item in message.attachments}) == 3
    assert labels(message) == ["1", "2", "3", "Re-roll", "Tune", "More"]
    assert "failed" not in words(message)


async def test_one_of_them_is_taken_out_and_gone_on_with_as_any_dream(stage: Stage) -> None:  # noqa: F811
    message = await gallery(stage)
    row = await finish_batch(stage, message, 0, 1, 2)
    taken = await stage.press("Mod", message, "2")
    assert labels(taken) == UNDER_ONE
    assert [item.width for item in taken.attachments] == [31]
    assert stored_words.read(wording.part_words(2, 3)) in words(taken)
    child = await stage.posted(pick_id(row.id, 1, 0))
    assert (child.job.params, child.job.batch) == (row.job.params, (row.job.batch[1],))
    await stage.press("Ada", taken, "Deeper")
    await stage.press("Ada", taken, "Re-roll")
    deeper, again = await stage.queued(2)
    assert (deeper.job.picture, again.job.picture) == (made(child).blob, row.job.batch[1])
    assert (await stage.press("Ada", message, "2")).ephemeral


async def test_where_some_fail_the_others_are_posted_and_it_says_so(stage: Stage) -> None:  # noqa: F811
    message = await gallery(stage)
    row = await finish_batch(stage, message, 0, 2)
    assert wording.failed_words(1, 3) in words(message)
    assert [item.width for item in message.attachments] == [30, 32]
    assert labels(message)[:3] == ["1", "2", "Re-roll"]
    await stage.press("Ada", message, "2")
    assert (await stage.posted(pick_id(row.id, 1, 0))).job.picture == row.job.batch[2]


async def test_where_all_fail_retry_makes_all_again(stage: Stage) -> None:  # noqa: F811
    message = await gallery(stage)
    row = stage.start()
    stage.dispatch.fail(row.id, OutOfMemory())
    await stage.playground.world.until(lambda: "Retry" in labels(message))
    await stage.press("Ada", message, "Retry")
    (again,) = await stage.queued(1)
    assert (again.job.batch, again.job.params) == (row.job.batch, row.job.params)


async def test_more_than_four_are_counted(stage: Stage) -> None:  # noqa: F811
    message = await gallery(stage, 6)
    assert stored_words.read(wording.picture_count_words(4, 6)) in words(message)
    (row,) = await stage.queued(1)
    assert [await width(stage, key) for key in row.job.batch] == [512] * 4
    await finish_batch(stage, message, 0, 1, 2, 3)
    assert labels(message)[:5] == ["1", "2", "3", "4", "Re-roll"]


async def test_each_counts_in_what_one_may_have_waiting(stage: Stage) -> None:  # noqa: F811
    await gallery(stage, 3)
    refused = await answer(stage, say(stage, "@Pareidolia eyes", files=files(stage, 2, "b")))
    assert "You have 3 in the queue, and the limit is 4" in words(refused)
    await gallery(stage, 1, prefix="c")
    assert [row.job.pictures for row in await stage.queued(2)] == [3, 1]


async def test_a_picture_that_cannot_be_opened_is_left_out(stage: Stage) -> None:  # noqa: F811
    torn = [stage.playground.upload(f"torn{one}.png", png()[:60]) for one in range(2)]
    message = await answer(stage, say(stage, "@Pareidolia high", files=(torn[0], *files(stage, 2), torn[1])))
    assert stored_words.read(wording.unopened_words(2)) in words(message)
    (row,) = await stage.queued(1)
    assert len(row.job.batch) == 2
    refused = await answer(stage, say(stage, "@Pareidolia high", files=tuple(torn)))
    assert words(refused).endswith(BrokenPicture.code)


async def test_if_one_is_hidden_all_that_is_made_is(stage: Stage) -> None:  # noqa: F811
    hidden = stage.playground.upload("SPOILER_b.png", png(9))
    message = await answer(stage, say(stage, "@Pareidolia high", files=(*files(stage, 1), hidden)))
    await finish_batch(stage, message, 0, 1)
    taken = await stage.press("Ada", message, "1")
    shown = [*message.attachments, *taken.attachments]
    assert [item.filename.startswith("SPOILER_") for item in shown] == [True] * 3


async def test_the_menu_and_direct_messages_take_several_and_a_zoom_takes_the_first(stage: Stage) -> None:  # noqa: F811
    said = say(stage, "look @Mod", files=files(stage, 3))
    await stage.response_to(stage.playground.menu("Mod", "dreams", wording.DREAM_THIS, said))
    stage.playground.say("Ada", "dm", "", files(stage, 2, "d"))
    await stage.queued(2)
    zoom = await gallery(stage, 2, "@Pareidolia zoom", "z")
    assert stored_words.read(wording.picture_count_words(1, 2)) in words(zoom)
    assert [len(row.job.batch) for row in await stage.queued(3)] == [3, 2, 1]


async def test_what_is_said_in_reply_to_a_gallery_is_for_all_of_it_and_a_zoom_for_its_first(stage: Stage) -> None:  # noqa: F811
    message = await gallery(stage, 2)
    row = await finish_batch(stage, message, 0, 1)
    for text in ("eyes", "another", "zoom"):
        await answer(stage, say(stage, text, message))
        (next_,) = await stage.queued(1)
        assert next_.job.batch == (row.job.batch if text != "zoom" else row.job.batch[:1])
        await stage.dispatch.cancel(next_.id)
        await stage.client.service._tracker.refresh(next_.id)
        await stage.posted(next_.id)


async def test_variations_are_of_one_picture(stage: Stage) -> None:  # noqa: F811
    message = await gallery(stage, 2, "@Pareidolia castles variations:2")
    assert "variations" in words(message)
    assert await stage.rows() == []
