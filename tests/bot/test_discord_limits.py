"""All that the bot can send, at its longest, against Discord's limits and Discord's own specification.

Commands, menus, cards, panels, modals, sentences: what is new is found by itself (commands, verbs, selects, errors,
sentences of `wording`) or fails here until it has a row.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import io
import string
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord import ui

import bot.components
import bot.views
from bot import help_pages, play_wording, ritual_words, wording
from bot.components.expression_modal import NameExpression
from bot.components.preset_modal import SavePreset
from bot.components.report_modal import ReportDream
from bot.components.ritual_modal import FORMS, RitualSubject
from bot.components.server_modals import ServerLimits, ServerModal, ServerQuietHours
from bot.components.subject_modal import TypeSubject
from bot.delivery.server_log import MESSAGE_LIMIT
from bot.exports.export_files import ExportFile
from bot.exports.export_kinds import ADDABLE, STICKER
from bot.gateway.client import Client
from bot.gateway.command_sync import allow_installs, payload_of_all
from bot.languages import catalogs, stored_words
from bot.languages.command_translator import CommandTranslator
from bot.languages.current import speaking, spoken
from bot.operations.questions import Finding
from bot.playground import message_rules, registry
from bot.playground.openapi import Specification
from bot.playground.rejections import JsonDict
from bot.playground.world import COMPONENTS_V2
from bot.requests.overview import SHOWN_DREAMS
from bot.requests.server_actions import MOST_RULES
from bot.store.dex_entries import Entry
from bot.store.posting import Posting
from bot.store.presets import Preset
from bot.store.schedules import PERPETUAL, Schedule
from bot.store.server_blocks import Block
from bot.store.server_rules import ChannelRules, PersonLimit, QuietHours, ServerRules
from bot.store.server_week import MOST_SUBJECTS, Week
from bot.store.shared_presets import SharedPreset
from bot.store.user_settings import UserSettings
from bot.views import (
    dex_panel,
    dex_wall,
    export_panel,
    guess_card,
    info_panel,
    log_panel,
    message_card,
    more_panel,
    preset_card,
    result_card,
    ritual_card,
    server_panel,
    settings_panel,
    status_card,
    subject_panel,
    tune_panel,
)
from bot.views.message_card import Card, Layout, Picture
from engine import errors
from engine import params as engine_params
from engine.catalog import subject_sheets, weighted_terms
from engine.catalog.catalog import Catalog, shipped_catalog
from engine.errors import PareidoliaError
from engine.files.blobs import BlobKey
from engine.notes import Note
from engine.params import (
    TEXT_LIMIT,
    Animate,
    AnyParams,
    Channel,
    Concept,
    Dream,
    Morph,
    PastDream,
    See,
    Style,
    Upscale,
    Video,
    Zoom,
)
from engine.params.sensitive_subjects import LABELS
from engine.queue.job import Job, JobRow, Place, Result, State, new_id
from tests.vendored_data import SPECIFICATION

BLOB = BlobKey("b" * 64)
LONG_NAME = "*" * 64
"""A display name of which every letter has to be escaped; Discord's have at most 32."""
PNG = b"\x89PNG\r\n\x1a\n"
SENTENCE_LIMIT = 2000
LONG = "w" * 300
"""A fact of an error, longer than what can be typed into an option that is quoted."""


@pytest.fixture(autouse=True, params=catalogs.locales())
def _spoken(request: pytest.FixtureRequest) -> Iterator[None]:
    """Everything here fits in every language."""
    with speaking(request.param):
        yield


@pytest.fixture(scope="module")
def official() -> Specification:
    return Specification(SPECIFICATION)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return shipped_catalog()


async def commands(tmp_path: Path, *, users: bool) -> list[JsonDict]:
    async with Client(guild_ids=[], state_file=tmp_path / "state", always_sync=True) as client:
        await client.load_cogs()
        await client.tree.set_translator(CommandTranslator())
        allow_installs(client, users=users)
        return await payload_of_all(client.tree)


