"""REQUIRE turns a skip into a failure: CI must never be green because a browser was missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

CASES = """
import pytest

@pytest.fixture
def missing():
    pytest.skip("not installed here")

@pytest.mark.browser
def test_needs_a_browser(missing):
    pass

@pytest.mark.postgresql
def test_needs_a_server():
    pytest.skip("not installed here")
"""


@pytest.mark.parametrize(
    ("required", "summary"), [("", "2 skipped"), ("browser", "1 skipped, 1 error"), ("browser,postgresql", "1 failed")]
)
def test_a_skip_is_a_failure_where_it_is_required(tmp_path: Path, required: str, summary: str) -> None:
    root = Path(__file__).parents[1]
    shutil.copy(root / "tests" / "conftest.py", tmp_path)
    shutil.copy(root / "pyproject.toml", tmp_path)
    (tmp_path / "test_cases.py").write_text(CASES)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path / "test_cases.py")]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "REQUIRE": required}, capture_output=True, text=True
    )
    assert summary in done.stdout
    assert (done.returncode == 0) == (required == "")
