"""`make commands`: docs/commands.md, with what each command answers, as the playground shows it.

The options and what is said of them are those that the bot registers; the pictures are of its real answers, dreamed by
the default network.
"""

from __future__ import annotations

import argparse
import asyncio
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from PIL import Image
from playwright.async_api import async_playwright

from bot.playground.world import Message
from tests.bot.playground.chromium import QUIET, installed
from tests.bot.playground.page_user import visit
from tests.first_minute.story import Hands, Story
from tests.playground_bot import Room, open_room

FOLDER: Final = "commands"
WINDOW: Final = {"width": 900, "height": 1600}
QUALITY: Final = 66
SIZE: Final = "size:384"
HEAD: Final = """# Commands

What each command does and answers. This page and its pictures are made by `make commands`: the options are those that
the bot registers with Discord, the pictures what it answered in the playground.

"""


class Example(NamedTuple):
    """What is typed, over which sample photo, and what its picture shows."""

    line: str
    sample: str
    shows: str
    button: str = ""
    """What the answer has once it is finished; without one it is answered at once."""


EXAMPLES: Final = {
    "dream": (
        Example(f"/dream layer:high {SIZE}", "clouds", "A sky, and what the high layers see in it", "Deeper"),
        Example(f"/dream subject:goldfish {SIZE}", "coffee", "A cup of coffee that turned into goldfish", "Deeper"),
        Example(f"/dream subject:dogs variations:4 {SIZE}", "leaves", "Four variations, to choose from", "4"),
    ),
    "zoom": (Example("/zoom layer:mid frames:30", "cat", "An endless zoom; here its first frame", "Re-roll"),),
    "concept": (
        Example(f"/concept subject:castle {SIZE}", "", "What the network imagines for a word", "Re-roll"),
        Example("/concept subject:banana morph_to:eye strip:True", "", "A morph, here as a strip", "Re-roll"),
    ),
    "style": (Example(f"/style painting:swirls {SIZE}", "cat", "A cat, painted in swirls", "Re-roll"),),
    "see": (
        Example("/see", "cat", "What is in an image, and why", "Re-roll"),
        Example("/see layer:mid channel:21", "", "What one channel looks for", "Re-roll"),
    ),
    "preset": (
        Example("/preset save name:puppies subject:dogs strength:1.4", "", "Saved"),
        Example("/preset show name:puppies", "", "Its settings, and what to do with it"),
        Example("/preset share name:puppies", "", "A card for everyone in the channel"),
    ),
    "info": (Example("/info", "", "The queue, your dreams, your limits"),),
    "settings": (Example("/settings", "", "Your own settings"),),
    "server": (
        Example("/server panel", "", "The rules of a server, for who manages it"),
        Example("/server ritual", "", "What happens by itself in a server"),
    ),
    "help": (
        Example("/help", "", "How to begin"),
        Example("/help topic:subjects", "", "All that one can dream towards"),
    ),
}


class Page:
    """The page that is being made."""

    def __init__(self, story: Story, folder: Path) -> None:
        self._story = story
        self._hands: Hands = story.hands
        self._folder = folder
        self._count = 0

    async def example(self, command: str, example: Example) -> str:
        """Type it, wait for its answer, and take a picture of that; its part of the page."""
        await self._hands.become("mod" if command == "server" else "sam")
        if example.sample:
            await self._hands.attach(example.sample)
        answer = await self._story.answer(lambda: self._hands.write(example.line))
        if example.button:
            await self._story.finished(answer, example.button)
        return f"`{example.line}`\n\n![{example.shows}]({await self._picture(command, answer)})\n"

    async def _picture(self, command: str, answer: Message) -> str:
        self._count += 1
        name = f"{FOLDER}/{self._count:02}-{command}.webp"
        shown = await self._hands.visitor.message(answer.id).screenshot()
        Image.open(io.BytesIO(shown)).convert("RGB").save(self._folder / name, "WEBP", quality=QUALITY, method=6)
        return name


def options_of(command: dict[str, Any]) -> Iterator[str]:
    """The rows of what a command takes; those of each subcommand under its name."""
    for option in command.get("options", ()):
        if option["type"] in (1, 2):
            yield f"| **{command['name']} {option['name']}** | {option['description']} |"
            yield from options_of({**option, "name": f"{command['name']} {option['name']}"})
        else:
            yield f"| `{option['name']}` | {option['description']} |"


async def make(folder: Path) -> str:
    """Ask for everything once; the text of the page."""
    chromium = installed()
    if chromium is None:
        raise SystemExit("No Chromium here. Install it (apt-get install chromium) and run this again.")
    async with async_playwright() as player, open_room() as room:
        browser = await player.chromium.launch(executable_path=chromium, args=QUIET)
        visitor = await visit(browser, room.playground.url, viewport=WINDOW)
        page = Page(Story(Hands(visitor), room), folder)
        parts = [HEAD]
        for name, command in registered(room).items():
            parts.append(f"## /{name}\n\n{command['description']}.\n\n")
            if rows := "".join(f"{row}\n" for row in options_of(command)):
                parts.append(f"| option | |\n|---|---|\n{rows}\n")
            parts += [await page.example(name, one) + "\n" for one in EXAMPLES.get(name, ())]
        await browser.close()
    return "".join(parts).rstrip() + "\n"


def registered(room: Room) -> dict[str, Any]:
    """The slash commands by name, in the order of the examples, then what has none."""
    found = {command["name"]: command for command in room.world.commands.values() if command.get("type", 1) == 1}
    return {name: found[name] for name in (*EXAMPLES, *found) if name in found}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    folder: Path = parser.parse_args().out
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    (folder / "commands.md").write_text(asyncio.run(make(folder)), "utf-8")


if __name__ == "__main__":
    main()
