"""What the documentation names exists: files, tests, verbs, settings. Threats and what peers offer have tests."""

from __future__ import annotations

import ast
import fnmatch
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli import program
from engine.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
TODAY = [path for path in PAGES if path.name not in ("CHANGELOG.md", "pocket-lab.md")]
"""The others tell what was: what they name may be gone."""
SECURITY = ROOT / "docs" / "security.md"
PEERS = ROOT / "docs" / "peers.md"
VERDICTS = ("**better**", "**works**", "**not**")
A_TEST = re.compile(r"`tests/[\w/]+\.py::test_\w+`")


@pytest.fixture(params=TODAY, ids=lambda path: path.name)
def page(request: pytest.FixtureRequest) -> Path:
    path = request.param
    assert isinstance(path, Path)
    return path


def quoted(page: Path) -> Iterator[str]:
    """What stands in backticks, and every line of a block of code."""
    text = page.read_text("utf-8")
    for block in re.findall(r"^```.*?\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


@cache
def names_of_tests() -> set[str]:
    """As pytest writes them: "tests/bot/test_app.py::test_it_leaves"."""
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        body = ast.parse(path.read_text("utf-8")).body
        names = [node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        found |= {f"{path.relative_to(ROOT)}::{name}" for name in names}
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_file_that_is_named_exists(page: Path) -> None:
    named = [word for one in quoted(page) for word in re.findall(r"(?<![\w/.])(?:bot|engine|tests|docs)/[\w./*]+", one)]
    assert [name for name in named if not list(ROOT.glob(name.rstrip("/.")))] == []


def test_every_test_that_is_named_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    assert [one for one in re.findall(r"tests/[\w/]+\.py::\w+", text) if one not in names_of_tests()] == []
    names = {one.partition("::")[2] for one in names_of_tests()}
    named = re.findall(r"`(test_[\w*]+)`", text)
    assert [name for name in named if not fnmatch.filter(names, name)] == []


def test_every_target_of_make_exists(page: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {name for one in quoted(page) for name in re.findall(r"^\$? ?make ([a-z][\w-]*)", one)}
    assert named - targets == set()


def test_every_verb_exists(page: Path) -> None:
    named = {name for one in quoted(page) for name in re.findall(r"^pareidolia ([a-z][a-z-]*)", one)}
    assert {name for name in named if CliRunner().invoke(program.app, [name, "--help"]).exit_code} == set()


def variables() -> set[str]:
    """Every variable that sets a setting."""
    found = {"PAREIDOLIA_CONFIG"}
    for name, field in Settings.model_fields.items():
        within = getattr(field.annotation, "model_fields", {})
        found |= {f"PAREIDOLIA_{name}".upper(), *(f"PAREIDOLIA_{name}__{inner}".upper() for inner in within)}
    return found


def test_every_variable_is_one_of_a_setting(page: Path) -> None:
    named = set(re.findall(r"PAREIDOLIA_\w+[A-Z]", page.read_text("utf-8")))
    assert named - variables() == set()


def rows_of(page: Path) -> list[list[str]]:
    """The cells of every row of a page's tables, without their heads."""
    lines = page.read_text("utf-8").splitlines()
    rules = {at for at, line in enumerate(lines) if re.fullmatch(r"\|[-:| ]+\|", line)}
    rows = [line for at, line in enumerate(lines) if line.startswith("|") and not {at, at + 1} & rules]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_every_threat_has_a_measure_and_a_test() -> None:
    rows = rows_of(SECURITY)
    assert len(rows) > 30
    for row in rows:
        assert len(row) == 3, row
        assert all(row), row
        assert A_TEST.search(row[2]), f"no test: {row}"


def test_what_peers_offer_has_a_verdict_with_its_reason_and_a_test() -> None:
    rows = rows_of(PEERS)
    assert len(rows) >= 20
    for row in rows:
        assert len(row) == 5, row
        assert all(row), row
        _, who, _, judged, test = row
        verdict, _, reason = judged.partition(": ")
        assert re.search(r"\[[^\]]+\]\[[\w-]+\]", who), f"no source: {row}"
        assert verdict in VERDICTS, row
        assert reason, f"no reason: {row}"
        assert verdict == "**not**" or A_TEST.search(test), f"no test: {row}"


def test_every_source_of_what_peers_offer_is_given_and_used() -> None:
    text = PEERS.read_text("utf-8")
    used = set(re.findall(r"\]\[([\w-]+)\]", text))
    assert used == set(re.findall(r"^\[([\w-]+)\]: https://\S+$", text, re.MULTILINE))
