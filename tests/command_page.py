"""`make commands`: docs/commands.md, with what each command answers, as the playground shows it.

The options and what is said of them are those that the bot registers; the pictures are of its real answers, dreamed by
the default network. `--keep` makes the text anew around the pictures that there are, which takes seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from PIL import Image
from playwright.async_api import async_playwright, expect

from tests.bot.playground.chromium import QUIET, installed
from tests.bot.playground.page_user import visit
from tests.first_minute.story import Hands, Story
from tests.playground_bot import PATIENCE, Room, open_room

FOLDER: Final = "commands"
WINDOW: Final = {"width": 900, "height": 1600}
QUALITY: Final = 50
SIZE: Final = "size:384"
MENUS: Final = (2, 3)
"""Discord's types of commands in the menus of people and of messages."""
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
    "video": (Example("/video layer:high seconds:2 size:320", "drift", "A sky that drifts, dreamed", "Re-roll"),),
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
        Example("/server channel channel:dreams games:True", "", "Games in a channel, once they are on"),
        Example("/server ritual", "", "What happens by itself in a server"),
    ),
    "play": (Example("/play guess level:easy", "", "A round of Guess the dream, once it is over", "Deeper"),),
    "help": (
        Example("/help", "", "How to begin"),
        Example("/help topic:subjects", "", "All that one can dream towards"),
    ),
}


def part(command: str, number: int, example: Example, folder: Path) -> str:
    """What the page says of an example, with its picture if there is one."""
    name = picture_of(command, number)
    picture = f"![{example.shows}]({name})\n\n" if (folder / name).exists() else ""
    return f"`{example.line}`\n\n{picture}"


def picture_of(command: str, number: int) -> str:
    """Where the picture of a command's example stands."""
    return f"{FOLDER}/{command}-{number}.webp"


async def take_pictures(room: Room, folder: Path) -> None:
    """Ask for every example, and take a picture of each answer."""
    chromium = installed()
    if chromium is None:
        raise SystemExit("No Chromium here. Install it (apt-get install chromium) and run this again.")
    expect.set_options(timeout=PATIENCE * 1000)
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=chromium, args=QUIET)
        story = Story(Hands(await visit(browser, room.playground.url, viewport=WINDOW)), room)
        for command, examples in EXAMPLES.items():
            for number, example in enumerate(examples, 1):
                await take_picture(story, command, example, folder / picture_of(command, number))
        await browser.close()


async def take_picture(story: Story, command: str, example: Example, path: Path) -> None:
    """Type it, wait for its answer, and take a picture of that."""
    hands: Hands = story.hands
    await hands.become("mod" if command == "server" else "sam")
    if example.sample:
        await hands.attach(example.sample)
    answer = await story.answer(lambda: hands.write(example.line))
    if example.button:
        await story.finished(answer, example.button)
    shown = await hands.visitor.message(answer.id).screenshot()
    Image.open(io.BytesIO(shown)).convert("RGB").save(path, "WEBP", quality=QUALITY, method=6)


def options_of(command: dict[str, Any]) -> Iterator[str]:
    """The rows of what a command takes; those of each subcommand under its name."""
    for option in command.get("options", ()):
        if option["type"] in (1, 2):
            yield f"| **{command['name']} {option['name']}** | {option['description']} |"
            yield from options_of({**option, "name": f"{command['name']} {option['name']}"})
        else:
            yield f"| `{option['name']}` | {option['description']} |"


def section(name: str, command: dict[str, Any]) -> str:
    """What is said of a command, above its examples."""
    said = f"## /{name}\n\n{sentence(command['description'])}\n\n"
    rows = "".join(f"{row}\n" for row in options_of(command))
    return said + (f"| option | |\n|---|---|\n{rows}\n" if rows else "")


def sentence(description: str) -> str:
    """A description with the stop that Discord's lists leave out, where it has none."""
    return description if description.endswith((".", "?", "!", "…")) else f"{description}."


def menus(commands: Iterable[dict[str, Any]]) -> str:
    """The part about what stands under *Apps* in the menus of people and messages."""
    found = sorted((command.get("type", 1), command["name"]) for command in commands)
    people, messages = (", ".join(f"*{name}*" for kind, name in found if kind == one) for one in MENUS)
    return f"## In menus\n\nUnder *Apps* in the menu of a message: {messages}.\nIn the menu of a person: {people}.\n"


async def make(folder: Path, *, keep: bool) -> str:
    """The text of the page, once its pictures are there."""
    async with open_room() as room:
        if not keep:
            await take_pictures(room, folder)
        return text(registered(room), room.world.commands.values(), folder)


def text(commands: dict[str, Any], all_commands: Iterable[dict[str, Any]], folder: Path) -> str:
    """The page: the slash commands with their examples, then the menus."""
    parts = [HEAD]
    for name, command in commands.items():
        parts.append(section(name, command))
        parts += [part(name, at, one, folder) for at, one in enumerate(EXAMPLES.get(name, ()), 1)]
    return "".join([*parts, menus(all_commands)])


def registered(room: Room) -> dict[str, Any]:
    """The slash commands by name, in the order of the examples, then what has none."""
    found = {command["name"]: command for command in room.world.commands.values() if command.get("type", 1) == 1}
    return {name: found[name] for name in (*EXAMPLES, *found) if name in found}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    parser.add_argument("--keep", action="store_true", help="keep the pictures that there are, and take none")
    given = parser.parse_args()
    (given.out / FOLDER).mkdir(parents=True, exist_ok=True)
    (given.out / "commands.md").write_text(asyncio.run(make(given.out, keep=given.keep)), "utf-8")


if __name__ == "__main__":
    main()
