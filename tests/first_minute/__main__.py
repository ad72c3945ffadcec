"""`make first-minute`: the first minute in the playground, with the default network, recorded as the README's clip.

Prints how long each step waited until the chat showed that something happens; a second is what it may take.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from playwright.async_api import async_playwright

from tests.bot.playground.chromium import QUIET, installed
from tests.bot.playground.page_user import visit
from tests.first_minute.recorder import Frame, Recorder, save
from tests.first_minute.story import Hands, Story
from tests.playground_bot import open_room

WINDOW = {"width": 1000, "height": 800}
LETTER_MS = 25.0
REST_S = 2.0
SPEED = 1.8


async def record(options: str) -> list[Frame]:
    """Live it once; what the page looked like meanwhile."""
    chromium = installed()
    if chromium is None:
        raise SystemExit("No Chromium here. Install it (apt-get install chromium) and run this again.")
    async with async_playwright() as player, open_room() as room:
        browser = await player.chromium.launch(executable_path=chromium, args=QUIET)
        visitor = await visit(browser, room.playground.url, viewport=WINDOW)
        recorder = Recorder(visitor.page)
        story = Story(Hands(visitor, LETTER_MS), room, options, lambda: asyncio.sleep(REST_S))
        async with recorder:
            await story.tell()
        await browser.close()
    for step, waited in story.waits.seconds.items():
        print(f"{waited:6.2f} s  {step}")
    return recorder.frames


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/gallery/first-minute.webp"))
    parser.add_argument("--options", default="size:384", help="what stands behind each command")
    given = parser.parse_args()
    seconds = save(asyncio.run(record(given.options)), given.out, SPEED)
    print(f"{given.out}: {seconds:.0f} s, {given.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
