"""When the message of a round may say what is grown: `(job's row, round) => posting, and until when it is held back`.

The round in the database decides; a posting that says otherwise, after two wrote at once, is put right here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot import play_wording
from bot.delivery.final_answer import Shrink
from bot.delivery.server_log import ServerLog
from bot.games.dex import DexNotes
from bot.games.fool import FoolNotes
from bot.languages.current import speaking
from bot.store.game_records import GameRecords
from bot.store.guess_rounds import Round
from bot.store.posting import Posting
from bot.store.server_rules import ServerRulesStore
from bot.store.server_week import WEEK_S
from engine.catalog.catalog import Catalog
from engine.queue.dispatch_port import Dispatch
from engine.queue.job import JobRow, State

GRACE_S: Final = 60.0
"""How long a picture that is finished may still be guessed."""


class GameAnswers:
    """The tracker's `Games`."""

    def __init__(
        self, records: GameRecords, rules: ServerRulesStore, dispatch: Dispatch, server_log: ServerLog,
        catalog: Catalog, shrink: Shrink,
    ) -> None:  # fmt: skip
        self._fool = FoolNotes(records.fool)
        self._dex = DexNotes(records.dex, catalog, dispatch.get_blob, shrink)
        self._rounds = records.guess
        self._rules = rules
        self._dispatch = dispatch
        self._log = server_log

    async def settle(self, row: JobRow) -> tuple[Posting, float]:
        """The posting of a round whose job is settled, and until when (Unix seconds) it is held back; 0.0 where it is
        over, which it is from now on where its time is up."""
        posting, found = Posting.from_json(row.posting), await self._rounds.find(row.id)
        until = (row.finished or 0.0) + GRACE_S
        if found and found.ended is None and row.state is State.DONE and self._rounds.clock() < until:
            return posting, until
        return await self.reveal(row, await self._rounds.end(row.id)), 0.0

    async def reveal(self, row: JobRow, over: Round | None) -> Posting:
        """The posting of a job whose round is over, stored; None for one that was forgotten."""
        posting = Posting.from_json(row.posting)
        with speaking(posting.locale):
            headline = await self._headline(row, over) if over else ""
        posting = replace(posting, choices=(), headline=headline)
        await self._dispatch.update_posting(row.id, posting.to_json())
        return posting

    async def announce(self, row: JobRow, posting: Posting) -> Posting:
        """The posting of an answer with what stands above its caption."""
        lines = posting.headline, await self._fool.headline(row, posting), await self._dex.headline(row, posting)
        return replace(posting, headline="\n".join(filter(None, lines)))

    async def undeliverable(self, posting: Posting) -> None:
        """Tell the server's log channel that a round cannot be shown where it was started any more."""
        rules = await self._rules.load(str(posting.guild_id))
        self._log.note(rules.log_channel, play_wording.lost_line(posting))

    async def _headline(self, row: JobRow, over: Round) -> str:
        wins = await self._rounds.wins(over.guild_id, self._rounds.clock() - WEEK_S)
        table = play_wording.table_line(wins)
        if over.took_s or over.winner:
            return play_wording.won_words(over.winner, over.subject, over.took_s, over.level, table)
        if row.state in (State.FAILED, State.CANCELLED):
            return play_wording.broken_words(over.level)
        return play_wording.missed_words(over.subject, over.level, table)