@pytest.mark.parametrize("users", [False, True])
async def test_all_commands_options_choices_and_menus(tmp_path: Path, official: Specification, users: bool) -> None:
    told = await commands(tmp_path, users=users)
    assert sum(one.get("type", 1) == 1 for one in told) <= 12
    assert list(registry.list_problems(told)) == []
    assert official.problems("PUT", "/applications/1/commands", told) == []


def longest_text(words: list[str]) -> str:
    """As many of these joined by a plus as may be typed."""
    said = words[0]
    for word in words[1:]:
        said = f"{said} + {word}" if len(said) + len(word) + 3 <= TEXT_LIMIT else said
    return said


def longest_params(catalog: Catalog) -> dict[str, AnyParams]:
    """Params whose lines are as long as lines can be: nothing is a default, all words are long."""
    words = sorted(catalog.labels("lite2"), key=len, reverse=True)[:4]
    subject = longest_text([word for word in words if len(word) * 4 < TEXT_LIMIT] or words)
    layers = sorted((word for _, word in catalog.choices("lite2")), key=len, reverse=True)
    layer = longest_text([f"{word}:1*0.125" for word in layers[: weighted_terms.MOST]])
    seed: dict[str, Any] = {"seed": 2**31 - 1}
    pixels: dict[str, Any] = {**seed, "strength": 0.12, "size": 1023}
    ways = {
        "colours": "match", "keep": 0.35, "protect": "centre", "guide_by": "average", "look": "vivid",
        "where": "everywhere",
    }  # fmt: skip
    options: dict[str, tuple[type[AnyParams], dict[str, Any]]] = {
        "dream": (Dream, {**pixels, **ways, "subject": subject, "variations": 4}),
        "dream of layers": (Dream, {**pixels, **ways, "layer": layer, "variations": 4}),
        "zoom": (Zoom, {**pixels, "size": 639, "subject": subject, "frames": 89}),
        "concept": (Concept, {**seed, "subject": subject, "variations": 4, "size": 1023}),
        "morph": (
            Morph,
            {**seed, "subject": longest_text(words[:2]).replace(" + ", " > "), "strip": True, "size": 639},
        ),
        "channel": (Channel, {**seed, "layer": "mid", "search": "dog", "top": 35}),
        "one channel": (Channel, {**seed, "layer": "mid", "channel": 1}),
        "see": (See, seed),
        "style": (Style, {**pixels, "painting": "woodcut", "subject": subject, "colours": "match"}),
        "video": (
            Video,
            {
                **pixels,
                "size": 511,
                "subject": subject,
                "start": 86399.25,
                "seconds": 11.75,
                "fps": 11,
                "format": "gif",
            },
        ),
        "upscale": (Upscale, {**seed, "subject": subject, "look": "vivid", "strength": 0.12, "size": 2047}),
    }
    made: dict[str, AnyParams] = {
        name: engine_params.make(kind, catalog, network="lite2", **given) for name, (kind, given) in options.items()
    }
    one = engine_params.make(Dream, catalog, network="lite2", **{**options["dream"][1], "variations": 1})
    dreams = [PastDream(params=one)] * engine_params.MOST_DREAMS
    return {**made, "animation": engine_params.make(Animate, catalog, network="lite2", dreams=dreams)}


def posting() -> Posting:
    original, frame = wording.original_words(LONG_NAME, "picture"), wording.frame_words(4999, 5000)
    said = stored_words.join(frame, wording.picture_count_words(4, 10), wording.from_above_words())
    return Posting(
        2**63, LONG_NAME, original, said, channel_id=2**63, guild_id=2**63, message_id=2**63, locale=spoken()
    )  # fmt: skip


