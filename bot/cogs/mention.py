"""`@Pareidolia eyes` with pictures, and `stronger` in reply to a dream: `message => dream`.

Read are messages that name us, direct messages, and replies that ping us: Discord shows the words of no others. What
names us, or is written to us directly, is always answered, if only with a hint; of replies, only those with a wish.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

import discord
from discord.ext import commands

from bot import help_pages, wording
from bot.delivery.interaction_response import CONNECTION_ERRORS, describe_error, is_forbidden
from bot.delivery.publisher import NO_MENTIONS
from bot.gateway import error_words
from bot.gateway.client import Client
from bot.languages.current import answering_message, direct, public, speaking, spoken
from bot.requests import message_options, picture_sources, video_sources
from bot.requests.continuation import continuation
from bot.requests.limits import OF_SERVERS, SILENT, check_ready
from bot.requests.message_options import Wish
from bot.requests.picture_sources import Original, first_alone, of_links
from bot.requests.remedies import Remedy, Saved, correct_word, near_words
from bot.requests.replies import replace_with
from bot.requests.service import FailedAfterResponse, place_of_message
from engine.catalog.catalog import Catalog
from engine.errors import ForeignUrl, NotAPicture, PareidoliaError, UnreadableReply
from engine.params import Dream, Video, Zoom
from engine.queue.job import VIDEO, JobRow

log = logging.getLogger(__name__)

UNFURL_S = 3.5
"""Discord shows what is behind a link up to 3 s after the message."""
PERSON = re.compile(r"<@!?(\d+)>")
WRITTEN = (discord.MessageType.default, discord.MessageType.reply)
"""What people write; other messages are notices of Discord about what they did."""


KINDS: dict[str, type[Dream | Zoom | Video]] = {"zoom": Zoom, "video": Video}
"""What is made, by the verb of a wish; else a dream."""
MESSAGE = "message"
"""The kind of a remedy that answers a message as if something else had been said."""


class MentionCog(commands.Cog):
    """Dreams asked for by a message."""

    def __init__(self, client: Client) -> None:
        self.client = client
        client.remedies.read_with(MESSAGE, self._read_remedy)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Dream if we are called: by name, directly, or by a reply that pings us."""
        if message.author.bot or message.type not in WRITTEN or self.client.user is None or self.client.stopping:
            return
        if not self.client.serves(_guild_id(message)):
            return
        if not (self._is_addressed(message) or self._is_pinged(message)):
            return
        await self._try_to_answer(message, message_options.strip_mentions(message.content))

    async def _try_to_answer(self, message: discord.Message, said: str) -> None:
        try:
            await self._answer(message, said)
        except Exception as error:
            await self._apologise(message, said, error)

    def _is_named(self, message: discord.Message) -> bool:
        """Whether our name is in its words."""
        return str(self._own_id) in PERSON.findall(message.content)

    def _is_addressed(self, message: discord.Message) -> bool:
        """Whether it certainly speaks to us."""
        return message.guild is None or self._is_named(message)

    def _is_pinged(self, message: discord.Message) -> bool:
        """Whether it answers a message of ours; people leave the ping on when they speak with one another, too."""
        return any(one.id == self._own_id for one in message.mentions)

    @property
    def _own_id(self) -> int:
        return self.client.user.id if self.client.user else 0

    @property
    def _catalog(self) -> Catalog:
        return self.client.service.catalog

    async def _answer(self, message: discord.Message, said: str) -> None:
        addressed = self._is_addressed(message)
        if addressed:
            await self._check_place(message)
        greeted = message_options.is_greeting(said) and (not addressed or self._shown(message) is not None)
        if message_options.is_help(said) and not greeted:
            await self._reply(message, help_pages.HELP)
            return
        wish = message_options.read(said, self._catalog)
        if not (wish.certain or addressed):
            return
        if not addressed:
            await self._check_place(message)
        own = await self._own_picture(message, wish)
        if own is None and wish.verb != "video" and (row := await self._continued_row(message, wish)):
            await self._continue(message, wish, row)
            return
        original = own or await self._other_picture(message, wish)
        wordless = not wish.known and not wish.unknown and self._is_named(message)
        if not (wish.known or wordless) and (near := self._hint(wish, original)) is not None:
            offers = [self._remedy(message, near, near)] if near and ":" not in near else []  # a layer is no word
            await self._reply(message, wording.hint_words(near), *offers)
            return
        await self._dream(message, wish, original or picture_sources.choose_original(None, self._person(message)))

    async def _check_place(self, message: discord.Message) -> None:
        """Whether anything is made there now. Raises `ServerPaused` and `ChannelClosed`."""
        if place := place_of_message(message):
            await self.client.service.gate.check_place(place)

    def _hint(self, wish: Wish, original: Original | None) -> str | None:
        """What to suggest to who says nothing that means something; None where there is a picture that can be dreamed
        and no word looks mistyped."""
        near = message_options.suggestion(wish, self._catalog)
        return near if near or original is None else None

    async def _dream(self, message: discord.Message, wish: Wish, original: Original) -> None:
        service = self.client.service
        kind: type[Dream | Zoom | Video] = Video if VIDEO in original.others else KINDS.get(wish.verb, Dream)
        original = original if kind is Dream else first_alone(original)
        options = {**video_sources.options_of(original), **wish.dream_options()}
        params = await service.params(kind, message.author.id, **options)
        if not await self._refuse_while_stopping(message):
            await service.take_message(message, params, original)

    async def _continued_row(self, message: discord.Message, wish: Wish) -> JobRow | None:
        """The job that a message replies to, if it is to go on: with a wish, or by our name and whatever was said.

        Who names somebody else wants that person to be dreamed.
        """
        reference = message.reference
        if message.type is not discord.MessageType.reply or reference is None or reference.message_id is None:
            return None
        if self._mentioned_person(message) or not (wish.known or self._is_named(message)):
            return None
        return await self.client.service.row_of_message(reference.message_id, message.author.id)

    async def _continue(self, message: discord.Message, wish: Wish, row: JobRow) -> None:
        service = self.client.service
        options = await service.options(Dream, message.author.id, **wish.options)
        params, original = continuation(row, wish, options)
        check_ready(params)
        if not await self._refuse_while_stopping(message):
            await service.take_message(message, params, original, parent=row)

    async def _refuse_while_stopping(self, message: discord.Message) -> bool:
        if self.client.stopping:
            await self._reply(message, wording.STOPPING)
        return self.client.stopping

    async def _own_picture(self, message: discord.Message, wish: Wish) -> Original | None:
        """What is in the message itself: a file, a sticker, what it forwards, what Discord shows of a link, an emoji.

        Raises `ForeignUrl`, `DrawnSticker`, and `NotAPicture` for other files.
        """
        if found := self._shown(message, wish):
            return found
        if message.attachments:
            raise NotAPicture
        if message_options.ADDRESS.search(message.content):
            return self._shown(await self._wait_for_embed(message), wish)
        picture_sources.refuse_drawn_sticker(message)
        emoji = picture_sources.of_emoji(message.content, self._catalog, self._is_allowed)
        return of_links(message.author.display_name, [emoji]) if emoji else None

    async def _other_picture(self, message: discord.Message, wish: Wish) -> Original | None:
        """The picture of the message that it answers, or of the one that ours answered. Raises `ForeignUrl`,
        `DrawnSticker` and `UnreadableReply`."""
        replied = message.reference.resolved if message.reference else None
        if not isinstance(replied, discord.Message) or self._mentioned_person(message):
            return None
        if found := self._shown(replied, wish):
            return found
        if replied.author.id == self._own_id:
            return await self._picture_before(replied, wish)
        if self._is_withheld(replied):
            raise UnreadableReply
        picture_sources.require_link(replied, self._is_allowed)
        return None

    async def _picture_before(self, hint: discord.Message, wish: Wish) -> Original | None:
        """The picture of the message that a sentence of ours answered: who was asked "did you mean" says it again."""
        try:
            whole = await hint.channel.fetch_message(hint.id)  # within another message it comes without what it answers
        except (discord.HTTPException, *CONNECTION_ERRORS) as error:
            log.info("a message was not read again: %s", describe_error(error))
            return None
        answered = whole.reference.resolved if whole.reference else None
        return self._shown(answered, wish) if isinstance(answered, discord.Message) else None

    def _shown(self, message: discord.Message, wish: Wish | None = None) -> Original | None:
        """The pictures of a message; what moves in it where a video is wished for, or where there is no picture."""
        pictures = self._pictures(message)
        if pictures and (wish is None or wish.verb != "video"):
            return pictures
        moving = video_sources.of_message(message, self._is_allowed)
        return video_sources.of_link(message.author.display_name, moving) if moving else pictures

    def _pictures(self, message: discord.Message) -> Original | None:
        """The pictures of a message, as many as are dreamed at once."""
        found = picture_sources.all_of_message(message, self._is_allowed)
        return of_links(message.author.display_name, found, self.client.service.most_pictures) if found else None

    def _is_allowed(self, url: str) -> bool:
        return self.client.service.downloader.is_allowed(url)

    def _person(self, message: discord.Message) -> discord.User | discord.Member:
        """Whose avatar is dreamed where there is no picture."""
        return self._mentioned_person(message) or message.author

    def _is_withheld(self, replied: discord.Message) -> bool:
        """Whether Discord kept a message from us: somebody's in a server that has nothing in it and does not name us.

        It does so for bots without the privileged intent for the content of messages, which we do not ask for.
        """
        if replied.guild is None or self.client.user in (replied.author, *replied.mentions):
            return False
        return not (replied.content or replied.attachments or replied.embeds or replied.components)

    def _mentioned_person(self, message: discord.Message) -> discord.User | discord.Member | None:
        """The first person whom the message mentions beside us."""
        people = {str(one.id): one for one in message.mentions if one != self.client.user}
        return next((people[id] for id in PERSON.findall(message.content) if id in people), None)

    async def _wait_for_embed(self, message: discord.Message) -> discord.Message:
        """A message with a link, once Discord shows the picture behind it. Raises `ForeignUrl`."""

        def shows(event: discord.RawMessageUpdateEvent) -> bool:
            return event.message_id == message.id and self._pictures(event.message) is not None

        told = asyncio.create_task(self._edit(shows))
        try:
            with suppress(ForeignUrl):  # where old messages may not be read, edits are told all the same
                # it may have been shown before we listened; we do by the time that this is sent
                shown = await self._fetch_message(message.channel, message.id)
                if self._pictures(shown):
                    return shown
            if event := await told:
                return event.message
        finally:
            told.cancel()
        shown = await self._fetch_message(message.channel, message.id)
        picture_sources.require_link(shown, self._is_allowed)
        return shown

    async def _edit(
        self, check: Callable[[discord.RawMessageUpdateEvent], bool]
    ) -> discord.RawMessageUpdateEvent | None:
        """The edit of a message that is waited for, if it comes in time."""
        try:
            return await self.client.wait_for("raw_message_edit", check=check, timeout=UNFURL_S)
        except TimeoutError:
            return None

    async def _fetch_message(self, channel: discord.abc.Messageable, id: int) -> discord.Message:
        """A message once more, in case nobody told us that it changed. Raises `ForeignUrl`."""
        try:
            return await channel.fetch_message(id)
        except (discord.HTTPException, *CONNECTION_ERRORS) as error:
            log.info("a message was not read again: %s", describe_error(error))
            raise ForeignUrl from None

    async def _reply(self, message: discord.Message, text: str, *remedies: Remedy) -> None:
        """A sentence in reply, with what mends it; where we may not write, directly, with the reason."""
        shown: dict[str, Any] = {"view": self.client.remedies.panel(text, *remedies)} if remedies else {"content": text}
        try:
            await message.reply(**shown, mention_author=False, allowed_mentions=NO_MENTIONS)
        except (discord.HTTPException, *CONNECTION_ERRORS) as failed:
            log.warning("a sentence was not delivered: %s", describe_error(failed))
            if is_forbidden(failed) and message.guild is not None:
                with speaking(direct()):
                    told = wording.cannot_write_words(message.jump_url)
                await self._tell_directly(message, told)

    async def _tell_directly(self, message: discord.Message, text: str) -> bool:
        """Why a message got no answer, for who wrote it; whether they can read it."""
        try:
            await message.author.send(text, allowed_mentions=NO_MENTIONS)
        except (discord.HTTPException, *CONNECTION_ERRORS) as failed:
            log.info("nobody can be told: %s", describe_error(failed))
            return False
        return True

    def _remedy(self, message: discord.Message, said: str, word: str) -> Remedy:
        """The button that answers a message as if something else had been said, with that word."""

        async def run(pressed: discord.Interaction[Any]) -> None:
            await replace_with(pressed, wording.using_words(word))
            with answering_message(spoken(), public()):
                await self._try_to_answer(message, said)

        saved = {"kind": MESSAGE, "message": message.id, "said": said, "word": word}
        return Remedy(message.author.id, wording.use_words(word), run, saved)

    def _read_remedy(self, user_id: int, label: str, saved: Saved) -> Remedy:
        """The button under an answer of an earlier bot: the message is read again."""

        async def run(pressed: discord.Interaction[Any]) -> None:
            message = await self._fetch_message(cast(discord.abc.Messageable, pressed.channel), saved["message"])
            await self._remedy(message, saved["said"], saved["word"]).run(pressed)

        return Remedy(user_id, label, run, saved)

    async def _apologise(self, message: discord.Message, said: str, error: Exception) -> None:
        if isinstance(error, FailedAfterResponse):
            await self.client.apologise_in_place(error)
            return
        if not isinstance(error, PareidoliaError):
            log.warning("a mention was not answered")
        sentence = self.client.explain(error)
        with speaking(direct()):
            own = error_words.sentence(error)
        told = isinstance(error, OF_SERVERS) and await self._tell_directly(message, own)
        if told or isinstance(error, SILENT):  # a channel that wants no dreams wants no words about them
            return
        near = [(correct_word(said, error, word), word) for word in near_words(error)]
        remedies = [self._remedy(message, corrected, word) for corrected, word in near if corrected and ":" not in word]
        await self._reply(message, sentence, *remedies)


def _guild_id(message: discord.Message) -> int | None:
    return message.guild.id if message.guild else None


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(MentionCog(client))
