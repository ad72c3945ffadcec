"""Which picture of a message is meant."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import discord
import pytest

from bot.playground.rejections import JsonDict
from bot.requests import picture_sources
from bot.requests.downloader import Link
from engine.catalog.catalog import shipped_catalog
from engine.errors import DrawnSticker

if TYPE_CHECKING:
    from discord.types.message import Message

CDN = "https://cdn.discordapp.com/attachments/1/2/cat.png"
PROXY = "https://media.discordapp.net/external/abc/cat.png"
ELSEWHERE = "https://example.com/cat.png"
STICKER = "https://cdn.discordapp.com/stickers/4.png"
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


def message_of(parts: JsonDict) -> discord.Message:
    """A message as Discord sends it, with these parts."""
    whole = {"id": "1", "channel_id": "5", "author": ADA, "tts": False, "mention_everyone": False, "pinned": False}
    data = cast("Message", EMPTY | whole | parts)
    client = discord.Client(intents=discord.Intents.none())
    return discord.Message(state=client._connection, channel=client.get_partial_messageable(5), data=data)


def picture_of(parts: JsonDict) -> Link | None:
    """The picture of such a message."""
    return picture_sources.of_message(message_of(parts), allowed)


def sticker(kind: int) -> JsonDict:
    """A sticker: 1 PNG, 2 APNG, 3 Lottie, 4 GIF."""
    return {"sticker_items": [{"id": "4", "name": "wave", "format_type": kind}]}


@pytest.mark.parametrize(
    ("parts", "link"),
    [
        ({}, None),
        ({"attachments": [attached(CDN)]}, Link(CDN, 3)),
        ({"attachments": [attached(CDN + "?2", "text/plain"), attached(CDN)]}, Link(CDN, 3)),
        ({"attachments": [attached(CDN, None)]}, Link(CDN, 3)),
        (embedded(ELSEWHERE, PROXY), Link(PROXY)),
        (embedded(ELSEWHERE, ELSEWHERE), None),
        (sticker(1), Link(STICKER)),
        (sticker(2), Link(STICKER)),
        (sticker(3), None),
        (sticker(4), Link("https://media.discordapp.net/stickers/4.gif")),
        ({"message_snapshots": [{"message": EMPTY | sticker(1)}]}, Link(STICKER)),
        ({"message_snapshots": [{"message": EMPTY | embedded(ELSEWHERE, PROXY)}]}, Link(PROXY)),
        ({"message_snapshots": [{"message": EMPTY | {"attachments": [attached(CDN)]}}]}, Link(CDN, 3)),
    ],
)
def test_the_first_picture_on_an_allowed_host(parts: JsonDict, link: Link | None) -> None:
    assert picture_of(parts) == link


def test_pictures_of_galleries_within_containers() -> None:
    media = {"url": CDN, "proxy_url": PROXY}
    gallery = {"type": 12, "items": [{"media": media}]}
    assert picture_of({"components": [{"type": 17, "components": [gallery]}]}) == Link(CDN)


def test_all_pictures_are_found_each_once() -> None:
    other = CDN.replace("cat", "dog")
    gallery = {"type": 12, "items": [{"media": {"url": f"{CDN}?ex=1", "proxy_url": PROXY}}]}
    parts = {"attachments": [attached(CDN), attached(other)], "components": [gallery], **embedded(ELSEWHERE, PROXY)}
    found = picture_sources.all_of_message(message_of(parts | sticker(4)), allowed)
    assert [link.url for link in found] == [CDN, other, "https://media.discordapp.net/stickers/4.gif", PROXY]


def test_a_sticker_that_is_drawn_by_the_app_is_refused_unless_there_is_a_picture_beside_it() -> None:
    with pytest.raises(DrawnSticker):
        picture_sources.require_link(message_of(sticker(3)), allowed)
    with pytest.raises(DrawnSticker):
        picture_sources.require_link(message_of({"message_snapshots": [{"message": EMPTY | sticker(3)}]}), allowed)
    beside = message_of(sticker(3) | {"attachments": [attached(CDN)]})
    assert picture_sources.require_link(beside, allowed) == Link(CDN, 3)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("<:blobhype:123456789012345678>", "https://cdn.discordapp.com/emojis/123456789012345678.png"),
        (
            "wow <a:blobhype:123456789012345678> <:blob:13>",
            "https://cdn.discordapp.com/emojis/123456789012345678.webp?animated=true",
        ),
        ("<:owl:1> <:blobhype:123456789012345678>", "https://cdn.discordapp.com/emojis/123456789012345678.png"),
        ("<:owl:1>", None),
        ("blobhype <123456789012345678> <:../x:1>", None),
    ],
)
def test_a_custom_emoji_is_a_picture_unless_its_name_is_a_word(text: str, url: str | None) -> None:
    found = picture_sources.of_emoji(text, shipped_catalog(), allowed)
    assert (found.url if found else None) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.discordapp.com/avatars/42/abc.png?size=1024",
        "https://cdn.discordapp.com/guilds/7/users/42/avatars/abc.png",
        "https://images-ext-1.discordapp.net/external/sig/https/cdn.discordapp.com/avatars/42/abc.png",
    ],
)
def test_the_address_of_an_avatar_says_whose_it_is(url: str) -> None:
    image = SimpleNamespace(url=url, proxy_url=None)
    embed = SimpleNamespace(url=url, image=image, thumbnail=SimpleNamespace(url=None, proxy_url=None))
    nothing: dict[str, Any] = {key: [] for key in ("attachments", "components", "message_snapshots", "stickers")}
    said: Any = SimpleNamespace(
        **nothing, embeds=[embed], content=url, author=SimpleNamespace(id=1), channel=None, guild=None
    )
    (link,) = picture_sources.all_of_message(said, lambda _: True)
    assert (link.owner, link.is_avatar) == (42, True)
    original = picture_sources.of_links("Ada", [link])
    assert (original.avatar_of, original.owners) == (42, {42})
    assert original.avatar_beside(1) == original.avatar_beside(42) == 42


def test_an_avatar_that_guides_is_one_too() -> None:
    guide = Link("https://x/a.png", owner=42, is_avatar=True)
    own = picture_sources.Original(Link("https://x/b.png"), "", {"guide": guide}, avatar_of=1)
    assert own.avatar_beside(1) == 42
    assert own.avatar_beside(42) == 1
    assert picture_sources.Original(None, "").avatar_beside(1) is None