def row(params: AnyParams, state: State = State.DONE, **facts: Any) -> JobRow:
    guesses = [{"emoji": "🧑‍🚀", "label": "w" * 60, "probability": 0.29}] * 3
    facts = {"sentence": "s" * 300, "labels": guesses, **facts}
    given_up = (Note("tiles"), Note("lossy", {"format": "WebP"}))
    made = Result(BLOB, "image/png", 512, 512, len(PNG), facts=facts, notes=given_up)
    result = made if state is State.DONE else None
    others = {"guide": BLOB, "mask": BLOB}
    job = Job(params, str(2**63), BLOB, new_id(), 10**7, others, spoiler=True)
    where = posting().to_json()
    return JobRow(
        new_id(), job, state, where, 1e9, 1, 1e9, 1e9 + 899.9, result, "e" * 900, "F99", keep_preview=True, posted="1"
    )


def sheet(params: AnyParams) -> JobRow:
    one = {"blob": BLOB, "mime": "image/png", "size": 1, "width": 8, "height": 8}
    return row(params, variations=[one] * 4)


def cards(params: AnyParams) -> Iterator[tuple[str, Card]]:
    done, where, place = row(params), posting(), Place(199, 9e5, State.QUEUED)
    result = result_card.result_card(done, where, [PNG])
    yield "result", result
    yield "sheet", result_card.result_card(sheet(params), where, [PNG])
    yield "gallery", result_card.result_card(done, where, [PNG] * 4)
    yield "smaller", result_card.smaller_card(result, [PNG], still=True)
    yield "unfit", result_card.unfit_card(done, "")
    yield "withheld", result_card.result_card(row(params, changed=0.049), where, [PNG])
    yield "lost", result_card.result_card(done, where, [])
    yield "failed", result_card.result_card(row(params, State.FAILED), where, [])
    yield "cancelled", result_card.result_card(row(params, State.CANCELLED), where, [])
    yield "blocked", message_card.plain_card(result)
    yield "directly", Card(f"{wording.direct_message_words(LONG_NAME)}\n{result.text}", result.picture, result.verbs)
    yield "opening", status_card.opening_card(params, where, 199)
    yield "waiting", status_card.waiting_card(done.id, done.job, where, [PNG] * 4, place, broken_off=True)
    yield "dreaming", status_card.dreaming_card(done.id, done.job, where, [PNG] * 4, PNG, 0.99, 9e5, broken_off=True)
    yield "growing", status_card.dreaming_card(done.id, done.job, where, [PNG] * 4, b"", 0.99, 9e5, broken_off=True)
    yield from game_cards(done, place)
    yield "original", Card(wording.original_line(done), result.picture)


def game_cards(done: JobRow, place: Place) -> Iterator[tuple[str, Card]]:
    labels = tuple(play_wording.choice_label("🧑‍🚀", f"{at}{'w' * 100}") for at in range(4))
    about = play_wording.round_words("medium")
    standings = [(str(2**63), 0.99, f"https://discord.com/channels/{2**63}/{2**63}/{2**63}")] * play_wording.SHOWN_FOOLS
    said = play_wording.winner_words("w" * 100, standings)
    assert len(said) <= SENTENCE_LIMIT
    open_round = dataclasses.replace(posting(), choices=labels, frame=about, game="guess")
    yield "round that waits", guess_card.waiting_card(done.id, open_round, PNG, place)
    yield "round that grows", guess_card.growing_card(done.id, open_round, PNG, 0.99, 9e5)
    yield "round that has grown", guess_card.grown_card(done.id, open_round, PNG, 2e9)
    table = play_wording.table_line([(str(2**63), 10**6)] * 20)
    won = play_wording.won_words(str(2**63), LONG_NAME, 9e5, "medium", table)
    yield "round that was won", result_card.result_card(done, dataclasses.replace(posting(), headline=won), [PNG])


