"""Guess the dream: `(interaction, level) => a round`, `(round, answer) => who was right first`.

A round is a job like any other, whose message offers four answers and says nothing else: its posting holds them. It
ends when somebody is right, or some time after its picture is finished; the tracker finds that, also after a restart.
"""

from __future__ import annotations

import random
from typing import Any

import discord

from bot import play_wording
from bot.delivery.tracker import DeliveryTracker
from bot.games import guess_choices
from bot.games.game_answers import GameAnswers
from bot.games.game_place import game_place, open_place
from bot.requests.game_request import GameRequest
from bot.requests.picture_sources import Original
from bot.requests.replies import say
from bot.requests.service import RequestService
from bot.store.guess_rounds import GuessRounds, Outcome, Round
from bot.store.posting import Posting
from bot.store.server_week import WEEK_S
from bot.wording import NOISE
from engine import params as engine_params
from engine.errors import BadOption, RoundOpen
from engine.params import Concept, draw_seed
from engine.queue.job import JobId, JobRow, new_id

GAME = "guess"
"""In whose name rounds are queued, and what their postings are of: the host has them among no dreams of their own."""
DEAD_S = 300.0
"""A round without a job for so long is one that a bot was killed over."""
Interaction = discord.Interaction[Any]


class Guess:
    """Starts rounds, and takes answers."""

    def __init__(
        self, service: RequestService, rounds: GuessRounds, answers: GameAnswers, tracker: DeliveryTracker
    ) -> None:
        self._service = service
        self._rounds = rounds
        self._answers = answers
        self._tracker = tracker

    async def start(self, interaction: Interaction, level: str) -> None:
        """Begin a round. Raises `RoundOpen`, `BadOption`, and the `Refusal`s of servers, of games and of requests."""
        if level not in guess_choices.LEVELS:
            raise BadOption(option="level", problem="has to be one of those that are offered")
        place, catalog = await open_place(interaction, self._service.gate), self._service.catalog
        network, recent = catalog.default_network(), await self._rounds.recent_subjects(place.guild_id)
        drawn = guess_choices.draw(catalog, network, level, recent, random.SystemRandom())
        channel, host = str(interaction.channel_id), str(interaction.user.id)
        new = Round(new_id(), place.guild_id, channel, host, level, drawn.choices, drawn.answer)
        params = engine_params.make(Concept, catalog, subject=new.subject, network=network, seed=draw_seed())
        await self._begin(new)
        try:
            original = Original(None, NOISE)
            await self._service.take(interaction, params, original, private=False, game=self._request(new))
        except BaseException:
            await self._rounds.remove(new.id)
            raise

    async def answer(self, interaction: Interaction, id: str, choice: int) -> None:
        """Take an answer, once from each person. Raises the `Refusal`s of servers and of games."""
        await game_place(interaction, self._service.gate)
        row = await self._service.dispatch.row(JobId(id))
        if row is None:
            await say(interaction, play_wording.OVER)
            return
        took_s = max(0.1, self._rounds.clock() - (row.started or row.created))
        outcome = await self._rounds.answer(id, str(interaction.user.id), choice, took_s)
        await say(interaction, outcome_words(outcome))
        if outcome is Outcome.RIGHT:
            await self._end(row)

    async def table(self, interaction: Interaction) -> None:
        """Show who won how often this week. Raises the `Refusal`s of servers and of games."""
        place = await game_place(interaction, self._service.gate)
        wins = await self._rounds.wins(place.guild_id, self._rounds.clock() - WEEK_S)
        await say(interaction, play_wording.table_words(wins))

    async def _begin(self, new: Round) -> None:
        """Write a round down. Raises `RoundOpen`."""
        while (found := await self._rounds.begin(new)) is not None:
            row = await self._service.dispatch.row(found.id)
            if self._is_open(found, row):
                raise RoundOpen(link=_link(found, row))
            await self._rounds.end(found.id)

    def _is_open(self, found: Round, row: JobRow | None) -> bool:
        """Whether a round has yet to end: its job is under way, or is about to be queued."""
        if row is None:
            return self._rounds.clock() - found.created < DEAD_S
        return row.posted is None

    async def _end(self, row: JobRow) -> None:
        over = await self._rounds.find(row.id)
        await self._answers.reveal(await self._service.dispatch.row(row.id) or row, over)
        await self._tracker.reveal(row.id)

    def _request(self, new: Round) -> GameRequest:
        catalog, network = self._service.catalog, self._service.catalog.default_network()
        labels = tuple(play_wording.choice_label(catalog.emoji(network, one), one) for one in new.choices)
        return GameRequest(
            new.id,
            f"{GAME}:{new.guild_id}",
            {"choices": labels, "frame": play_wording.round_words(new.level), "game": GAME},
        )


def outcome_words(outcome: Outcome) -> str:
    """What is said to somebody who answered."""
    said = {Outcome.WRONG: play_wording.WRONG, Outcome.AGAIN: play_wording.ANSWERED, Outcome.OVER: play_wording.OVER}
    return said.get(outcome, play_wording.RIGHT)


def _link(found: Round, row: JobRow | None) -> str:
    """Where a round is, as far as that is known."""
    return (Posting.from_json(row.posting).link if row else "") or f"<#{found.channel_id}>"
