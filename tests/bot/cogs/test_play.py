"""`/play guess` and its table against the stand-in Discord, with the engine's part done by hand."""

from __future__ import annotations

import io
import json
import random
import time

import pytest
from PIL import Image, PngImagePlugin

from bot import play_wording, wording
from bot.games import game_answers, guess_choices
from bot.playground import payloads
from bot.playground.world import Message
from bot.requests.server_membership import KEPT_S
from bot.store.guess_rounds import Round
from bot.store.posting import Posting
from bot.store.server_week import WEEK_S
from engine.catalog.catalog import shipped_catalog
from engine.errors import GamesOff, RoundOpen, StillSecret
from engine.files import generation_metadata
from engine.params import Concept
from engine.queue.job import JobRow
from tests.bot.cogs.test_server import ADMIN, id_of, refused_with, rule
from tests.bot.requests.test_hostile_users import forged_press
from tests.bot.requests.test_service import (  # noqa: F401
    JPEG,
    Stage,
    _drawn_avatars,
    alts,
    labels,
    specification,
    stage,
    words,
)


@pytest.fixture
async def games(stage: Stage) -> Stage:  # noqa: F811
    """A server that gave a channel for games, and a log channel."""
    await rule(stage, games=(id_of(stage, "dreams"),), log_channel=id_of(stage, "lab"))
    return stage


async def begun(games: Stage, persona: str = "Ada", level: str = "easy") -> tuple[Message, JobRow]:
    """A round that grows: its message, and the row of its job."""
    message = await games.ask(persona, "play guess", level=level)
    row = games.start()
    games.dispatch.progress(row.id, 2, 5, JPEG)
    await games.shows(message, "40%")
    return message, row


async def round_of(games: Stage, row: JobRow) -> Round:
    found = await games.client.games.records.guess.find(row.id)
    assert found is not None
    return found


def answers(found: Round, row: JobRow) -> tuple[str, list[str]]:
    """The label of the right answer, and of the others."""
    shown = list(Posting.from_json(row.posting).choices)
    return shown.pop(found.answer), shown


def signed(row: JobRow) -> bytes:
    """A picture as the engine makes it, which says how it was made."""
    out, said = io.BytesIO(), PngImagePlugin.PngInfo()
    said.add_text("pareidolia", generation_metadata.write(row.job.params))
    Image.new("RGB", (64, 48), "teal").save(out, "PNG", pnginfo=said)
    return out.getvalue()


def everything(games: Stage, message: Message) -> str:
    """All that Discord is told of a message, and what is in its files."""
    shape = json.dumps(payloads.message(games.playground.world, message), ensure_ascii=False)
    return shape + "".join(file.data.decode("latin-1") for file in message.attachments)


def forget(games: Stage) -> None:
    """What only this process knows of what is under way is gone, as at the end of a bot."""
    games.client.service._tracker._tracks.clear()
    games.client.service._tracker._lanes.clear()


async def test_games_are_off_until_a_channel_is_given_for_them(stage: Stage) -> None:  # noqa: F811
    assert refused_with(await stage.ask("You", "play guess"), GamesOff)
    assert refused_with(await stage.ask("You", "play table"), GamesOff)
    await stage.ask(ADMIN, "server channel", channel=id_of(stage, "lab"), games=True)
    refused = await stage.ask("You", "play guess")
    assert refused_with(refused, GamesOff, f"<#{id_of(stage, 'lab')}>")
    panel = await stage.ask(ADMIN, "server panel")
    await stage.press(ADMIN, panel, wording.SERVER_PAGES["channels"])
    await stage.press(ADMIN, panel, wording.SERVER_PROMPTS["games"], [id_of(stage, "dreams")])
    assert not (await stage.ask("You", "play guess")).ephemeral
    await stage.queued(1)
    assert refused_with(await stage.ask("You", "play guess", "lab"), GamesOff)


