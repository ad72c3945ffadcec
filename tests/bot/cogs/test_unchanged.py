"""What hardly differs from its source is never shown in the bot's name, against the stand-in Discord."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from bot import wording
from bot.playground.world import Message
from bot.store.posting import Posting
from bot.views import result_card
from bot.views.result_card import LEAST_CHANGED
from engine.errors import NoLastDream, ShownToRequester
from engine.files.blobs import BlobKey
from engine.queue.job import JobRow, Limits, Result
from tests.bot.cogs.test_server import dreamed, refused_with
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

UNCHANGED, CHANGED = LEAST_CHANGED - 0.01, LEAST_CHANGED
SHOW = wording.VERBS["show"]


async def settle(stage: Stage, share: float, **facts: object) -> JobRow:  # noqa: F811
    """Do the engine's part for the next job, of which so much changed."""
    row = stage.start()
    stage.dispatch.finish(row.id, png(9, 9), facts={"changed": share, **facts})
    return await stage.posted(row.id)


async def withheld(stage: Stage) -> tuple[Message, JobRow]:  # noqa: F811
    """A dream of which hardly anything changed."""
    stage.dispatch.ledger.limits = Limits(20, 50)
    message = await dreamed(stage, "You")
    return message, await settle(stage, UNCHANGED)


async def test_what_hardly_changed_is_shown_to_its_requester_only(stage: Stage) -> None:  # noqa: F811
    message, _ = await withheld(stage)
    assert wording.withheld_words(UNCHANGED, "Sam") in words(message)
    assert message.attachments == [], "also the image that stood there while it was dreamed"
    assert labels(message) == [SHOW, "Re-roll", "Tune", "Delete"]
    assert refused_with(await stage.press("Ada", message, SHOW), ShownToRequester)
    shown = await stage.press("You", message, SHOW)
    assert shown.ephemeral
    assert [item.filename for item in shown.attachments] == ["dream.png"]
    again = await stage.press("You", message, "Re-roll")
    assert not again.ephemeral, "more strength may do it"
    await settle(stage, CHANGED)
    assert [item.filename for item in again.attachments] == ["dream.png"]


async def test_what_is_made_of_it_is_private_and_it_is_no_start_for_others(stage: Stage) -> None:  # noqa: F811
    message, row = await withheld(stage)
    shown = await stage.press("You", message, SHOW)
    for button in ("Deeper", "Zoom"):
        assert (await stage.press("You", shown, button)).ephemeral, button
    more = await stage.press("You", shown, "More")
    assert (await stage.press("You", more, wording.VERBS["upscale"])).ephemeral
    assert refused_with(await dreamed(stage, "Ada", start="last dream"), NoLastDream)
    stage.playground.say("Ada", "dreams", "castles", reply_to=message)
    *_, reply = await stage.queued(4)
    assert reply.job.picture == row.job.picture, "a reply begins with what it was made of"


async def test_who_mentions_the_bot_has_the_button_too(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    said = stage.playground.say("You", "dreams", f"<@{world.bot.id}> eyes", [stage.playground.upload("it.png", png())])
    answer = await world.until(lambda: next((one for one in world.messages.values() if one.reference == said.id), None))
    await stage.queued(1)
    await settle(stage, 0.0)
    assert SHOW in labels(answer)
    assert answer.attachments == []
    assert (await stage.press("You", answer, SHOW)).attachments


@pytest.mark.parametrize("place", ["dm", "dreams"])
async def test_where_nobody_else_sees_it_it_is_shown(stage: Stage, place: str) -> None:  # noqa: F811
    message = await dreamed(stage, "You", place, private=place == "dreams")
    await settle(stage, UNCHANGED)
    assert message.attachments
    assert SHOW not in labels(message)


async def test_a_picture_of_such_a_sheet_is_taken_out_in_private(stage: Stage) -> None:  # noqa: F811
    message = await dreamed(stage, "You", variations=2)
    each = [asdict(Result(await stage.dispatch.put_blob(png(9 + at, 9)), "image/png", 9, 9, 99)) for at in range(2)]
    await settle(stage, UNCHANGED, variations=each)
    assert message.attachments == []
    shown = await stage.press("You", message, SHOW)
    picked = await stage.press("You", shown, "2")
    assert picked.ephemeral
    assert picked.attachments


async def test_it_can_be_deleted_as_any_result(stage: Stage) -> None:  # noqa: F811
    message, _ = await withheld(stage)
    await stage.press("You", message, "Delete")
    assert message.id not in stage.playground.world.messages


def test_what_the_engine_did_not_measure_is_shown() -> None:
    made = Result(BlobKey("b" * 64), "image/png", 8, 8, 9)
    posting = Posting(1, "Sam", "picture", guild_id=2)
    assert not posting.is_private
    assert replace(posting, guild_id=None).is_private
    assert not replace(posting, guild_id=None, reachable=False).is_private, "a chat of others"
    assert replace(posting, ephemeral=True).is_private
    for facts, unchanged in (({}, False), ({"changed": 0.0}, True), ({"changed": LEAST_CHANGED}, False)):
        row = JobRow.__new__(JobRow)
        object.__setattr__(row, "result", replace(made, facts=facts))
        assert result_card.is_unchanged(row) is unchanged
