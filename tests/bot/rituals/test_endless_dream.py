"""The endless dream, with the real bot against the stand-in Discord and a clock in the test's hands."""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import pytest
import sqlalchemy as sa

from bot import ritual_words, wording
from bot.playground.world import SEND_MESSAGES, Message
from bot.rituals import weekly_film
from bot.store.tables import result_copies
from engine.errors import BadOption, BrokenVideo, NoRitual, NotManager, RitualNotAllowed, TooManyRituals, VoteOver
from engine.params import Zoom
from engine.queue.job import JobRow
from engine.video.film_joiner import JointFilm
from tests.bot.requests.test_hostile_users import forged_press
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    labels,
    specification,
    stage,
    words,
)
from tests.bot.rituals.ritual_stage import DAY_S, Rituals, has_choices, is_poll

pytestmark = pytest.mark.slow


@pytest.fixture
def rituals(stage: Stage) -> Rituals:  # noqa: F811
    return Rituals(stage)


def zoom(row: JobRow) -> Zoom:
    assert isinstance(row.job.params, Zoom)
    return row.job.params


async def check_words(rituals: Rituals) -> str:
    return words(await rituals.stage.ask("Mod", "server check"))


async def test_it_goes_on_towards_what_most_voted_for(rituals: Rituals) -> None:
    stage = rituals.stage  # noqa: F811
    said = await rituals.switch_on("endless", hour=18, zone="Europe/Berlin")
    assert said.ephemeral
    assert (await rituals.only()).due == rituals.now + 5 * 3600
    await rituals.tick()
    assert await stage.rows() == [], "it is not the hour yet"
    first, poll = await rituals.part(0.25)
    assert first.job.picture is not None, "it begins with the server's icon"
    assert not zoom(first).continued
    assert has_choices(poll)
    assert wording.escape(ritual_words.day_name(1)) in words(rituals.history("dreams")[-2])
    choices = (await rituals.only()).state["choices"]
    for persona, at in (("Ada", 0), ("You", 1), ("Ada", 1), ("Ada", 1), ("Mod", 0)):
        await stage.press(persona, poll, labels(poll)[at])
    assert labels(poll) == [f"{choices[0]} · 1", f"{choices[1]} · 2", *choices[2:]]
    second, after = await rituals.part()
    assert zoom(second).subject == choices[1]
    assert zoom(second).continued
    assert first.result is not None
    assert second.job.picture == first.result.facts["ending"]["blob"]
    assert labels(poll) == [], "that vote is over"
    assert ritual_words.closed_poll_words(1, zoom(first).subject, choices[1], 3) in words(poll)
    assert len(rituals.those("dreams", is_poll)) == 1
    assert wording.escape(zoom(second).subject, 60) in words(after)


async def test_of_as_many_votes_the_earliest_wins_and_nobody_counts_twice(rituals: Rituals) -> None:
    stage = rituals.stage  # noqa: F811
    await rituals.switch_on("endless")
    _, poll = await rituals.part()
    choices = (await rituals.only()).state["choices"]
    for persona, at in (("Ada", 2), ("You", 3)):
        rituals.now += 1
        await stage.press(persona, poll, choices[at])
    presses = [rituals.world.persona("Ada")] * 3
    await asyncio.gather(*(stage.response_to(stage.playground.press(one.id, poll, labels(poll)[2])) for one in presses))
    assert labels(poll)[2:] == [f"{choices[2]} · 1", f"{choices[3]} · 1"]
    second, _ = await rituals.part()
    assert zoom(second).subject == choices[2]


async def test_missed_days_happen_once_however_the_clock_is_set(rituals: Rituals) -> None:
    await rituals.switch_on("endless")
    await rituals.part()
    await rituals.part(3.5)
    assert (await rituals.only()).round == 2
    rituals.now -= 2 * DAY_S
    await rituals.tick()
    await rituals.tick()
    assert (await rituals.only()).round == 2
    assert await rituals.stage.rows() == []
    await rituals.part(3)
    assert (await rituals.only()).round == 3


