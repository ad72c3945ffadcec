"""Discord's side of the courier: `(posting, card) => message`.

Edits go by the interaction's token while it lives, because those are exempt from the global limit, and by channel and
message afterwards. What can be reached in neither way (ephemeral, or a server without the bot) goes by direct message.
Allowed mentions are explicit on every call: an edit without `content` drops the client's default.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import aiohttp
import discord

from bot import wording
from bot.courier import MessageGone, OutOfReach, TooLarge, Unavailable, Unwelcome
from bot.posting import Posting
from bot.views.card import Card, files, layout
from engine.jobs.job import JobId

log = logging.getLogger(__name__)

NOBODY = discord.AllowedMentions.none()
UNKNOWN_MESSAGE = 10008
TOKEN_DEAD = frozenset({10015, 10062, 50027})
"""Unknown webhook, unknown interaction, invalid webhook token."""
TOO_LARGE = 40005
HISTORY = 50
"""Messages looked through for an answer that may have been sent before a restart."""


class TokenDead(Exception):
    """The interaction's token is of no use any more."""


class DiscordPoster:
    """The courier's `Poster` over discord.py."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def respond(self, interaction: discord.Interaction, card: Card, *, ephemeral: bool = False) -> int:
        """Answer an interaction with a card; the message's id. Raises discord.py's errors."""
        callback = await interaction.response.send_message(
            view=layout(card), files=files(card), ephemeral=ephemeral, allowed_mentions=NOBODY
        )
        return callback.message_id or (await interaction.original_response()).id

    async def send(self, id: JobId, posting: Posting, card: Card) -> int:
        """A new message in the posting's channel, as a reply to its parent; its id. Raises `PostError`s."""
        with _as_post_errors():
            return await self._send(id, posting, card)

    async def deliver(self, id: JobId, posting: Posting, card: Card) -> int:
        """Show a card in a job's message, which is made if it was never made; its id. Raises `PostError`s."""
        with _as_post_errors():
            if posting.token_alive:
                try:
                    return await self._edit_by_token(posting, card)
                except TokenDead:
                    log.info("the token is dead")
            if not posting.by_channel:
                raise OutOfReach
            message_id = posting.message_id or await self._find(id, posting)
            if message_id is None:
                return await self._send(id, posting, card)
            return await self._edit_by_channel(posting, message_id, card)

    async def write(self, id: JobId, posting: Posting, card: Card) -> int:
        """Send a card to the requester directly. Raises `PostError`s."""
        told = replace(card, text=f"{wording.by_message(posting.name)}\n{card.text}")
        with _as_post_errors():
            user = await self._client.create_dm(discord.Object(posting.user_id))
            sent = await user.send(view=layout(told), files=files(told), nonce=id, allowed_mentions=NOBODY)
        return sent.id

    async def ping(self, id: JobId, posting: Posting) -> None:
        """One short reply that names the requester. Raises `PostError`s."""
        text = wording.ready(posting.user_id)
        only = discord.AllowedMentions(
            everyone=False, roles=False, replied_user=False, users=[discord.Object(posting.user_id)]
        )
        with _as_post_errors():
            if posting.by_channel and posting.message_id:
                answer = self._channel(posting).get_partial_message(posting.message_id)
                to = answer.to_reference(fail_if_not_exists=False)
                await self._channel(posting).send(text, reference=to, allowed_mentions=only, nonce=f"p{id}")
            elif posting.token_alive:
                await self._webhook(posting).send(text, ephemeral=posting.ephemeral, allowed_mentions=only)

    async def delete(self, posting: Posting) -> bool:
        """Take a job's message away; False where it is out of reach."""
        try:
            with _as_post_errors():
                return await self._delete(posting)
        except MessageGone:
            return True
        except Unwelcome:
            return False

    async def _delete(self, posting: Posting) -> bool:
        if posting.message_id is None:
            return False
        if posting.by_channel:
            await self._channel(posting).get_partial_message(posting.message_id).delete()
        elif posting.token_alive:
            await self._webhook(posting).delete_message(posting.message_id)
        else:
            return False
        return True

    async def _edit_by_token(self, posting: Posting, card: Card) -> int:
        # The id is not known if the bot died between its submit and Discord's answer; "@original" always is.
        target: int = posting.message_id or "@original"  # type: ignore[assignment]
        try:
            message = await self._webhook(posting).edit_message(
                target, view=layout(card), attachments=files(card), allowed_mentions=NOBODY
            )
        except discord.HTTPException as error:
            never_made = posting.message_id is None and error.code == UNKNOWN_MESSAGE
            if error.code in TOKEN_DEAD or never_made:
                raise TokenDead from error
            raise
        return message.id

    async def _edit_by_channel(self, posting: Posting, message_id: int, card: Card) -> int:
        message = self._channel(posting).get_partial_message(message_id)
        edited = await message.edit(view=layout(card), attachments=files(card), allowed_mentions=NOBODY)
        return edited.id

    async def _send(self, id: JobId, posting: Posting, card: Card) -> int:
        reference = discord.utils.MISSING
        if posting.parent_message_id:
            parent = self._channel(posting).get_partial_message(posting.parent_message_id)
            reference = parent.to_reference(fail_if_not_exists=False)
        sent = await self._channel(posting).send(
            view=layout(card),
            files=files(card),
            nonce=id,
            reference=reference,
            mention_author=False,
            allowed_mentions=NOBODY,
        )
        return sent.id

    async def _find(self, id: JobId, posting: Posting) -> int | None:
        """A message of ours about this job, sent before its id could be kept."""
        try:
            async for message in self._channel(posting).history(limit=HISTORY):
                if message.author.id == self._me and _is_about(message, id):
                    return message.id
        except discord.Forbidden:  # without the right to read the history, the nonce alone prevents doubles
            return None
        return None

    def _channel(self, posting: Posting) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(posting.channel_id or 0, guild_id=posting.guild_id)

    def _webhook(self, posting: Posting) -> discord.Webhook:
        return discord.Webhook.from_state(
            {"id": posting.application_id, "type": 3, "token": posting.token},
            state=self._client._connection,
        )

    @property
    def _me(self) -> int:
        return self._client.user.id if self._client.user else 0


def _is_about(message: discord.Message, id: JobId) -> bool:
    return any(
        getattr(child, "custom_id", "").endswith(f":{id}")
        for row in message.components
        for child in getattr(row, "children", ())
    )


@contextmanager
def _as_post_errors() -> Iterator[None]:
    try:
        yield
    except discord.HTTPException as error:
        if error.code == TOO_LARGE or error.status == 413:
            raise TooLarge(error.text) from error
        if error.code == UNKNOWN_MESSAGE:
            raise MessageGone(error.text) from error
        if error.status == 429 or error.status >= 500:
            raise Unavailable(error.text) from error
        raise Unwelcome(f"{error.status} {error.code}: {error.text}") from error
    except (TimeoutError, aiohttp.ClientError, OSError, discord.RateLimited) as error:
        raise Unavailable(str(error)) from error
