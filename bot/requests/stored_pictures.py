"""Pictures of ours that are stored no more, from the messages that show them: `(row, key) => link`.

Retention takes pictures long before the rows that name them. A message keeps its files for as long as it stands, at
addresses that expire: so it is fetched first. Only messages of ours are, and what they hold is opened as every picture.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace

import discord
from PIL import Image

from bot import wording
from bot.delivery.errors import PostError
from bot.delivery.publisher import DiscordPublisher
from bot.languages.current import public, spoken
from bot.requests.downloader import Link
from bot.requests.picture_sources import Original
from bot.store.posting import Posting, answer_place
from bot.views import result_card
from engine.errors import Gone, NoVideo, OriginalGone, Unreachable
from engine.files.blobs import BlobKey
from engine.files.decoder import CleanPicture
from engine.files.generation_metadata import Imprint
from engine.params import Dream, See, Style, Upscale, Video, Zoom
from engine.queue.dispatch_port import Dispatch
from engine.queue.job import VIDEO, Job, JobId, JobRow, Result

FETCH_S = 1.5
"""How long a message may take to be fetched: Discord waits for 3 s, and its picture is opened after that."""
Fetch = Callable[[Link, int, str], Awaitable[CleanPicture]]
"""Opens a picture of so many pixels for a person. Raises the `Refusal`s of pictures and of limits."""


class StoredPictures:
    """What is stored, or else what a message of ours still shows."""

    def __init__(self, dispatch: Dispatch, publisher: DiscordPublisher, fetch: Fetch) -> None:
        self._dispatch = dispatch
        self._publisher = publisher
        self._fetch = fetch

    async def present(self, original: Original, row: JobRow, pressed: discord.Message | None) -> Original:
        """The same picture by where it can be had now; `row` made it, or was made of it, and `pressed` is the message
        whose button was pressed. Raises `Gone`, `OriginalGone` and `Unreachable`, and of a video `NoVideo`."""
        video = original.others.get(VIDEO)
        if video is not None and not isinstance(video, Link):
            await self._check_video(video)
            return original
        key = original.source
        if key is None or isinstance(key, Link) or await self._dispatch.has_blob(key):
            return original
        link = await self._shown(row, key, pressed) or await self._shown(await self._parent(row), key, None)
        if link is None:
            raise OriginalGone if key in row.job.batch else Gone
        return replace(original, source=link)

    async def _check_video(self, key: BlobKey) -> None:
        """Whether a video is stored: no message of ours shows it as it was. Raises `NoVideo`."""
        if not await self._dispatch.has_blob(key):
            raise NoVideo

    async def original(self, row: JobRow, person: str) -> bytes:
        """The PNG of what a job was made of. Raises `Gone`, `OriginalGone` and the `Refusal`s of pictures."""
        if row.job.picture is None:
            raise Gone
        found = (await self.present(Original(row.job.picture, ""), row, None)).source
        if isinstance(found, Link):
            return (await self._fetch(found, row.job.params.source_size, person)).png
        data = await self._dispatch.get_blob(row.job.picture)
        if data is None:
            raise OriginalGone
        return data

    async def part(self, row: JobRow, at: int, pressed: discord.Message | None, person: str) -> Result:
        """One picture of a sheet or a batch, counted from 0, stored again if it was not. Raises `Gone`, `Unreachable`
        and the `Refusal`s of pictures."""
        wanted = result_card.variations(row)[at]
        if await self._dispatch.has_blob(wanted.blob):
            return wanted
        assert row.result is not None
        together = row.result.blob != wanted.blob and "pictures" not in row.result.facts
        shown = row.result if together else wanted
        link = await self._shown(row, shown.blob, pressed)
        if link is None:
            raise Gone
        png = (await self._fetch(link, max(shown.width, shown.height), person)).png
        data = cut_out(png, at, len(result_card.variations(row)), wanted) if together else png
        return replace(wanted, blob=await self._dispatch.put_blob(data), size=len(data), mime="image/png")

    async def _parent(self, row: JobRow) -> JobRow | None:
        return await self._dispatch.row(JobId(row.job.parent)) if row.job.parent else None

    async def _shown(self, row: JobRow | None, key: BlobKey, pressed: discord.Message | None) -> Link | None:
        """Where the answer to a job shows a picture; None if it does not, or not any more. Raises `Unreachable`."""
        results = result_card.shown(row) if row else []
        last = row is not None and key == result_card.ending(row)
        at = 0 if last else next((at for at, one in enumerate(results) if one.blob == key), None)
        if row is None or at is None:
            return None
        place = answer_place(row.posted, Posting.from_json(row.posting))
        try:
            async with asyncio.timeout(FETCH_S):
                message = await self._publisher.own_message(place)
        except (PostError, TimeoutError):
            raise Unreachable from None
        if message is None and pressed and pressed.id == place.message_id and self._publisher.is_own(pressed):
            message = pressed  # only its requester sees it, and came with it
        files = message.attachments if message else []
        if at >= len(files):
            return None
        return Link(files[at].url, files[at].size, spoiler=files[at].is_spoiler(), last=last)


def job_of_imprint(said: Imprint, message: discord.Message, person: str) -> tuple[Job, Result, Posting]:
    """The job whose answer is a message of one file, as far as the file says: of what it was made, and who asked, is
    not in it. Where only one person sees the message, it is that person's."""
    (file,) = message.attachments
    private = message.flags.ephemeral
    made_of_something = isinstance(said.params, Dream | Zoom | See | Style | Upscale | Video)
    original = _lost(f"original of {message.id}")
    others = {VIDEO: original} if isinstance(said.params, Video) else {}
    job = Job(said.params, person if private else "", original if made_of_something else None, others=others,
              spoiler=file.is_spoiler())  # fmt: skip
    blob, mime = _lost(f"file of {message.id}"), file.content_type or "image/png"
    posting = Posting(
        0, "", wording.earlier_words(), channel_id=message.channel.id,
        guild_id=message.guild.id if message.guild else None, message_id=message.id, ephemeral=private,
        reachable=not private, locale=spoken() if private else public(),
    )  # fmt: skip
    return job, Result(blob, mime, file.width or 0, file.height or 0, file.size), posting


def _lost(what: str) -> BlobKey:
    """The name of a picture that was never stored."""
    return BlobKey(hashlib.sha256(what.encode()).hexdigest())


def cut_out(sheet: bytes, at: int, count: int, wanted: Result) -> bytes:
    """One picture of a sheet's PNG, as `engine.canvas.image_grid` puts them side by side."""
    with Image.open(io.BytesIO(sheet), formats=("PNG",)) as whole:
        columns = math.ceil(math.sqrt(count))
        rows = math.ceil(count / columns)
        right = whole.width - wanted.width if columns > 1 else 0
        bottom = whole.height - wanted.height if rows > 1 else 0
        left, top = (at % columns) * right // max(1, columns - 1), (at // columns) * bottom // max(1, rows - 1)
        out = io.BytesIO()
        whole.crop((left, top, left + wanted.width, top + wanted.height)).save(out, "PNG")
    return out.getvalue()