def panels(params: AnyParams) -> Iterator[tuple[str, Layout]]:
    done = row(params)
    yield "more", more_panel.panel(done)
    yield "make it ours", export_panel.panel(done)
    yield "tune", tune_panel.panel(done, {})
    yield "tune, mistyped", tune_panel.panel(done, {}, "t" * 1500, "n" * TEXT_LIMIT)
    waiting = [(row(params, State.QUEUED), Place(99, 9e5, State.QUEUED)) for _ in range(200)]
    yield "queue", info_panel.queue_page(waiting, str(2**63), wording.CANCELLING)
    yield "queue of others", info_panel.queue_page(waiting, "1")
    yield "dreams", info_panel.dreams_page([(done, posting(), False)] * SHOWN_DREAMS)


def problems_of(official: Specification, view: Layout, files: list[discord.File]) -> list[object]:
    """What is wrong with a message by the stand-in's rules, which are Discord's, and by Discord's description."""
    body: JsonDict = {"components": view.to_components(), "flags": COMPONENTS_V2}  # type: ignore[no-untyped-call]
    body["attachments"] = [{"id": str(at), **file.to_dict(at)} for at, file in enumerate(files)]
    found: list[object] = list(message_rules.body_problems(body, COMPONENTS_V2))
    found += message_rules.reference_problems(body["components"], [file.filename for file in files], "components")
    found += [file.description for file in files if len(file.description or "") > wording.ALT_LIMIT]
    body["attachments"] = [{"id": at, "filename": file.filename} for at, file in enumerate(files)]
    return [*found, *official.problems("POST", "/channels/1/messages", body)]


async def test_every_card_at_its_longest(official: Specification, catalog: Catalog) -> None:
    for name, params in longest_params(catalog).items():
        for kind, card in cards(params):
            made = message_card.layout(card), message_card.files(card)
            assert problems_of(official, *made) == [], f"{kind} of {name}"


async def test_every_export_at_its_longest(official: Specification, catalog: Catalog) -> None:
    made = ExportFile(PNG * 9999, STICKER, 320, 320, stopped=True, enlarged=9.0)
    for name, params in longest_params(catalog).items():
        panel, file = export_panel.file_panel(row(params), made, addable=True), discord.File(io.BytesIO(PNG), made.name)
        assert problems_of(official, panel, [file]) == [], name


async def test_every_panel_at_its_longest(official: Specification, catalog: Catalog) -> None:
    for name, params in longest_params(catalog).items():
        for kind, panel in panels(params):
            assert problems_of(official, panel, []) == [], f"{kind} of {name}"


def personal_panels(catalog: Catalog) -> Iterator[tuple[str, Layout]]:
    """Those about a person, at their longest."""
    options = longest_params(catalog)["dream"].model_dump(exclude_defaults=True)
    presets = [Preset(f"{at}{'n' * 32}"[:32], options, at == 0) for at in range(100)]
    shared = SharedPreset("s" * 20, "K7QP2M9X", presets[1].name, {})
    chosen = UserSettings(subject=str(options["subject"]), strength=1.23, size=1023, direct=True, spoiler=True)
    yield "limits", info_panel.limits_page(info_panel.Usage(99, 99, 9e5, 999, 999, 999, 999, 99.9, 99.9))
    yield "models", info_panel.models_page(catalog)
    yield "settings", settings_panel.panel(chosen, presets, catalog)
    yield "settings without presets", settings_panel.panel(chosen, [], catalog)
    yield "log", log_panel.panel("n" * MESSAGE_LIMIT)
    yield "paused", log_panel.paused_panel()
    yield "deletion", settings_panel.deletion_panel()
    counts = {"presets": 999, "jobs": 99_999, "pictures": 99_999, "messages": 9999, "messages_left": 9999, "left": 99}
    yield "deleted", settings_panel.deleted_panel(wording.all_deleted_words(settings=True, **counts))
    yield "preset", preset_card.panel(presets[0], shared, catalog)
    yield "shared preset", message_card.layout(preset_card.share_card(shared, LONG_NAME, catalog))


