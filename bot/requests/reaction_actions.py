"""What reactions do under a result: `(reaction) => the result sent directly, or taken away`, as people know them from
other bots that make pictures. Whoever may not do something, or means nothing by it, hears nothing of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import discord

from bot import wording
from bot.delivery.errors import TooLarge
from bot.delivery.publisher import DiscordPublisher
from bot.delivery.tracker import DeliveryTracker
from bot.languages.current import direct, speaking
from bot.requests.limits import Quota
from bot.requests.service import RequestService
from bot.store.posting import Posting, answer_place
from bot.views import result_card
from bot.views.message_card import Card
from engine import logs
from engine.errors import UserBlocked
from engine.queue.job import CancelOutcome, JobRow, State

log = logging.getLogger(__name__)

DELETE, SEND = "❌", "✉"
VARIANT = "\ufe0f"
"""Behind a character that is to be shown as an emoji, which some clients leave out."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """Who reacted with what, under which message."""

    emoji: str
    message_id: int
    channel_id: int
    guild_id: int | None
    user_id: int
    name: str
    """How the person is called there; "" where that is not known."""
    on_own: bool
    """Whether the message is ours."""


def emoji_of(event: discord.RawReactionActionEvent) -> str:
    """The character that somebody reacted with; "" for a server's own emoji."""
    return event.emoji.name.replace(VARIANT, "") if event.emoji.is_unicode_emoji() else ""


def read(event: discord.RawReactionActionEvent, own_id: int) -> Reaction:
    """What a reaction was."""
    name = event.member.display_name if event.member else ""
    return Reaction(
        emoji_of(event), event.message_id, event.channel_id, event.guild_id, event.user_id, name,
        event.message_author_id in (None, own_id),
    )  # fmt: skip


class ReactionActions:
    """Does what they stand for."""

    def __init__(
        self, service: RequestService, publisher: DiscordPublisher, tracker: DeliveryTracker, quota: Quota
    ) -> None:
        self._service = service
        self._publisher = publisher
        self._tracker = tracker
        self._quota = quota
        self._actions = {DELETE: self._delete, SEND: self._send}

    async def act(self, reaction: Reaction) -> None:
        """Do what a reaction stands for; nothing where that is nothing. Raises `Refusal`s, and `PostError`s."""
        if reaction.emoji not in self._actions or not reaction.on_own:
            return
        row = await self._service.row_of_message(reaction.message_id, reaction.user_id)
        if row is not None:
            logs.set_job(row.id)
            await self._actions[reaction.emoji](reaction, row)
        elif reaction.emoji == DELETE and reaction.guild_id is None:  # a copy that was sent directly is that person's
            copy = Posting(0, "", "", channel_id=reaction.channel_id, message_id=reaction.message_id)
            await self._publisher.delete(copy)
            await self._service.copies.store.forget_message(str(reaction.message_id))

    async def _delete(self, reaction: Reaction, row: JobRow) -> None:
        """Take one's own dream away, or cancel it while it is under way. Others who react so say what they think."""
        if str(reaction.user_id) != row.job.requester:
            return
        where = answer_place(row.posted, Posting.from_json(row.posting), reaction.channel_id)
        name = reaction.name or where.name
        if not row.state.settled:
            if await self._service.dispatch.cancel(row.id) is not CancelOutcome.TOO_LATE:
                await self._tracker.refresh(row.id)
                await self._service.note(where, wording.row_line(name, "cancelled", row, where))
            return
        await self._publisher.delete(where)
        await self._service.forget(row)
        await self._service.note(where, wording.row_line(name, "deleted", row, where))

    async def _send(self, reaction: Reaction, row: JobRow) -> None:
        """Send the result directly to whoever reacts. Raises `OptedOut` where somebody does not want that of their
        images, `UserBlocked` and `TooManyJobs`."""
        guild_id, user = str(reaction.guild_id or ""), str(reaction.user_id)
        if guild_id and await self._service.gate.blocks.is_user_blocked(guild_id, user):
            raise UserBlocked
        await self._service.check_opted_in(row, reaction.user_id)
        with self._quota.slot(user):
            await self._send_copy(reaction, row)

    async def _send_copy(self, reaction: Reaction, row: JobRow) -> None:
        link = f"https://discord.com/channels/{reaction.guild_id or '@me'}/{reaction.channel_id}/{reaction.message_id}"
        with speaking(direct()):
            card, words = await self._card(row, link), Card(wording.copy_without_image_words(link))
        try:
            sent = await self._publisher.send_copy(row.id, reaction.user_id, card)
        except TooLarge:  # where it stands more may be uploaded than in a direct message
            sent = await self._publisher.send_copy(row.id, reaction.user_id, words)
        if sent.channel_id and sent.message_id:
            await self._service.copies.note(row.id, sent.message_id, sent.channel_id, str(reaction.user_id))

    async def _card(self, row: JobRow, link: str) -> Card:
        if row.state is not State.DONE:
            return Card(wording.NOT_DONE_YET if not row.state.settled else wording.copy_without_image_words(link))
        found = [await self._service.dispatch.get_blob(one.blob) for one in result_card.shown(row)]
        pictures = [one for one in found if one is not None]
        if not pictures or len(pictures) < len(found):
            return Card(wording.copy_without_image_words(link))
        card = result_card.result_card(row, replace(Posting.from_json(row.posting), locale=direct()), pictures)
        return replace(card, text=f"{card.text}\n{wording.copy_line(link)}", verbs=(), id="", offer="")
