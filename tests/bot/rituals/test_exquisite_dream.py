"""The exquisite dream: one dream each, in turn, and a film of them all."""

import asyncio
import json

import pytest

from bot import ritual_words
from bot.playground.faults import Fault
from bot.playground.world import Interaction, Message
from bot.rituals import exquisite_dream
from bot.store.posting import Posting
from bot.store.schedules import GAME, Schedule
from engine.errors import ExquisiteOff, ExquisiteUnderWay, NoRitual, NotYours, RitualBusy, StepTaken
from engine.params import Animate, Dream
from engine.queue.job import JobRow
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    labels,
    png,
    specification,
    stage,
    words,
)
from tests.bot.rituals.ritual_stage import Rituals

pytestmark = pytest.mark.slow

STEP, END = ritual_words.RITUAL_VERBS["step"], ritual_words.RITUAL_VERBS["end"]


@pytest.fixture
async def rituals(stage: Stage) -> Rituals:  # noqa: F811
    made = Rituals(stage)
    await made.switch_on("exquisite")
    return made


async def begun(rituals: Rituals, persona: str = "Ada") -> Message:
    said = await rituals.stage.ask(persona, "play exquisite")
    await rituals.stage.shows(said, ritual_words.EXQUISITE_BEGUN)
    return rituals.newest("dreams")


async def game(rituals: Rituals) -> Schedule:
    (one,) = await rituals.schedules.of_server(rituals.world.guild_id, GAME)
    return one


async def step(rituals: Rituals, persona: str, message: Message, subject: str) -> tuple[JobRow, Message]:
    """Somebody's dream, and who is next."""
    stage = rituals.stage  # noqa: F811
    await submit(rituals, persona, message, subject)
    await stage.queued(1)
    row = stage.start()
    stage.dispatch.finish(row.id, png(24 + len(subject), 20))
    row = await stage.posted(row.id)
    async with asyncio.timeout(60):
        while (await game(rituals)).claimed is None:
            await asyncio.sleep(0.005)
    await rituals.tick()
    return row, rituals.newest((await game(rituals)).thread_id)


async def submit(rituals: Rituals, persona: str, message: Message, subject: str) -> Interaction:
    form = rituals.stage.playground.press(persona, message, STEP)
    await rituals.world.until(lambda: form.modal)
    return rituals.stage.playground.submit(persona, form, **{rituals.field(form): subject})


async def test_each_goes_on_where_the_one_before_stopped_and_a_film_shows_it(rituals: Rituals) -> None:
    stage = rituals.stage  # noqa: F811
    opener = await begun(rituals)
    assert labels(opener) == [STEP, END]
    first, turn = await step(rituals, "Ada", opener, "castles")
    earlier = turn
    second, turn = await step(rituals, "You", earlier, "eyes")
    assert first.result is not None
    assert labels(earlier) == [], "one goes on under the newest"
    assert ritual_words.last_turn_words(first, 1) in words(earlier)
    assert second.job.picture == first.result.blob
    thread = (await game(rituals)).thread_id
    assert {Posting.from_json(row.posting).channel_id for row in (first, second)} == {int(thread)}
    assert "castles" in words(rituals.history(thread)[1]).lower()
    again = await stage.response_to(await submit(rituals, "You", turn, "waves"))
    assert StepTaken.code in words(again)
    assert NotYours.code in words(await stage.press("You", turn, END))
    stage.playground.press("Ada", turn, END)
    async with asyncio.timeout(60):
        while not (await game(rituals)).state.get("work"):
            await asyncio.sleep(0.005)
    await rituals.tick()
    film = stage.start()
    assert isinstance(film.job.params, Animate)
    subjects = [one.params.subject for one in film.job.params.dreams if isinstance(one.params, Dream)]
    assert subjects == ["castles", "eyes"]
    assert film.job.picture == first.job.picture
    stage.dispatch.finish(film.id, png(40, 30))
    await stage.posted(film.id)
    await rituals.tick()
    ended = ritual_words.exquisite_end_words([(row, Posting.from_json(row.posting)) for row in (first, second)])
    assert ended in words(rituals.newest(thread))
    assert await rituals.schedules.of_server(rituals.world.guild_id, GAME) == []
    assert labels(turn) == [], "nobody can add anything any more"
    assert ritual_words.last_turn_words(second, 2) in words(turn)
    assert NoRitual.code in words(await stage.press("Mod", opener, STEP))


