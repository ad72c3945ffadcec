"""Stars and the exhibition: what enough people like is shown once, with title and maker."""

import pytest

from bot import ritual_words, wording
from bot.playground.world import SEND_MESSAGES, Message
from bot.store.posting import Posting
from engine.errors import Gone, OwnStar
from engine.queue.job import JobRow
from tests.bot.requests.test_hostile_users import forged_press
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

STAR = wording.VERBS["ritual:star"]


@pytest.fixture
async def rituals(stage: Stage) -> Rituals:  # noqa: F811
    made = Rituals(stage)
    await made.switch_on("exhibition", "lab", stars=2)
    return made


async def dreamed(rituals: Rituals, persona: str = "Ada", **options: str) -> tuple[Message, JobRow]:
    message = await rituals.stage.ask(persona, "dream", subject="castles", **options)
    return message, await rituals.stage.finish(message, png(20, 20))


def shown(rituals: Rituals) -> list[str]:
    return [words(one).strip() for one in rituals.those("lab", lambda one: bool(one.attachments))]


async def test_enough_stars_carry_a_dream_there_once_with_title_and_maker(rituals: Rituals) -> None:
    stage = rituals.stage  # noqa: F811
    message, row = await dreamed(rituals)
    assert labels(message)[-1] == STAR
    names = [one.filename for one in message.attachments]
    for persona in ("You", "Mod", "You", "You"):
        await stage.press(persona, message, labels(message)[-1])
        await rituals.tick()
    assert labels(message)[-1] == f"{STAR} 2"
    assert [one.filename for one in message.attachments] == names, "its picture stays"
    assert shown(rituals) == [ritual_words.exhibit_words(row, Posting.from_json(row.posting), 2)]
    assert "castles" in shown(rituals)[0].lower()
    assert "Ada" in shown(rituals)[0]
    await rituals.tick(3)
    assert len(shown(rituals)) == 1
    (exhibit,) = rituals.those("lab", lambda one: bool(one.attachments))
    about = await stage.press("You", exhibit, ritual_words.RITUAL_VERBS["about"])
    assert wording.credit(row.job.params) in words(about)


async def test_a_double_click_and_ones_own_count_nothing(rituals: Rituals) -> None:
    stage = rituals.stage  # noqa: F811
    message, row = await dreamed(rituals)
    assert OwnStar.code in words(await stage.press("Ada", message, STAR))
    for _ in range(2):
        await stage.response_to(stage.playground.press("You", message, labels(message)[-1]))
    assert labels(message)[-1] == STAR, "given, and taken back"
    private = await stage.ask("Ada", "dream", subject="castles", private=True)
    await stage.finish(private)
    assert STAR not in labels(private)
    stranger = await stage.response_to(forged_press(stage, message, "ritual:star:" + "x" * 20))
    assert Gone.code in words(stranger)
    assert row.posting["stars"]


async def test_killed_between_the_row_and_its_message_it_is_shown_once(rituals: Rituals) -> None:
    stage, world = rituals.stage, rituals.world  # noqa: F811
    message, row = await dreamed(rituals)
    gallery = rituals.runner._kinds["exhibition"]
    entries = gallery._entries  # type: ignore[attr-defined]
    show = entries.show

    async def die(*_: object) -> None:
        raise RuntimeError("killed between Discord's OK and the row")

    entries.show = die
    for persona in ("You", "Mod"):
        await stage.press(persona, message, labels(message)[-1])
    await rituals.tick()
    entries.show = show
    for one in world.messages.values():
        one.created -= 3600  # Discord has forgotten the nonce
    await rituals.tick()
    await rituals.tick(1)
    assert len(shown(rituals)) == 1
    (entry,) = await entries.of_user(row.job.requester)
    assert entry.message_id == rituals.newest("lab").id


async def test_stars_of_a_time_when_nobody_looked_are_counted_afterwards(rituals: Rituals) -> None:
    stage, place = rituals.stage, rituals.world.channel("lab")  # noqa: F811
    message, _ = await dreamed(rituals)
    one = await rituals.only()
    await rituals.schedules.change(one.id, lambda kept, _: kept.with_state(threshold=3))
    for persona in ("You", "Mod"):
        await stage.press(persona, message, labels(message)[-1])
    await rituals.tick()
    assert shown(rituals) == []
    await rituals.schedules.change(one.id, lambda kept, _: kept.with_state(threshold=2))
    await rituals.tick(1)
    assert len(shown(rituals)) == 1
    assert place.bot_permissions & SEND_MESSAGES


async def test_what_is_for_adults_stays_inside(rituals: Rituals) -> None:
    stage, world = rituals.stage, rituals.world  # noqa: F811
    message, row = await dreamed(rituals)
    world.restrict_age(world.channel("dreams"))
    for persona in ("You", "Mod"):
        await stage.press(persona, message, labels(message)[-1])
    guild = stage.client.get_guild(int(world.guild_id))
    assert guild is not None
    await world.until(lambda: guild.get_channel(int(world.channel("dreams").id)).nsfw)  # type: ignore[union-attr]
    await rituals.tick()
    assert shown(rituals) == []
    assert row.result is not None


async def test_the_best_of_a_week_is_posted_once_and_nothing_where_nobody_came(rituals: Rituals) -> None:
    stage = rituals.stage  # noqa: F811
    await rituals.tick(1)
    await rituals.tick(7)
    assert shown(rituals) == []
    message, row = await dreamed(rituals)
    for persona in ("You", "Mod"):
        await stage.press(persona, message, labels(message)[-1])
    await rituals.tick(6)
    await rituals.tick(1)
    await rituals.tick(0.1)
    best = ritual_words.best_words(row, Posting.from_json(row.posting), 2)
    assert shown(rituals).count(best) == 1
    assert len(shown(rituals)) == 2
    stage.playground.react("Ada", message, "❌")
    await rituals.world.until(lambda: not shown(rituals))
    await rituals.tick(1)
    assert shown(rituals) == [], "deleted by who made it, it is not shown again"
