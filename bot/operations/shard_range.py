"""Which shards of the bot a process keeps: `"0-3/16" => range`, and which servers and jobs are theirs.

Discord shares servers among a bot's connections by (id >> 22) % their number, and tells the first one of direct
messages (discord.com/developers/docs/events/gateway#sharding).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.store.posting import Posting
from engine.errors import SettingsError

MOST = 16_384
"""Shards in all; a bot in every server there is would do with fewer."""
_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?/(\d{1,5})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ShardRange:
    """Shards `first` to `last` of `total`; by itself, all there are."""

    first: int = 0
    last: int = 0
    total: int = 1

    @classmethod
    def parse(cls, text: str) -> ShardRange:
        """Of "0-3/16" or "5/16". Raises `SettingsError`."""
        if found := _RANGE.fullmatch(text):
            first, last, total = int(found[1]), int(found[2] or found[1]), int(found[3])
            if first <= last < total <= MOST:
                return cls(first, last, total)
        example = "Write --shards 0-3/16 for the first four of sixteen; the first one is 0."
        raise SettingsError(problem=f"`--shards {text[:40]}` is no range of shards. {example}")

    @property
    def ids(self) -> list[int]:
        """The shards."""
        return list(range(self.first, self.last + 1))

    def holds(self, guild_id: int | str | None) -> bool:
        """Whether a server is one of theirs, or, for None, direct messages are."""
        return self._keeps((int(guild_id or 0) >> 22) % self.total)

    def owns(self, posting: Posting) -> bool:
        """Whether the answer to a job is theirs to post."""
        return self.holds(posting.guild_id) if posting.shard is None else self._keeps(posting.shard % self.total)

    def arrival(self, guild_id: int | None) -> int | None:
        """The shard that a request from there is remembered by; None where it is its server's own."""
        return None if self.holds(guild_id) else self.first

    def _keeps(self, shard: int) -> bool:
        return self.first <= shard <= self.last
