"""What all tests share: a required part that is missing is a failure, short data folders, and no token in any log."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Params that stand beside tests, in `parametrize`, are made when those are collected: there, too, by pocket."""
    from engine.jobs import catalog

    catalog.include(Path("nowhere"), default="pocket")
    yield
    catalog.include(Path("nowhere"))


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder whose path is short enough for a local socket (pytest's own are not)."""
    folder = Path(tempfile.mkdtemp(prefix="p-"))
    yield folder
    from tests.leaks import WATCH

    WATCH.read_logs(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _no_token_in_any_log() -> Iterator[None]:
    """Every token that the playground makes is known; whatever test writes one into a log fails the session."""
    try:
        from bot.playground import interactions, server
        from tests.leaks import QUIET, WATCH
    except ImportError:  # the torch side is also tested where nothing of the bot is installed
        yield
        return
    root, kept = logging.getLogger(), {name: logging.getLogger(name).level for name in QUIET}
    make_token, begin = server.made_up_token, interactions.begin

    def learn_interaction(*arguments: Any) -> interactions.Interaction:
        made = begin(*arguments)
        WATCH.learn(made.token)
        return made

    server.made_up_token = lambda bot_id: WATCH.learn(make_token(bot_id))
    interactions.begin = learn_interaction
    root.addHandler(WATCH)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield
    server.made_up_token, interactions.begin = make_token, begin
    root.removeHandler(WATCH)
    for name, level in kept.items():
        logging.getLogger(name).setLevel(level)
    assert WATCH.leaks == []


@pytest.fixture(autouse=True)
def _numbers_as_everywhere() -> None:
    """A studio lets the processor drop the smallest numbers, for its whole process; hypothesis will not have that."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_flush_denormal(False)


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see neither a settings file nor PAREIDOLIA_ variables of whoever runs them."""
    for name in list(os.environ):
        if name.startswith("PAREIDOLIA_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PAREIDOLIA_CONFIG", os.devnull)


@pytest.fixture
def pocket_by_default(monkeypatch: pytest.MonkeyPatch, _no_settings_of_this_machine: None) -> None:
    """Pocket dreams where no network is asked for, here and in processes: for tests about something else than that."""
    from engine.jobs import catalog

    monkeypatch.setenv("PAREIDOLIA_DEFAULT_NETWORK", "pocket")
    monkeypatch.setattr(catalog, "_default", "pocket")
