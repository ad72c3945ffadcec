"""Discord shuts out whoever is refused too often; before that, we keep still."""

import discord
import pytest

from bot.courier import Unavailable
from bot.poster import DiscordPoster
from bot.posting import Posting
from bot.refusals import COUNTED, MOST, WINDOW_S, Refusals
from bot.views.card import Card
from engine.jobs.job import new_id


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_discord_counts_is_counted() -> None:
    refusals = Refusals(Clock(), most=1)
    for status in (200, 204, 400, 404, 500, 502):
        refusals.note(status)
    refusals.note(429, "shared")
    assert refusals.pause_s == 0.0
    refusals.note(403)
    assert refusals.pause_s == WINDOW_S
    assert {401, 403, 429} == COUNTED
    assert MOST <= 5_000, "Discord's limit is 10,000 in these ten minutes"


def test_the_pause_lasts_until_the_oldest_is_forgotten() -> None:
    clock = Clock()
    refusals = Refusals(clock, most=3)
    for _ in range(3):
        refusals.note(429, "user")
        clock.now += 10
    assert refusals.pause_s == WINDOW_S - 30
    clock.now += WINDOW_S - 30
    assert refusals.pause_s == 0.0


async def test_what_can_wait_waits_and_discord_is_not_even_asked() -> None:
    refusals = Refusals(most=1)
    refusals.note(403)
    poster = DiscordPoster(
        discord.Client(intents=discord.Intents.none()), refusals
    )  # not logged in: it can ask nothing
    with pytest.raises(Unavailable) as caught:
        await poster.deliver(new_id(), Posting(1, "Ada", "Ada's cat", channel_id=5), Card("words"))
    assert caught.value.after_s > WINDOW_S - 5
