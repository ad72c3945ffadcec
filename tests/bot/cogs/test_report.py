"""Report, against the stand-in Discord: a line in the log, words in a channel, once for each person."""

from __future__ import annotations

import logging

import pytest

from bot import wording
from bot.playground.rejections import JsonDict
from bot.playground.world import Message
from bot.requests.reports import report_code
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    labels,
    specification,
    stage,
    words,
)

HOSTILE = "@everyone <@1> **bad** [x](http://evil)\nsecond `line`"


async def report(stage: Stage, message: Message, persona: str = "Ada", reason: str = "") -> Message:  # noqa: F811
    """Press Report in the menu of a message, fill in the form and send it; the answer."""
    panel = await stage.press(persona, message, "More")
    pressed = stage.playground.press(persona, panel, "Report")
    form = await stage.playground.world.until(lambda: pressed.modal or None)
    return await stage.response_to(stage.playground.submit(persona, pressed, **filled(form, reason)))


def filled(form: JsonDict, reason: str) -> dict[str, str]:
    return {form["components"][0]["component"]["custom_id"]: reason}


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name == "bot.requests.reports"]


async def test_anybody_can_report_a_result_and_is_told_that_it_was_sent(
    stage: Stage,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    message, row = await stage.dreamed("Sam", layer="low")
    code = report_code(row.id, int(stage.playground.world.persona("Ada").id))
    with caplog.at_level(logging.WARNING):
        answer = await report(stage, message, reason="it looks like my neighbour")
    assert answer.ephemeral
    assert words(answer) == wording.reported_words(code)
    (line,) = lines(caplog)
    assert code in line
    assert message.id in line
    assert "it looks like my neighbour" in line


async def test_a_person_reports_a_result_once_and_others_may_too(
    stage: Stage,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    message, _ = await stage.dreamed("Sam", layer="low")
    panel = await stage.press("Ada", message, "More")
    forms = [stage.playground.press("Ada", panel, "Report") for _ in range(2)]
    with caplog.at_level(logging.WARNING):
        await stage.playground.world.until(lambda: all(form.modal for form in forms))
        for form in forms:  # both were open before either was sent
            assert form.modal
            answer = await stage.response_to(stage.playground.submit("Ada", form, **filled(form.modal, "once")))
        assert words(answer) == wording.REPORTED_ALREADY
        assert words(await stage.press("Ada", panel, "Report")) == wording.REPORTED_ALREADY
        assert "sent to" in words(await report(stage, message, "Mod"))
    assert len(lines(caplog)) == 2


async def test_it_is_sent_to_the_channel_of_the_settings_where_nothing_in_it_pings(
    stage: Stage,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    message, row = await stage.dreamed("Sam", layer="low")
    channel = next(one for one in stage.playground.world.channels.values() if one.name == "dreams")
    stage.client.actions.reports._channel_id = int(channel.id)
    with caplog.at_level(logging.WARNING):
        await report(stage, message, reason=HOSTILE)
    told = next(one for one in stage.playground.world.messages.values() if one.content.startswith("**Report"))
    code = report_code(row.id, int(stage.playground.world.persona("Ada").id))
    assert f"**Report {code}**" in told.content
    assert message.id in told.content
    assert "Ada" in told.content
    assert "@everyone" not in told.content.replace("\\@", "")
    assert "<@1>" not in told.content
    assert told.mentions == []
    assert "\n" not in lines(caplog)[0]


async def test_where_the_channel_is_gone_the_log_has_it(
    stage: Stage,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    message, _ = await stage.dreamed("Sam", layer="low")
    stage.client.actions.reports._channel_id = 1234
    with caplog.at_level(logging.WARNING):
        assert "sent to" in words(await report(stage, message))
    assert any("report_channel_id" in line for line in lines(caplog))
    assert any("no reason" in line for line in lines(caplog))


async def test_a_private_dream_is_not_linked(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:  # noqa: F811
    message, _ = await stage.dreamed("Sam", layer="low", private=True)
    with caplog.at_level(logging.WARNING):
        await report(stage, message, "Sam")
    assert "a private dream" in lines(caplog)[0]


async def test_every_result_offers_it(stage: Stage) -> None:  # noqa: F811
    for command in ("dream", "zoom", "see"):
        message = await stage.ask("Sam", command)
        await stage.finish(message)
        assert "Report" in labels(await stage.press("Ada", message, "More"))
