"""Every store does the same on SQLite and on PostgreSQL, in tables that the migrations made."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

import bot.store
from bot.store.dex_entries import DexEntries, Entry
from bot.store.fool_rounds import FoolEntry, FoolRound, FoolRounds
from bot.store.game_records import GameRecords
from bot.store.guess_rounds import GuessRounds, Outcome, Round
from bot.store.presets import Presets
from bot.store.report_codes import ReportCodes
from bot.store.result_copies import ResultCopies, ResultCopy
from bot.store.schedule_entries import ScheduleEntries
from bot.store.schedules import Schedules
from bot.store.server_blocks import IMAGE, USER, Block, ServerBlocks
from bot.store.server_rules import ChannelRules, PersonLimit, QuietHours, ServerRules, ServerRulesStore
from bot.store.server_uses import ServerUses, Use
from bot.store.share_codes import shown_code
from bot.store.shared_presets import SharedPresets
from bot.store.user_settings import UserSettings, UserSettingsStore
from bot.store.votes import Votes
from engine.errors import PresetRevoked
from engine.queue.database import connect
from engine.queue.job import JobId
from tests.engine.queue.conftest import database  # noqa: F401

HOME, OTHER, ADA, SAM = "1456074443980800001", "1456074443980900002", "1456074443980800007", "1456074443980800006"
STORES = (
    Presets, SharedPresets, UserSettingsStore, ReportCodes, ServerRulesStore, ServerUses, ServerBlocks, GameRecords,
    GuessRounds, FoolRounds, DexEntries, ResultCopies,
    Schedules, Votes, ScheduleEntries,  # in test_schedules, on both, too
)  # fmt: skip
FUR = {"network": "pocket", "layer": "mid", "strength": 1.6}


@pytest.fixture
def engine(database: str) -> Iterator[sa.Engine]:  # noqa: F811
    made = connect(database)
    yield made
    made.dispose()


def test_every_store_is_tried_here() -> None:
    modules = [importlib.import_module(f"bot.store.{one.name}") for one in pkgutil.iter_modules(bot.store.__path__)]
    kinds: list[tuple[str, Any]] = [pair for one in modules for pair in inspect.getmembers(one, inspect.isclass)]
    with_tables = {
        kind
        for _, kind in kinds
        if kind.__module__.startswith("bot.store.") and "engine" in inspect.signature(kind).parameters
    }
    assert with_tables == {*STORES}


async def test_presets_and_what_is_shared_of_them(engine: sa.Engine) -> None:
    presets = Presets(engine, 2)
    shared = SharedPresets(engine, presets, limit=2)
    await presets.save(ADA, "Fur", FUR)
    await presets.choose_default(ADA, "Fur")
    assert [(one.name, one.is_default) for one in await presets.all(ADA)] == [("Fur", True)]
    assert await presets.default(ADA) == await presets.load(ADA, "FUR") == FUR
    made = await shared.share(ADA, "fur")
    assert [one.code for one in await shared.of_user(ADA)] == [made.code]
    assert (await shared.find_by_code(shown_code(made.code))).name == "Fur"
    assert await presets.delete_all(ADA) == 1
    with pytest.raises(PresetRevoked):
        await shared.find(made.id)


async def test_settings_of_people_and_codes_of_reports(engine: sa.Engine) -> None:
    settings, reports = UserSettingsStore(engine), ReportCodes(engine)
    assert await settings.load(ADA) == UserSettings()
    await settings.change(ADA, size=256, opted_out=True)
    assert await settings.change(ADA, size=None) == await settings.load(ADA) == UserSettings(opted_out=True)
    assert [await settings.delete(ADA), await settings.delete(ADA)] == [True, False]
    assert [await reports.record("P-3FA94C07"), await reports.record("P-3FA94C07")] == [True, False]
    assert [await reports.is_known("P-3FA94C07"), await reports.is_known("P-00000000")] == [True, False]


async def test_rules_of_servers(engine: sa.Engine) -> None:
    now = [1_800_000_000.5]
    store = ServerRulesStore(engine, lambda: now[0])
    chosen = ServerRules(
        True, ("7",), ChannelRules(("zoom",), 512, PersonLimit(1, 2, 3, 4), 5), {"7": ChannelRules(most_size=256)},
        {"8": PersonLimit(daily=9)}, True, True, True, QuietHours(60, 420, "Europe/Berlin"), "7", ("spiders",),
    )  # fmt: skip
    assert await store.change(HOME, lambda rules: chosen if rules == ServerRules() else rules) == chosen
    assert await store.load(HOME) == chosen
    assert (await store.change(HOME, lambda rules: replace(rules, paused=False))).paused is False
    await store.note_servers([HOME, OTHER])
    await store.note_servers([HOME])
    now[0] += 10
    await store.note_servers([HOME])
    assert await store.list_removed(now[0] - 10) == []
    assert await store.list_removed(now[0] - 9) == [OTHER]
    uses, blocks = ServerUses(engine), ServerBlocks(engine)
    await uses.add(Use(JobId("a" * 20), OTHER, "7", ADA, 1, True, now[0]))
    await blocks.add(Block(OTHER, USER, ADA, "Ada", SAM, now[0]))
    await store.purge(OTHER)
    assert (await uses.of_user(ADA), [*await blocks.of_server(OTHER)], await store.list_removed(now[0])) == ([], [], [])
    await store.note_servers([HOME, OTHER])
    assert await store.load(OTHER) == ServerRules()


async def test_uses_and_pseudonyms(engine: sa.Engine) -> None:
    uses = ServerUses(engine, "a secret")
    first = Use(JobId("0" * 20), HOME, "8", SAM, 0, False, 100.5)
    given = [
        first,
        replace(first, job_id=JobId("1" * 20), channel_id="7", user_id=ADA, pictures=1, created=101.5),
        replace(first, job_id=JobId("2" * 20), user_id=ADA, pictures=2, public=True, created=102.5),
        replace(first, job_id=JobId("3" * 20), guild_id=OTHER, user_id=ADA, created=103.5),
    ]
    for one in given:
        await uses.add(one)
    assert await uses.of_person(HOME, ADA, 101.5) == [given[2]]
    assert await uses.of_channel(HOME, "8", 0.0) == [given[0], given[2]]
    await uses.anonymise(ADA)
    hidden = uses.pseudonym(ADA)
    assert await uses.of_person(HOME, ADA, 0.0) == [replace(one, user_id=hidden) for one in given[1:3]]
    assert {one.user_id for one in await uses.of_channel(HOME, "7", 0.0)} == {hidden}
    assert {one.user_id for one in await uses.of_user(ADA)} == {hidden}
    assert await uses.of_user(SAM) == given[:1]
    await uses.remove(given[1].job_id)
    await uses.purge(102.6)
    assert [one.job_id for one in await uses.of_user(ADA)] == [given[3].job_id]
    assert ServerUses(engine, "another").pseudonym(ADA) != hidden


async def test_blocks(engine: sa.Engine) -> None:
    blocks = ServerBlocks(engine)
    person = Block(HOME, USER, ADA, "Ada", SAM, 100.25)
    image = Block(HOME, IMAGE, "f" * 64, "https://discord.com/channels/1/2/3", SAM, 101.25, "0" * 32, "1" * 32)
    for one in (person, image, replace(person, about="Ada again")):
        await blocks.add(one)
    assert [*await blocks.of_server(HOME)] == [image, person], "one that is there stays as it was"
    assert [*await blocks.of_server(HOME, IMAGE)] == [image]
    assert (await blocks.about_user(ADA), await blocks.made_by(SAM)) == ([HOME], [person, image])
    assert [await blocks.is_user_blocked(home, ADA) for home in (HOME, OTHER)] == [True, False]
    assert [await blocks.remove(HOME, USER, ADA), await blocks.remove(HOME, USER, ADA)] == [person, None]


async def test_rounds_of_guess_the_dream(engine: sa.Engine) -> None:
    rounds = GameRecords(engine).guess
    new = Round(JobId("guess"), HOME, "7", ADA, "easy", ("owl", "castle", "coral", "fox"), 1)
    assert await rounds.begin(new) is None
    assert (await rounds.begin(replace(new, id=JobId("second")))) is not None, "one at a time in a channel"
    assert await rounds.answer("guess", SAM, 0, 2.0) is Outcome.WRONG
    assert await rounds.answer("guess", SAM, 1, 2.5) is Outcome.AGAIN
    assert await rounds.answer("guess", ADA, 1, 3.0) is Outcome.RIGHT
    assert await rounds.answer("guess", OTHER, 1, 3.5) is Outcome.OVER
    assert list(await rounds.wins(HOME, 0.0)) == [(ADA, 1)]
    assert await rounds.recent_subjects(HOME) == {"castle"}
    assert len(await rounds.of_user(SAM)) == 1
    await rounds.delete(ADA)
    assert list(await rounds.wins(HOME, 0.0)) == []
    await rounds.purge(2e9)
    assert await rounds.find("guess") is None


async def test_rounds_of_fool_the_network(engine: sa.Engine) -> None:
    now = [1_800_000_000.5]
    rounds = FoolRounds(engine, lambda: now[0])
    new = FoolRound("day", HOME, "7", "teapot", now[0] + 60)
    assert (await rounds.begin(new)).word == (await rounds.begin(replace(new, id="x", word="fox"))).word == "teapot"
    for job_id, user_id, share in (("a", ADA, 0.4), ("b", SAM, 0.7), ("c", SAM, None)):
        await rounds.enter(FoolEntry(JobId(job_id), "day", user_id))
        if share is not None:
            await rounds.score(JobId(job_id), share)
    await rounds.withdraw(JobId("c"))
    assert [one.job_id for one in await rounds.entries("day")] == ["b", "a"]
    assert list(await rounds.list_over()) == []
    now[0] += 61
    assert [one.id for one in await rounds.list_over()] == ["day"]
    await rounds.close("day")
    assert (list(await rounds.list_over()), await rounds.find_open("7")) == ([], None)
    await rounds.delete(SAM)
    assert [one.user_id for one in await rounds.entries("day")] == [ADA]


async def test_what_a_server_has_grown(engine: sa.Engine) -> None:
    dex = DexEntries(engine)
    assert await dex.lacks(HOME, ["owl"])
    await dex.add([Entry(HOME, "owl", "a", ADA, thumbnail=b"small"), Entry(HOME, "fox", "a", ADA)])
    await dex.add([Entry(HOME, "owl", "b", SAM)])
    assert not await dex.lacks(HOME, ["owl", "fox"])
    assert await dex.lacks(OTHER, ["owl"])
    names, count = await dex.of_job(JobId("a"))
    assert (sorted(names), count) == (["fox", "owl"], 2)
    await dex.hide("a")
    assert {one.thumbnail for one in (await dex.of_server(HOME)).values()} == {None}
    await dex.delete(ADA)
    assert await dex.of_user(ADA) == []


async def test_what_shows_a_result_beside_its_answer(engine: sa.Engine) -> None:
    copies = ResultCopies(engine)
    first, second, gallery, other = (
        ResultCopy("1", "a", "10", ADA, 1.5), ResultCopy("2", "a", "11", SAM, 2.5), ResultCopy("3", "a", "7", "", 3.5),
        ResultCopy("4", "b", "10", ADA, 4.5),
    )  # fmt: skip
    shared = replace(gallery, job_id="b")
    for one in (first, second, gallery, other, shared, replace(first, created=9.0)):
        await copies.add(one)
    assert await copies.of_user(ADA) == [first, other]
    assert sorted(await copies.list_jobs()) == ["a", "b"]
    assert {one.message_id for one in await copies.withdraw(["a"] * 1200)} == {"1", "2", "3"}
    assert {one.message_id for one in await copies.list_withdrawn()} == {"1", "2", "3"}
    assert await copies.list_jobs() == ["b"]
    await copies.forget_message("3")
    await copies.forget_jobs(["a", "b"])
    assert await copies.of_user(ADA) == [replace(first, withdrawn=True)], "what is to be deleted is not forgotten"
    await copies.add(other)
    assert [one.message_id for one in await copies.withdraw([], ADA)] == ["1", "4"]
