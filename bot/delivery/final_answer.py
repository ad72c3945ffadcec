"""The answer to a settled job: `(row, posting) => id of the message that shows it`, wherever Discord lets it stand.

In the status message; where that cannot be edited any more, beside it; where the channel is closed, directly. A picture
that is too large is made smaller once, then words take its place.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from bot.delivery.errors import Archived, PostError, TooLarge, Unavailable, Unwelcome
from bot.delivery.ready_notice import Notifier
from bot.store.posting import Posting
from bot.views import guess_card, result_card
from bot.views.message_card import Card
from engine.errors import Refusal
from engine.files.blobs import BlobKey
from engine.files.decoder import CleanPicture
from engine.queue.job import JobId, JobRow, Result

log = logging.getLogger(__name__)

SMALLER_SIDE = 1024
"""Pixels: as a PNG at most 3 MB, which fits everywhere."""
Shrink = Callable[[bytes, int], Awaitable[CleanPicture]]
"""Makes a PNG of at most so many pixels a side of a picture. Raises `Refusal`s."""
Send = Callable[[JobId, Posting, Card], Awaitable[int]]
"""Shows a card somewhere; the message's id. Raises `PostError`s."""


class Publisher(Notifier, Protocol):
    """What delivery needs of Discord. All raise `PostError`s."""

    async def deliver(self, id: JobId, posting: Posting, card: Card) -> int:
        """Show a card in a job's message, which is made if it was never made; its id."""
        ...

    async def send_once(self, id: JobId, posting: Posting, card: Card) -> int:
        """A new message in the posting's channel, unless there is one beside the status message; its id."""
        ...

    async def reopen(self, posting: Posting) -> None:
        """Open an archived thread again."""
        ...

    async def delete(self, posting: Posting) -> bool:
        """Take a job's message away; False where it is out of reach."""
        ...

    async def write(self, id: JobId, posting: Posting, card: Card) -> int:
        """Send a card to the requester directly; the message's id."""
        ...


class Games(Protocol):
    """What delivery needs of games."""

    async def settle(self, row: JobRow) -> tuple[Posting, float]:
        """The posting of a round whose job is settled, and until when (Unix seconds) it is held back; 0.0 where it is
        over."""
        ...

    async def announce(self, row: JobRow, posting: Posting) -> Posting:
        """The posting of an answer with what stands above its caption; the same however often it is asked."""
        ...

    async def undeliverable(self, posting: Posting) -> None:
        """What a game shows could be shown nowhere."""
        ...


class FinalAnswer:
    """Posts answers."""

    def __init__(
        self,
        publisher: Publisher,
        get_blob: Callable[[BlobKey], Awaitable[bytes | None]],
        shrink: Shrink | None = None,
    ) -> None:
        self._publisher = publisher
        self._get_blob = get_blob
        self._shrink = shrink

    async def post(self, row: JobRow, posting: Posting) -> int:
        """Show the fullest version of the answer that Discord takes; the id of its message. Raises `PostError`s."""
        if row.error_code:
            log.warning("failed, and the user reads %s", result_card.failure_code(row))
        try:
            return await self._post_largest(row, posting, self._post_in_place)
        except Unwelcome:
            if posting.game:
                raise
            message = await self._post_elsewhere(row, posting)
        try:
            await self._publisher.delete(posting)  # or it would say for ever that the dream is under way
        except PostError as error:
            log.info("the status message stays: %s %s", type(error).__name__, error)
        return message

    async def post_grown(self, row: JobRow, posting: Posting, until: float) -> None:
        """Show what a round has grown, which is held back until that moment: nothing says what it is, nor does the
        file. Raises `PostError`s."""
        made = await self.blobs([row.result.blob] if row.result else [])
        card = guess_card.grown_card(row.id, posting, await self._without_settings(made), until)
        await self._post_in_place(row.id, posting, card)

    async def _without_settings(self, made: Sequence[bytes]) -> bytes:
        """The picture without the settings in its file; none where there is none, or it cannot be made."""
        try:
            return (await self._shrink(made[0], SMALLER_SIDE)).png if made and self._shrink else b""
        except Refusal as error:
            log.info("what a round has grown cannot be shown: %s", error.code)
            return b""

    async def blobs(self, keys: Iterable[BlobKey]) -> list[bytes]:
        """The pictures of these that are still there."""
        found = [await self._get_blob(key) for key in keys]
        return [data for data in found if data is not None]

    async def _post_largest(self, row: JobRow, posting: Posting, send: Send) -> int:
        """Show the largest version of the answer that is taken there, in the language of that posting."""
        card = result_card.result_card(row, posting, await self.blobs(one.blob for one in result_card.shown(row)))
        while True:
            try:
                return await send(row.id, posting, card)
            except TooLarge as error:
                if card.picture is None:  # words never are: what refused them passes
                    raise Unavailable(str(error)) from error
                card = await self._smaller(row, card)

    async def _smaller(self, row: JobRow, card: Card) -> Card:
        """The next smaller version of an answer: half the sides, once; then only words."""
        made = {one.size: one for one in result_card.shown(row)}
        if self._shrink is None or any(len(one.data) not in made for one in card.pictures):
            return result_card.unfit_card(row, card.locale)
        try:
            shrunk = [await self._half(made[len(one.data)], one.data, self._shrink) for one in card.pictures]
        except Refusal as error:
            log.info("the answer cannot be made smaller: %s", error.code)
            return result_card.unfit_card(row, card.locale)
        return result_card.smaller_card(card, [one.png for one in shrunk], still=any(one.animated for one in shrunk))

    async def _half(self, made: Result, data: bytes, shrink: Shrink) -> CleanPicture:
        return await shrink(data, min(SMALLER_SIDE, max(made.width, made.height) // 2))

    async def _post_in_place(self, id: JobId, posting: Posting, card: Card) -> int:
        try:
            return await self._publisher.deliver(id, posting, card)
        except Archived:
            await self._publisher.reopen(posting)
            return await self._publisher.deliver(id, posting, card)

    async def _post_elsewhere(self, row: JobRow, posting: Posting) -> int:
        """The status message cannot be edited any more: a new one beside it, or a direct one."""
        if posting.by_channel:
            try:
                return await self._post_largest(row, posting, self._publisher.send_once)
            except Unwelcome:
                log.info("nothing can be sent in its channel")
                if not posting.user_id:  # nobody in particular asked for it
                    raise
        return await self._post_largest(row, replace(posting, locale=posting.direct_locale), self._publisher.write)