async def test_every_panel_about_a_person_at_its_longest(official: Specification, catalog: Catalog) -> None:
    for kind, panel in personal_panels(catalog):
        assert problems_of(official, panel, []) == [], kind


async def test_every_page_of_the_dreamdex(official: Specification, catalog: Catalog) -> None:
    names = catalog.names("lite2")
    found = {name: Entry("1", name, "j" * 20, str(2**62)) for name in names[::2]}
    for page in range(1, 40):
        shown = dex_panel.panel(names, found, page)
        assert problems_of(official, shown.view, [discord.File(io.BytesIO(PNG), dex_panel.FILE)]) == [], page
    assert len(dex_panel.panel(names, {}).names) == dex_wall.TILES


async def test_every_page_of_subjects(official: Specification, catalog: Catalog) -> None:
    for number in range(len(subject_sheets.pages(catalog, "lite2"))):
        page = subject_panel.panel(catalog, number)
        files = [discord.File(io.BytesIO(PNG), page.file.name)] if page.file else []
        assert problems_of(official, page.view, files) == [], number


async def test_tune_reads_back_what_it_shows_at_its_longest(catalog: Catalog) -> None:
    for name, params in longest_params(catalog).items():
        done = row(params)
        rows = [one for one in tune_panel.panel(done, {}).to_components() if one["type"] == 1]  # type: ignore[no-untyped-call]
        shown = SimpleNamespace(components=[discord.ActionRow(one) for one in rows])
        assert tune_panel.read_changes(done, cast("discord.Message", shown)) == {}, name


async def test_a_subject_that_no_select_can_hold_is_not_cut_but_refused(catalog: Catalog) -> None:
    params = longest_params(catalog)["dream"]
    assert len(params.aim[1]) > tune_panel.VALUE_LIMIT
    (said, *_) = TypeSubject(row(params), {})._panel(params.aim[1]).children
    assert isinstance(said, ui.TextDisplay)
    assert said.content == wording.TYPED_TOO_MUCH


async def test_every_modal_at_its_longest(official: Specification, catalog: Catalog) -> None:
    params = longest_params(catalog)["dream"]
    modals = [
        SavePreset(row(params)),
        ReportDream(row(params)),
        TypeSubject(row(params), {"subject": "x" * TEXT_LIMIT}),
        *(ServerLimits(server_rules(), scope) for scope in (server_panel.WHOLE, f"c{2**62}", f"r{2**62}", "c1")),
        ServerQuietHours(server_rules()),
        *(NameExpression(row(params), kind) for kind in ADDABLE),
        *(RitualSubject(verb, "z" * 20, "9999") for verb in FORMS),
    ]
    assert {type(one) for one in modals} == classes(bot.components, ui.Modal) - {ServerModal}
    for modal in modals:
        data = modal.to_dict()
        message_rules.check_modal(data)
        body = {"type": 9, "data": data}
        assert official.problems("POST", "/interactions/1/token/callback", body) == []


def server_rules() -> ServerRules:
    """Everything is decided, of as many channels and roles as may have rules of their own."""
    whole = ChannelRules(tuple(server_panel.features()[1:]), 1023, PersonLimit(*[100_000] * 4), 100_000)
    many = {str(2**62 + at): whole for at in range(MOST_RULES)}
    limits = {id: one.limit for id, one in many.items()}
    quiet, channels = QuietHours(1320, 450, "America/Argentina/ComodRivadavia"), tuple(many)[:25]
    decided = ServerRules(True, channels, whole, many, limits, True, True, True, quiet, str(2**62), tuple(LABELS))
    return dataclasses.replace(decided, games=channels)


BLOCKS = [
    Block(str(2**62), kind, f"{at:064x}", about, str(2**62), 1.8e9)
    for at in range(30)
    for kind, about in (("user", LONG_NAME), ("image", f"https://discord.com/channels/{2**62}/{2**62}/{2**62}"))
]


