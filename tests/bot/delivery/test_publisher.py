"""What Discord answers, as the tracker's errors."""

import aiohttp
import discord
import pytest

from bot.delivery import errors
from bot.delivery.publisher import _as_post_errors
from bot.views.message_card import Card, Picture, files, layout


class Response(aiohttp.ClientResponse):
    """As much of an HTTP response as discord.py's errors look at."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.reason = "because"


def http(status: int, code: int = 0) -> discord.HTTPException:
    return discord.HTTPException(Response(status), {"code": code, "message": "no"})


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (http(404, 10008), errors.MessageGone),
        (http(413, 40005), errors.TooLarge),
        (http(400, 40005), errors.TooLarge),
        (http(413), errors.TooLarge),
        (http(403, 50001), errors.Unwelcome),
        (http(400, 50083), errors.Archived),
        (http(400, 30046), errors.Unwelcome),
        (http(429, 30046), errors.Unwelcome),
        (http(404, 10015), errors.OutOfReach),
        (http(401, 50027), errors.OutOfReach),
        (http(400, 200000), errors.Unwelcome),
        (http(500), errors.Unavailable),
        (http(503), errors.Unavailable),
        (http(429), errors.Unavailable),
        (http(401), errors.Unavailable),
        (http(403), errors.Unavailable),
        (http(403, 40333), errors.Unavailable),
        (TimeoutError(), errors.Unavailable),
        (aiohttp.ClientConnectionError(), errors.Unavailable),
        (OSError(), errors.Unavailable),
    ],
)
def test_answers_as_errors(raised: Exception, expected: type[errors.PostError]) -> None:
    with pytest.raises(expected), _as_post_errors():
        raise raised


def test_how_long_discord_wants_to_be_left_alone_is_known() -> None:
    with pytest.raises(errors.Unavailable) as caught, _as_post_errors():
        raise discord.RateLimited(77.0)
    assert caught.value.after_s == 77.0


def test_a_mistake_of_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), _as_post_errors():
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("data", "name"), [(b"\x89PNG", "dream.png"), (b"\xff\xd8\xff", "dream.jpg"), (b"GIF89a", "dream.gif")]
)
async def test_a_card_is_picture_text_buttons_in_this_order(data: bytes, name: str) -> None:
    card = Card("words", Picture(data, "alt"), ("deeper", "again"), "x" * 20)
    gallery, text, row = layout(card).to_components()  # type: ignore[no-untyped-call]  # discord.py has not typed it
    assert gallery["items"][0]["media"]["url"] == f"attachment://{name}"
    assert gallery["items"][0]["description"] == "alt"
    assert text["content"] == "words"
    assert [button["custom_id"] for button in row["components"]] == ["deeper:" + "x" * 20, "again:" + "x" * 20]
    assert [file.filename for file in files(card)] == [name]


async def test_a_sent_view_is_not_kept() -> None:
    assert layout(Card("words")).is_finished()
