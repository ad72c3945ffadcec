"""Strangers' pictures: `url + declared size => clean picture`.

Only files on Discord's own hosts are fetched (or on the loopback host of the playground), every redirect is checked
again, and the stream is capped whatever the headers say. The bytes are opened by the decoder's process, never here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import quote, urljoin

import aiohttp
import yarl

from engine.errors import EmptyFile, FileTooLarge, ForeignUrl, ImageUnchecked, Unreachable
from engine.files import mp4_boxes
from engine.files.blobs import BlobKey
from engine.files.decoder import CleanPicture
from engine.files.fingerprint import Fingerprint
from engine.platform.units import MEGABYTE
from engine.video.last_frame import last_frame

PROXIES = frozenset({"images-ext-1.discordapp.net", "images-ext-2.discordapp.net"})
"""Where Discord serves what it has fetched from elsewhere itself, by addresses that it signed."""
HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"}) | PROXIES
URL_SAFE = "".join(chr(code) for code in range(0x21, 0x7F))
"""Stands in an address as it is; everything else is percent-encoded, so that no two parsers read it differently."""
NO_COMPRESSION = {"Accept-Encoding": "identity"}
MOST_REDIRECTS = 3
TIMEOUT_S = 30.0
CHUNK = 2**16
FINGERPRINT_SIZE = 512
"""Pixels; a fingerprint needs no more."""
AVATAR_BYTES = 5 * MEGABYTE
"""The largest that a PNG of 1024 x 1024 with transparency can be, and some."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a picture lies."""

    url: str
    size: int | None = None
    """Bytes that Discord says it has, if it says so."""
    optional: bool = False
    """Nobody named it (an avatar), so that noise takes its place when it cannot be had."""
    spoiler: bool = False
    """Whoever sent it hid it."""
    last: bool = False
    """Of an animation its last frame is meant."""
    age_restricted: bool = field(default=False, compare=False)
    """It was sent in an age-restricted channel."""
    owner: int | None = field(default=None, compare=False)
    """Whose avatar it is, or who sent it: a person who may have opted out."""
    is_avatar: bool = field(default=False, compare=False)
    """It is somebody's avatar: the owner's."""


Source = Link | BlobKey
"""Where a picture is: with Discord, or with us."""


class Cleaner(Protocol):
    """What the intake needs of `engine.files.decoder.Decoder`."""

    async def clean(self, data: bytes, size: int, person: str = "", *, last: bool = False) -> CleanPicture:
        """Decode, orient, strip, fit."""
        ...

    async def imprint(self, data: bytes, person: str = "") -> bytes:
        """What a file says of how it was made."""
        ...


class Scorer(Protocol):
    """What the intake needs of `engine.files.nsfw_scorer.NsfwScorer`."""

    async def score(self, png: bytes, moving: bytes = b"") -> float:
        """From 0 to 1. Raises `ImageUnchecked`."""
        ...


