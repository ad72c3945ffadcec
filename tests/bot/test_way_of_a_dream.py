"""Which files of the bot one `/dream` passes, and in which order: as docs/design.md tells strangers."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bot import discord_internals as discord_internals  # what is imported while the dream is watched would be seen, too
from tests.bot.requests.test_service import Stage, png
from tests.bot.requests.test_service import _drawn_avatars as _drawn_avatars
from tests.bot.requests.test_service import specification as specification
from tests.bot.requests.test_service import stage as stage
from tests.test_architecture import imports

BOT = Path(__file__).parents[2] / "bot"
DESIGN = BOT.parent / "docs" / "design.md"
NOT_COUNTED = re.compile(
    r"(playground|views|store|operations|games|rituals|languages)/|(app|wording|discord_internals)\.py"
    r"|(mention|content|invalid_\w+|server_membership|spoken_language)\.py"
)
"""The stand-in; words and their language, what messages look like, and tables; what only counts; the seam to the
library; the cogs that hear every message, of which none here is meant for them; what connecting notes, perhaps only
now; games and rituals, which are off."""


def told() -> list[str]:
    """The files that the design names, in order."""
    section = DESIGN.read_text("utf-8").partition("## The way of a `/dream`")[2].partition("\n## ")[0]
    return re.findall(r"^\d+\. `([\w/]+\.py)`", section, re.MULTILINE)


class Watch:
    """Remembers the files of the bot in which a function is called."""

    def __init__(self) -> None:
        self.files: set[str] = set()

    def __call__(self, frame: FrameType, event: str, _arg: Any) -> None:
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(f"{BOT}/"):
            self.files.add(str(Path(path).relative_to(BOT)))


async def test_a_dream_passes_the_files_that_the_design_names(stage: Stage) -> None:
    upload = stage.playground.upload("cat.png", png())
    watch = Watch()
    sys.setprofile(watch)
    try:
        message = await stage.ask("You", "dream", image=upload, layer="high")
        row = stage.start()
        stage.dispatch.progress(row.id, 1, 2, png())
        await stage.playground.world.until(lambda: len(message.attachments) > 0)
        stage.dispatch.finish(row.id, png())
        await stage.posted(row.id)
    finally:
        sys.setprofile(None)
    passed = {file for file in watch.files if not NOT_COUNTED.search(file)}
    assert (passed - set(told()), set(told()) - passed) == (set(), set())
    assert len(told()) <= 12


@pytest.mark.parametrize("at", range(len(told())))
def test_none_of_them_calls_back_into_an_earlier_one(at: int) -> None:
    earlier = {f"bot.{file.removesuffix('.py').replace('/', '.')}" for file in told()[:at]}
    back = earlier & imports(BOT / told()[at], typing=True)
    # a cog is loaded by the client, whose type it names
    assert back - {"bot.gateway.client"} == set()