async def test_the_fastest_right_answer_wins_and_everybody_has_one(games: Stage) -> None:
    message, row = await begun(games)
    right, wrong = answers(await round_of(games, row), row)
    assert labels(message) == list(Posting.from_json(row.posting).choices)
    world = games.playground.world
    assert words(await games.press("You", message, wrong[0])) == play_wording.WRONG
    assert words(await games.press("You", message, right)) == play_wording.ANSWERED
    for _ in range(2):  # a double click
        games.playground.press("Mod", message, right)
    await games.shows(message, world.persona("Mod").id)
    subject = (await round_of(games, row)).subject
    await games.shows(message, f"**{wording.escape(subject)}**")
    assert labels(message) == [], "it goes on growing, for all to see"
    assert words(await forged(games, message, row)) == play_wording.OVER
    games.dispatch.finish(row.id, signed(row))
    await games.shows(message, f"`/concept subject:{row.job.params.aim[1]} seed:")
    assert labels(message)[0] == wording.VERBS["deeper"]
    assert words(message).count(f"<@{world.persona('Mod').id}>") == 2, "who won, and the week's table"
    assert world.persona("Mod").id not in message.mentions
    table = await games.ask("You", "play table")
    assert words(table) == play_wording.table_words([(world.persona("Mod").id, 1)])
    rounds = games.client.games.guess._rounds
    rounds.clock = lambda: time.time() + WEEK_S + 1
    assert words(await games.ask("You", "play table")) == play_wording.NO_WEEK, "that was last week"


async def forged(games: Stage, message: Message, row: JobRow) -> Message:
    """An answer of somebody else whose page shows the buttons still."""
    return await games.response_to(forged_press(games, message, f"guess0:{row.id}", "Ada"))


async def test_nothing_says_what_is_grown_until_the_round_is_over(games: Stage) -> None:
    before = await info_pages(games)
    message = await games.ask("Ada", "play guess")
    row = games.start()
    subject = str(row.job.params.aim[1])
    posting = Posting.from_json(row.posting)
    secret = wording.credit(row.job.params)
    games.dispatch.progress(row.id, 2, 5, JPEG)
    await games.shows(message, "40%")
    at = (await round_of(games, row)).answer
    games.dispatch.finish(row.id, signed(row))
    await games.shows(message, play_wording.GROWN)
    assert b"subject" in signed(row), "the file of a finished dream says it"
    for told in (everything(games, message), *[everything(games, one) for one in log_messages(games)]):
        assert secret not in told
        assert f'"{subject}"' not in told.replace(json.dumps(posting.choices[at], ensure_ascii=False), "")
        assert "seed" not in told
    assert [Image.open(io.BytesIO(file.data)).info.get("pareidolia") for file in message.attachments] == [None]
    assert alts(message) == [play_wording.GUESS_ALT]
    assert [file.filename for file in message.attachments] == ["dream.png"]
    for verb in ("again", "more", "deeper", "original"):
        assert refused_with(await games.response_to(forged_press(games, message, f"{verb}:{row.id}")), StillSecret)
    looked = await games.response_to(games.playground.menu("You", "dreams", wording.SEE_THIS, message))
    assert refused_with(looked, StillSecret)
    assert row.id not in [one.id for one in await games.dispatch.history(games.playground.world.persona("Ada").id)]
    for page, told in (await info_pages(games)).items():
        assert told.count(subject) == before[page].count(subject), f"{page} speaks of eyes or emoji in any case"


async def info_pages(games: Stage) -> dict[str, str]:
    """What Ada reads on each page of /info."""
    told = {}
    for page in wording.INFO_PAGES.values():
        panel = await games.ask("Ada", "info")
        await games.press("Ada", panel, page)
        told[page] = words(panel)
    return told


def log_messages(games: Stage) -> list[Message]:
    world = games.playground.world
    return list(world.history(world.channel("lab")))