class Downloader:
    """Fetches and cleans pictures, and has them scored where that is asked."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        decoder: Cleaner,
        *,
        limit_mb: float = 25.0,
        cdn_url: str = "",
        scorer: Scorer | None = None,
    ) -> None:
        self._session = session
        self._decoder = decoder
        self.scorer = scorer
        self._limit_mb = limit_mb
        self._cdn = yarl.URL(cdn_url).origin() if cdn_url else None

    def is_allowed(self, url: str) -> bool:
        """Whether pictures are taken from there."""
        return self._address(url) is not None

    def _address(self, url: str) -> yarl.URL | None:
        """The only reading of an address: by it an address is judged, and by it it is fetched. None: not from there."""
        try:
            address = yarl.URL(quote(url, safe=URL_SAFE), encoded=True)
            stranger = address.user is not None or address.password is not None
            origin = address.origin()
        except ValueError:
            return None
        discord = origin.scheme == "https" and origin.host in HOSTS and origin.port == 443
        return address if not stranger and (discord or origin == self._cdn) else None

    def most_bytes(self, link: Link) -> int:
        """How many bytes the file behind a link can have."""
        most = AVATAR_BYTES if link.optional else self._limit_mb * MEGABYTE
        return int(min(most, link.size or most))

    async def fetch(self, link: Link, size: int, person: str = "") -> CleanPicture:
        """The picture behind a link that a person gave, `size` large. Raises the `Refusal`s of pictures."""
        return await self._clean(link, await self.file(link), size, person)

    async def clean(self, data: bytes, size: int, person: str = "") -> CleanPicture:
        """A picture that came out of a person's file, `size` large. Raises the `Refusal`s of pictures."""
        return await self._decoder.clean(data, size, person)

    async def fetch_scored(self, link: Link, size: int, person: str = "") -> CleanPicture:
        """The same, with its score: the highest of the frame that is shown and of samples of what moves. Raises
        `ImageUnchecked`, too."""
        data = await self.file(link)
        clean = await self._clean(link, data, size, person)
        return replace(clean, nsfw=await self.nsfw(clean.png, data if clean.animated else b""))

    async def _clean(self, link: Link, data: bytes, size: int, person: str) -> CleanPicture:
        """The picture that is meant of a file: an MP4 is opened where its last frame is."""
        if link.last and mp4_boxes.is_mp4(data):
            data = await asyncio.to_thread(last_frame, data, size)
        return await self._decoder.clean(data, size, person, last=link.last)

    async def nsfw(self, png: bytes, moving: bytes = b"") -> float:
        """How likely one of our own pictures is not safe for work, or what `moving` shows. Raises `ImageUnchecked`."""
        if self.scorer is None:
            raise ImageUnchecked
        return await self.scorer.score(png, moving)

    async def fingerprint(self, data: bytes) -> Fingerprint:
        """By what one of our own pictures is known again. Raises the `Refusal`s of pictures."""
        return (await self._decoder.clean(data, FINGERPRINT_SIZE)).fingerprint

    async def imprint(self, link: Link, person: str = "") -> bytes:
        """What the file behind a link says of how it was made, for `generation_metadata.read`; perhaps nothing.

        Raises the `Refusal`s of pictures.
        """
        return await self._decoder.imprint(await self.file(link), person)

    async def file(self, link: Link) -> bytes:
        """What is behind a link, as it was sent. Raises `FileTooLarge`, `Unreachable`, `ForeignUrl` and `EmptyFile`."""
        self._check_size(link.size)
        try:
            data = await asyncio.wait_for(self._download(link.url), TIMEOUT_S)
        except (aiohttp.ClientError, TimeoutError):
            raise Unreachable from None
        if not data:
            raise EmptyFile
        return data

    async def _download(self, url: str) -> bytes:
        for _ in range(MOST_REDIRECTS):
            address = self._address(url)
            if address is None:
                raise ForeignUrl
            async with self._session.get(address, allow_redirects=False, headers=NO_COMPRESSION) as response:
                if response.status == 200:
                    return await self._read(response)
                if response.status not in (301, 302, 303, 307, 308):
                    raise Unreachable
                url = _target(response)
        raise Unreachable

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        if response.headers.get("Content-Encoding", "identity") != "identity":  # it could unpack to anything
            raise Unreachable
        self._check_size(response.content_length)
        data = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK):
            data += chunk
            self._check_size(len(data))
        return bytes(data)

    def _check_size(self, size: int | None) -> None:
        if size is not None and size > self._limit_mb * MEGABYTE:
            raise FileTooLarge(megabytes=f"{size / MEGABYTE:.0f}", limit=f"{self._limit_mb:g}")


def _target(response: aiohttp.ClientResponse) -> str:
    """Where a redirect leads, to be judged like any address."""
    try:
        return urljoin(str(response.url), response.headers.get("Location", ""))
    except ValueError:
        raise ForeignUrl from None
