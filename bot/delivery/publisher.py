"""Discord's side of the tracker: `(posting, card) => message`.

Edits go by the interaction's token while it lives, because those are exempt from the global limit, and by channel and
message afterwards. What can be reached in neither way (ephemeral, or a server without the bot) goes by direct message.
Allowed mentions are explicit on every call: an edit without `content` drops the client's default.

Longer than most files: every call to Discord about an answer is here, with what its refusals mean.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, TypeVar

import discord

from bot import discord_internals, wording
from bot.delivery import interaction_response
from bot.delivery.errors import Archived, MessageGone, OutOfReach, PostError, TooLarge, Unavailable, Unwelcome
from bot.delivery.invalid_requests import InvalidRequests
from bot.languages.current import direct, public, speaking, spoken
from bot.languages.servers import locale_of
from bot.operations.shard_range import ShardRange
from bot.store.posting import TOKEN_LIFE_S, Posting
from bot.views.message_card import Card, Layout, Picture, files, layout, plain_card
from engine.queue.job import JobId

log = logging.getLogger(__name__)
T = TypeVar("T")

NO_MENTIONS = discord.AllowedMentions.none()
UNKNOWN_MESSAGE = 10008
TOKEN_DEAD = frozenset({10015, 10062, 50027})
"""Unknown webhook, unknown interaction, invalid webhook token."""
TOO_LARGE = 40005
ARCHIVED = 50083
BLOCKED_CODES = frozenset({200000, 240000, 50035})
"""Blocked by AutoMod, a link that Discord thinks harmful, a form that Discord finds fault with."""
TOO_MANY_EDITS = 30046
"""Of a message that is more than an hour old."""
HAS_THREAD = 160004
"""A thread is under that message already."""
THREAD_MINUTES: Final = 1440
"""Without a message for so long, a thread is archived."""
HISTORY_LIMIT = 50
"""Messages looked through for an answer that may have been sent before a restart."""


class TokenDead(Exception):
    """The interaction's token is of no use any more."""


