"""Tells somebody who waited long that a dream is done: `(row, posting) => one ping, or one direct message`.

In the channel, or directly where the person chose that. Where Discord lets no direct message through, the ping takes
its place, and says so once.
"""

from __future__ import annotations

import logging
from typing import Protocol

from bot import wording
from bot.delivery.errors import PostError, Unwelcome
from bot.languages.current import speaking
from bot.store.posting import Posting
from bot.store.user_settings import UserSettings, UserSettingsStore
from engine.errors import NoLedger
from engine.queue.job import JobId, JobRow

log = logging.getLogger(__name__)

LONG_WAIT_S = 60.0
"""After a longer wait the requester is told once."""


class Notifier(Protocol):
    """What this needs of Discord. Both raise `PostError`s."""

    async def ping(self, id: JobId, posting: Posting, note: str = "") -> None:
        """Tell the requester where the answer stands, and nobody else; with a note."""
        ...

    async def tell(self, id: JobId, user_id: int, text: str) -> None:
        """Send words directly."""
        ...


class ReadyNotice:
    """Sends them."""

    def __init__(self, notifier: Notifier, user_settings: UserSettingsStore | None = None) -> None:
        """Without `user_settings`, nobody chose anything."""
        self._notifier = notifier
        self._user_settings = user_settings

    async def notify(self, row: JobRow, posting: Posting) -> None:
        """Tell of an answer that was posted. Raises nothing of Discord's."""
        try:
            with speaking(posting.locale):
                await self._notify(row.id, posting, await self._settings_of(posting.user_id))
        except PostError as error:
            log.info("no ping: %s %s", type(error).__name__, error)

    async def _notify(self, id: JobId, posting: Posting, settings: UserSettings) -> None:
        if not settings.direct or _is_own_chat(posting):
            await self._notifier.ping(id, posting)
            return
        with speaking(posting.direct_locale):
            said = wording.ready_directly_words(posting)
        try:
            await self._notifier.tell(id, posting.user_id, said)
        except PostError as error:
            log.info("no direct message: %s %s", type(error).__name__, error)
            note = wording.DIRECT_REFUSED if isinstance(error, Unwelcome) and not settings.direct_refused else ""
            await self._notifier.ping(id, posting, note)
            if note and self._user_settings:
                await self._user_settings.change(str(posting.user_id), direct_refused=True)

    async def _settings_of(self, user_id: int) -> UserSettings:
        try:
            return await self._user_settings.load(str(user_id)) if self._user_settings else UserSettings()
        except NoLedger:
            return UserSettings()


def _is_own_chat(posting: Posting) -> bool:
    """Whether the answer is a direct message itself."""
    return posting.guild_id is None and posting.by_channel
