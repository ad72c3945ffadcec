"""Whoever has an installation of the commit before the rooms were moved keeps everything: data, presets, buttons.

tests/data/installation_of_0006 is the data folder, and one message of the bot, that commit fbaf85d left after a dream
and a preset in the playground.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.playground.world import COMPONENTS_V2, Message
from tests.playground_bot import Room, answers_of, job_of, labels, open_room, texts
from tests.vendored_data import DATA

pytestmark = pytest.mark.process


LEFT = DATA / "installation_of_0006"


def restore(data_dir: Path) -> None:
    """The folder as that version left it."""
    for name in ("blobs", "run"):
        shutil.copytree(LEFT / name, data_dir / name)
    with closing(sqlite3.connect(data_dir / "pareidolia.db")) as db:
        db.executescript((LEFT / "database.sql").read_text("utf-8"))


def posted(room: Room) -> Message:
    """The message of that version, with its buttons, in the channel where it stood."""
    left = json.loads((LEFT / "message.json").read_text("utf-8"))
    channel = room.world.channel("dreams").id
    message = Message(left["id"], channel, room.world.bot.id, components=left["components"], flags=COMPONENTS_V2)
    room.world.add_message(message)
    return message


async def test_its_presets_and_its_buttons_work() -> None:
    async with open_room(network="pocket", prepare=restore) as room:
        assert "Deep sea" in texts(await room.ask("You", "preset list"))
        old = posted(room)
        assert labels(old) == ["Deeper", "Again", "Zoom", "More"]
        used = await room.until_button(await room.ask("You", "dream", preset="deep sea"), "Deeper")
        assert "layer:low" in texts(used)
        for button in ("Deeper", "Again"):
            dreamed = await room.until_button(
                await room.response_to(room.playground.press("Ada", old, button)), "Deeper"
            )
            assert "/dream layer:high size:128" in texts(dreamed)
        panel = await room.response_to(room.playground.press("You", old, "More"))
        assert "Save as preset" in labels(panel)
        await room.until_posted()
        (job,) = {one.split(":")[1] for one in custom_ids_of(old)}
        found = {message.id for message in answers_of(room, job) if job_of(message) == job}  # not who offers it
        assert found == {old.id, panel.id}, "the old dream is not answered again"


def custom_ids_of(message: Message) -> list[str]:
    return [item["custom_id"] for row in message.components for item in row.get("components", [])]
