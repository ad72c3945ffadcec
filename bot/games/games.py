"""All games of `/play`: `parts of the bot => games`."""

from __future__ import annotations

from bot.delivery.publisher import DiscordPublisher
from bot.delivery.tracker import DeliveryTracker
from bot.games.dex import Dex
from bot.games.fool import Fool
from bot.games.game_answers import GameAnswers
from bot.games.guess import Guess
from bot.operations.shard_range import ShardRange
from bot.requests.service import RequestService
from bot.store.game_records import GameRecords


class Games:
    """One of each."""

    def __init__(
        self, service: RequestService, records: GameRecords, answers: GameAnswers, tracker: DeliveryTracker,
        publisher: DiscordPublisher, shard_range: ShardRange,
    ) -> None:  # fmt: skip
        self.records = records
        self.dex = Dex(records.dex, service.catalog, service.gate, service.dispatch)
        self.fool = Fool(service, records.fool, publisher, shard_range)
        self.guess = Guess(service, records.guess, answers, tracker)
