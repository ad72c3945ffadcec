"""What Discord makes of links in messages: `(message) => embeds, a moment later`.

There is a small web of its own to link to: https://photos.example/cat.png and the other pictures at hand, and what a
test puts at an address. Every other link stays a link. Pictures are shown through an image proxy, as Discord's two are.
"""

from __future__ import annotations

import asyncio
import hashlib
import re

from bot.playground import attachments, samples
from bot.playground.rejections import JsonDict
from bot.playground.world import Message, World

LINK = re.compile(r"(?<!<)https?://[^\s<>|]*[^\s<>|.,;:!?)'\"]")
"""Discord shows nothing of a link in angle brackets."""
PHOTOS = "https://photos.example/"
DELAY_S = 1.0
MOST = 5


class Links:
    """The pictures behind links, and the messages that wait for theirs."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.delay_s = DELAY_S
        self.web: dict[str, bytes] = {}
        self._waiting: set[asyncio.Task[None]] = set()

    def fetch(self, url: str) -> bytes | None:
        """Return the picture at an address of the small web, if there is one."""
        name = url.removeprefix(PHOTOS).removesuffix(".png")
        if url.startswith(PHOTOS) and name in {sample.name for sample in samples.available()}:
            return samples.sample_png(name)
        return self.web.get(url)

    def proxied_url(self, url: str) -> str:
        """Return where the image proxy serves a picture: only what Discord signed."""
        return f"{self._world.base_url}/cdn/external/{signature(url)}/{url.replace('://', '/', 1)}"

    def unfurl(self, message: Message) -> None:
        """Show the pictures behind a new message's links after the delay; the sender's message is no edit by that."""
        if LINK.search(message.content):
            waiting = asyncio.create_task(self._unfurl(message))
            self._waiting.add(waiting)
            waiting.add_done_callback(self._waiting.discard)

    async def _unfurl(self, message: Message) -> None:
        await asyncio.sleep(self.delay_s)
        embeds = await asyncio.to_thread(self._embeds, message.content)
        if embeds and message.id in self._world.messages:
            message.embeds = embeds
            self._world.emit("message_update", message=message)

    def _embeds(self, content: str) -> list[JsonDict]:
        links = dict.fromkeys(LINK.findall(content))
        return [shown for shown in map(self._embed, links) if shown][:MOST]

    def _embed(self, url: str) -> JsonDict | None:
        data = self.fetch(url)
        size = attachments.picture_size(data) if data is not None else None
        if size is None:
            return None
        shape: JsonDict = {"url": url, "proxy_url": self.proxied_url(url), "width": size[0], "height": size[1]}
        return {"type": "image", "url": url, "thumbnail": shape}


def signature(url: str) -> str:
    """Return what the proxy knows an address by that it was asked to serve."""
    return hashlib.blake2b(url.encode(), digest_size=16, key=b"the stand-in").hexdigest()
