"""Takes requests in: `request => opened pictures => queued job`.

Two steps, because the second one is only done when there is a picture to show:

    open(request)            url or blob -> clean picture -> blob; of a video the file itself, and its first frame
    submit(request, opened)  quota, fairness tag and row in one transaction of the ledger
"""

from __future__ import annotations

import asyncio
import io
import logging
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from PIL import Image

from bot.requests.downloader import Downloader, Link, Source
from bot.requests.limits import DownloadQueue, Turn
from bot.requests.video_opener import FirstFrame, VideoOpener
from bot.store.nsfw_rules import NsfwRule
from bot.store.server_blocks import IMAGE, ServerBlocks
from engine.errors import (
    Gone,
    ImageBlocked,
    ImageExplicit,
    ImageForAdults,
    ImageUnchecked,
    NoLedger,
    NoVideo,
    Refusal,
)
from engine.files.blobs import BlobKey
from engine.files.decoder import CleanPicture
from engine.files.fingerprint import Fingerprint
from engine.params import AnyParams, Video
from engine.platform.units import MEGABYTE
from engine.queue.dispatch_port import Dispatch
from engine.queue.history import PICTURE, History
from engine.queue.job import FURTHER, VIDEO, Job, JobId, Place, new_id

log = logging.getLogger(__name__)

NOISE_CELL = 16
NOT_ALLOWED = (ImageBlocked, ImageExplicit, ImageForAdults, ImageUnchecked)
"""Refusals of one picture that the others of a batch do not go on without."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: what, from which picture, by whom."""

    params: AnyParams
    requester: str
    source: Source | None = None
    """None means noise, or nothing."""
    parent: JobId | None = None
    limit_bytes: int = 10 * MEGABYTE
    others: Mapping[str, Source] = field(default_factory=dict)
    """Further pictures by what they are for."""
    spoiler: bool = False
    """One of the pictures was hidden by whoever sent it."""
    history: History = field(default_factory=History)
    """The dreams of which the picture was made."""
    id: JobId = field(default_factory=new_id)
    """The id that its job will have, so that what happens to its picture before is logged under it, too."""
    guild_id: str = ""
    """The server that it is asked for in, whose blocked images are refused; "" where the bot is none of its members."""
    rule: NsfwRule = field(default_factory=NsfwRule)
    """What happens to images that do not look safe for work."""
    nsfw: float | None = None
    """The score of those of its pictures that are ours, if it is known."""


@dataclass(frozen=True, slots=True)
class OpenedPictures:
    """The pictures of a request, ready to be dreamed, and the first one to be shown meanwhile."""

    blob: BlobKey | None
    shown: bytes
    others: Mapping[str, BlobKey] = field(default_factory=dict)
    frame: int = 1
    """Which one of its frames it shows, from 1 on ..."""
    frames: int = 1
    """... and how many there are."""
    beside: tuple[bytes, ...] = ()
    """The further pictures of a batch, to be shown with the first."""
    unopened: int = 0
    """How many pictures of a batch could not be opened and are left out."""
    params: AnyParams | None = None
    """The params with what is known since a video was opened."""
    nsfw: float | None = None
    """The highest score of them all; None where none was scored."""


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A queued job and where it stands."""

    id: JobId
    job: Job
    place: Place | None


class ImageCheck:
    """Holds every image of a request against what moderators of its server blocked, by its fingerprint, which the
    decoder's process computes where it opens the file."""

    def __init__(self, blocks: ServerBlocks, downloader: Downloader) -> None:
        self._blocks = blocks
        self._downloader = downloader

    async def check(self, guild_id: str, known: Fingerprint) -> None:
        """An image that was opened just now. Raises `ImageBlocked`."""
        if any(one.is_same(known) for one in await self._fingerprints(guild_id)):
            raise ImageBlocked

    async def check_file(self, guild_id: str, key: BlobKey) -> None:
        """A file that is no picture, by its bytes alone. Raises `ImageBlocked`."""
        if any(one.sha256 == key for one in await self._fingerprints(guild_id)):
            raise ImageBlocked

    async def check_stored(self, guild_id: str, key: BlobKey, data: bytes) -> None:
        """One of our own files, which is opened only where anything is blocked. Raises `ImageBlocked`."""
        blocked = await self._fingerprints(guild_id)
        if any(one.sha256 == key for one in blocked):
            raise ImageBlocked
        if any(one.hash for one in blocked):
            await self.check(guild_id, await self._downloader.fingerprint(data))

    async def _fingerprints(self, guild_id: str) -> list[Fingerprint]:
        return [one.fingerprint for one in await self._blocks.of_server(guild_id, IMAGE)] if guild_id else []


