"""What is kept of all games together: `a person or a moment => told, deleted`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.store.dex_entries import DexEntries
from bot.store.fool_rounds import FoolRounds
from bot.store.guess_rounds import GuessRounds


class GameRecords:
    """The repositories of the games."""

    def __init__(self, engine: sa.Engine) -> None:
        self.guess = GuessRounds(engine)
        self.dex = DexEntries(engine)
        self.fool = FoolRounds(engine)

    async def of_user(self, user_id: str) -> dict[str, Any]:
        """What is kept of a person, by game."""
        return {
            "guess_the_dream": await self.guess.of_user(user_id),
            "dreamdex": await self.dex.of_user(user_id),
            "fool_the_network": await self.fool.of_user(user_id),
        }

    async def delete(self, user_id: str) -> None:
        """Forget a person."""
        await self.guess.delete(user_id)
        await self.dex.delete(user_id)
        await self.fool.delete(user_id)

    async def purge(self, before: float) -> None:
        """Forget the rounds from before that moment (Unix seconds)."""
        await self.guess.purge(before)
        await self.fool.purge(before)