async def test_where_nobody_comes_for_a_day_it_ends(rituals: Rituals) -> None:
    rituals.world.persona("Ada").avatar = None
    opener = await begun(rituals)
    assert opener.attachments, "who has no avatar begins with a picture of ours"
    await rituals.tick(0.9)
    thread = (await game(rituals)).thread_id
    await rituals.tick(0.2)
    await rituals.tick()
    assert ritual_words.exquisite_end_words([]) in words(rituals.newest(thread))
    assert await rituals.schedules.of_server(rituals.world.guild_id, GAME) == []
    assert await rituals.stage.rows() == []


async def test_a_step_is_a_day_more_and_the_last_one_ends_it(rituals: Rituals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exquisite_dream, "MOST_STEPS", 2)
    opener = await begun(rituals)
    await step(rituals, "You", opener, "castles")
    assert (await game(rituals)).due is not None
    await step(rituals, "Mod", opener, "eyes")
    await rituals.tick()
    film = rituals.stage.start()
    assert isinstance(film.job.params, Animate)
    rituals.stage.dispatch.fail(film.id)
    await rituals.stage.posted(film.id)
    await rituals.tick()
    assert await rituals.schedules.of_server(rituals.world.guild_id, GAME) == [], "it ends without its film, too"


async def test_of_two_at_once_one_dreams_and_what_failed_is_taken_back(rituals: Rituals) -> None:
    stage = rituals.stage  # noqa: F811
    opener = await begun(rituals)
    await submit(rituals, "You", opener, "castles")
    (row,) = await stage.queued(1)
    async with asyncio.timeout(60):
        while (await game(rituals)).claimed is None:
            await asyncio.sleep(0.005)
    assert RitualBusy.code in words(await stage.press("Mod", opener, STEP))
    stage.start()
    stage.dispatch.fail(row.id)
    await stage.posted(row.id)
    await rituals.tick()
    _, turn = await step(rituals, "You", opener, "waves")
    assert "1 of 8" in words(turn)


async def test_only_where_it_is_switched_on_and_one_at_a_time(rituals: Rituals) -> None:
    refused = await rituals.stage.ask("Ada", "play exquisite", "lab")
    assert ExquisiteOff.code in words(refused)
    opener = await begun(rituals)
    second = await rituals.stage.ask("You", "play exquisite")
    assert ExquisiteUnderWay.code in words(second)
    wrong = await rituals.stage.response_to(await submit(rituals, "You", opener, "qwzx"))
    assert wrong.ephemeral
    assert (await game(rituals)).state.get("step") is None


async def test_nothing_that_a_running_one_keeps_names_its_starter(rituals: Rituals) -> None:
    ada = rituals.world.persona("Ada")
    opener = await begun(rituals)
    assert ritual_words.exquisite_words("Ada") in words(opener)
    assert rituals.world.channel(opener.id).name == ritual_words.exquisite_thread_name("Ada")
    kept = str((await game(rituals)).state)
    assert ada.id not in kept
    assert ada.global_name not in kept
    row, _ = await step(rituals, "You", opener, "castles")
    assert Posting.from_json(row.posting).owners == (int(ada.id),), "it was made of her avatar"
    (told,) = json.loads(await rituals.stage.client.settings_actions._personal_data.export(int(ada.id), 10**6))[
        "part_of_rituals"
    ]
    assert told["schedule_id"] == (await game(rituals)).id
    await rituals.stage.client.settings_actions._personal_data.delete(int(ada.id))
    assert await rituals.schedules.of_server(rituals.world.guild_id, GAME) == [], "what she began ends"
    assert opener.id not in rituals.world.messages, "with the message that shows her avatar"
    assert await rituals.stage.dispatch.row(row.id), "what others added is theirs"
    await rituals.tick(2)
    assert await rituals.stage.rows() == []


async def test_whose_name_cannot_be_had_is_somebody(rituals: Rituals) -> None:
    rituals.stage.playground.rest.faults.plan(Fault("unknown_member", "GET", "/guilds/{guild}/members/{user}"))
    opener = await begun(rituals)
    assert ritual_words.exquisite_words(ritual_words.SOMEBODY) in words(opener)