def server_panels() -> Iterator[tuple[str, Layout]]:
    yield "log", log_panel.panel("x" * MESSAGE_LIMIT)
    yield "paused", log_panel.paused_panel()
    for rules in (ServerRules(), server_rules()):
        yield "overview", server_panel.overview_page(LONG_NAME, rules)
        yield "channels", server_panel.channels_page(rules)
        yield "one channel", server_panel.channels_page(rules, f"c{2**62}")
        yield "limits", server_panel.limits_page(rules, 10**6)
        yield "results", server_panel.results_page(rules)
        yield "blocked", server_panel.blocked_page(BLOCKS)
        yield "subjects", server_panel.safety_page(rules, wording.nsfw_words("refuse"))
    findings = [Finding(False, "w" * 200, "r" * 200)] * 30
    yield "check", server_panel.text_page(wording.findings_words(findings))
    subjects = tuple(("s" * 60, 10**6) for _ in range(MOST_SUBJECTS))
    week = Week(10**6, 10**6, 10**6, 10**6, (("animate", 10**6),) * 9, subjects, 2**63, 9e5, 9e5)
    yield "week", server_panel.text_page(wording.week_words(week))


async def test_every_panel_of_a_server_at_its_longest(official: Specification) -> None:
    for name, panel in server_panels():
        assert problems_of(official, panel, []) == [], name


def schedule_of(kind: str, number: int = 0, **state: Any) -> Schedule:
    """With the longest time zone there is, due far away."""
    kept = {"round": 9999, "every_h": 8, "threshold": 100, **state}
    return Schedule(f"{number:020}", str(2**62), str(2**62), kind, 23, "America/Argentina/ComodRivadavia", 1.9e9, 1.8e9,
                    state=kept)  # fmt: skip


def ritual_panels() -> Iterator[tuple[str, Layout]]:
    subject = "w" * TEXT_LIMIT
    endless = schedule_of("endless", subject=subject, choices=[subject] * 4)
    resting = [
        schedule_of(kind, at, paused=why) for why in ritual_words.REST_REASONS for at, kind in enumerate(PERPETUAL * 2)
    ]
    yield "poll", ritual_card.poll(endless, {str(at): 10**6 for at in range(4)})
    yield "closed poll", ritual_card.closed_poll(9999, subject, subject, 10**6)
    yield "rest", ritual_card.rest(endless, ritual_words.IDLE_WORDS)
    yield "woken", ritual_card.note(ritual_words.woken_words(LONG_NAME))
    yield "no rituals", ritual_card.listing([])
    for at in range(0, len(resting), ritual_words.MOST_RITUALS):
        yield "rituals", ritual_card.listing(resting[at : at + ritual_words.MOST_RITUALS])


def ritual_pictures(catalog: Catalog) -> Iterator[tuple[str, Layout, list[Picture]]]:
    """Those with pictures, and those about a dream, of which the longest words are said."""
    game, daily = schedule_of("game"), schedule_of("daily")
    for params in longest_params(catalog).values():
        done, picture = row(params), Picture(PNG, "a" * wording.ALT_LIMIT, spoiler=True)
        words, best = (say(done, posting(), 10**6) for say in (ritual_words.exhibit_words, ritual_words.best_words))
        four = [replace(picture, number=number) for number in range(1, 5)]
        yield "exhibit", ritual_card.exhibit(words, done.id, f"x{daily.id}", four), four
        yield "best", ritual_card.exhibit(best, done.id, "w9999", [picture]), [picture]
        praise = ritual_words.praise_words(done, posting(), 10**6)
        title = ritual_words.title_of(done)
        said = ritual_words.daily_words(9999, title, praise)
        yield "daily", ritual_card.daily(daily, said, picture), [picture]
        turn = ritual_words.turn_words(done, 8, 8, 1.9e9)
        yield "turn", ritual_card.exquisite_turn(game, 8, turn), []
        end = ritual_words.exquisite_end_words([(done, posting())] * 8)
        yield "end", ritual_card.exquisite_end(end, done.id), []
        yield "about", ritual_card.note(ritual_words.about_words(done, posting())), []
        assert len(ritual_words.daily_thread_name(9999, title)) <= ritual_words.THREAD_NAME_LIMIT
    seven = [Picture(PNG, "a" * 80, number=number) for number in range(1, 8)]
    replay = ritual_words.replay_words(["w" * TEXT_LIMIT] * 7)
    yield "replay", ritual_card.exhibit(replay, done.id, "r9999", seven), seven
    opener = ritual_words.exquisite_words(LONG_NAME)
    yield "opener", ritual_card.exquisite_opener(game, opener, picture), [picture]
    yield "nobody", ritual_card.exquisite_end(ritual_words.exquisite_end_words([]), ""), []