async def test_a_restart_at_any_step_makes_nothing_twice(rituals: Rituals) -> None:
    stage = rituals.stage  # noqa: F811
    await rituals.switch_on("endless")
    claimed = None
    ritual = rituals.runner._kinds["endless"]
    work, steps = ritual.work, []

    async def die(schedule: object) -> None:
        steps.append(schedule)
        raise RuntimeError("killed between the row and the work")

    ritual.work = die  # type: ignore[method-assign]
    await rituals.tick(1)
    claimed = await rituals.only()
    assert steps
    assert claimed.claimed is not None
    ritual.work = work  # type: ignore[method-assign]
    change, broken = rituals.schedules.change, []

    async def lose(id: str, _change: object) -> None:
        broken.append(id)
        raise RuntimeError("killed between Discord's OK and the row")

    await rituals.tick()
    await rituals.tick()
    row = await rituals.make()
    assert row.id == claimed.state["work"]["job"]
    rituals.schedules.change = lose  # type: ignore[method-assign,assignment]
    await rituals.tick()
    rituals.schedules.change = change  # type: ignore[method-assign]
    assert broken
    poll = rituals.newest("dreams")
    await stage.press("Ada", poll, labels(poll)[0])
    assert labels(poll)[0].endswith(" · 1"), "a vote that stands is open, whatever the row says"
    assert (await rituals.only()).claimed is not None
    for message in stage.playground.world.messages.values():
        message.created -= 3600  # Discord has forgotten the nonce
    await rituals.tick()
    assert (await rituals.only()).claimed is None
    assert len(rituals.those("dreams", is_poll)) == 1
    assert await stage.rows() == []


async def test_after_a_week_without_a_vote_it_rests_until_somebody_wakes_it(rituals: Rituals) -> None:
    stage = rituals.stage  # noqa: F811
    await rituals.switch_on("endless")
    await rituals.part()
    await rituals.part()
    assert (await rituals.only()).state["idle_s"] == DAY_S
    await rituals.pass_idly(5)
    await rituals.tick(1)
    asleep = await rituals.only()
    assert (asleep.due, asleep.state["paused"], asleep.round) == (None, "idle", 2)
    message = rituals.newest("dreams")
    assert ritual_words.IDLE_WORDS in words(message)
    assert "** ".join(ritual_words.REST_FINDINGS["idle"]) in await check_words(rituals)
    await rituals.tick(5)
    assert await stage.rows() == []
    await stage.press("Ada", message, ritual_words.RITUAL_VERBS["wake"])
    assert ritual_words.woken_words("Ada") in words(message)
    await rituals.part(0)
    assert (await rituals.only()).round == 3


