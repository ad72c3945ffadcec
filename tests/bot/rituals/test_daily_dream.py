"""The daily dream: an image, its thread, takes and stars, with a clock in the test's hands."""

import asyncio

import pytest

from bot import ritual_words, wording
from bot.playground import samples
from bot.playground.world import CREATE_PUBLIC_THREADS, Message
from bot.store.posting import Posting
from engine.errors import DayOver, RitualBusy, RitualNotAllowed
from engine.params import Dream
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

TAKE = ritual_words.RITUAL_VERBS["take"]
STAR = wording.VERBS["ritual:star"]


@pytest.fixture
async def rituals(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Rituals:  # noqa: F811
    monkeypatch.setattr(samples, "available", lambda: samples.PAINTINGS)
    made = Rituals(stage)
    await made.switch_on("daily")
    return made


async def take(rituals: Rituals, persona: str, opener: Message, subject: str = "") -> tuple[Message, JobRow]:
    """Somebody's dream of the image of the day: its message in the thread, and its row."""
    stage, before = rituals.stage, {row.id for row in await rituals.stage.rows()}  # noqa: F811
    form = stage.playground.press(persona, opener, TAKE)
    await rituals.world.until(lambda: form.modal)
    stage.playground.submit(persona, form, **{rituals.field(form): subject})
    async with asyncio.timeout(60):
        while not (new := [row for row in await stage.rows() if row.id not in before]):
            await asyncio.sleep(0.005)
    await stage.followed()
    row = stage.start()
    assert row.id == new[0].id
    stage.dispatch.finish(row.id, png(30 + len(subject), 20))
    row = await stage.posted(row.id)
    return rituals.world.messages[str(row.posted)], row


async def test_all_takes_are_in_one_thread_and_the_favourite_opens_the_next_day(rituals: Rituals) -> None:
    stage, world = rituals.stage, rituals.world  # noqa: F811
    await rituals.tick(1)
    opener = rituals.newest("dreams")
    assert labels(opener) == [TAKE]
    thread = world.channel(opener.id)
    assert thread.parent == opener.channel_id
    first, mine = await take(rituals, "Ada", opener, "castles")
    second, other = await take(rituals, "You", opener)
    assert {one.channel_id for one in (first, second)} == {thread.id}
    assert isinstance(mine.job.params, Dream)
    assert mine.job.params.subject == "castles"
    assert mine.job.picture == other.job.picture
    assert len(rituals.history("dreams")) == 1, "nothing of it in the channel itself"
    await stage.press("Mod", first, STAR)
    await stage.press("You", first, labels(first)[-1])
    await stage.press("Ada", second, STAR)
    await rituals.tick(1)
    next_day = rituals.newest("dreams")
    assert ritual_words.praise_words(mine, Posting.from_json(mine.posting), 2) in words(next_day)
    assert mine.result is not None
    _, after = await take(rituals, "You", next_day, "eyes")
    assert after.job.picture == mine.result.blob
    late = await stage.press("You", opener, TAKE)
    assert DayOver.code in words(late)
    stage.playground.react("Ada", first, "❌")
    await world.until(lambda: next_day.id not in world.messages)
    assert opener.id in world.messages


async def test_missed_days_are_one_and_a_restart_shows_the_same_once(rituals: Rituals) -> None:
    daily = rituals.runner._kinds["daily"]
    publisher = daily._publisher  # type: ignore[attr-defined]
    open_thread = publisher.open_thread

    async def die(*_: object) -> None:
        raise RuntimeError("killed between the message and its thread")

    publisher.open_thread = die
    await rituals.tick(4)
    early = await rituals.stage.press("Ada", rituals.newest("dreams"), TAKE)
    assert RitualBusy.code in words(early), "its thread is not there yet"
    publisher.open_thread = open_thread
    chosen = (await rituals.only()).state["work"]["blob"]
    for one in rituals.world.messages.values():
        one.created -= 3600  # Discord has forgotten the nonce
    await rituals.tick()
    (opener,) = rituals.history("dreams")
    now = await rituals.only()
    assert (now.claimed, now.round, now.state["blob"], now.thread_id) == (None, 1, chosen, opener.id)


async def test_where_nobody_comes_for_a_week_it_rests(rituals: Rituals) -> None:
    for _ in range(2):
        await rituals.tick(1)
    assert (await rituals.only()).state["idle"] == 1
    id = (await rituals.only()).id
    await rituals.schedules.change(id, lambda one, _: one.with_state(idle=6))
    await rituals.tick(1)
    assert (await rituals.only()).state["paused"] == "idle"
    asleep = rituals.newest("dreams")
    assert ritual_words.NO_TAKES_WORDS in words(asleep)
    await rituals.stage.press("Ada", asleep, ritual_words.RITUAL_VERBS["wake"])
    await rituals.tick()
    assert labels(rituals.newest("dreams")) == [TAKE]


async def test_without_threads_it_is_not_switched_on(rituals: Rituals) -> None:
    stage, place = rituals.stage, rituals.world.channel("lab")  # noqa: F811
    rituals.world.deny_bot(place, CREATE_PUBLIC_THREADS)
    guild = stage.client.get_guild(int(rituals.world.guild_id))
    assert guild is not None
    async with asyncio.timeout(60):
        while guild.get_channel(int(place.id)).permissions_for(guild.me).create_public_threads:  # type: ignore[union-attr]
            await asyncio.sleep(0.005)
    refused = await rituals.switch_on("daily", "lab")
    assert RitualNotAllowed.code in words(refused)
