"""`/info` against the stand-in Discord: what waits, one's own dreams, limits and models."""

import dataclasses
import re

import pytest

from bot import wording
from bot.playground import interactions
from bot.playground.world import Message
from bot.requests.overview import SHOWN_DREAMS
from bot.store.posting import Posting
from bot.views import info_panel
from engine.catalog.catalog import shipped_catalog
from engine.params import Dream
from engine.queue.job import Job, JobRow, Place, State, new_id
from tests.bot.requests.test_hostile_users import forge
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    labels,
    png,
    specification,
    stage,
    words,
)

PAGES = list(wording.INFO_PAGES.values())
TEXT_LIMIT, COMPONENT_LIMIT = 4000, 40
"""Of a message in Discord, with Components V2."""


async def opened(stage: Stage, page: str, persona: str = "You") -> Message:  # noqa: F811
    """The panel at one of its pages."""
    return await stage.press(persona, await stage.ask(persona, "info"), wording.INFO_PAGES[page])


def link_of(message: Message) -> str:
    return f"/{message.channel_id}/{message.id})"


async def test_the_queue_is_shown_with_a_cancel_that_keeps_the_panel(stage: Stage) -> None:  # noqa: F811
    assert wording.EMPTY_QUEUE in words(await stage.ask("Ada", "info"))
    message = await stage.ask("You", "dream")
    assert wording.queue_none(1) in words(await stage.ask("Ada", "info"))
    await stage.ask("You", "dream", layer="low")
    panel = await stage.ask("You", "info")
    assert panel.ephemeral
    assert labels(panel) == ["Cancel", "Cancel", *PAGES]
    stage.playground.press("You", panel, "Cancel")
    await stage.shows(message, wording.CANCELLED)
    await stage.shows(panel, wording.CANCELLED_ELSEWHERE)
    assert labels(panel) == ["Cancel", *PAGES], "what else waits stays there"
    assert "layer:low" in words(panel)


async def test_the_latest_dreams_have_links_to_messages_that_stand(stage: Stage) -> None:  # noqa: F811
    assert wording.NO_DREAMS in words(await opened(stage, "dreams"))
    first, _ = await stage.dreamed(layer="low", seed=1)
    second, _ = await stage.dreamed(layer="mid", seed=2)
    await stage.dreamed("Ada", layer="high", seed=3)
    cancelled = await stage.ask("You", "dream", seed=4)
    await stage.press("You", cancelled, "Cancel")
    await stage.shows(cancelled, wording.CANCELLED)
    shown = words(await opened(stage, "dreams"))
    assert re.findall(r"seed:(\d)", shown) == ["2", "1"], "one's own, what came to an end, the newest first"
    assert link_of(first) in shown
    assert link_of(second) in shown
    stage.playground.world.drop_message(first)
    shown = words(await opened(stage, "dreams"))
    assert link_of(first) not in shown
    assert link_of(second) in shown
    assert "its message is gone" in shown


async def test_a_private_dream_is_listed_for_its_owner_alone_and_without_a_link(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("You", "dream", private="true", seed=7)
    await stage.finish(message)
    shown = words(await opened(stage, "dreams"))
    assert "seed:7" in shown
    assert "private" in shown
    assert "](http" not in shown
    assert "seed:7" not in words(await opened(stage, "dreams", "Ada"))


async def test_limits_say_what_is_left_and_when_more_is(stage: Stage) -> None:  # noqa: F811
    await stage.client.service.presets.save(stage.playground.world.persona("You").id, "fur", {"layer": "mid"})
    shown = words(await opened(stage, "limits"))
    limits = stage.client.overview._limits
    assert wording.pictures_left(0, limits.per_user, 0.0) in shown
    assert wording.presets_left(1, limits.presets) in shown
    assert wording.upload_limit(limits.upload_mb, limits.megapixels) in shown
    await stage.ask("You", "dream", variations=2)
    shown = words(await opened(stage, "limits"))
    assert f"2 of {limits.per_user} pictures in use" in shown
    assert "free in about" in shown
    assert wording.queue_limit(1, limits.total) in shown


async def test_models_are_told_the_default_first_and_those_that_are_missing(stage: Stage) -> None:  # noqa: F811
    shown = words(await opened(stage, "models"))
    catalog = stage.client.service.catalog
    assert shown.index("default") < shown.index("lite2")
    assert f"`{catalog.default_network()}` · **default**" in shown
    assert wording.GOOD_FOR["lite2"] in shown
    assert wording.GOOD_FOR.keys() == shipped_catalog().networks().keys()
    for name in catalog.networks():
        assert name in shown


@pytest.mark.parametrize("command", wording.MOVED_COMMANDS)
async def test_an_old_client_is_told_what_a_command_is_called_now(stage: Stage, command: str) -> None:  # noqa: F811
    name, *rest = command.split()
    options = [{"type": 1, "name": one, "options": []} for one in rest]
    message = await stage.response_to(
        forge(stage, interactions.COMMAND, {"id": "1", "name": name, "type": 1, "options": options})
    )
    assert message.ephemeral
    assert words(message) == wording.MOVED_COMMANDS[command]
    known = {one.name for one in stage.client.tree.get_commands()}
    assert set(re.findall(r"is `/(\w+)", words(message))) <= known


async def test_a_page_that_is_none_is_refused_in_private(stage: Stage) -> None:  # noqa: F811
    panel = await stage.ask("You", "info")
    for row in panel.components:
        for item in row.get("components", ()):
            item["custom_id"] = "info:secrets"
    assert "offered" in words(await stage.press("You", panel, "Models"))


def a_row(posting: Posting) -> JobRow:
    job = Job(Dream(subject="eyes + castle + fox + owl", strength=1.234, size=1024, seed=2**31 - 1, keep=0.123), "1")
    return JobRow(new_id(), job, State.DONE, posting.to_json(), 1.0, finished=2.0)


def test_every_page_is_within_discords_limits() -> None:
    posting = Posting(1, "x" * 32, "y" * 200, channel_id=2**63, guild_id=2**63, message_id=2**63)
    row = a_row(posting)
    place = Place(100, 1e6, State.QUEUED)
    panels = [
        info_panel.queue_page([(row, place)] * 200, "1", wording.CANCELLING),
        info_panel.dreams_page([(row, posting, gone) for gone in [False, True, False] * (SHOWN_DREAMS // 2)]),
        info_panel.dreams_page([(row, dataclasses.replace(posting, ephemeral=True), False)]),
        info_panel.limits_page(info_panel.Usage(10**6, 10**6, 1e6, 10**6, 10**6, 10**6, 10**6, 1e6, 1e6)),
        info_panel.models_page(shipped_catalog()),
    ]
    for panel in panels:
        assert panel.content_length() <= TEXT_LIMIT
        assert panel.total_children_count <= COMPONENT_LIMIT