class Films:
    """Joins nothing, and remembers what it was asked for."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.asked: list[tuple[Sequence[bytes], JointFilm]] = []
        self._answers = [*answers]

    async def join(self, files: Sequence[bytes], wanted: JointFilm) -> bytes:
        self.asked.append((files, wanted))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


MP4 = b"\0\0\0\x18ftypmp42"


def replays(rituals: Rituals) -> list[Message]:
    return rituals.those("dreams", lambda one: ritual_words.replay_words([""])[:20] in words(one))


async def finish_film(rituals: Rituals) -> None:
    """Let the film be made, and posted."""
    film = rituals.runner._kinds["endless"]._film  # type: ignore[attr-defined]
    await asyncio.gather(*film._underway.values())
    await rituals.tick()


async def test_once_a_week_a_film_shows_all_of_its_parts(rituals: Rituals, monkeypatch: pytest.MonkeyPatch) -> None:
    films = Films(MP4)
    monkeypatch.setattr(weekly_film, "join", films.join)
    await rituals.switch_on("endless")
    rows = [(await rituals.part())[0] for _ in range(7)]
    await rituals.tick()
    assert replays(rituals) == [], "it is made beside everything else"
    assert labels(rituals.newest("dreams")), "and votes are open meanwhile"
    await finish_film(rituals)
    (replay,) = replays(rituals)
    assert ritual_words.replay_words([ritual_words.title_of(row) for row in rows]) in words(replay)
    assert [one.filename for one in replay.attachments] == ["dream.mp4"]
    ((files, wanted),) = films.asked
    assert len(files) == 7
    assert wanted.limit_bytes == rituals.stage.client.get_guild(int(rituals.world.guild_id)).filesize_limit  # type: ignore[union-attr]
    one = await rituals.only()
    assert (one.claimed, one.state["parts"]) == (None, [])
    for row in rows:
        assert await copies_of(rituals, row) == [replay.id], "it goes with each of its parts"
    monkeypatch.setattr(weekly_film, "WEEK_S", 2 * DAY_S)
    await rituals.pass_idly(-7)
    await rituals.part()
    assert len(replays(rituals)) == 1
    await rituals.part()
    await rituals.tick()
    await finish_film(rituals)
    assert len(replays(rituals)) == 2
    assert len(films.asked[1][0]) == 2, "those since the last one"


async def copies_of(rituals: Rituals, row: JobRow) -> list[str]:
    """The messages that show a dream beside its answer."""
    engine = rituals.stage.client.service.copies.store._engine
    with engine.connect() as db:
        of_row = result_copies.c.job_id == row.id
        return [*db.scalars(sa.select(result_copies.c.message_id).where(of_row))]


async def test_a_film_of_the_week_goes_with_any_of_its_parts(rituals: Rituals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weekly_film, "join", Films(MP4).join)
    monkeypatch.setattr(weekly_film, "WEEK_S", 2 * DAY_S)
    await rituals.switch_on("endless")
    rows = [(await rituals.part())[0] for _ in range(2)]
    await rituals.tick()
    await finish_film(rituals)
    (replay,) = replays(rituals)
    await rituals.stage.client.service.forget(rows[0])
    assert replays(rituals) == []
    assert replay.id not in rituals.world.messages
    assert [await copies_of(rituals, row) for row in rows] == [[], []], "and is tried no more"
    assert await rituals.stage.dispatch.row(rows[1].id), "the other part stays"


async def test_killed_after_the_film_was_posted_it_is_not_posted_again(
    rituals: Rituals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weekly_film, "join", Films(MP4).join)
    monkeypatch.setattr(weekly_film, "WEEK_S", 2 * DAY_S)
    await rituals.switch_on("endless")
    await rituals.part()
    await rituals.part()
    change = rituals.schedules.change

    async def die(*_: object) -> None:
        raise RuntimeError("killed between Discord's OK and the row")

    await rituals.tick()
    rituals.schedules.change = die  # type: ignore[method-assign,assignment]
    await finish_film(rituals)
    rituals.schedules.change = change  # type: ignore[method-assign]
    assert len(replays(rituals)) == 1
    ritual = rituals.runner._kinds["endless"]
    ritual._film._underway.clear()  # type: ignore[attr-defined]
    for one in rituals.world.messages.values():
        one.created -= 3600  # Discord has forgotten the nonce
    await rituals.tick()
    await finish_film(rituals)
    assert len(replays(rituals)) == 1
    assert (await rituals.only()).claimed is None


async def test_where_no_film_can_be_made_the_endings_stand_side_by_side(
    rituals: Rituals, monkeypatch: pytest.MonkeyPatch
) -> None:
    films = Films(BrokenVideo())
    monkeypatch.setattr(weekly_film, "join", films.join)
    monkeypatch.setattr(weekly_film, "WEEK_S", 3 * DAY_S)
    await rituals.switch_on("endless")
    first, _ = await rituals.part()
    await rituals.part()
    await rituals.part()
    shown = rituals.world.messages[str(first.posted)]
    rituals.world.drop_message(shown)
    await rituals.tick()
    await finish_film(rituals)
    (replay,) = replays(rituals)
    assert len(replay.attachments) == 3
    assert len(films.asked[0][0]) == 2, "what somebody deleted is in no film"


async def test_a_week_in_which_a_part_fails_has_its_film_with_the_next(
    rituals: Rituals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weekly_film, "join", Films(MP4).join)
    monkeypatch.setattr(weekly_film, "WEEK_S", 3 * DAY_S)
    await rituals.switch_on("endless")
    await rituals.part()
    await rituals.part()
    await rituals.tick(1)
    rituals.stage.dispatch.fail(rituals.stage.start().id)
    for row in await rituals.stage.rows():
        await rituals.stage.posted(row.id)
    await rituals.tick()
    assert replays(rituals) == []
    await rituals.part()
    await rituals.tick()
    await finish_film(rituals)
    assert len(replays(rituals)) == 1


def test_of_many_parts_frames_are_left_out() -> None:
    def row(frames: int) -> JobRow:
        made = SimpleNamespace(width=480, height=320)
        return cast(JobRow, SimpleNamespace(job=SimpleNamespace(params=Zoom(frames=frames)), result=made))

    assert weekly_film.joint_film([row(48)] * 7, 1).stride == 1
    hourly = weekly_film.joint_film([row(48)] * 168, 1)
    assert 168 * 48 / hourly.stride <= weekly_film.SHOWN_FPS * weekly_film.LONGEST_S
    assert (hourly.size, hourly.taken_fps) == (480, 12)


async def test_votes_keep_it_awake(rituals: Rituals) -> None:
    await rituals.switch_on("endless")
    _, poll = await rituals.part()
    await rituals.pass_idly(6)
    await rituals.stage.press("Ada", poll, labels(poll)[0])
    await rituals.part()
    one = await rituals.only()
    assert (one.round, one.state["idle_s"]) == (2, 0)


async def test_a_channel_that_was_closed_is_a_sentence_in_the_log(rituals: Rituals) -> None:
    stage, world = rituals.stage, rituals.world  # noqa: F811
    await stage.client.service.gate.rules.change(
        world.guild_id, lambda rules: type(rules)(log_channel=world.channel("lab").id)
    )
    await rituals.switch_on("endless")
    await rituals.part()
    place = world.channel("dreams")
    world.deny_bot(place, SEND_MESSAGES)
    guild = stage.client.get_guild(int(world.guild_id))
    async with asyncio.timeout(60):
        while guild is None or guild.get_channel(int(place.id)).permissions_for(guild.me).send_messages:  # type: ignore[union-attr]
            await asyncio.sleep(0.005)
    assert "will rest: I lack Send Messages" in await check_words(rituals), "before it is due"
    await rituals.tick(1)
    assert "** ".join(ritual_words.REST_FINDINGS["closed"]) in await check_words(rituals)
    resting = await rituals.only()
    line = ritual_words.rest_line(resting, "closed")
    await world.until(lambda: rituals.those("lab", lambda one: line in words(one)))
    assert (resting.due, resting.claimed) == (None, None)
    assert await stage.rows() == []
    refused = await rituals.switch_on("endless")
    assert RitualNotAllowed.code in words(refused)


async def test_a_paused_server_is_left_alone_and_makes_up_for_it_once(rituals: Rituals) -> None:
    stage = rituals.stage  # noqa: F811
    await rituals.switch_on("endless")
    await stage.ask("Mod", "server pause")
    assert ritual_words.waiting_words(1) in await check_words(rituals)
    await rituals.tick(3)
    assert (await rituals.only()).round == 0
    await stage.ask("Mod", "server resume")
    await rituals.part(0)
    await rituals.tick()
    assert (await rituals.only()).round == 1


async def test_what_failed_thrice_rests(rituals: Rituals) -> None:
    await rituals.switch_on("endless")
    for _ in range(3):
        await rituals.tick(1)
        row = rituals.stage.start()
        rituals.stage.dispatch.fail(row.id)
        await rituals.stage.posted(row.id)
        await rituals.tick()
    assert (await rituals.only()).state["paused"] == "failed"


async def test_who_manages_the_server_switches_it_and_nobody_else(rituals: Rituals) -> None:
    stage = rituals.stage  # noqa: F811
    nothing = await stage.ask("Mod", "server ritual")
    assert words(nothing) == ritual_words.NO_RITUALS
    assert BadOption.code in words(await rituals.switch_on("endless", zone="Mars"))
    await rituals.switch_on("endless", hour=9, every=8, zone="Europe/Berlin")
    before = await rituals.only()
    panel = await stage.ask("Mod", "server ritual")
    assert ritual_words.ritual_line(before) in words(panel)
    await stage.press("Mod", panel, ritual_words.RITUAL_VERBS["off"])
    off = await rituals.only()
    assert (off.due, off.state["paused"]) == (None, "off")
    forged = await stage.response_to(forged_press(stage, panel, f"ritual:on:{off.id}"))
    assert NotManager.code in words(forged)
    await stage.press("Mod", panel, ritual_words.RITUAL_VERBS["on"])
    again = await rituals.switch_on("endless", hour=10)
    now = await rituals.only()
    assert (now.id, now.hour, now.zone, now.state["every_h"]) == (before.id, 10, "Europe/Berlin", 8)
    assert ritual_words.ritual_line(now) in words(again)


async def test_a_server_has_so_many(rituals: Rituals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ritual_words, "MOST_RITUALS", 1)
    await rituals.switch_on("endless")
    assert TooManyRituals.code in words(await rituals.switch_on("endless", "lab"))


async def test_forged_and_late_votes_count_nothing(rituals: Rituals) -> None:
    stage = rituals.stage  # noqa: F811
    await rituals.switch_on("endless")
    _, poll = await rituals.part()
    one = await rituals.only()
    for value in ("1-9", "0-1", "2-0", "x", "1-"):
        said = await stage.response_to(forged_press(stage, poll, f"ritual:vote:{one.id}:{value}"))
        assert VoteOver.code in words(said), value
    for id in ("x" * 20,):
        said = await stage.response_to(forged_press(stage, poll, f"ritual:vote:{id}:1-0"))
        assert NoRitual.code in words(said)
    assert await rituals.runner._kinds["endless"]._votes.of_poll(one.poll) == []  # type: ignore[attr-defined]