class DiscordPublisher:
    """The tracker's `Publisher` over discord.py."""

    def __init__(self, client: discord.Client, invalid_requests: InvalidRequests | None = None) -> None:
        self._client = client
        self._invalid_requests = invalid_requests or InvalidRequests()

    async def respond(self, interaction: discord.Interaction, card: Card, *, ephemeral: bool = False) -> int | None:
        """Answer an interaction with a card; the message's id, or None where nobody can tell what became of it.
        Raises the errors of `bot.delivery.interaction_response` where the card certainly was not taken."""

        async def attempt(version: Card) -> int | None:
            return await interaction_response.respond(
                interaction,
                lambda: interaction.response.send_message(
                    view=layout(version), files=files(version), ephemeral=ephemeral, allowed_mentions=NO_MENTIONS
                ),
            )

        return await _without_blocked_words(attempt, card)

    async def send(self, id: JobId, posting: Posting, card: Card) -> int:
        """A new message in the posting's channel, as a reply to its parent; its id. Raises `PostError`s."""
        with _as_post_errors():
            return await _without_blocked_words(lambda version: self._send(id, posting, version), card)

    async def deliver(self, id: JobId, posting: Posting, card: Card) -> int:
        """Show a card in a job's message, which is made if it was never made; its id. Raises `PostError`s."""
        with self._post_errors_and_pauses():
            return await _without_blocked_words(lambda version: self._deliver(id, posting, version), card)

    async def _deliver(self, id: JobId, posting: Posting, card: Card) -> int:
        if posting.token_alive:
            try:
                return await self._edit_by_token(posting, card)
            except TokenDead:
                log.info("the token is dead")
        if not posting.by_channel:
            raise OutOfReach
        message_id = posting.message_id or await self._find(id, self._channel(posting))
        if message_id is None:
            return await self._send(id, posting, card)
        return await self._edit_by_channel(posting, message_id, card)

    async def edit(self, posting: Posting, card: Card) -> None:
        """Show a card in a message that stands already; none is made. Raises `PostError`s."""
        with _as_post_errors():
            if posting.token_alive:
                try:
                    await self._edit_by_token(posting, card)
                    return
                except TokenDead:
                    log.info("the token is dead")
            if not posting.by_channel or posting.message_id is None:
                raise OutOfReach
            await self._edit_by_channel(posting, posting.message_id, card)

    async def send_once(self, id: JobId, posting: Posting, card: Card) -> int:
        """A new message in the posting's channel beside its status message, unless an earlier attempt left one there;
        its id. Raises `PostError`s."""
        with self._post_errors_and_pauses():
            if found := await self._find(id, self._channel(posting), posting.message_id):
                return found
            # under the status message's own nonce, Discord would answer with that message and send nothing
            return await _without_blocked_words(lambda version: self._send(id, posting, version, f"a{id}"), card)

    async def write(self, id: JobId, posting: Posting, card: Card) -> int:
        """Send a card to the requester directly, unless an earlier attempt did. Raises `PostError`s."""
        with speaking(card.locale):
            told = replace(card, text=f"{wording.direct_message_words(posting.name)}\n{card.text}")
        with self._post_errors_and_pauses():
            user = await self._client.create_dm(discord.Object(posting.user_id))
            if found := await self._find(id, user):
                return found
            sent = await user.send(view=layout(told), files=files(told), nonce=f"d{id}", allowed_mentions=NO_MENTIONS)
        return sent.id

    async def reopen(self, posting: Posting) -> None:
        """Open the archived thread of a posting again. Raises `PostError`s."""
        with self._post_errors_and_pauses():
            await self._client.http.edit_channel(posting.channel_id or 0, archived=False)

    async def open_thread(self, posting: Posting, name: str) -> int | None:
        """The thread under a message, which is made if there is none; None where there can be none."""
        channel, message = posting.channel_id or 0, posting.message_id or 0
        try:
            made = await self._client.http.start_thread_with_message(
                channel, message, name=name, auto_archive_duration=THREAD_MINUTES
            )
        except discord.HTTPException as error:
            if error.code == HAS_THREAD:
                return message  # a thread has the id of the message that it is under
            log.info("no thread: %s", interaction_response.describe_error(error))
        except interaction_response.CONNECTION_ERRORS as error:
            log.info("no thread: %s", interaction_response.describe_error(error))
        else:
            return int(made["id"])
        return None

    async def direct(self, posting: Posting) -> Posting:
        """The posting of an answer that comes by direct message from the beginning. Raises `PostError`s."""
        with _as_post_errors():
            chat = await self._client.create_dm(discord.Object(posting.user_id))
        return replace(
            posting, channel_id=chat.id, guild_id=None, parent_message_id=None, token="", token_until=0.0,
            ephemeral=False, reachable=True, locale=posting.direct_locale,
        )  # fmt: skip

    async def ping(self, id: JobId, posting: Posting, note: str = "") -> None:
        """One short reply that names the requester, and a note. Raises `PostError`s."""
        with speaking(posting.locale):
            text = "\n".join(filter(None, (wording.ready_words(posting.user_id), note)))
        only = discord.AllowedMentions(
            everyone=False, roles=False, replied_user=False, users=[discord.Object(posting.user_id)]
        )
        with self._post_errors_and_pauses():
            if posting.by_channel and posting.message_id:
                answer = self._channel(posting).get_partial_message(posting.message_id)
                to = answer.to_reference(fail_if_not_exists=False)
                await self._channel(posting).send(text, reference=to, allowed_mentions=only, nonce=f"p{id}")
            elif posting.token_alive:
                await self._webhook(posting).send(text, ephemeral=posting.ephemeral, allowed_mentions=only)

    async def tell(self, id: JobId, user_id: int, text: str) -> None:
        """Words to a user, directly. Raises `PostError`s, `Unwelcome` where the user lets none through."""
        with self._post_errors_and_pauses():
            user = await self._client.create_dm(discord.Object(user_id))
            await user.send(text, nonce=f"t{id}", allowed_mentions=NO_MENTIONS)

    async def send_copy(self, id: JobId, user_id: int, card: Card) -> Posting:
        """Send a copy of an answer to somebody directly; within some minutes, Discord sends it once. Where it stands.
        Raises `PostError`s."""
        with self._post_errors_and_pauses():
            user = await self._client.create_dm(discord.Object(user_id))
            sent = await user.send(view=layout(card), files=files(card), nonce=f"e{id}", allowed_mentions=NO_MENTIONS)
        return Posting(user_id, "", "", channel_id=sent.channel.id, message_id=sent.id)

    def locale_of_server(self, guild_id: str) -> str:
        """The language of a server; "" where that is not known."""
        return locale_of(self._client, guild_id)

    async def announce(self, channel_id: int, text: str, nonce: str = "") -> None:
        """Words of our own in a channel; under a nonce, once within some minutes. Raises `PostError`s."""
        with self._post_errors_and_pauses():
            channel = self._client.get_partial_messageable(channel_id)
            named: dict[str, Any] = {"nonce": nonce} if nonce else {}
            await channel.send(text, allowed_mentions=NO_MENTIONS, suppress_embeds=True, **named)

    async def post_panel(self, channel_id: int, panel: Layout) -> None:
        """A panel of our own in a channel that a server chose. Raises `PostError`s."""
        with self._post_errors_and_pauses():
            await self._client.get_partial_messageable(channel_id).send(view=panel, allowed_mentions=NO_MENTIONS)

    async def post_once(
        self, channel_id: int, mark: str, nonce: str, view: Layout, attached: Sequence[Picture] = ()
    ) -> int:
        """A message of our own in a channel, unless one stands there whose buttons have that mark in their
        `custom_id`s; its id. Raises `PostError`s."""
        with self._post_errors_and_pauses():
            channel = self._client.get_partial_messageable(channel_id)
            if found := await self._find_marked(channel, mark):
                return found
            uploads = files(Card("", beside=tuple(attached)))
            sent = await channel.send(view=view, files=uploads, nonce=nonce, allowed_mentions=NO_MENTIONS)
        return sent.id

    async def replace_own(self, channel_id: int, message_id: int, view: Layout) -> None:
        """Other components in a message of our own that has no files. Raises `PostError`s."""
        with self._post_errors_and_pauses():
            message = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
            await message.edit(view=view, allowed_mentions=NO_MENTIONS)

    async def delete(self, posting: Posting) -> bool:
        """Take a job's message away; False where it is out of reach."""
        try:
            with _as_post_errors():
                return await self._delete(posting)
        except MessageGone:
            return True
        except Unwelcome:
            return False

    async def delete_direct(self, user_id: int, message_id: int) -> bool:
        """Take away what was sent to somebody directly; False where it is out of reach. Raises `PostError`s."""
        with _as_post_errors():
            chat = await self._client.create_dm(discord.Object(user_id))
        return await self.delete(Posting(user_id, "", "", channel_id=chat.id, message_id=message_id))

    async def stands(self, posting: Posting) -> bool:
        """Whether a job's message is still there, also where Discord does not say; never for an ephemeral one."""
        if not posting.by_channel or posting.message_id is None:
            return False
        try:
            with _as_post_errors():
                await self._channel(posting).fetch_message(posting.message_id)
        except MessageGone:
            return False
        except PostError as error:
            log.info("nobody said whether a message stands: %s", type(error).__name__)
        return True

    async def own_message(self, posting: Posting) -> discord.Message | None:
        """A job's message as it stands now, with fresh addresses of its files; None where it is out of reach or none of
        ours. Raises `Unavailable`."""
        if not posting.by_channel or posting.message_id is None:
            return None
        try:
            with _as_post_errors():
                found = await self._channel(posting).fetch_message(posting.message_id)
        except (MessageGone, Unwelcome):
            return None
        return found if self.is_own(found) else None

    def is_own(self, message: discord.Message) -> bool:
        """Whether we wrote it."""
        return message.author.id == self._me

    @contextmanager
    def _post_errors_and_pauses(self) -> Iterator[None]:
        """For what can wait: Discord's answers as `PostError`s, and no question while it refuses too much."""
        if pause := self._invalid_requests.pause_s:
            raise Unavailable("Discord refused too much lately", pause)
        with _as_post_errors():
            yield

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
                target, view=layout(card), attachments=files(card), allowed_mentions=NO_MENTIONS
            )
        except discord.HTTPException as error:
            never_made = posting.message_id is None and error.code == UNKNOWN_MESSAGE
            if error.code in TOKEN_DEAD or never_made:
                raise TokenDead from error
            raise
        return message.id

    async def _edit_by_channel(self, posting: Posting, message_id: int, card: Card) -> int:
        message = self._channel(posting).get_partial_message(message_id)
        edited = await message.edit(view=layout(card), attachments=files(card), allowed_mentions=NO_MENTIONS)
        return edited.id

    async def _send(self, id: JobId, posting: Posting, card: Card, nonce: str | None = None) -> int:
        reference: Any = None
        if posting.parent_message_id:
            parent = self._channel(posting).get_partial_message(posting.parent_message_id)
            reference = parent.to_reference(fail_if_not_exists=False)
        sent = await self._channel(posting).send(
            view=layout(card),
            files=files(card),
            nonce=nonce or id,
            reference=reference,
            mention_author=False,
            allowed_mentions=NO_MENTIONS,
        )
        return sent.id

    async def _find(self, id: JobId, channel: discord.abc.Messageable, besides: int | None = None) -> int | None:
        """A message of ours about this job, sent before its id could be kept."""
        return await self._find_marked(channel, f":{id}", besides, at_end=True)

    async def _find_marked(
        self, channel: discord.abc.Messageable, mark: str, besides: int | None = None, *, at_end: bool = False
    ) -> int | None:
        """A message of ours with such a button. A nonce alone is remembered by Discord for a few minutes only."""
        try:
            async for message in channel.history(limit=HISTORY_LIMIT):
                if message.author.id == self._me and message.id != besides and _bears(message, mark, at_end=at_end):
                    return message.id
        except discord.Forbidden:  # without the right to read the history, the nonce alone prevents doubles
            return None
        return None

    def _channel(self, posting: Posting) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(posting.channel_id or 0, guild_id=posting.guild_id)

    def _webhook(self, posting: Posting) -> discord.Webhook:
        return discord_internals.webhook(self._client, posting.application_id, posting.token)

    @property
    def _me(self) -> int:
        return self._client.user.id if self._client.user else 0


