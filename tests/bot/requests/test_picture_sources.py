"""Which picture of a message is meant."""

from typing import TYPE_CHECKING, cast

import discord
import pytest

from bot.playground.rejections import JsonDict
from bot.requests import picture_sources
from bot.requests.downloader import Link

if TYPE_CHECKING:
    from discord.types.message import Message

CDN = "https://cdn.discordapp.com/attachments/1/2/cat.png"
PROXY = "https://media.discordapp.net/external/abc/cat.png"
ELSEWHERE = "https://example.com/cat.png"
EMPTY: JsonDict = {
    "type": 0, "content": "", "embeds": [], "attachments": [], "timestamp": "2026-11-27T12:00:00+00:00",
    "edited_timestamp": None, "flags": 0, "mentions": [], "mention_roles": [], "components": [],
}  # fmt: skip
ADA: JsonDict = {"id": "7", "username": "ada", "discriminator": "0", "avatar": None, "global_name": "Ada"}


def allowed(url: str) -> bool:
    return url.startswith(("https://cdn.discordapp.com/", "https://media.discordapp.net/"))


def attached(url: str, kind: str | None = "image/png") -> JsonDict:
    return {"id": "2", "filename": "cat.png", "size": 3, "url": url, "proxy_url": url, "content_type": kind}


def embedded(url: str, proxy_url: str) -> JsonDict:
    return {"embeds": [{"type": "image", "image": {"url": url, "proxy_url": proxy_url}}]}


def picture_of(parts: JsonDict) -> Link | None:
    """The picture of a message as Discord sends it, with these parts."""
    whole = {"id": "1", "channel_id": "5", "author": ADA, "tts": False, "mention_everyone": False, "pinned": False}
    data = cast("Message", EMPTY | whole | parts)
    client = discord.Client(intents=discord.Intents.none())
    message = discord.Message(state=client._connection, channel=client.get_partial_messageable(5), data=data)
    return picture_sources.of_message(message, allowed)


@pytest.mark.parametrize(
    ("parts", "link"),
    [
        ({}, None),
        ({"attachments": [attached(CDN)]}, Link(CDN, 3)),
        ({"attachments": [attached(CDN + "?2", "text/plain"), attached(CDN)]}, Link(CDN, 3)),
        ({"attachments": [attached(CDN, None)]}, Link(CDN, 3)),
        (embedded(ELSEWHERE, PROXY), Link(PROXY)),
        (embedded(ELSEWHERE, ELSEWHERE), None),
        ({"message_snapshots": [{"message": EMPTY | {"attachments": [attached(CDN)]}}]}, Link(CDN, 3)),
    ],
)
def test_the_first_picture_on_an_allowed_host(parts: JsonDict, link: Link | None) -> None:
    assert picture_of(parts) == link


def test_pictures_of_galleries_within_containers() -> None:
    media = {"url": CDN, "proxy_url": PROXY}
    gallery = {"type": 12, "items": [{"media": media}]}
    assert picture_of({"components": [{"type": 17, "components": [gallery]}]}) == Link(CDN)
