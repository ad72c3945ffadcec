"""What shows a result beside its answer goes with it: `(jobs) => their further messages deleted`.

The bot may always delete its own messages, also in a direct message. What Discord did not let it delete is tried again
every few hours.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence

from bot.delivery.errors import PostError
from bot.delivery.publisher import DiscordPublisher
from bot.store.posting import Posting
from bot.store.result_copies import ResultCopies, ResultCopy, parts
from engine.queue.dispatch_port import Dispatch
from engine.queue.job import JobId

log = logging.getLogger(__name__)


class Copies:
    """Knows them, and takes them back."""

    def __init__(self, store: ResultCopies, publisher: DiscordPublisher, dispatch: Dispatch) -> None:
        self.store = store
        self._publisher = publisher
        self._dispatch = dispatch

    async def note(self, job_id: JobId, message_id: int, channel_id: int, user_id: str = "") -> None:
        """A message shows a result, too. Where that was deleted meanwhile, the message goes as well."""
        await self.store.add(ResultCopy(str(message_id), job_id, str(channel_id), user_id, time.time()))
        if await self._dispatch.row(job_id) is None:
            await self.take_back([job_id])

    async def take_back(self, job_ids: Iterable[str], user_id: str = "", until: float | None = None) -> tuple[int, int]:
        """Delete all copies of these jobs, and what was sent to a person; how many, and how many there are left.
        `until`: in seconds of `time.monotonic`; what does not go by then goes later."""
        found = await self.store.withdraw(job_ids, user_id)
        gone = await self._delete_all(found, until)
        return gone, len(found) - gone

    async def tidy(self) -> None:
        """Try again what could not be deleted, and forget the copies of dreams that are forgotten."""
        await self._delete_all(await self.store.list_withdrawn())
        for part in parts(await self.store.list_jobs()):
            known = await self._dispatch.standings([JobId(one) for one in part])
            await self.store.forget_jobs(one for one in part if one not in known)

    async def _delete_all(self, copies: Sequence[ResultCopy], until: float | None = None) -> int:
        gone = 0
        for one in copies:
            if until is not None and time.monotonic() > until:
                break
            gone += await self._delete(one)
        return gone

    async def _delete(self, copy: ResultCopy) -> bool:
        """Whether it is gone; what can never be deleted is forgotten."""
        where = Posting(0, "", "", channel_id=int(copy.channel_id), message_id=int(copy.message_id))
        try:
            is_gone = await self._publisher.delete(where)
        except PostError as error:
            log.info("a copy was not deleted: %s", type(error).__name__)
            return False
        await self.store.forget_message(copy.message_id)
        return is_gone
