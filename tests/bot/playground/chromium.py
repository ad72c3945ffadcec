"""A browser for the tests that need one: `() => headless Chromium`; import the fixture where it is used."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
STILL_PICTURES = "--blink-settings=imageAnimationPolicy=2"
"""An animation in the chat shows its first picture: where nobody looks, each that plays costs a part of a core."""
PATIENCE_MS = 60_000
"""What a page may take on a busy machine; Playwright's own five seconds are for idle ones."""


def installed() -> str | None:
    """Return where Chromium is, or None."""
    system = Path("/usr/bin/chromium")
    return str(system) if system.exists() else shutil.which("chromium")


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """A headless Chromium of this machine; no browser is ever downloaded."""
    path = installed()
    if path is None:
        pytest.skip("No Chromium here. Install it (apt-get install chromium) and run this again.")
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=path, args=[*QUIET, STILL_PICTURES])
        yield browser
        await browser.close()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """One for a test."""
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def launched_chromium() -> AsyncIterator[Browser]:
    """One for all tests of a module, which run in its loop: to launch it takes longer than most of them."""
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def shared_chromium(launched_chromium: Browser) -> AsyncIterator[Browser]:
    """That one without any page; what a test opens, with all that it stored, is gone afterwards."""
    yield launched_chromium
    for context in launched_chromium.contexts:
        await context.close()