async def test_every_message_of_rituals_at_its_longest(official: Specification, catalog: Catalog) -> None:
    for name, panel in ritual_panels():
        assert problems_of(official, panel, []) == [], name
    for name, panel, pictures in ritual_pictures(catalog):
        files = message_card.files(Card("", beside=tuple(pictures)))
        assert problems_of(official, panel, files) == [], name


def classes(package: Any, base: type) -> set[type]:
    """Every class of that kind in the modules of a package that are files."""
    return {
        one
        for path in Path(package.__file__).parent.glob("[!_]*.py")
        for one in vars(__import__(f"{package.__name__}.{path.stem}", fromlist=["_"])).values()
        if isinstance(one, type) and issubclass(one, base) and one.__module__ == f"{package.__name__}.{path.stem}"
    }


def test_every_view_has_its_row_here() -> None:
    written = Path(__file__).read_text("utf-8")
    views = {path.stem for path in Path(bot.views.__file__).parent.glob("[!_]*.py")}
    assert {view for view in views if f"{view}." not in written} == set()
    modules = [importlib.import_module(f"bot.views.{view}") for view in views - {"message_card"}]
    makers = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in modules
        for name, made in inspect.getmembers(module, inspect.isfunction)
        if made.__module__ == module.__name__ and made.__annotations__["return"] in ("Card", "Layout")
        if not name.startswith("_")
    }
    used_by_others = {f"result_card.{name}_card" for name in ["words"]}
    assert {one for one in makers if one not in written} == used_by_others


@pytest.mark.parametrize("error", [one for one in vars(errors).values() if isinstance(one, type)])
def test_every_refusal_fits_into_a_sentence(error: type) -> None:
    if issubclass(error, PareidoliaError):
        facts = {name: LONG for _, name, _, _ in string.Formatter().parse(error.__doc__ or "") if name}
        assert 1 <= len(wording.error_sentence(error(**facts))) <= SENTENCE_LIMIT


def test_every_sentence_fits() -> None:
    said = {
        name: text
        for name, text in {**vars(wording), **vars(help_pages), **vars(play_wording), **vars(ritual_words)}.items()
        if name.isupper() and isinstance(text, str)
    }
    assert {name for name, text in said.items() if not 1 <= len(text) <= SENTENCE_LIMIT} == set()
    lines = [wording.preset_line(LONG_NAME, {"subject": "s" * TEXT_LIMIT, "x": LONG}) for _ in range(20)]
    whole = wording.preset_list(lines)
    assert len(whole) <= SENTENCE_LIMIT
    assert whole.splitlines()[-1].startswith("-# ")


def test_what_is_said_of_copied_settings_fits(catalog: Catalog) -> None:
    for params in longest_params(catalog).values():
        said = wording.like_words(params, wording.original_words(LONG_NAME, "picture"), ("guide", "mask"))
        assert len(said) <= SENTENCE_LIMIT
