"""The Dreamdex against the stand-in Discord: what is new in a server, and the wall of it."""

from __future__ import annotations

import asyncio
import io

import pytest
from PIL import Image

from bot import play_wording, wording
from bot.games.dex import dex_names
from bot.playground.world import Message
from bot.store.dex_entries import Entry
from bot.store.posting import Posting
from bot.views import dex_panel, dex_wall
from engine.errors import GamesOff
from engine.queue.job import JobRow
from tests.bot.cogs.test_play import forget, signed
from tests.bot.cogs.test_server import id_of, refused_with, rule
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    labels,
    png,
    specification,
    stage,
    words,
)


@pytest.fixture
async def games(stage: Stage) -> Stage:  # noqa: F811
    """A server that gave a channel for games."""
    await rule(stage, games=(id_of(stage, "dreams"),))
    return stage


async def grown(games: Stage, subject: str, channel: str = "dreams", persona: str = "Ada", **options: str) -> Message:
    message = await games.ask(persona, "concept", channel, subject=subject, **options)
    games.dispatch.finish((row := games.start()).id, signed(row))
    await games.posted(row.id)
    return message


async def found(games: Stage) -> dict[str, Entry]:
    return dict(await games.client.games.records.dex.of_server(games.playground.world.guild_id))


def new(games: Stage, count: int, *names: str) -> str:
    return play_wording.new_words(names, count, len(dex_names(games.client.service.catalog)))


async def test_the_first_time_that_something_is_grown_in_a_server_is_said(games: Stage) -> None:
    assert new(games, 1, "fox") in words(await grown(games, "fox"))
    assert "New here" not in words(await grown(games, "fox", persona="You"))
    assert new(games, 3, "crab", "owl") in words(await grown(games, "owl + crab + fox"))
    assert "New here" not in words(await grown(games, "bee", "lab")), "no channel for games"
    assert "New here" not in words(await grown(games, "bee", private="True")), "only one person sees it"
    assert "New here" not in words(await grown(games, "dogs")), "a group is no one thing"
    assert set(await found(games)) == {"fox", "crab", "owl"}


async def test_an_answer_that_is_posted_again_says_the_same(games: Stage) -> None:
    row = await queued_dream(games)
    answers = games.client.service._tracker._games
    assert answers is not None
    games.dispatch.finish(row.id, signed(row))
    await games.posted(row.id)
    done = await games.row(row.id)
    again = await answers.announce(done, Posting.from_json({**done.posting, "headline": ""}))
    assert again.headline == new(games, 1, "fox")


async def queued_dream(games: Stage) -> JobRow:
    await games.ask("You", "dream", subject="fox")
    forget(games)
    await games.client.service._tracker.resume()
    return games.start()


async def test_the_wall_shows_what_was_found_and_what_is_missing(games: Stage) -> None:
    names = dex_names(games.client.service.catalog)
    await grown(games, "bee")
    panel = await games.ask("You", "play dex")
    at = names.index("bee") // dex_wall.TILES
    missing = [name for name in names[at * dex_wall.TILES :][: dex_wall.TILES] if name != "bee"]
    assert play_wording.dex_words(1, len(names), at + 1, -(-len(names) // dex_wall.TILES), missing) in words(panel)
    assert play_wording.latest_words("bee", games.playground.world.persona("Ada").id).strip() in words(panel)
    assert Image.open(io.BytesIO(panel.attachments[0].data)).format == "WEBP"
    await games.press("You", panel, wording.PAGE_WAYS["next"])
    await games.shows(panel, f"page {at + 2} of")
    assert labels(await games.ask("You", "play dex", page=1)) == list(wording.PAGE_WAYS.values())
    assert refused_with(await games.ask("You", "play dex", "lab"), GamesOff)


async def test_what_was_taken_away_is_on_no_wall_either(games: Stage) -> None:
    first, second = await grown(games, "fox"), await grown(games, "owl")
    await grown(games, "bee", persona="You")
    assert all(one.thumbnail for one in (await found(games)).values())
    panel = await games.press("Ada", first, wording.VERBS["more"])
    await games.press("Ada", panel, wording.VERBS["delete"])
    games.playground.world.drop_message(second)
    async with asyncio.timeout(60):
        while any([(await found(games))[name].thumbnail for name in ("fox", "owl")]):
            await asyncio.sleep(0.005)
    data = games.client.settings_actions._personal_data
    sam = games.playground.world.persona("You").id
    assert b'"name": "bee"' in await data.export(int(sam), 10**6)
    await data.delete(int(sam))
    kept = (await found(games))["bee"]
    assert (kept.user_id, kept.thumbnail) == ("", None)


async def test_what_is_covered_has_no_thumbnail(games: Stage) -> None:
    image = games.playground.upload("SPOILER_cat.png", png(40, 30))
    await games.ask("Ada", "dream", subject="fox", image=image)
    row = games.start()
    assert row.job.spoiler
    games.dispatch.finish(row.id, signed(row))
    await games.posted(row.id)
    assert (await found(games))["fox"].thumbnail is None


def test_a_wall_of_long_names_and_none() -> None:
    names = ["w" * 90, "bee", "fox"]
    look = io.BytesIO()
    Image.new("RGB", (300, 200), "gold").save(look, "PNG")
    small = dex_wall.thumbnail(look.getvalue())
    assert len(small) < 4000
    with Image.open(io.BytesIO(dex_wall.wall(names, {"bee": small, "fox": None}))) as shown:
        tile = shown.getpixel((dex_wall.MARGIN + dex_wall.SIDE + dex_wall.GAP + 48, dex_wall.MARGIN + 48))
    assert isinstance(tile, tuple)
    assert tile[0] > 200 > tile[2]
    assert dex_panel.panel(names, {}).names == names
