"""The matrix of troubles (docs/reliability.md): each code of Discord at each stage of a dream, and what people do
twice, late, or before they leave. Each ends in peace: one answer or one sentence, nothing asked for ever, no trace in
the log.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any
from unittest import mock

import pytest
import pytest_asyncio

from bot import wording
from bot.components.job_buttons import ACTIONS
from bot.playground.faults import FOREVER, Fault
from bot.playground.openapi import Specification
from bot.playground.world import COMPONENTS_V2, Channel, Interaction, Message
from bot.views import tune_panel
from engine.errors import Gone
from engine.queue.job import new_id
from tests.chaos import rest_faults
from tests.chaos.rest_faults import CALLBACK, EDIT, SEND, TOKEN_EDIT, Figures, House, Step, Story, planned
from tests.playground_bot import custom_ids, labels, texts
from tests.vendored_data import SPECIFICATION

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

CODES = {
    10003: "unknown_channel",
    10007: "unknown_member",
    10008: "unknown_message",
    10013: "unknown_user",
    10015: "unknown_webhook",
    10062: "unknown_interaction",
    429: "rate limited global",
    50001: "missing_access",
    50007: "cannot_message_user",
    50013: "missing_permission",
    50027: "dead_token",
    50083: "archived_thread",
    50278: "no_mutual_servers",
    200000: "moderated",
}
STAGES: dict[str, tuple[str, tuple[str, str], int]] = {
    "status message": ("dream", CALLBACK, 1),
    "status message of a mention": ("mention", SEND, 1),
    "progress edit": ("dream", TOKEN_EDIT, 1),
    "progress edit by channel": ("dream, token dead", EDIT, 1),
    "final answer": ("dream", TOKEN_EDIT, FOREVER),
    "final answer by channel": ("dream, token dead", EDIT, FOREVER),
    "ephemeral answer": ("refusal", CALLBACK, 1),
    "sentence in reply": ("refused mention", SEND, 1),
}
"""What is told, which of its calls the trouble meets, and how often."""
OF_TOKENS = {10015, 10062, 50027}
"""What only calls with an interaction's token meet."""
MOST_CALLS = 40
"""Of one story, whatever meets it: more were asking again and again."""
BUTTON, SELECT = 2, 3
YEAR_S = 365 * 24 * 3600.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    async with rest_faults.open_house() as house:
        yield house


