"""What tests wait for comes at last on a busy machine, too: nothing is given up after a few seconds."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

MOMENT_S, LEAST_S = 1, 60
"""What ends within a moment is meant to; what is waited for has a minute."""
WAITS = {"timeout": 0, "wait_for": 1, "until": 1}
"""Calls, and which of their arguments is a time."""
PAGE = ("to_", "not_to_", "wait_for_")
"""Calls of Playwright, which counts in milliseconds."""


def impatient(source: str) -> Iterator[str]:
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and MOMENT_S <= bound(call) < LEAST_S:
            yield f"line {call.lineno}: {ast.unparse(call)}"


def bound(call: ast.Call) -> float:
    """After how many seconds it gives up; 0 where that is no number."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = [word.value for word in call.keywords if word.arg in ("timeout", "within")]
    given += call.args[WAITS[name] :][:1] if name in WAITS else []
    numbers = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, int | float)]
    return min(numbers) / (1000 if name.startswith(PAGE) and name not in WAITS else 1) if numbers else 0.0


@pytest.mark.slow
def test_nothing_is_given_up_after_a_few_seconds() -> None:
    files = [path for path in Path(__file__).parent.rglob("*.py") if path != Path(__file__)]
    found = {path.name: lines for path in files if (lines := list(impatient(path.read_text("utf-8"))))}
    assert found == {}


def test_impatience_would_be_seen() -> None:
    short = ["asyncio.timeout(5)", "wait_for(it, 10)", "world.until(it, 2.0)", "socket.receive(timeout=3)"]
    page = ["expect(it).to_be_hidden(timeout=9_000)", "page.wait_for_function(it, timeout=1_000)"]
    assert [len(list(impatient(line))) for line in short + page] == [1] * 6
    patient = ["asyncio.timeout(60)", "wait_for(it, PATIENCE_S)", "expect(it).to_be_hidden(timeout=60_000)"]
    assert [list(impatient(line)) for line in patient] == [[]] * 3
