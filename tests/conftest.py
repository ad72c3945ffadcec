"""What all tests share: no token in any log, nothing left running, short data folders, skips that count as failures."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import leftover_processes, quick_tier
from tests.postgresql_server import PostgresServer

REQUIRE = os.environ.get("REQUIRE", "")
"""Set (to anything): a test that cannot run here fails."""


LEFT = pytest.StashKey[list[str]]()
"""Processes that tests left."""
SCRATCH = pytest.StashKey[str]()
IN_MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory: a third of the time of tests of the ledger is to wait for a disk. Set TMPDIR to
have them elsewhere, and what failed tests leave kept."""
ROOM = 2 * 1024**3
RARELY = (10_000, 10, 10)
"""Garbage is looked for so often: at Python's own 700 that takes a twentieth of the time of tests of the bot."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="only tests without torch, processes and browsers")


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(*RARELY)
    if not hasattr(config, "workerinput"):
        leftover_processes.mark()
        if IN_MEMORY.is_dir() and "TMPDIR" not in os.environ and shutil.disk_usage(IN_MEMORY).free > ROOM:
            config.stash[SCRATCH] = tempfile.mkdtemp(prefix="t-", dir=IN_MEMORY)
            Path(config.stash[SCRATCH]).chmod(0o1777)  # as /tmp: some tests are another user's
            os.environ["TMPDIR"] = tempfile.tempdir = config.stash[SCRATCH]


def pytest_unconfigure(config: pytest.Config) -> None:
    if SCRATCH in config.stash:
        del os.environ["TMPDIR"]
        tempfile.tempdir = None
        shutil.rmtree(config.stash[SCRATCH], ignore_errors=True)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return True if config.getoption("--quick") and quick_tier.heavy(collection_path) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=_rank)
    if config.getoption("--quick"):
        left_out = [item for item in items if quick_tier.leaves_out(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    gc.freeze()  # modules and items stay to the end: no collection looks at them again


def _rank(item: pytest.Item) -> int:
    """The longest come first: no worker is left with one of them in the end.

    Then files whose tests share a loop and what runs in it: work is stolen from the end, and what were divided among
    workers would be started in each of them.
    """
    if item.get_closest_marker("browser"):
        return 0
    asynchronous = item.get_closest_marker("asyncio")
    if asynchronous and asynchronous.kwargs.get("loop_scope") == "module":
        return 1
    return 2 if item.get_closest_marker("process") else 3


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and REQUIRE and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"REQUIRE forbids this skip: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """What tests started has ended, or the session fails; asked once, where all workers are gone."""
    yield
    if hasattr(session.config, "workerinput"):
        return
    if left := leftover_processes.ended():
        session.config.stash[LEFT] = left
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(LEFT, []):
        terminalreporter.write_line(f"LEFT RUNNING by a test (and killed now): {line}", red=True)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Params that stand beside tests, in `parametrize`, are made when those are collected: there, too, by pocket.

    Nearly all that is made meanwhile stays to the end, so that nobody looks for garbage in it.
    """
    from engine.catalog import catalog
    from tests.catalogs import POCKET

    config = session.config
    if config.getoption("--quick") and (hasattr(config, "workerinput") or not config.getoption("numprocesses", None)):
        quick_tier.forbid()
    catalog._SHIPPED, kept = POCKET, catalog._SHIPPED  # type: ignore[misc]
    gc.disable()
    try:
        return (yield)
    finally:
        catalog._SHIPPED = kept  # type: ignore[misc]
        gc.enable()


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder whose path is short enough for a local socket (pytest's own are not)."""
    folder = Path(tempfile.mkdtemp(prefix="p-"))
    yield folder
    from tests.token_leaks import WATCH

    WATCH.read_logs(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _no_token_in_any_log() -> Iterator[None]:
    """Every token that the playground makes is known; whatever test writes one into a log fails the session."""
    try:
        from bot.playground import interactions, server
        from bot.playground.world import Channel, Interaction, Persona, World
        from tests.token_leaks import QUIET, WATCH
    except ImportError:  # the torch side is also tested where nothing of the bot is installed
        yield
        return
    root, kept = logging.getLogger(), {name: logging.getLogger(name).level for name in QUIET}
    make_token, begin = server.fake_token, interactions.begin

    def learn_interaction(
        world: World, persona: Persona, channel: Channel, kind: int, data: dict[str, Any]
    ) -> Interaction:
        made = begin(world, persona, channel, kind, data)
        WATCH.learn(made.token)
        return made

    server.fake_token = lambda bot_id: WATCH.learn(make_token(bot_id))
    interactions.begin = learn_interaction
    root.addHandler(WATCH)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield
    server.fake_token, interactions.begin = make_token, begin
    root.removeHandler(WATCH)
    for name, level in kept.items():
        logging.getLogger(name).setLevel(level)
    assert WATCH.leaks == []


@pytest.fixture(autouse=True)
def _numbers_as_everywhere() -> None:
    """A runtime lets the processor drop the smallest numbers, for all of its process; hypothesis will not have that."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_flush_denormal(False)


@pytest.fixture(scope="session", autouse=True)
def _no_settings_for_what_modules_share() -> Iterator[None]:
    """What is started for all tests of a module is started before the settings of each."""
    with pytest.MonkeyPatch.context() as whole_session:
        _forget_settings(whole_session)
        yield


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    _forget_settings(monkeypatch)


def _forget_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see neither a settings file nor PAREIDOLIA_ variables of whoever runs them."""
    for name in list(os.environ):
        if name.startswith("PAREIDOLIA_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PAREIDOLIA_CONFIG", os.devnull)
    monkeypatch.setenv("PAREIDOLIA_ENGINE__NICE", "0")  # or a busy machine never gives an engine its turn


@pytest.fixture
def pocket_by_default(monkeypatch: pytest.MonkeyPatch, _no_settings_of_this_machine: None) -> None:
    """Pocket dreams where no network is asked for, here and in processes: for tests about something else than that."""
    from engine.catalog import catalog
    from tests.catalogs import POCKET

    monkeypatch.setenv("PAREIDOLIA_DEFAULT_NETWORK", "pocket")
    monkeypatch.setattr(catalog, "_SHIPPED", POCKET)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresServer]:
    """A throwaway PostgreSQL on a loopback port; skips where PostgreSQL is not installed."""
    with PostgresServer.run() as server:
        yield server


@pytest.fixture
def fleet_url(postgresql: PostgresServer) -> str:
    """The URL of a fresh database with the tables of this version."""
    return postgresql.database()
