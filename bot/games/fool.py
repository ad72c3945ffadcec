"""Fool the network: `a word of the day and photos => whose photo is taken for it most surely`.

A photo is looked at as `/see` does, and holds what that holds: people are nobody's class. A round lasts a day; a look
at what is over, also after a restart, says who won.
"""

from __future__ import annotations

import asyncio
import logging
import random
from typing import Any, Final

import discord

from bot import play_wording
from bot.delivery.errors import PostError, Unavailable
from bot.delivery.publisher import DiscordPublisher
from bot.games import guess_choices
from bot.games.game_place import open_place
from bot.languages.current import speaking
from bot.operations.shard_range import ShardRange
from bot.requests.game_request import GameRequest
from bot.requests.picture_sources import choose_original, of_attachment
from bot.requests.replies import post, say
from bot.requests.service import RequestService
from bot.store.fool_rounds import FoolEntry, FoolRound, FoolRounds
from bot.store.posting import Posting, answer_place
from engine import params as engine_params
from engine.catalog.catalog import Catalog
from engine.classification_sentence import Verdict
from engine.errors import BadImprint, NoImprint, NoLedger, NotAPhoto, NoWord
from engine.params import See, draw_seed
from engine.queue.job import JobRow, State, new_id

log = logging.getLogger(__name__)

GAME: Final = "fool"
DAY_S: Final = 24 * 3600.0
LOOK_S: Final = 60.0
"""Between two looks at what is over."""
Interaction = discord.Interaction[Any]


class FoolNotes:
    """Writes down what a photo was taken for."""

    def __init__(self, rounds: FoolRounds) -> None:
        self._rounds = rounds

    async def headline(self, row: JobRow, posting: Posting) -> str:
        """What a photo was taken for, in words, and which was taken most surely so far; "" for what is no photo of a
        round."""
        found = await self._rounds.find_by_job(row.id) if posting.game == GAME else None
        if found is None or row.state is not State.DONE:
            return ""
        share = share_of(row, found.word)
        await self._rounds.score(row.id, share)
        best = next(iter(await self._rounds.entries(found.id)), None)
        leader = play_wording.leader_words(best.user_id, best.share or 0.0) if best else ""
        return play_wording.taken_words(found.word, share, leader, person=is_person(row))


class Fool:
    """Begins rounds, takes photos, says who won."""

    def __init__(
        self, service: RequestService, rounds: FoolRounds, publisher: DiscordPublisher, shard_range: ShardRange
    ) -> None:
        self._service = service
        self._shard_range = shard_range
        self._rounds = rounds
        self._publisher = publisher

    async def play(self, interaction: Interaction, image: discord.Attachment | None) -> None:
        """Look at a photo for the word of the day; without one, say the word, which is drawn where there is none.
        Raises `NoWord`, `NotAPhoto`, and the `Refusal`s of servers, of games and of requests."""
        place = await open_place(interaction, self._service.gate)
        found = await self._rounds.find_open(str(interaction.channel_id))
        if image is None:
            await (self._tell(interaction, found) if found else self._begin(interaction, place.guild_id))
        elif found is None:
            raise NoWord
        else:
            await self._enter(interaction, found, image)

    async def end_forever(self) -> None:
        """Look again and again what is over, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.end_what_is_over()
            except NoLedger:  # said where it was noticed; the next look tries again
                continue
            except Exception:
                log.exception("rounds could not be ended; the next look tries again")

    async def end_what_is_over(self) -> None:
        """Say who won the rounds of our servers whose time is up, each once; of those to which nobody came, nothing is
        said."""
        for one in await self._rounds.list_over():
            if not self._shard_range.holds(one.guild_id):
                continue
            with speaking(self._publisher.locale_of_server(one.guild_id)):
                await self._end(one)

    async def _end(self, one: FoolRound) -> None:
        try:
            if said := await self._result_words(one):
                await self._publisher.announce(int(one.channel_id), said, nonce=f"f{one.id}")
        except Unavailable as error:
            log.info("who won is said later: %s", error)
            return
        except PostError:
            await self._note_lost(one)
        await self._rounds.close(one.id)

    async def _begin(self, interaction: Interaction, guild_id: str) -> None:
        catalog, recent = self._service.catalog, await self._rounds.recent_words(guild_id)
        word = guess_choices.draw_word(catalog, catalog.default_network(), recent, random.SystemRandom())
        ends = self._rounds.clock() + DAY_S
        begun = await self._rounds.begin(FoolRound(new_id(), guild_id, str(interaction.channel_id), word, ends))
        await post(interaction, play_wording.word_words(self._shown(begun.word), begun.ends))

    def _shown(self, word: str) -> str:
        """A word with its emoji."""
        catalog = self._service.catalog
        return play_wording.choice_label(catalog.emoji(catalog.default_network(), word), word)

    async def _tell(self, interaction: Interaction, found: FoolRound) -> None:
        entries = await self._rounds.entries(found.id)
        standings = [(one.user_id, one.share or 0.0) for one in entries]
        await say(interaction, play_wording.standing_words(self._shown(found.word), found.ends, standings))

    async def _enter(self, interaction: Interaction, found: FoolRound, image: discord.Attachment) -> None:
        await self._refuse_own(interaction, image)
        catalog, id = self._service.catalog, new_id()
        params = engine_params.make(See, catalog, network=catalog.default_network(), seed=draw_seed())
        original = choose_original(image, interaction.user)
        await self._rounds.enter(FoolEntry(id, found.id, str(interaction.user.id)))
        try:
            game = GameRequest(id, posting={"game": GAME})
            await self._service.take(interaction, params, original, private=False, game=game)
        except BaseException:
            await self._rounds.withdraw(id)
            raise

    async def _refuse_own(self, interaction: Interaction, image: discord.Attachment) -> None:
        """Raise `NotAPhoto` for what the network dreamed: it sees there what it put there."""
        try:
            await self._service.imprint(of_attachment(image), interaction.user.id)
        except NoImprint:
            return
        except BadImprint:
            pass
        raise NotAPhoto

    async def _result_words(self, over: FoolRound) -> str:
        """Who won, of those whose messages still stand; "" where nobody did."""
        standing: list[tuple[str, float, str]] = []
        for one in await self._rounds.entries(over.id):
            row = await self._service.dispatch.row(one.job_id)
            if row is not None and row.posted and await self._service.stands(row):
                link = answer_place(row.posted, Posting.from_json(row.posting)).link
                standing.append((one.user_id, one.share or 0.0, link))
            if len(standing) == play_wording.SHOWN_FOOLS:
                break
        return play_wording.winner_words(over.word, standing) if standing else ""

    async def _note_lost(self, one: FoolRound) -> None:
        rules = await self._service.gate.rules.load(one.guild_id)
        self._service.server_log.note(rules.log_channel, play_wording.lost_fool_line(one.channel_id))


def share_of(row: JobRow, word: str) -> float:
    """How surely a photo was taken for a word, as a probability; 0 where there is no trace of that, and for people."""
    if row.result is None or is_person(row):
        return 0.0
    label = label_of(row.job.params.catalog, row.job.params.network, word)
    return float(row.result.facts.get("traces", {}).get(label, 0.0))


def is_person(row: JobRow) -> bool:
    """Whether a face was found in a photo."""
    return row.result is not None and row.result.facts.get("verdict") == Verdict.PERSON


def label_of(catalog: Catalog, network: str, name: str) -> str:
    """The label of a class that people call so."""
    return dict(zip(catalog.names(network), catalog.labels(network), strict=True)).get(name, name)
