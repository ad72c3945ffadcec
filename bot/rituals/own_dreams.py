"""Dreams that nobody in particular asked for: `(schedule, params, picture) => a job, whose answer the tracker posts`.

Its id stands in the schedule's row before it is queued, so that the same work done again is the same job; its answer is
posted once as all answers are.
"""

from __future__ import annotations

import asyncio
import logging
import random
from dataclasses import replace

import discord

from bot import ritual_words
from bot.delivery.interaction_response import CONNECTION_ERRORS, describe_error
from bot.delivery.tracker import DeliveryTracker
from bot.languages.current import public
from bot.playground import samples
from bot.requests.downloader import Link
from bot.requests.limits import fit
from bot.requests.picture_sources import Original, is_restricted_place, of_server
from bot.requests.service import MESSAGE_LIMIT, RequestService
from bot.store.posting import Posting
from bot.store.schedules import Schedule
from engine.errors import NoServerIcon, Refusal
from engine.files.blobs import BlobKey
from engine.params import AnyParams
from engine.queue.job import Job, JobId, JobRow

log = logging.getLogger(__name__)

NOBODY = 0
"""The id of the person who is answered."""
START_SIZE = 1024


class OwnDreams:
    """Queues them, and finds pictures to begin with."""

    def __init__(self, client: discord.Client, service: RequestService, tracker: DeliveryTracker) -> None:
        self._client = client
        self._tracker = tracker
        self.service = service

    async def begin(self, schedule: Schedule, id: JobId, params: AnyParams, original: Original, name: str) -> None:
        """Queue one for the schedule's channel. Raises the `Refusal`s of the queue and of servers."""
        channel = self._client.get_channel(int(schedule.thread_id or schedule.channel_id))
        rules = await self.service.gate.rules.load(schedule.guild_id)
        blob = await self.store_picture(original, requester(schedule))
        posting = Posting(
            NOBODY, name, original.words, original.frame, channel_id=int(schedule.thread_id or schedule.channel_id),
            guild_id=int(schedule.guild_id), age_restricted=original.age_restricted or is_restricted_place(channel),
            owners=tuple(sorted(original.owners)), avatar_of=original.avatar_of, locale=public(),
        )  # fmt: skip
        job = Job(
            fit(rules.channel(schedule.channel_id), params), requester(schedule), blob, None,
            self.upload_limit(schedule), spoiler=original.spoiler, history=original.history,
        )  # fmt: skip
        await self.service.dispatch.submit(job, posting.to_json(), id)
        await self._tracker.follow(id)

    def upload_limit(self, schedule: Schedule) -> int:
        """Bytes that may be uploaded in a server."""
        guild = self._client.get_guild(int(schedule.guild_id))
        return guild.filesize_limit if guild else MESSAGE_LIMIT

    async def display_name(self, schedule: Schedule, user_id: int | None) -> str:
        """How a person is called in a server now; "Somebody" where nobody can say."""
        guild = self._client.get_guild(int(schedule.guild_id))
        if guild is None or user_id is None:
            return ritual_words.SOMEBODY
        try:
            return (guild.get_member(user_id) or await guild.fetch_member(user_id)).display_name
        except (discord.HTTPException, *CONNECTION_ERRORS) as error:
            log.info("a name is not known: %s", describe_error(error))
            return ritual_words.SOMEBODY

    async def store_picture(self, original: Original, person: str) -> BlobKey | None:
        """A picture as one of ours. Raises the `Refusal`s of pictures."""
        if not isinstance(original.source, Link):
            return original.source
        clean = await self.service.fetch(original.source, START_SIZE, person)
        return await self.service.dispatch.put_blob(clean.png)

    async def first_picture(self, schedule: Schedule) -> Original:
        """The server's icon, or, where there is none or it cannot be had, a picture of ours."""
        try:
            icon = of_server(self._client.get_guild(int(schedule.guild_id)))
            return replace(icon, source=await self.store_picture(icon, requester(schedule)))
        except (NoServerIcon, Refusal):
            return await self.any_sample()

    async def any_sample(self) -> Original:
        """Any of the pictures that come with the bot."""
        return await self.sample(random.choice(samples.available()))

    async def sample(self, sample: samples.Sample) -> Original:
        """One of the pictures that come with the bot."""
        png = await asyncio.to_thread(samples.sample_png, sample.name)
        return Original(await self.service.dispatch.put_blob(png), ritual_words.sample_words(sample.name))


def requester(schedule: Schedule) -> str:
    """In whose name it is queued, which is nobody's: each schedule has its own turn."""
    return f"ritual {schedule.id}"


def is_shown(row: JobRow) -> bool:
    """Whether a dream was made, and its answer stands in a message."""
    return row.result is not None and (row.posted or "").isdigit()
