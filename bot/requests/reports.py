"""Reports of results to the bot's owner: `(job, person, reason) => a line in the log, and words in a channel`."""

from __future__ import annotations

import hashlib
import logging

import discord

from bot import wording
from bot.delivery.errors import PostError
from bot.delivery.publisher import DiscordPublisher
from bot.languages.catalogs import ENGLISH
from bot.languages.current import speaking
from bot.store.report_codes import ReportCodes
from engine.queue.job import JobId

log = logging.getLogger(__name__)


class Reports:
    """Takes reports, one of a person and a job."""

    def __init__(self, codes: ReportCodes, publisher: DiscordPublisher, channel_id: int = 0) -> None:
        """Reports are sent to that channel, too, unless it is 0."""
        self._codes = codes
        self._publisher = publisher
        self._channel_id = channel_id

    async def is_known(self, job: JobId, user_id: int) -> bool:
        """Whether somebody reported a job before."""
        return await self._codes.is_known(report_code(job, user_id))

    async def report(self, job: JobId, user: discord.User | discord.Member, link: str, reason: str) -> str:
        """Tell the owner; the code by which the owner finds it in the log, or "" where this person did so before."""
        code = report_code(job, user.id)
        if not await self._codes.record(code):
            return ""
        said = wording.plain(reason, wording.REASON_LIMIT)
        log.warning("report %s by user %d of %s: %s", code, user.id, link or "a private dream", said or "no reason")
        if self._channel_id:
            with speaking(ENGLISH):  # which language the bot's owner speaks, nobody says
                said = wording.report_words(code, link, user.display_name, user.id, reason)
            await self._announce(said)
        return code

    async def _announce(self, text: str) -> None:
        """Into the channel for reports; where that fails, the log has it."""
        try:
            await self._publisher.announce(self._channel_id, text)
        except PostError as error:
            log.warning("a report was not sent to discord.report_channel_id: %s", error)


def report_code(job: JobId, user_id: int) -> str:
    """Short enough to be read out, and the same whenever a person reports a job: "P-3FA94C07"."""
    return f"P-{hashlib.sha256(f'{job} {user_id}'.encode()).hexdigest()[:8].upper()}"
