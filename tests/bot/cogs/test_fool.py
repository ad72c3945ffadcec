"""`/play fool` against the stand-in Discord: a word of the day, photos, and who wins."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot import play_wording
from bot.games.fool import DAY_S, label_of
from bot.playground.world import Message
from bot.store.fool_rounds import FoolRound
from engine.classification_sentence import Verdict
from engine.errors import GamesOff, NotAPhoto, NoWord
from engine.params import Concept, See
from engine.queue.job import Job, JobRow, State, new_id
from tests.bot.cogs.test_play import forget, signed
from tests.bot.cogs.test_server import id_of, refused_with, rule
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    labels,
    png,
    specification,
    stage,
    words,
)


@pytest.fixture
async def games(stage: Stage) -> Stage:  # noqa: F811
    """A server that gave a channel for games, and a log channel."""
    await rule(stage, games=(id_of(stage, "dreams"),), log_channel=id_of(stage, "lab"))
    return stage


async def begun(games: Stage) -> FoolRound:
    """A round whose word was drawn."""
    await games.ask("Ada", "play fool")
    found = await games.client.games.records.fool.find_open(id_of(games, "dreams"))
    assert found is not None
    return found


async def photo(games: Stage, persona: str, found: FoolRound, share: float, verdict: Verdict = Verdict.SURE) -> Message:
    """A photo that was looked at, and its message."""
    message = await games.ask(persona, "play fool", image=games.playground.upload("cat.png", png(40, 30)))
    row = games.start()
    assert isinstance(row.job.params, See)
    label = label_of(row.job.params.catalog, row.job.params.network, found.word)
    games.dispatch.finish(row.id, png(), facts=seen(label, share, verdict))
    await games.posted(row.id)
    return message


def seen(label: str, share: float, verdict: Verdict) -> dict[str, Any]:
    shown = [{"label": "something else", "emoji": "", "probability": 0.5}]
    return {"verdict": verdict, "sentence": "", "labels": shown, "traces": {"something else": 0.5, label: share}}


def shown(games: Stage, found: FoolRound) -> str:
    return games.client.games.fool._shown(found.word)


def end_day(games: Stage) -> None:
    fool = games.client.games.records.fool
    fool.clock, now = (lambda: now + DAY_S + 1), fool.clock()


async def history(games: Stage) -> list[Message]:
    world = games.playground.world
    return list(world.history(world.channel("dreams")))


async def test_the_highest_percentage_wins_and_that_is_said_once(games: Stage) -> None:
    world = games.playground.world
    assert refused_with(await games.ask("You", "play fool", "lab"), GamesOff)
    cat = games.playground.upload("cat.png", png(40, 30))
    assert refused_with(await games.ask("You", "play fool", image=cat), NoWord)
    found = await begun(games)
    assert found.word in games.client.service.catalog.names("pocket")
    assert play_wording.word_words(shown(games, found), found.ends) in [words(one) for one in await history(games)]
    assert play_wording.NOBODY_YET in words(await games.ask("You", "play fool"))
    first = await photo(games, "You", found, 0.25)
    assert play_wording.taken_words(
        found.word, 0.25, play_wording.leader_words(world.persona("You").id, 0.25)
    ) in words(first)
    assert "something else 50%" in words(first).replace("\\", ""), "and what it is"
    best = await photo(games, "Mod", found, 0.5)
    assert play_wording.leader_words(world.persona("Mod").id, 0.5) in words(await photo(games, "Ada", found, 0.01))
    standings = [(world.persona(name).id, share) for name, share in (("Mod", 0.5), ("You", 0.25), ("Ada", 0.01))]
    told = await games.ask("Ada", "play fool")
    assert told.ephemeral
    assert words(told) == play_wording.standing_words(shown(games, found), found.ends, standings)
    await games.client.games.fool.end_what_is_over()
    end_day(games)
    world.drop_message(best)  # as a moderator does with what is a real one
    for _ in range(2):
        await games.client.games.fool.end_what_is_over()
    said = [words(one) for one in await history(games) if play_wording.NEXT_WORD in words(one)]
    assert len(said) == 1
    assert said[0].index(world.persona("You").id) < said[0].index(world.persona("Ada").id)
    assert world.persona("Mod").id not in said[0]
    assert f"/{first.channel_id}/{first.id}" in said[0]
    assert refused_with(await games.ask("You", "play fool", image=cat), NoWord), "the day is over"
    assert (await begun(games)).word != found.word


async def test_people_are_nobodys_word_and_dreams_are_no_photos(games: Stage) -> None:
    found = await begun(games)
    message = await photo(games, "You", found, 0.6, Verdict.PERSON)
    assert play_wording.taken_words(found.word, 0.0, "", person=True) in words(message)
    made = signed(JobRow(new_id(), Job(Concept(subject="eyes"), "1"), State.DONE, {}, 0.0))
    dream = games.playground.upload("dream.png", made)
    assert refused_with(await games.ask("You", "play fool", image=dream), NotAPhoto)
    assert await games.dispatch.list_waiting() == []


async def test_a_day_to_which_nobody_came_ends_without_a_word_and_without_permission_in_the_log(games: Stage) -> None:
    world = games.playground.world
    await begun(games)
    before = len(await history(games))
    end_day(games)
    await games.client.games.fool.end_what_is_over()
    assert len(await history(games)) == before
    assert await games.client.games.records.fool.list_over() == []
    found = await begun(games)
    await photo(games, "You", found, 0.3)
    world.channel("dreams").bot_permissions = 0
    end_day(games)
    await games.client.games.fool.end_what_is_over()
    log_channel, said = world.channel("lab"), play_wording.lost_fool_line(found.channel_id)
    await world.until(lambda: any(said in words(one) for one in world.history(log_channel)) or None)
    assert await games.client.games.records.fool.list_over() == []


async def test_a_photo_survives_a_restart_and_what_is_stored_of_a_person_is_told_and_deleted(games: Stage) -> None:
    found = await begun(games)
    await games.ask("You", "play fool", image=games.playground.upload("cat.png", png(40, 30)))
    row = games.start()
    forget(games)
    await games.client.service._tracker.resume()
    label = label_of(row.job.params.catalog, row.job.params.network, found.word)
    games.dispatch.finish(row.id, png(), facts=seen(label, 0.125, Verdict.SURE))
    await games.posted(row.id)
    fool, sam = games.client.games.records.fool, games.playground.world.persona("You").id
    assert [(one.user_id, one.share) for one in await fool.entries(found.id)] == [(sam, 0.125)]
    data = games.client.settings_actions._personal_data
    (told,) = json.loads(await data.export(int(sam), 10**6))["games"]["fool_the_network"]
    assert (told["word"], told["share"]) == (found.word, 0.125)
    await data.delete(int(sam))
    assert await fool.of_user(sam) == []
