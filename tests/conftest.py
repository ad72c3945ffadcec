"""What all tests share: a required part that is missing is a failure, and short data folders."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

REQUIRED = {part for part in os.environ.get("REQUIRE", "").split(",") if part}
"""Parts whose absence fails instead of skipping: REQUIRE=browser,postgresql."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    required = [mark.name for mark in item.iter_markers() if mark.name in REQUIRED]
    if report.skipped and required:
        report.outcome = "failed"
        report.longrepr = f"REQUIRE={','.join(required)} forbids this skip: {report.longrepr}"
    return report


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder whose path is short enough for a local socket (pytest's own are not)."""
    folder = Path(tempfile.mkdtemp(prefix="p-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tests see neither a config.toml nor PAREIDOLIA_ variables of whoever runs them."""
    for name in list(os.environ):
        if name.startswith("PAREIDOLIA_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PAREIDOLIA_CONFIG", str(tmp_path / "no-config.toml"))
