"""What happens in a server, told in the channel that it chose: `(channel, line) => posted, a few lines at a time`.

Under the lines is a button by which moderators pause.

Lines that come while one is posted go together with the next: a busy server costs few messages.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from bot.delivery.errors import PostError
from bot.delivery.publisher import DiscordPublisher
from bot.views import log_panel

log = logging.getLogger(__name__)

MESSAGE_LIMIT = 1900
MOST_WAITING = 100
"""Lines of one channel that wait; what is more is dropped, the oldest first."""


class ServerLog:
    """Posts them."""

    def __init__(self, publisher: DiscordPublisher) -> None:
        self._publisher = publisher
        self._waiting: dict[int, deque[str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def note(self, channel_id: str, line: str) -> None:
        """Post a line there soon; nothing happens where there is no such channel."""
        if not channel_id.isdigit():
            return
        id = int(channel_id)
        if id in self._waiting:
            self._waiting[id].append(line)
            return
        self._waiting[id] = deque([line], maxlen=MOST_WAITING)
        task = asyncio.create_task(self._post(id), name="server-log")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Post no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _post(self, channel_id: int) -> None:
        waiting = self._waiting[channel_id]
        try:
            while waiting:
                await self._publisher.post_panel(channel_id, log_panel.panel(_next_message(waiting)))
        except PostError as error:
            log.info("a server's log channel takes nothing: %s %s", type(error).__name__, error)
        finally:
            del self._waiting[channel_id]


def _next_message(waiting: deque[str]) -> str:
    """As many of the lines as fit into a message, which no longer wait."""
    text = waiting.popleft()[:MESSAGE_LIMIT]
    while waiting and len(text) + 1 + len(waiting[0]) <= MESSAGE_LIMIT:
        text = f"{text}\n{waiting.popleft()}"
    return text