async def test_a_round_ends_by_itself_when_nobody_comes(games: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(game_answers, "GRACE_S", 0.0)
    message, row = await begun(games)
    games.dispatch.finish(row.id, signed(row))
    found = await round_of(games, await games.posted(row.id))
    assert play_wording.missed_words(found.subject, found.level, "") in words(message)
    assert found.ended is not None
    await games.ask("You", "play guess")
    assert len(await games.queued(1)) == 1, "the next one may begin"


async def test_one_round_at_a_time_in_a_channel(games: Stage) -> None:
    message, row = await begun(games)
    assert refused_with(await games.ask("You", "play guess"), RoundOpen, f"/{message.channel_id}/{message.id}")
    await rule(games, games=(id_of(games, "dreams"), id_of(games, "lab")))
    assert not (await games.ask("You", "play guess", "lab")).ephemeral
    games.dispatch.fail(row.id)
    await games.shows(message, play_wording.broken_words("easy").split(" · ")[1])
    await games.posted(row.id)
    assert not (await games.ask("You", "play guess")).ephemeral


@pytest.mark.slow
async def test_a_round_survives_a_restart_in_the_middle_and_after_it_has_grown(games: Stage) -> None:
    message, row = await begun(games)
    right, wrong = answers(await round_of(games, row), row)
    assert words(await games.press("You", message, wrong[1])) == play_wording.WRONG
    forget(games)
    assert words(await games.press("You", message, right)) == play_wording.ANSWERED, "that is in the database"
    await games.client.service._tracker.resume()
    games.dispatch.progress(row.id, 4, 5, JPEG)
    await games.shows(message, "80%")
    games.dispatch.finish(row.id, signed(row))
    await games.shows(message, play_wording.GROWN)
    forget(games)
    await games.client.service._tracker.resume()
    assert words(await games.press("Mod", message, right)) == play_wording.RIGHT
    await games.posted(row.id)
    assert games.playground.world.persona("Mod").id in words(message)


async def test_a_channel_without_permission_ends_in_the_log_channel(
    games: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(game_answers, "GRACE_S", 0.0)
    _, row = await begun(games)
    posting = Posting.from_json(row.posting).without_token()
    await games.dispatch.update_posting(row.id, posting.to_json())
    world = games.playground.world
    world.channel("dreams").bot_permissions = 0
    games.dispatch.finish(row.id, signed(row))
    assert (await games.posted(row.id)).posted == "undeliverable"
    said = play_wording.lost_line(posting)
    await world.until(lambda: any(said in words(one) for one in log_messages(games)) or None)
    assert (await round_of(games, row)).ended is not None


async def test_what_is_stored_of_a_person_is_told_and_deleted_and_goes_with_the_server(games: Stage) -> None:
    message, row = await begun(games)
    right, wrong = answers(await round_of(games, row), row)
    await games.press("You", message, wrong[0])
    await games.press("Mod", message, right)
    rounds, data = games.client.games.records.guess, games.client.settings_actions._personal_data
    world = games.playground.world
    told = json.loads(await data.export(int(world.persona("You").id), 10**6))["games"]["guess_the_dream"]
    assert [(one["round"], one["won"], one["started_it"]) for one in told] == [(row.id, False, False)]
    games.dispatch.finish(row.id, signed(row))
    await games.posted(row.id)
    for name in ("You", "Mod", "Ada"):
        await data.delete(int(world.persona(name).id))
        assert await rounds.of_user(world.persona(name).id) == []
    assert await rounds.wins(world.guild_id, 0.0) == []
    rules = games.client.service.gate.rules
    await rules.note_servers([])
    rules.clock, now = (lambda: now + KEPT_S + 1), rules.clock()
    await games.client.membership.purge()
    assert await rounds.find(row.id) is None


def test_an_easy_round_is_about_things() -> None:
    catalog = shipped_catalog()
    drawn: set[str] = set()
    for network in ("pocket", "lite2"):
        for seed in range(100):
            choices = guess_choices.draw(catalog, network, guess_choices.EASY, (), random.Random(seed)).choices
            assert len(set(choices)) == 4
            drawn |= set(choices)
    assert {"music", "ornaments", "stripes"} <= catalog.subjects("pocket").keys()
    assert drawn.isdisjoint({"fur", "music", "ornaments", "scales", "spirals", "spots", "stripes"})
    assert {"castles", "ships", "mushrooms"} <= drawn


async def test_a_round_says_what_its_level_is_and_grows_one_of_four(games: Stage) -> None:
    for level in guess_choices.LEVELS:
        message, row = await begun(games, "Ada", level)
        found = await round_of(games, row)
        assert isinstance(row.job.params, Concept)
        assert row.job.params.subject == games.client.service.catalog.aim(row.job.params.network, found.subject)
        assert len(set(found.choices)) == 4
        assert level in words(message)
        games.dispatch.fail(row.id)
        await games.posted(row.id)