@pytest.fixture(autouse=True)
def _peace(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that goes wrong out there is an error of ours."""
    with caplog.at_level(logging.INFO):
        yield
    wrong = [one for one in caplog.records if one.exc_info or one.levelno >= logging.ERROR]
    assert [f"{one.name}: {one.getMessage()}" for one in wrong] == []


async def told(house: House, story: Story, *faults: Fault) -> Figures:
    figures = Figures()
    calls = await rest_faults.tell(house, story, faults, 0, story.name, figures)
    waits_for_somebody = story.patient or story.before or story.powerless  # and shows previews until then
    assert waits_for_somebody or len(calls) <= MOST_CALLS, f"asked again and again: {calls[-MOST_CALLS:]}"
    return figures


def story_of(name: str) -> Story:
    return next(story for story in rest_faults.STORIES if story.name == name)


@pytest.mark.parametrize("stage", STAGES)
async def test_every_code_at_every_stage_ends_in_peace(house: House, stage: str) -> None:
    name, route, times = STAGES[stage]
    final = stage.startswith("final")
    met = CODES.keys() - (OF_TOKENS if route in (SEND, EDIT) else set())
    for code in sorted(met):
        kind = CODES[code]
        once = 7 if kind.startswith("rate limited") else times
        with mock.patch.object(house, "shows_previews", not final):
            figures = await told(house, story_of(name), planned(kind, *route, times=once))
        assert [*figures.stuck, *figures.doubles] == [], code
        assert figures.met == 1, (code, "met nothing")
        assert not figures.wrong or ends_with_the_message(kind, figures), (code, str(figures))
        if stage.startswith("status"):
            assert code in OF_TOKENS or words_of(house), f"{code}: nobody was told anything"


def words_of(house: House) -> list[str]:
    """What the bot said last, as an answer, to one person only, or directly."""
    return [texts(one) for one in house.left if one.author_id == house.world.bot.id and texts(one)]


def ends_with_the_message(kind: str, figures: Figures) -> bool:
    """Whether what is missing is an answer in a message that Discord says is gone."""
    return kind == "unknown_message" and set(figures.ends) == {"message deleted"}


async def test_every_call_that_the_bot_makes_is_in_the_specification_and_conforms(house: House) -> None:
    made: set[tuple[str, str]] = set()
    with mock.patch.object(house.playground.rest, "_specification", Specification(SPECIFICATION)):
        for story in rest_faults.STORIES:
            figures = Figures()
            made.update(await rest_faults.tell(house, story, [], 0, story.name, figures))
            assert figures.flawless, str(figures)
    looked_up = {rest_faults.ORIGINAL}  # made only when an answer was lost, and without a body
    assert made | looked_up == set(rest_faults.FAULTS)
    assert house.playground.violations == []


# what people do twice


def twice(label: str) -> Step:
    async def tell(house: House, _place: Channel, message: Message) -> None:
        pressed = [house.playground.press("You", message, label) for _ in range(2)]
        await house.handled(*(one.id for one in pressed))
        house.patient = False
        assert [one.acknowledged is None for one in pressed] == [False, False]
        assert len([one for one in pressed if one.modal]) in (0, 2)

    return tell


async def cancelled(house: House, place: Channel) -> Message:
    message = await rest_faults.waiting(house, place)
    assert message is not None
    await rest_faults.cancel(house, place, message)
    await house.settled()
    return house.world.messages[message.id]


async def previewed(house: House, place: Channel) -> Message:
    message = await rest_faults.waiting(house, place)
    assert message is not None
    now = house.world.messages
    await house.world.until(lambda: wording.VERBS["keep"] in labels(now[message.id]))
    return now[message.id]


async def seen(house: House, place: Channel) -> Message:
    message = await house.answered(house.playground.command("You", place.id, "see"))
    assert message is not None
    await house.settled()
    return house.world.messages[message.id]


async def zoomed(house: House, place: Channel) -> Message:
    message = await house.answered(house.playground.command("You", place.id, "zoom"))
    assert message is not None
    await house.settled()
    return house.world.messages[message.id]


async def offered(house: House, place: Channel) -> Message:
    """A dream of an avatar in a channel where there was one before."""
    await rest_faults.finished(house, place)
    message = await house.answered(house.playground.command("You", place.id, "dream", layer="low"))
    assert message is not None
    await house.settled()
    return house.world.messages[message.id]


async def too_large(house: House, place: Channel) -> Message:
    """A message as it stands where a result was too large, about a dream that there is."""
    dream = await rest_faults.finished(house, place)
    shape = {
        "type": BUTTON,
        "custom_id": f"smaller:{custom_ids(dream)[0].split(':')[1]}",
        "id": 1,
        "label": "Smaller",
        "style": 2,
    }
    rows: list[dict[str, Any]] = [{"type": 1, "id": 2, "components": [shape]}]
    message = Message(house.world.mint(), place.id, house.world.bot.id, flags=COMPONENTS_V2, components=rows)
    house.world.add_message(message)
    return message


Before = Callable[[House, Channel], Awaitable[Any]]
DOUBLE: dict[str, tuple[Before, str]] = {
    "cancel": (rest_faults.waiting, "Cancel"),
    "keep": (previewed, wording.VERBS["keep"]),
    "deeper": (rest_faults.finished, "Deeper"),
    "again": (rest_faults.finished, "Re-roll"),
    "zoom": (rest_faults.finished, "Zoom"),
    "tune": (rest_faults.finished, "Tune"),
    "more": (rest_faults.finished, "More"),
    "retry": (cancelled, "Retry"),
    "last": (offered, wording.VERBS["last"]),
    "smaller": (too_large, wording.VERBS["smaller"]),
    "dream": (seen, "Dream it"),
    "continue": (zoomed, wording.VERBS["continue"]),
    "original": (rest_faults.opened_panel, wording.VERBS["original"]),
    "upscale": (rest_faults.opened_panel, wording.VERBS["upscale"]),
    "animate": (rest_faults.opened_panel, wording.VERBS["animate"]),
    "report": (rest_faults.opened_panel, wording.VERBS["report"]),
    "save": (rest_faults.opened_panel, wording.VERBS["save"]),
    "delete": (rest_faults.opened_panel, wording.VERBS["delete"]),
    "surprise": (rest_faults.opened_panel, wording.VERBS["surprise"]),
    "ours": (rest_faults.opened_panel, wording.VERBS["ours"]),
    "tune_type": (rest_faults.opened_tune, wording.VERBS["tune_type"]),
    "tune_go": (rest_faults.opened_tune, wording.VERBS["tune_go"]),
}
"""What is there, and which button of it is pressed twice."""


WAITING = ("cancel", "keep")
"""Those of a dream that is under way."""


@pytest.mark.parametrize("verb", DOUBLE)
async def test_a_double_click_is_answered_twice_and_breaks_nothing(house: House, verb: str) -> None:
    before, label = DOUBLE[verb]
    story = Story(f"twice {verb}", twice(label), before, takes_away=verb == "delete", patient=verb in WAITING)
    figures = await told(house, story)
    assert figures.flawless, str(figures)


async def test_every_kind_of_button_is_pressed_twice() -> None:
    selects = {f"{tune_panel.PREFIX}{name}" for name in tune_panel.NAMES} | {"layer", "subject", "strength"}
    elsewhere = {"pick1", "pick2", "pick3", "pick4", "last_image", "show"}
    # in test_variations.py, test_content.py and test_unchanged.py
    assert ACTIONS.keys() - selects - elsewhere == DOUBLE.keys()


# what people do late


def old_message(house: House, place: Channel, verb: str) -> Message:
    """A message of a year ago with a button or a select about a dream that nobody remembers."""
    shape: dict[str, Any] = {"type": BUTTON, "custom_id": f"{verb}:{new_id()}", "id": 1, "label": verb, "style": 2}
    if is_select(verb):
        shape |= {"type": SELECT, "options": [{"label": "one", "value": "one"}]}
    rows = [{"type": 1, "id": 2, "components": [shape]}]
    message = Message(house.world.mint(), place.id, house.world.bot.id, flags=COMPONENTS_V2, components=rows)
    house.world.add_message(message)
    message.created -= YEAR_S
    return message


def is_select(verb: str) -> bool:
    return verb in ("layer", "subject", "strength") or verb.removeprefix(tune_panel.PREFIX) in tune_panel.NAMES


async def test_every_button_of_a_year_old_message_says_what_became_of_it(house: House) -> None:
    place = house.world.channel("dreams")
    for verb in [*ACTIONS, "paint"]:
        message = old_message(house, place, verb)
        pressed = house.playground.press("Ada", message, custom_ids(message)[0], ["one"])
        answer = await answered(house, pressed)
        assert answer.ephemeral, verb
        assert (wording.CHANGED if verb == "paint" else Gone.code) in texts(answer), verb
        assert house.world.messages[message.id].edited is None, verb


async def answered(house: House, pressed: Interaction) -> Message:
    answer = await house.answered(pressed)
    assert answer is not None
    return answer


# who is not there any more


async def test_who_left_gets_the_answer_in_the_channel_and_no_ping_reaches_anybody(house: House) -> None:
    pings = len(house.world.pings)
    figures = await told(house, Story("left", left, rest_faults.waiting, pings=True, patient=True))
    assert figures.ends == {"answered in the channel": 1}
    assert len(house.world.pings) == pings


async def left(house: House, _place: Channel, message: Message) -> None:
    assert "Cancel" in labels(message)
    house.world.persona("You").left = True
    house.patient = False
    await house.settled()
    house.world.persona("You").left = False


async def test_who_left_where_nothing_can_be_written_is_given_up_with_a_reason(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    story = Story("left a closed channel", left_a_closed_channel, token_life_s=-1.0, powerless=True)
    figures = await told(house, story)
    assert figures.flawless, str(figures)
    assert figures.ends == {"nowhere to be said": 1}
    assert "50278" in caplog.text


async def left_a_closed_channel(house: House, place: Channel, _: Any) -> None:
    message = await rest_faults.waiting(house, place)
    assert message is not None
    place.bot_permissions = 0
    await left(house, place, message)
