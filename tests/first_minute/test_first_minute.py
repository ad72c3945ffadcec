"""The first minute at the page, with the real bot and the real engine: by mouse, and by keys alone on a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.bot.playground.chromium import chromium as chromium
from tests.bot.playground.page_user import visit
from tests.first_minute.story import Hands, KeyboardHands, Story, twice_shown
from tests.playground_bot import open_room

pytestmark = [pytest.mark.browser, pytest.mark.process]


@pytest.mark.parametrize(
    ("hands", "width", "height"),
    [pytest.param(Hands, 1200, 900, id="mouse"), pytest.param(KeyboardHands, 400, 800, id="keyboard on a phone")],
)
async def test_the_first_minute(chromium: Browser, hands: type[Hands], width: int, height: int) -> None:
    async with open_room(network="pocket") as room:
        visitor = await visit(chromium, room.playground.url, viewport={"width": width, "height": height})
        await Story(hands(visitor), room, "size:128").tell()
        assert await twice_shown(visitor) == []
        assert visitor.troubles == []
        assert all(address.startswith((room.playground.url, "data:", "blob:")) for address in visitor.addresses)
