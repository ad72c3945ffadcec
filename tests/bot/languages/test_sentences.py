"""No sentence is out of reach of a catalogue: in modules of sentences, words stand in constants or within `_`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import discord
import pytest

import bot
from bot import export_words, fact_words, ritual_words, wording
from bot.languages import sentence_module
from bot.languages.current import speaking
from bot.operations import questions
from bot.operations.questions import INVITED
from bot.store.server_rules import ServerRules
from engine import errors
from tests import catalogues

WORDS = re.compile(r"[A-Za-z]{2,}")
HARMLESS = re.compile(r"`/.*|[a-z_:/ ]+|\W*<?t:\W*|\W*:R>\W*|UTC")
"""Commands, keys, and a moment as Discord writes it. What people read has a capital, a sign or is in a constant."""
ROOT = Path(bot.__file__).parents[1]
SAYING = {"_", "ngettext", "pgettext"}


def loose_words(tree: ast.Module, known: set[str]) -> Iterator[str]:
    """Words in functions that no catalogue can reach; `known` are sentences of constants, as keys."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.name not in UNSAID:
            held = {id(one) for call in ast.walk(function) if is_saying(call) for one in ast.walk(call)}
            held |= {id(one) for part in function.body[:1] if is_docstring(part) for one in ast.walk(part)}
            texts = [one.value for one in ast.walk(function) if isinstance(one, ast.Constant) and id(one) not in held]
            said = [one for one in texts if isinstance(one, str) and WORDS.search(one) and one not in known]
            yield from (one for one in said if not HARMLESS.fullmatch(one))


UNSAID = ("_range", "_patterns")
"""Functions that make no sentences."""


def is_saying(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING


def is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def loose_constants(tree: ast.Module, names: set[str]) -> Iterator[str]:
    """Constants with words that a function of the same module uses without `_`: it would be given the English."""
    for function in (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)):
        held = {id(one) for call in ast.walk(function) if is_saying(call) for one in ast.walk(call)}
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id in names and id(node) not in held:
                yield f"{function.name}: {node.id}"


@pytest.mark.parametrize("module", catalogues.MODULES, ids=lambda one: one.__name__)
def test_every_sentence_can_be_translated(module: ModuleType) -> None:
    """If this fails: write `_("... {name} ...").format(name=...)` in place of an f-string, and `_(CONSTANT)`."""
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    assert list(loose_words(tree, set(sentence_module.sentences(module)))) == []
    untranslated = vars(module).get("UNTRANSLATED", ())
    names = {name for name, value in vars(module).items() if name.isupper() and name not in untranslated}
    texts = {name for name in names if isinstance(vars(module)[name], str)}
    assert list(loose_constants(tree, texts)) == []


def test_every_module_of_sentences_is_read() -> None:
    found = [path for path in Path(bot.__file__).parent.glob("*.py") if "sentence_module.install" in path.read_text()]
    assert {path.stem for path in found} == {one.__name__.rpartition(".")[2] for one in catalogues.MODULES}


def test_constants_are_said_in_the_language_of_who_reads_them() -> None:
    assert wording.CANCELLED_ELSEWHERE == "Cancelled."
    with speaking("de"):
        assert wording.CANCELLED_ELSEWHERE == "Abgebrochen."
        assert wording.VERBS["cancel"] == "Abbrechen"
        assert wording.STARTS[0] == ("Dein Avatar", "avatar"), "what stands for a choice stays"
        assert wording.NOISE == "noise"
        assert wording.quantity(1, "dream") == "1 Traum"
        assert wording.quantity(2, "dream") == "2 Träume"
        assert wording.percent(0.5) == "50 %"
    assert isinstance(wording, sentence_module.SentenceModule)


def test_phrases_of_facts_are_known_again_with_what_is_filled_in() -> None:
    assert fact_words.say("takes at most 4 words, and those were 9") == "takes at most 4 words, and those were 9"
    with speaking("de"):
        assert fact_words.say("takes at most 4 words, and those were 9") == "nimmt höchstens 4 Wörter, und das waren 9"
        assert fact_words.say("something new") == "something new"
        assert fact_words.say_fact("name", "spiders") == "spiders", "what people typed stays"


def phrases_in(path: Path) -> Iterator[str]:
    """What is said as a fact in a module: literals, and f-strings with x for what is filled in."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "problem":
            yield from literals(node.value)


def literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield str(node.value)
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(one.value) if isinstance(one, ast.Constant) else "x" for one in node.values)


def test_every_problem_that_the_bot_names_is_a_known_phrase() -> None:
    folders = ("cogs", "components", "games", "gateway", "requests", "rituals")
    files = [path for name in folders for path in (Path(bot.__file__).parent / name).glob("*.py")]
    files = [path for path in files if path.stem != "endpoints"]  # for whoever runs the bot
    files += [*(ROOT / "engine" / "params").glob("*.py"), ROOT / "engine" / "files" / "generation_metadata.py"]
    files += [ROOT / "engine" / "catalog" / f"{name}.py" for name in ("subject_sequence", "vocabulary")]
    with speaking("de"):
        unknown = [one for path in files for one in phrases_in(path) if fact_words.say(one) == one]
    assert unknown == ["there x x of them"], "which is one of two phrases"


def test_what_a_check_finds_is_said_in_one_language() -> None:
    one, two = INVITED, {"1": INVITED, "2": discord.Permissions(1024)}
    found = [
        *questions.shard_findings(1, [True, True]),
        *questions.shard_findings(1, [True, False]),
        *questions.permission_findings({"1": one}, ServerRules(), {"1": "#a"}),
        *questions.permission_findings(two, ServerRules(threads=True), {"1": "#a", "2": "#b"}),
        *(questions.expressions_finding(discord.Permissions(create_expressions=may)) for may in (True, False)),
    ]
    told = [text for one in found for text in (one.what, one.remedy) if text]
    with speaking("de"):
        assert [text for text in told if fact_words.say(text) == text] == []
        assert ritual_words.lacking_words(["Send Messages"]) == "wird ruhen: Mir fehlt dort Nachrichten senden."
        assert ritual_words.trouble_words("daily", "#a", ritual_words.BARRED).startswith("Traum des Tages in #a wird")


def test_errors_of_expressions_have_facts_in_the_language_that_is_spoken() -> None:
    bad = errors.BadExpressionName(name="ß", rules=export_words.NAME_RULES["sticker"])
    full = errors.NoSlotLeft(what=export_words.SLOT_NAMES["moving emoji"], limit="all")
    with speaking("de"):
        assert "2 bis 30 Zeichen" in wording.error_sentence(bad)
        assert "animiertes Emoji (belegt: alle)" in wording.error_sentence(full)
        assert export_words.add_reason("Ada") == "Ada hat „Zum Server hinzufügen“ gedrückt"
