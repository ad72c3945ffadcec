"""The program: every verb is in its list as it is, and imports nothing that it does not need."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from engine import cli
from engine.cli import program
from engine.cli.program import VERBS
from engine.errors import SettingsError

FORBIDDEN: dict[str, set[str]] = {
    "--help": {"pydantic", "asyncio", "tomllib", "engine.settings", "engine.catalog", "engine.params", "engine.files"},
    "dream --help": {"numpy", "PIL", "av", "cv2", "sqlalchemy", "aiohttp", "discord", "bot", "engine.queue"},
    "subjects": {"numpy", "PIL", "sqlalchemy", "engine.params", "engine.files", "engine.queue"},
    "networks": {"numpy", "PIL", "sqlalchemy", "engine.params", "engine.files", "engine.queue"},
    "run --help": {"asyncio", "engine.settings", "engine.params", "bot"},
    "engine --help": {"engine.params", "engine.supervisor"},
    "doctor --help": {"numpy", "engine.params", "bot"},
    "backup --help": {"numpy", "sqlalchemy", "engine.params", "engine.queue"},
    "fleet status --help": {"numpy", "sqlalchemy", "psycopg", "engine.params", "engine.queue"},
}
"""What a verb must not import; torch none of these."""
WATCH = """
import contextlib, io, sys
from engine.cli import program
sys.argv = ["pareidolia", *sys.argv[1:]]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    program.main()
print("\\n".join(sys.modules))
"""


def test_the_list_has_every_verb_as_its_module_has_it() -> None:
    found: dict[str, tuple[str, str, bool]] = {}
    for module in pkgutil.iter_modules(cli.__path__):
        if module.name in ("__main__", "program"):
            continue
        app = getattr(importlib.import_module(f"engine.cli.{module.name}"), "app", None)
        verbs = typer.main.get_group(app).commands if isinstance(app, typer.Typer) else {}
        for name, verb in verbs.items():
            first, *_ = inspect.cleandoc(verb.help or "").split("\n\n")
            found[name] = module.name, " ".join(first.split()), verb.hidden
    assert {name: verb[:3] for name, verb in VERBS.items()} == found


@pytest.mark.process
@pytest.mark.parametrize("words", FORBIDDEN)
def test_a_verb_imports_only_what_it_needs(words: str) -> None:
    asked = [sys.executable, "-c", WATCH, *words.split()]
    imported = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    assert "engine.cli.program" in imported
    assert {"torch", *FORBIDDEN[words]} & set(imported) == set()


def helped() -> Iterator[tuple[list[str], Any]]:
    """Every verb, and every one of a group: the words that call it, and it."""
    for name in VERBS:
        verb = typer.main.get_group(importlib.import_module(f"engine.cli.{VERBS[name].module}").app).commands[name]
        yield [name], verb
        for further, one in getattr(verb, "commands", {}).items():
            yield [name, further], one


def shown(words: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What help says, without the frames of its tables."""
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 2000)
    done = CliRunner().invoke(program.app, [*words, "--help"])
    assert done.exit_code == 0
    return " ".join(done.output.replace("│", " ").split())


def test_help_says_every_word_also_those_in_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rich would take `[fleet]` for a colour and leave it out."""
    assert "the store of `[fleet]`" in shown([], monkeypatch)
    for words, verb in helped():
        text = shown(words, monkeypatch)
        for one in (verb, *verb.params):
            if not getattr(one, "hidden", False) and (said := getattr(one, "help", None)):
                assert " ".join(said.split()) in text, words


def test_a_refusal_keeps_the_brackets_of_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 2000)
    for words in (["[red]"], ["dream", "--[red]"], ["dream", "[red]/a.png"]):
        done = CliRunner().invoke(program.app, words)
        assert (done.exit_code, "[red]" in done.output) == (2, True), done.output


def test_the_sentence_of_an_error_keeps_its_brackets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise SettingsError(problem="[bold] is no table.")

    monkeypatch.setattr(program, "app", refuse)
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert ended.value.code == 1
    assert "[bold] is no table." in " ".join(capsys.readouterr().err.split())


def test_a_verb_takes_its_words_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a name that begins with a dash, after `--`."""
    done = CliRunner().invoke(program.app, ["imprint", "--", "--json"])
    assert "--json cannot be read" in " ".join(done.output.split())
