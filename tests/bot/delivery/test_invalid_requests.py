"""Discord shuts out whoever is refused too often; before that, we keep still."""

import discord
import pytest

from bot.delivery.errors import Unavailable
from bot.delivery.invalid_requests import WINDOW_S, InvalidRequests
from bot.delivery.publisher import DiscordPublisher
from bot.store.posting import Posting
from bot.views.message_card import Card
from engine.queue.job import new_id


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("status", "scope", "pause_s"),
    [
        *((status, "", 0.0) for status in (200, 204, 400, 404, 500, 502)), (429, "shared", 0.0),
        (401, "", 600.0), (403, "", 600.0), (429, "user", 600.0), (429, "global", 600.0),
    ],
)  # fmt: skip
def test_what_discord_counts_is_counted(status: int, scope: str, pause_s: float) -> None:
    """Its page on rate limits: 401, 403 and 429 within ten minutes, but for a 429 of the scope "shared"."""
    invalid_requests = InvalidRequests(Clock(), most=1)
    invalid_requests.count(status, scope)
    assert invalid_requests.pause_s == pause_s


def test_it_keeps_still_at_half_of_what_discord_allows() -> None:
    invalid_requests, noted = InvalidRequests(Clock()), 0
    while invalid_requests.pause_s == 0 and noted < 10_000:
        invalid_requests.count(403)
        noted += 1
    assert noted <= 5_000


def test_the_pause_lasts_until_the_oldest_is_forgotten() -> None:
    clock = Clock()
    invalid_requests = InvalidRequests(clock, most=3)
    for _ in range(3):
        invalid_requests.count(429, "user")
        clock.now += 10
    assert invalid_requests.pause_s == WINDOW_S - 30
    clock.now += WINDOW_S - 30
    assert invalid_requests.pause_s == 0.0


async def test_what_can_wait_waits_and_discord_is_not_even_asked() -> None:
    invalid_requests = InvalidRequests(most=1)
    invalid_requests.count(403)
    publisher = DiscordPublisher(
        discord.Client(intents=discord.Intents.none()), invalid_requests
    )  # not logged in: it can ask nothing
    with pytest.raises(Unavailable) as caught:
        await publisher.deliver(new_id(), Posting(1, "Ada", "Ada's cat", channel_id=5), Card("words"))
    assert caught.value.after_s > WINDOW_S - 5
