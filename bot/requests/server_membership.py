"""In which servers the bot is: `ids of servers => what is stored of the others is forgotten after a month`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from bot.operations.shard_range import ShardRange
from bot.requests.copies import Copies
from bot.store.game_records import GameRecords
from bot.store.server_rules import ServerRulesStore
from bot.store.server_uses import DAY_S, ServerUses
from engine.errors import NoLedger
from engine.queue.dispatch_port import Dispatch

log = logging.getLogger(__name__)

KEPT_S = 30 * DAY_S
"""So long a server's rules and dreams are kept after the bot was removed: whoever invites it again finds them."""
PURGE_S = 6 * 3600.0


class ServerMembership:
    """Remembers when the bot was removed, and forgets what was decided there."""

    def __init__(
        self, rules: ServerRulesStore, uses: ServerUses, games: GameRecords, dispatch: Dispatch,
        copies: Copies, shard_range: ShardRange | None = None,
    ) -> None:  # fmt: skip
        self._copies = copies
        self._shard_range = shard_range or ShardRange()
        self._games = games
        self._rules = rules
        self._uses = uses
        self._dispatch = dispatch
        self._lock = asyncio.Lock()

    async def note(self, guild_ids: Iterable[str]) -> None:
        """The bot is in these servers, and in no other of this process's shards."""
        try:
            async with self._lock:  # what is said last holds
                await self._rules.note_servers(guild_ids, self._shard_range.holds)
        except NoLedger:  # said again at the next start
            log.warning("nobody wrote down in which servers the bot is")

    async def purge_forever(self) -> None:
        """Round after round, until cancelled."""
        while True:
            await asyncio.sleep(PURGE_S)
            try:
                await self.purge()
            except NoLedger:
                log.warning("no server could be forgotten; the next round tries again")

    async def purge(self) -> int:
        """Forget the servers that the bot left long ago, with what was dreamed there, who asked before today, rounds of
        a month ago, and copies of what is no more; how many servers there were."""
        now = self._rules.clock()
        await self._games.purge(now - KEPT_S)
        await self._uses.purge(now - DAY_S)
        gone = await self._rules.list_removed(now - KEPT_S)
        for guild_id in gone:
            await self._dispatch.forget_server(guild_id)
            await self._rules.purge(guild_id)
        await self._copies.tidy()
        return len(gone)