def posting_of_interaction(interaction: discord.Interaction, original: str, *, private: bool = False) -> Posting:
    """Where the answer to an interaction goes."""
    user = interaction.user
    return Posting(
        user_id=user.id,
        name=user.display_name,
        original=original,
        channel_id=interaction.channel_id,
        guild_id=interaction.guild_id,
        parent_message_id=interaction.message.id if interaction.message else None,
        application_id=interaction.application_id,
        token=interaction.token,
        token_until=time.time() + TOKEN_LIFE_S,
        ephemeral=private,
        reachable=interaction_response.can_edit(interaction),
        shard=_shard_range(interaction.client).arrival(interaction.guild_id),
        locale=spoken() if private else public(),
        own_locale=direct(),
    )


def _shard_range(client: discord.Client) -> ShardRange:
    """Which shards this process keeps."""
    found = getattr(client, "shard_range", None)
    return found if isinstance(found, ShardRange) else ShardRange()


def posting_of_message(message: discord.Message, original: str, asker: discord.User | discord.Member) -> Posting:
    """Where the answer to a message goes."""
    return Posting(
        user_id=asker.id,
        name=asker.display_name,
        original=original,
        channel_id=message.channel.id,
        guild_id=message.guild.id if message.guild else None,
        parent_message_id=message.id,
        locale=public(),
        own_locale=direct(),
    )