class Submitter:
    """Request in, job out."""

    def __init__(
        self,
        dispatch: Dispatch,
        downloader: Downloader,
        download_queue: DownloadQueue | None = None,
        image_check: ImageCheck | None = None,
    ) -> None:
        self._dispatch = dispatch
        self._image_check = image_check
        self._downloader = downloader
        self._download_queue = download_queue or DownloadQueue()
        self._videos = VideoOpener()

    def enqueue(self, request: Request) -> Turn:
        """The turn of a request's files, held one after another; `open` takes it. Raises `TooManyPictures`."""
        links = [source for source in (request.source, *request.others.values()) if isinstance(source, Link)]
        return self.enqueue_for(request.requester, *links)

    def enqueue_for(self, person: str, *links: Link) -> Turn:
        """The turn of a person's files. Raises `TooManyPictures`."""
        return self._download_queue.enqueue(person, max(map(self._downloader.most_bytes, links), default=0))

    async def open(self, request: Request, turn: Turn | None = None) -> OpenedPictures:
        """Fetch and clean the pictures, when it is their turn. Raises the `Refusal`s of pictures."""
        async with turn or self.enqueue(request):
            if isinstance(request.params, Video):
                return await self._open_video(request, request.params)
            beside = {name: source for name, source in request.others.items() if name not in FURTHER}
            pictures = {name: await self._picture(request, source) for name, source in beside.items()}
            others = {name: key for name, (key, _) in pictures.items()}
            sources = [request.source, *(request.others[name] for name in FURTHER if name in request.others)]
            found = [source for source in sources if source is not None]
            opened = await (self._open_batch(request, found, others) if found else self._open_noise(request, others))
            scores = (request.nsfw, opened.nsfw, *(clean.nsfw for _, clean in pictures.values()))
            return replace(opened, nsfw=highest(scores))

    async def _open_batch(
        self, request: Request, sources: Sequence[Source], others: Mapping[str, BlobKey]
    ) -> OpenedPictures:
        """What can be opened of the pictures that are dreamed, each by itself. Raises the first `Refusal` where none
        can."""
        opened: list[tuple[BlobKey, CleanPicture]] = []
        refused: list[Refusal] = []
        for source in sources:
            try:
                opened.append(await self._picture(request, source))
            except NOT_ALLOWED:
                raise
            except Refusal as error:
                log.info("a picture was not opened: %s", error.code)
                refused.append(error)
        if not opened and isinstance(sources[0], Link) and sources[0].optional:
            return await self._open_noise(request, others)
        if not opened:
            raise refused[0]
        (blob, clean), *further = opened
        all_others = {**others, **{name: key for name, (key, _) in zip(FURTHER, further, strict=False)}}
        shown = tuple(one.png for _, one in further)
        scored = highest(one.nsfw for _, one in opened)
        return OpenedPictures(blob, clean.png, all_others, clean.frame, clean.frames, shown, len(refused), nsfw=scored)

    async def _open_video(self, request: Request, params: Video) -> OpenedPictures:
        """A video as it was sent, and its first frame. Raises the `Refusal`s of videos and of pictures."""
        if VIDEO not in request.others:
            raise NoVideo
        source = request.others[VIDEO]
        data = await (self._downloader.file(source) if isinstance(source, Link) else self._dispatch.get_blob(source))
        if data is None:
            raise NoVideo
        first = await self._videos.open(data, params)
        clean = await self._downloader.clean(first.png, params.size, request.requester)
        if self._image_check:
            await self._image_check.check(request.guild_id, clean.fingerprint)
        score = await self._score_video(request, params, data, first)
        picture, video = await self._dispatch.put_blob(clean.png), await self._dispatch.put_blob(data)
        if self._image_check:
            await self._image_check.check_file(request.guild_id, video)
        return OpenedPictures(picture, clean.png, {VIDEO: video}, params=params.lasting(first.planned), nsfw=score)

    async def _score_video(self, request: Request, params: Video, data: bytes, first: FirstFrame) -> float | None:
        """The highest score of its first frame and of samples. Raises the `Refusal`s of images that do not look safe
        for work, and those of videos."""
        if not request.rule.is_on:
            return None
        shown = [first.png, *await self._videos.samples(data, params, first.planned)]
        return highest([await self._score_stored(request, png) for png in shown])

    async def _open_noise(self, request: Request, others: Mapping[str, BlobKey]) -> OpenedPictures:
        shown = await asyncio.to_thread(noise, request.params.size, request.params.seed)
        return OpenedPictures(None, shown, others)

    async def submit(self, request: Request, opened: OpenedPictures, posting: dict[str, Any]) -> QueuedJob:
        """Queue it. Raises `QueueFull` or `TooManyJobs`."""
        job = Job(
            opened.params or request.params,
            request.requester,
            opened.blob,
            request.parent,
            request.limit_bytes,
            opened.others,
            request.spoiler or request.rule.covers(opened.nsfw),
            request.history,
        )
        id = await self._dispatch.submit(job, posting, request.id)
        return QueuedJob(id, job, await self._place(id))

    async def _place(self, id: JobId) -> Place | None:
        try:
            return await self._dispatch.place(id)
        except NoLedger:  # it is queued all the same, and must not be refused
            return None

    async def _picture(self, request: Request, source: Source) -> tuple[BlobKey, CleanPicture]:
        """A clean picture and the blob that holds it. Raises the `Refusal`s of pictures, `Gone` and `NOT_ALLOWED`."""
        if isinstance(source, Link):
            clean = await self._fetch(request, source)
            if self._image_check:
                await self._image_check.check(request.guild_id, clean.fingerprint)
            return await self._dispatch.put_blob(clean.png), clean
        data = await self._dispatch.get_blob(source)
        if data is None:
            raise Gone
        if self._image_check:
            await self._image_check.check_stored(request.guild_id, source, data)
        return source, CleanPicture(data, 0, 0, nsfw=await self._score_stored(request, data))

    async def _fetch(self, request: Request, link: Link) -> CleanPicture:
        """Raises the `Refusal`s of pictures, and those of images that do not look safe for work."""
        size, person = request.params.source_size, request.requester
        if not request.rule.is_on:
            return await self._downloader.fetch(link, size, person)
        try:
            clean = await self._downloader.fetch_scored(link, size, person)
        except ImageUnchecked:
            if not request.rule.allows_unchecked:
                raise
            return await self._downloader.fetch(link, size, person)
        request.rule.check(clean.nsfw)
        return clean

    async def _score_stored(self, request: Request, data: bytes) -> float | None:
        """The score of a picture of ours, where it has to be known and is not: it was sent before that was decided. A
        dream is not scored, but what it was made of. Raises the `Refusal`s of images that do not look safe for work."""
        request.rule.check(request.nsfw)
        if not request.rule.is_on or request.nsfw is not None:
            return None
        if first := request.history.pictures.get(PICTURE):
            data = await self._dispatch.get_blob(first) or data
        try:
            score = await self._downloader.nsfw(data)
        except ImageUnchecked:
            if not request.rule.allows_unchecked:
                raise
            return None
        request.rule.check(score)
        return score


def highest(scores: Iterable[float | None]) -> float | None:
    """The highest of the scores that there are."""
    return max((score for score in scores if score is not None), default=None)


def noise(size: int, seed: int) -> bytes:
    """A PNG of coloured squares, `size` pixels wide and high: shown until its dream is."""
    cells = -(-size // NOISE_CELL)
    colours = Image.frombytes("RGB", (cells, cells), random.Random(seed).randbytes(3 * cells * cells))
    whole = colours.resize((cells * NOISE_CELL, cells * NOISE_CELL), Image.Resampling.NEAREST)
    out = io.BytesIO()
    whole.crop((0, 0, size, size)).save(out, "PNG")
    return out.getvalue()
