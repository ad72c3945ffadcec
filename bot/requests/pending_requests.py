"""Requests that were answered before their picture was there: `(id, posting) <=> file`, until their job is queued.

Only the ledger outlives a bot that is killed, and it does not know them yet: without this, "Opening your picture" would
stand there for ever. The next bot finds the files and says so. They hold an interaction's token, as the ledger's rows
do, in a folder that only this user can enter.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot import wording
from bot.delivery.errors import PostError
from bot.languages.current import speaking
from bot.operations import persistent_state
from bot.store.posting import Posting
from bot.views.message_card import Card
from engine import logs
from engine.errors import NoLedger
from engine.queue.dispatch_port import Dispatch
from engine.queue.job import JobId

log = logging.getLogger(__name__)

Replace = Callable[[JobId, Posting, Card], Awaitable[None]]
"""Puts a card in place of a status message. Raises `PostError`s."""


class PendingRequests:
    """A folder of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ended = False
        folder.mkdir(mode=0o700, exist_ok=True)

    @contextmanager
    def remember(self, id: JobId, posting: Posting) -> Iterator[None]:
        """Remember a request while it is opened; if this process ends meanwhile, for longer."""
        self.save(id, posting)
        try:
            yield
        except Exception:  # not a cancellation: that is the end of the process, and nobody was told anything
            if not self._ended:
                self.drop(id)
            raise
        self.drop(id)

    def save(self, id: JobId, posting: Posting) -> None:
        """Remember a request, or what is known of it now."""
        persistent_state.write(self._folder / f"{id}.json", posting.to_json())

    def drop(self, id: JobId) -> None:
        """It is queued, or its requester was told that it is not."""
        with contextlib.suppress(OSError):
            (self._folder / f"{id}.json").unlink(missing_ok=True)

    def end(self) -> None:
        """The bot stops: what goes wrong from here on is for the next one to tell."""
        self._ended = True

    def list_unfinished(self) -> list[tuple[JobId, Posting]]:
        """Those that an earlier bot was opening when it ended."""
        for half in self._folder.glob(".*"):
            half.unlink(missing_ok=True)
        return [(JobId(path.stem), posting) for path in self._folder.glob("*.json") if (posting := _read(path))]


async def apologise(pending: PendingRequests, dispatch: Dispatch, replace: Replace) -> None:
    """Tell those whose pictures an earlier bot was opening when it ended; what it queued is answered."""
    for id, posting in pending.list_unfinished():
        with logs.job_context(id):
            try:
                if await dispatch.row(id) is None:
                    await _apologise(replace, id, posting)
            except NoLedger:
                return  # the next bot tries again
            except Exception:  # once is enough: kept, it would meet every bot at its start
                log.exception("telling that a picture was not opened broke")
        pending.drop(id)


async def _apologise(replace: Replace, id: JobId, posting: Posting) -> None:
    try:
        with speaking(posting.locale):
            card = Card(wording.INTERRUPTED)
        await replace(id, posting, card)
        log.info("told that its picture was not opened")
    except PostError as error:
        log.info("nobody was told that a picture was not opened: %s %s", type(error).__name__, error)


def _read(path: Path) -> Posting | None:
    try:
        return Posting.from_json(persistent_state.read(path))
    except (OSError, ValueError, TypeError, AttributeError):
        log.warning("%s cannot be read and is removed", path)
        path.unlink(missing_ok=True)
        return None