def _bears(message: discord.Message, mark: str, *, at_end: bool) -> bool:
    """Whether a button of a message has that in its `custom_id`."""
    ids = [
        str(getattr(child, "custom_id", None) or "")
        for row in message.components
        for child in getattr(row, "children", ())
    ]
    return any(one.endswith(mark) if at_end else mark in one for one in ids)


async def _without_blocked_words(post: Callable[[Card], Awaitable[T]], card: Card) -> T:
    """Post a card; where Discord or the server's AutoMod objects to its words, without those that a person chose."""
    try:
        return await post(card)
    except discord.HTTPException as error:
        if error.code not in BLOCKED_CODES:
            raise
        log.info("a message was blocked and is sent in fewer words: %s", error.code)
    return await post(plain_card(card))


@contextmanager
def _as_post_errors() -> Iterator[None]:
    try:
        yield
    except discord.HTTPException as error:
        raise _post_error(error) from error
    except interaction_response.CONNECTION_ERRORS as error:
        raise Unavailable(interaction_response.describe_error(error), getattr(error, "retry_after", 0.0)) from error


def _post_error(error: discord.HTTPException) -> PostError:
    """What Discord answered, as what it means to whoever posts."""
    named = {TOO_LARGE: TooLarge, UNKNOWN_MESSAGE: MessageGone, ARCHIVED: Archived, TOO_MANY_EDITS: Unwelcome}
    named |= dict.fromkeys(TOKEN_DEAD, OutOfReach)
    text = interaction_response.describe_error(error)
    if kind := named.get(error.code):
        return kind(text)
    if error.status == 413:
        return TooLarge(text)
    # 401: the bot's token is not known any more, which ends the bot and no job
    passing = (
        error.status in (401, 429)
        or error.status >= 500
        or (error.status == 403 and error.code in interaction_response.TRANSIENT_CODES)
    )
    return Unavailable(text) if passing else Unwelcome(text)
