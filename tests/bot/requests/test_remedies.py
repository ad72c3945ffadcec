"""Refusals and failures with the button that mends them, against the stand-in Discord."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from unittest.mock import AsyncMock

import discord
import pytest

from bot import wording
from bot.gateway import error_words
from bot.playground.world import Message
from bot.requests import remedies
from bot.requests.remedies import Remedies, Remedy, correct_word, near_words
from bot.store.posting import Posting
from bot.views import result_card
from bot.views.message_card import Layout
from engine.errors import (
    AmbiguousSubject,
    Broken,
    DiskFull,
    EngineCrashed,
    Failure,
    NotYours,
    OutOfMemory,
    UnknownChannel,
    UnknownLayer,
    UnknownSubject,
)
from engine.params import Dream, Zoom
from tests.bot.cogs.test_mention import answer, say
from tests.bot.requests.test_service import (  # noqa: F401
    GIF,
    Stage,
    _drawn_avatars,
    labels,
    png,
    specification,
    stage,
    words,
)

pytestmark = pytest.mark.slow

USE = wording.use_words("castle")


async def test_a_mistyped_subject_of_a_command_is_put_right_by_a_button(stage: Stage) -> None:  # noqa: F811
    image = stage.playground.upload("cat.png", png())
    refused = await stage.ask("Sam", "dream", subject="castel", strength=1.5, image=image, private=True)
    assert (words(refused).split()[-1], refused.ephemeral, labels(refused)) == (UnknownSubject.code, True, [USE])
    made = await stage.press("Sam", refused, USE)
    (row,) = await stage.queued(1)
    assert (row.job.params.aim, row.job.params.model_dump()["strength"]) == (("subject", "castle"), 1.5)
    assert made.ephemeral
    assert row.job.picture is not None
    assert words(await stage.press("Sam", refused, USE)) == wording.OFFER_OVER


async def test_two_mistyped_words_are_put_right_one_after_another(stage: Stage) -> None:  # noqa: F811
    refused = await stage.ask("Sam", "dream", subject="castel + elefant")
    (first,) = labels(refused)
    again = await stage.press("Sam", refused, first)
    assert labels(again) == [wording.use_words("castle + elephant")]
    assert labels(await stage.press("Sam", refused, first)) == labels(again)
    await stage.press("Sam", again, labels(again)[0])
    (row,) = await stage.queued(1)
    assert row.job.params.aim == ("subject", "castle + elephant")


async def test_a_subject_in_place_of_a_layer_takes_its_place(stage: Stage) -> None:  # noqa: F811
    refused = await stage.ask("Sam", "dream", layer="castle")
    await stage.press("Sam", refused, labels(refused)[0])
    (row,) = await stage.queued(1)
    assert row.job.params.aim == ("subject", "castle")
    assert labels(await stage.ask("Sam", "dream", subject="xyzzy")) == []


async def test_a_mistyped_word_in_a_message_is_put_right_by_who_wrote_it(stage: Stage) -> None:  # noqa: F811
    said = say(stage, "@Pareidolia subject:castel size:256", files=(stage.playground.upload("cat.png", png()),))
    refused = await answer(stage, said)
    assert labels(refused) == [USE]
    other = await stage.press("Sam", refused, USE)
    assert (words(other).split()[-1], other.ephemeral) == (NotYours.code, True)
    stage.playground.press("Ada", refused, USE)
    (row,) = await stage.queued(1)
    assert (row.job.params.aim, row.job.params.size) == (("subject", "castle"), 256)
    assert row.job.picture is not None
    assert words(refused).strip() == wording.using_words("castle")
    assert labels(refused) == []


async def test_a_hint_has_the_button_too(stage: Stage) -> None:  # noqa: F811
    hint = await answer(stage, say(stage, "@Pareidolia castel"))
    assert (words(hint).strip(), labels(hint)) == (wording.hint_words("castle"), [USE])
    stage.playground.press("Ada", hint, USE)
    (row,) = await stage.queued(1)
    assert row.job.params.aim == ("subject", "castle")
    assert labels(await answer(stage, say(stage, "@Pareidolia make it weird"))) == []


def restart(stage: Stage) -> None:  # noqa: F811
    """Forget what only this process knows, as the end of a bot does."""
    stage.client.remedies._offers.clear()


async def test_the_buttons_work_after_a_restart_of_the_bot(stage: Stage) -> None:  # noqa: F811
    image = stage.playground.upload("cat.png", png())
    refused = await stage.ask("Sam", "dream", subject="castel", strength=1.5, image=image, private=True)
    said = say(stage, "@Pareidolia subject:castel size:256", files=(stage.playground.upload("cat.png", png()),))
    answered = await answer(stage, said)
    restart(stage)
    other = await stage.press("Sam", answered, USE)
    assert words(other).split()[-1] == NotYours.code
    assert (await stage.press("Sam", refused, USE)).ephemeral
    await stage.queued(1)
    stage.playground.press("Ada", answered, USE)
    first, second = await stage.queued(2)
    assert (first.job.params.aim, first.job.params.model_dump()["strength"]) == (("subject", "castle"), 1.5)
    assert (second.job.params.aim, second.job.params.size) == (("subject", "castle"), 256)
    assert first.job.picture is not None
    assert second.job.picture is not None
    restart(stage)
    assert words(await stage.press("Sam", refused, USE)) == wording.OFFER_OVER


@pytest.mark.parametrize("again", [False, True], ids=["at once", "after a restart"])
async def test_somebody_who_was_named_is_still_meant(stage: Stage, again: bool) -> None:  # noqa: F811
    refused = await stage.ask("Sam", "dream", subject="castel", user="Ada")
    assert labels(refused) == [USE]
    if again:
        restart(stage)
    await stage.press("Sam", refused, USE)
    (row,) = await stage.queued(1)
    assert row.posting["avatar_of"] == int(stage.playground.world.persona("Ada").id)
    assert "Ada" in row.posting["original"]


async def fail(stage: Stage, error: Failure) -> Message:  # noqa: F811
    message = await stage.ask("Sam", "dream", layer="low", seed=7, size=512)
    row = stage.start()
    stage.dispatch.fail(row.id, error)
    await stage.posted(row.id)
    return message


async def test_what_needs_too_much_is_made_smaller_and_what_broke_has_a_code_that_the_log_has(
    stage: Stage,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    message = await fail(stage, OutOfMemory())
    assert labels(message) == ["Smaller", "Retry"]
    await stage.press("Ada", message, "Smaller")
    (row,) = await stage.queued(1)
    assert row.job.params == Dream(layer="low", seed=7, size=384)
    code = wording.job_code(str(row.job.parent))
    assert f"{OutOfMemory.code} {code}" in words(message)
    assert len(code.strip("`")) == 6
    assert code in caplog.text


async def test_a_failed_job_does_not_count_in_what_one_may_have_waiting(stage: Stage) -> None:  # noqa: F811
    for _ in range(3):
        assert labels(await fail(stage, Broken())) == ["Retry"]
    for _ in range(3):
        assert "Cancel" in labels(await stage.ask("Sam", "dream"))
    assert "the limit is 3" in words(await stage.ask("Sam", "dream"))


async def test_what_is_too_large_to_upload_is_made_smaller(stage: Stage) -> None:  # noqa: F811
    stage.playground.world.acknowledge_seconds = 60
    message = await stage.ask("Sam", "zoom", seed=7)
    row = stage.start()
    assert row.job.params.size == 480
    card = result_card.unfit_card(row, "")
    assert (card.text.startswith(wording.UNFIT), card.verbs) == (True, ("smaller", "retry"))
    stage.dispatch.finish(row.id, GIF)
    await stage.posted(row.id)
    whole = result_card.result_card(await stage.row(row.id), Posting(1, "Sam", "Sam's avatar"), [GIF])
    still = result_card.smaller_card(whole, [png()], still=True)
    assert still.verbs == ("smaller", *whole.verbs)
    message.components[-1]["components"][0]["custom_id"] = f"smaller:{row.id}"
    await stage.press("Sam", message, labels(message)[0])
    (smaller,) = await stage.queued(1)
    assert (type(smaller.job.params), smaller.job.params.size, smaller.job.params.seed) == (Zoom, 384, 7)


def test_the_smallest_has_nothing_smaller_and_a_refusal_of_input_has_no_code_of_its_own() -> None:
    assert result_card.next_smaller(Dream(size=128)) is None
    assert result_card.next_smaller(Dream(size=200)) == 128
    assert result_card.next_smaller(Dream(size=1024)) == 768
    assert {EngineCrashed.code, OutOfMemory.code} <= result_card.SMALLER_HELPS
    refused = error_words.sentence(UnknownChannel(layer="mid", last=9, channel=99))
    assert refused.endswith(UnknownChannel.code)


def test_what_is_broken_here_has_a_code_that_the_log_has(caplog: pytest.LogCaptureFixture) -> None:
    for error in (DiskFull(), OSError("reset"), ValueError("a fault")):
        code = error_words.sentence(error).split()[-1]
        assert len(code) == 6
        assert code in caplog.text


@pytest.mark.parametrize(
    ("text", "error", "fixed"),
    [
        ("Castel size:256", UnknownSubject(name="castel", hint="", nearest="castle"), "castle size:256"),
        ("castel", UnknownSubject(name="castel", hint="", nearest=""), None),
        ("owl", UnknownSubject(name="castel", hint="", nearest="castle"), None),
        ("hihg", UnknownLayer(name="hihg", hint="", nearest="high"), "high"),
        ("fox", UnknownLayer(name="fox", hint="", nearest="subject:fox"), None),
        ("castel", Broken(), None),
    ],
)
def test_a_text_is_corrected_by_the_near_word(text: str, error: Exception, fixed: str | None) -> None:
    assert correct_word(text, error, next(iter(near_words(error)), "")) == fixed


async def test_a_word_of_two_meanings_gets_a_button_for_each(stage: Stage) -> None:  # noqa: F811
    refused = await stage.ask("Sam", "dream", subject="crane", model="lite2")
    buttons = [wording.use_words(f"crane {kind}") for kind in ("bird", "machine")]
    assert (words(refused).split()[-1], labels(refused)) == (AmbiguousSubject.code, buttons)
    await stage.press("Sam", refused, buttons[1])
    (row,) = await stage.queued(1)
    assert row.job.params.aim == ("subject", "crane machine")


async def test_a_message_with_a_word_of_two_meanings_gets_them_too(stage: Stage) -> None:  # noqa: F811
    refused = await answer(stage, say(stage, "@Pareidolia crane model:lite2"))
    buttons = [wording.use_words(f"crane {kind}") for kind in ("bird", "machine")]
    assert labels(refused) == buttons
    await stage.press("Ada", refused, buttons[0])
    (row,) = await stage.queued(1)
    assert row.job.params.aim == ("subject", "crane bird")


def test_the_oldest_offers_go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def nothing(_: object) -> None:
        """Nobody presses it."""

    monkeypatch.setattr(remedies, "MOST", 2)
    kept = Remedies(tmp_path / "remedies")
    for _ in range(3):
        kept.panel("words", Remedy(1, USE, nothing))
    assert len(kept._offers) == 2
    keys = ["gone", *kept._offers]
    assert kept.take(keys[0], 1) is None
    with pytest.raises(NotYours):
        kept.take(keys[1], 2)
    assert kept.take(keys[1], 1) is not None
    assert kept.take(keys[1], 1) is None


def saved_remedies(folder: Path) -> Remedies:
    made = Remedies(folder / "remedies")
    made.read_with("echo", lambda user_id, label, saved: offer(user_id, label, saved["word"]))
    return made


def offer(user_id: int, label: str, word: str) -> Remedy:
    return Remedy(user_id, label, AsyncMock(), {"kind": "echo", "word": word})


def key_of(panel: Layout) -> str:
    (button,) = [one for one in panel.walk_children() if isinstance(one, discord.ui.Button)]
    return str(button.custom_id).removeprefix("use:")


async def test_offers_are_forgotten_with_their_person_and_when_they_are_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = saved_remedies(tmp_path)
    keys = [key_of(made.panel("?", offer(user, "Use castle", "castle"))) for user in (1, 2, 2, 3)]
    (tmp_path / "remedies" / f"{keys[3]}.json").write_text("{}", "utf-8")
    made = saved_remedies(tmp_path)
    made.forget_user(2)
    assert [path.stem for path in (tmp_path / "remedies").iterdir()] == [keys[0]]
    assert (made.take(keys[1], 2), made.take(keys[3], 3)) == (None, None)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + remedies.LONGEST_S + 1)
    assert made.take(keys[0], 1) is None
    made.panel("?", offer(1, "Use castle", "castle"))
    monkeypatch.setattr(time, "time", lambda: now + 3 * remedies.LONGEST_S)
    saved_remedies(tmp_path)
    assert list((tmp_path / "remedies").iterdir()) == []
