"""REQUIRE turns a skip into a failure: CI must never be green because a browser was missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[1]
CASES = """
import pytest

@pytest.fixture
def missing():
    pytest.skip("not installed here")

def test_needs_a_browser(missing):
    pass

def test_needs_a_server():
    pytest.skip("not installed here")

@pytest.mark.xfail
def test_is_known_to_fail():
    assert False
"""


@pytest.mark.parametrize(("required", "summary"), [("", "2 skipped, 1 xfailed"), ("1", "1 failed, 1 xfailed, 1 error")])
def test_a_skip_is_a_failure_where_it_is_required(tmp_path: Path, required: str, summary: str) -> None:
    (tmp_path / "test_cases.py").write_text(CASES)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-c",
               str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), str(tmp_path)]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "REQUIRE": required}, capture_output=True, text=True)
    assert summary in done.stdout, done.stdout + done.stderr
    assert (done.returncode == 0) == (required == "")
