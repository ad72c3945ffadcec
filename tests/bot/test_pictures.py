"""Which picture of a message is meant."""

from types import SimpleNamespace as Thing

import discord
import pytest

from bot import pictures
from bot.intake import Link

CDN = "https://cdn.discordapp.com/attachments/1/2/cat.png"
PROXY = "https://media.discordapp.net/external/abc/cat.png"
ELSEWHERE = "https://example.com/cat.png"


def allowed(url: str) -> bool:
    return url.startswith(("https://cdn.discordapp.com/", "https://media.discordapp.net/"))


def attachment(url: str, kind: str | None = "image/png") -> Thing:
    return Thing(url=url, size=3, content_type=kind, is_spoiler=lambda: False)


def embed(url: str | None = None, proxy_url: str | None = None) -> Thing:
    nothing = Thing(url=None, proxy_url=None)
    return Thing(url=url, image=Thing(url=url, proxy_url=proxy_url), thumbnail=nothing)


def message(**parts) -> Thing:
    return Thing(**{"content": "", "attachments": [], "components": [], "embeds": [], "message_snapshots": [], **parts})


@pytest.mark.parametrize(
    ("said", "link"),
    [
        (message(), None),
        (message(attachments=[attachment(CDN)]), Link(CDN, 3)),
        (message(attachments=[attachment(CDN + "?2", "text/plain"), attachment(CDN)]), Link(CDN, 3)),
        (message(attachments=[attachment(CDN, None)]), Link(CDN, 3)),
        (message(embeds=[embed(ELSEWHERE, PROXY)]), Link(PROXY)),
        (message(embeds=[embed(ELSEWHERE, ELSEWHERE)]), None),
        (message(message_snapshots=[message(attachments=[attachment(CDN)])]), Link(CDN, 3)),
    ],
)
def test_the_first_picture_on_an_allowed_host(said, link):
    assert pictures.of_message(said, allowed) == link


def test_pictures_of_galleries_within_containers():
    media = {"url": CDN, "proxy_url": PROXY}
    gallery = {"type": 12, "items": [{"media": media}]}
    container = discord.components._component_factory({"type": 17, "components": [gallery]}, None)
    assert pictures.of_message(message(components=[container]), allowed) == Link(CDN)
