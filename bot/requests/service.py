"""The way of every request through the bot: `(interaction or message, params) => status message + followed job`.

    check what can be checked here, open the picture, queue, answer with the status message, follow

A refusal is an ephemeral answer and nothing is queued. Only where opening a picture takes longer than Discord waits is
the status message sent first; a refusal then goes to who asked alone all the same, and the status message is taken
away. Only a message (a mention) is refused where everybody reads it: Discord has no other reply to one.

Longer than most files: whoever waits gets a status message first, and both ways share every step.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import discord

from bot import play_wording, wording
from bot.delivery import interaction_response
from bot.delivery.errors import PostError, Unavailable, Unwelcome
from bot.delivery.publisher import DiscordPublisher, posting_of_interaction, posting_of_message
from bot.delivery.server_log import ServerLog
from bot.delivery.tracker import DeliveryTracker
from bot.languages import stored_words
from bot.requests import pending_requests
from bot.requests.command_permissions import CommandPermissions
from bot.requests.copies import Copies
from bot.requests.default_options import with_defaults
from bot.requests.downloader import Downloader, Link
from bot.requests.game_request import GameRequest
from bot.requests.limits import Permit, Quota, ServerGate, ServerPlace, Turn, check_others, check_ready, feature_of
from bot.requests.pending_requests import PendingRequests
from bot.requests.picture_sources import Original, choose_original, is_restricted_place, of_attachment, of_row
from bot.requests.replies import try_say
from bot.requests.stored_pictures import StoredPictures, job_of_imprint
from bot.requests.submission import ImageCheck, OpenedPictures, QueuedJob, Request, Submitter
from bot.store.game_records import GameRecords
from bot.store.nsfw_rules import NsfwCheck, NsfwRule
from bot.store.posting import Posting, answer_place
from bot.store.presets import SHARED_OPTIONS, Presets
from bot.store.schedules import Schedules
from bot.store.user_settings import UserSettingsStore
from bot.views import result_card, status_card
from bot.views.message_card import Card
from engine import logs
from engine import params as engine_params
from engine.catalog.catalog import Catalog
from engine.errors import (
    AgeRestricted,
    CannotAnswer,
    Gone,
    OptedOut,
    PrivateServer,
    Refusal,
    StillSecret,
    TooLong,
    TooManyPictures,
    Unreachable,
)
from engine.files import generation_metadata
from engine.files.blobs import BlobKey
from engine.files.decoder import CleanPicture
from engine.files.fingerprint import Fingerprint
from engine.files.generation_metadata import Imprint
from engine.params import AnyParams, P, Params, VariedParams, draw_seed
from engine.platform.units import MEGABYTE
from engine.queue.dispatch_port import Dispatch
from engine.queue.job import FURTHER, Job, JobId, JobRow, count_pictures, new_id

log = logging.getLogger(__name__)

OPENING_S = 0.7
"""A picture that takes longer to open is opened behind a status message."""
PLACE_S = 3.0
"""How often whoever waits to have a picture opened is told of the place in line."""
CHANNEL_FACTOR = 3
"""So many times rarer where that costs edits of the channel, which everybody in it shares."""
READ_S = 1.5
"""How long a file may take to say how it was made: Discord waits for 3 s, and a picture is opened after that."""
TOKEN_ESTIMATE_S = 12 * 60.0
"""The longest dream that is taken where only the interaction's token can bring the answer."""
DRAIN_STEP_S = 0.05
AMEND_PAUSES_S = (2.0, 10.0, 60.0)
"""Between the attempts to put an apology in place of a status message."""
MESSAGE_LIMIT = 10 * MEGABYTE
"""What fits in a direct message, and everywhere else."""

THREADED = (discord.ChannelType.text, discord.ChannelType.news)
"""Channels in which a thread can stand under a message."""

Send = Callable[[Card], Awaitable[int | None]]
"""Sends a status message; its id, or None where nobody can tell what became of it."""
SEND_ERRORS = (PostError, discord.HTTPException, *interaction_response.CONNECTION_ERRORS)
"""What a status message that was not taken raises."""


class FailedAfterResponse(Exception):
    """Something went wrong when the status message stood already, which must not stay there. The cause says what."""

    def __init__(self, id: JobId, posting: Posting) -> None:
        self.id = id
        self.posting = posting

    @property
    def reason(self) -> Exception:
        """What went wrong."""
        return self.__cause__ if isinstance(self.__cause__, Exception) else self


class RequestService:
    """Takes requests from commands, buttons and messages."""

    def __init__(
        self,
        dispatch: Dispatch,
        downloader: Downloader,
        publisher: DiscordPublisher,
        tracker: DeliveryTracker,
        presets: Presets,
        quota: Quota,
        pending: PendingRequests,
        catalog: Catalog,
        user_settings: UserSettingsStore,
        gate: ServerGate,
        command_permissions: CommandPermissions,
        server_log: ServerLog,
        copies: Copies,
        image_check: ImageCheck | None = None,
        nsfw_check: NsfwCheck | None = None,
        games: GameRecords | None = None,
    ) -> None:
        self.nsfw_check = nsfw_check or NsfwCheck()
        self._games = games
        self.copies = copies
        self.catalog = catalog
        self.command_permissions = command_permissions
        self.gate = gate
        self.server_log = server_log
        self.dispatch = dispatch
        self.downloader = downloader
        self.presets = presets
        self.user_settings = user_settings
        self._publisher = publisher
        self._tracker = tracker
        self._quota = quota
        self._pending = pending
        self._submitter = Submitter(dispatch, downloader, image_check=image_check)
        self.stored = StoredPictures(dispatch, publisher, self.fetch)
        self.schedules: Schedules | None = None

    # what is asked

    @property
    def most_pictures(self) -> int:
        """How many pictures of one message are dreamed."""
        return min(1 + len(FURTHER), self._quota.per_user)

    async def params(self, kind: type[P], user_id: int, preset: str | None = None, **options: Any) -> P:
        """Params of a preset with options over it, both over the user's defaults, and a drawn seed. Raises the
        `Refusal`s of options."""
        typed = await self.options(kind, user_id, preset, **options)
        settings = await self.user_settings.load(str(user_id))
        usual = {} if preset else await self.presets.default(str(user_id))
        chosen = settings.options or usual
        wanted = with_defaults(kind, typed, settings, usual, self.catalog) if chosen else typed
        made = engine_params.make(kind, self.catalog, **{"seed": draw_seed(), **wanted})
        check_ready(made)
        return made

    async def options(
        self, kind: type[Params], user_id: int, preset: str | None = None, **options: Any
    ) -> dict[str, Any]:
        """The options that a preset has for one kind of params, with options over it. Raises `UnknownPreset`."""
        kept = await self.presets.load(str(user_id), preset) if preset else {}
        fields = {key: value for key, value in kept.items() if key in SHARED_OPTIONS.get(kind, ())}
        given = {key: value for key, value in options.items() if value is not None}
        return engine_params.override(fields, given)

    async def takes_stars(self, place: ServerPlace | None, channel_id: int | None) -> bool:
        """Whether people can give stars to what is posted in a channel or thread."""
        if place is None or self.schedules is None:
            return False
        return await self.schedules.takes_stars(place.guild_id, str(channel_id))

    async def recent_picture(self, user: discord.User | discord.Member, channel_id: int | None) -> Original:
        """The picture that a user last chose where all of that channel could see it, else the avatar, else noise.

        What somebody dreamed elsewhere or in private is not shown here unasked.
        """
        for row in await self.dispatch.recent_sources(str(user.id)):
            posting = Posting.from_json(row.posting)
            here = posting.channel_id == channel_id and not (posting.ephemeral or posting.abandoned)
            if here and row.job.picture and await self.dispatch.has_blob(row.job.picture):
                return of_row(row, row.job.picture)
        return choose_original(None, user)

    async def imprint(self, link: Link, user_id: int) -> Imprint:
        """How a file says that it was made. Raises the `Refusal`s of pictures and of imprints."""
        with self._quota.slot(str(user_id)):
            turn = self._submitter.enqueue_for(str(user_id), link)
            try:
                async with asyncio.timeout(READ_S), turn:
                    return generation_metadata.read(await self.downloader.imprint(link, str(user_id)), self.catalog)
            except TimeoutError:
                raise (Unreachable if turn.arrived.is_set() else TooManyPictures(minutes=1)) from None

    async def row(self, id: str, user_id: int, pressed: discord.Message | None = None) -> JobRow:
        """A job whose button was pressed by someone, in that message. Raises `Gone` and `StillSecret`.

        A private dream is there for its requester only, however somebody else came by its id.
        """
        row = await self.dispatch.row(JobId(id))
        if row is None and pressed is not None:
            row = await self._row_of_imprint(JobId(id), pressed, user_id)
        if row is None or (is_private(row) and row.job.requester != str(user_id)):
            raise Gone
        if is_secret(row):
            raise StillSecret
        return row

    async def _row_of_imprint(self, id: JobId, message: discord.Message, user_id: int) -> JobRow | None:
        """A job that was forgotten, by what the file in its message says, written down again; None where it does not
        say enough: nothing, or of a sheet, which is several pictures in one file."""
        if not self._publisher.is_own(message) or len(message.attachments) != 1:
            return None
        try:
            said = await self.imprint(of_attachment(message.attachments[0]), user_id)
        except Refusal as error:
            log.info("a forgotten job is not in its file: %s", error.code)
            return None
        if isinstance(said.params, VariedParams) and said.params.variations > 1:
            return None
        job, result, posting = job_of_imprint(said, message, str(user_id))
        await self.dispatch.record(job, result, posting.to_json(), id)
        await self.dispatch.mark_posted(id, str(message.id), posting.to_json())
        return await self.dispatch.row(id)

    async def fetch(self, link: Link, size: int, person: str) -> CleanPicture:
        """A picture of so many pixels, when it is its turn. Raises the `Refusal`s of pictures and of limits."""
        with self._quota.slot(person):
            async with self._submitter.enqueue_for(person, link):
                return await self.downloader.fetch(link, size, person)

    async def fingerprint(self, key: BlobKey) -> Fingerprint:
        """By what a stored picture is known again: its file by its name. Raises `Refusal`s, such as `Gone`."""
        data = await self.dispatch.get_blob(key)
        if data is None:
            raise Gone
        return dataclasses.replace(await self.downloader.fingerprint(data), sha256=key)

    async def note(self, posting: Posting, line: str) -> None:
        """Tell the log channel of the server where an answer stands, if it has one."""
        if posting.guild_id is not None:
            rules = await self.gate.rules.load(str(posting.guild_id))
            self.server_log.note(rules.log_channel, line)

    async def row_of_message(self, message_id: int, user_id: int) -> JobRow | None:
        """The job that a message of ours is about, finished or not; None also for somebody else's private one, and for
        a round of a game that is open."""
        underway = (
            row
            for row in await self.dispatch.list_unposted()
            if Posting.from_json(row.posting).message_id == message_id
        )
        row = next(underway, None) or await self.dispatch.find_by_answer(str(message_id))
        if row is None or is_secret(row):
            return None
        return None if is_private(row) and row.job.requester != str(user_id) else row

    async def stands(self, row: JobRow) -> bool:
        """Whether the message with a job's answer is still where it was asked for."""
        return await self._publisher.stands(Posting.from_json(row.posting))

    async def forget(self, row: JobRow) -> None:
        """Delete what is stored of a dream: the row, and the pictures that nothing else names; then what else shows
        it."""
        await self.gate.forgive([row.id])
        if self._games:
            await self._games.dex.hide(row.id)
        await self.dispatch.forget_job(row.id)
        await self.copies.take_back([row.id])

    # the way in

    async def take(
        self,
        interaction: discord.Interaction,
        params: AnyParams,
        original: Original,
        *,
        private: bool | None = None,
        parent: JobRow | None = None,
        game: GameRequest | None = None,
        id: JobId | None = None,
        thread_id: int | None = None,
    ) -> None:
        """Answer an interaction with a status message and queue its job. `private`: whether nobody else is to see it,
        if that was chosen; `thread_id`: the thread in which everybody sees it; `id`: a fresh one. Raises `Refusal`s."""
        check_others(params, original.others)
        await self._check_command(interaction, params)
        id, place = game.id if game else id or new_id(), place_of(interaction)
        pictures, whose = count_of(params, original), original.avatar_beside(interaction.user.id)
        async with self.gate.enter(place, id, params, pictures, private=private, avatar_of=whose) as permit:
            thread_id = None if permit.private else thread_id
            await self._take(interaction, id, permit, original, parent, game, thread_id)
        await self._note(id, permit)

    async def _take(
        self, interaction: discord.Interaction, id: JobId, permit: Permit[AnyParams], original: Original,
        parent: JobRow | None, game: GameRequest | None, thread_id: int | None,
    ) -> None:  # fmt: skip
        original = await self.stored.present(original, parent, interaction.message) if parent else original
        restricted = check_age(original, interaction.channel)
        stars = not permit.private and await self.takes_stars(
            place_of(interaction), thread_id or interaction.channel_id
        )
        hidden = await self._is_hidden(original, interaction.user.id, parent)
        limit = interaction.filesize_limit or MESSAGE_LIMIT
        request = request_of(id, permit.params, str(interaction.user.id), original, parent, limit, hidden=hidden)
        rule = self._nsfw_rule(permit, interaction.channel)
        request = dataclasses.replace(request, guild_id=guild_of(place_of(interaction)), rule=rule)
        posting = posting_of_interaction(interaction, original.words, private=permit.private)
        posting = dataclasses.replace(
            posting, frame=original.frame, offer=original.offer, avatar_of=original.avatar_of,
            owners=tuple(sorted(original.owners)), age_restricted=restricted,
            dex=counts_for_dex(permit, place_of(interaction)), stars=stars and game is None,
        )  # fmt: skip
        request, posting = for_game(game, request, posting) if game else (request, posting)
        logs.set_job(request.id)
        with self._quota.slot(request.requester):
            await self._answer(interaction, request, posting, permit, parent, thread_id)

    async def _answer(
        self, interaction: discord.Interaction, request: Request, posting: Posting, permit: Permit[AnyParams],
        parent: JobRow | None, thread_id: int | None,
    ) -> None:  # fmt: skip
        """Where the answer belongs, and by what it can be given."""
        if thread_id is not None:
            await interaction_response.respond(interaction, interaction.response.defer)
            there = dataclasses.replace(posting, channel_id=thread_id, parent_message_id=None)
            await self._send(request, dataclasses.replace(there, token="", token_until=0.0))
            return
        threaded = bool(parent and permit.rules.threads and posting.by_channel and can_open_thread(interaction))
        beside = reply_beside(posting, parent) if interaction_response.can_send(interaction) else None
        if threaded or beside is not None:
            await interaction_response.respond(interaction, interaction.response.defer)
            thread = await self._thread_of(parent, posting) if parent and threaded else None
            await self._send(request, thread or beside or dataclasses.replace(posting, token="", token_until=0.0))
            return
        if not posting.by_channel and (refusal := await self._refusal_of_token(interaction, request)):
            await self._take_directly(interaction, request, posting, refusal)
            return

        def send(card: Card) -> Awaitable[int | None]:
            return self._publisher.respond(interaction, card, ephemeral=posting.ephemeral)

        opening, turn = await self._begin_opening(request)
        if opening.done():
            await self._queue_and_show(request, opening.result(), posting, send)
        else:
            await self._open_behind_status(request, opening, turn, posting, send)

    # what a server decided

    async def _check_command(self, interaction: discord.Interaction, params: AnyParams) -> None:
        """What is no command is allowed where its command is. Raises `CommandForbidden`."""
        place = place_of(interaction)
        if place is not None and interaction.type is not discord.InteractionType.application_command:
            await self.command_permissions.check(place, interaction.permissions, feature_of(params))

    async def check_place(self, interaction: discord.Interaction) -> None:
        """Whether anything is made where an interaction came from. Raises `ServerPaused` and `ChannelClosed`."""
        if (place := place_of(interaction)) is not None:
            await self.gate.check_place(place)

    @asynccontextmanager
    async def enter_pick(self, interaction: discord.Interaction, sheet: JobRow) -> AsyncIterator[bool]:
        """Let a picture be taken out of a sheet, which is a message and no work; whether only its person may see it.
        Raises the `Refusal`s of servers."""
        params, posting = sheet.job.params, Posting.from_json(sheet.posting)
        await self._check_command(interaction, params)
        check_age(Original(None, "", restricted=posting.age_restricted), interaction.channel)
        entering = self.gate.enter(
            place_of(interaction), new_id(), params, 0, private=privacy_of_result(sheet), avatar_of=posting.avatar_of
        )
        async with entering as permit:
            yield permit.private

    async def _thread_of(self, parent: JobRow, posting: Posting) -> Posting | None:
        """The posting of an answer in the thread under a result; None where there can be none."""
        below = answer_place(parent.posted, Posting.from_json(parent.posting), posting.channel_id)
        if below.channel_id != posting.channel_id or below.message_id is None or below.ephemeral:
            return None
        thread = await self._publisher.open_thread(below, wording.thread_name(below.name))
        if thread is None:
            return None
        return dataclasses.replace(posting, channel_id=thread, parent_message_id=None, token="", token_until=0.0)

    async def _note(self, id: JobId, permit: Permit[AnyParams]) -> None:
        """Tell the channel that a server chose for it who asked for what."""
        if permit.rules.log_channel and (row := await self.dispatch.row(id)):
            posting = Posting.from_json(row.posting)
            line = play_wording.log_line(posting) if posting.choices else wording.log_line(row, posting)
            self.server_log.note(permit.rules.log_channel, line)

    async def _refusal_of_token(self, interaction: discord.Interaction, request: Request) -> Refusal | None:
        """Why the interaction's token alone cannot bring the answer, if it cannot."""
        if not interaction_response.can_attach(interaction):
            return CannotAnswer()
        seconds = await self.dispatch.estimate(Job(request.params, request.requester))
        places = await self.dispatch.places()
        seconds += max((place.eta_s for place in places.values()), default=0.0)
        return TooLong(minutes=round(seconds / 60), params=request.params) if seconds > TOKEN_ESTIMATE_S else None

    async def _take_directly(
        self, interaction: discord.Interaction, request: Request, posting: Posting, refusal: Refusal
    ) -> None:
        """Queue a job whose answer comes by direct message, once that has taken its status message. Raises `Refusal`s:
        that one where direct messages are refused, too."""
        await interaction_response.respond(
            interaction, lambda: interaction.response.defer(ephemeral=True, thinking=True)
        )
        request = dataclasses.replace(request, limit_bytes=min(request.limit_bytes, MESSAGE_LIMIT))
        try:
            direct = await self._publisher.direct(posting)
        except Unwelcome as error:
            raise refusal from error

        async def send(card: Card) -> int | None:
            try:
                sent = await self._send_unless_unavailable(request.id, direct, card)
            except Unwelcome as error:
                raise refusal from error
            await try_say(interaction, wording.sent_directly_words(dataclasses.replace(direct, message_id=sent).link))
            return sent

        opening, turn = await self._begin_opening(request)
        await self._open_behind_status(request, opening, turn, direct, send)

    async def take_message(
        self,
        message: discord.Message,
        params: AnyParams,
        original: Original,
        *,
        parent: JobRow | None = None,
        asker: discord.User | discord.Member | None = None,
    ) -> None:
        """Answer a message with a status message and queue its job, for its author or who asks in its place. Raises
        `Refusal`s."""
        check_others(params, original.others)
        author = asker or message.author
        id, place = new_id(), place_of_message(message, author)
        if place is not None and isinstance(author, discord.Member):
            await self.command_permissions.check(place, permissions_of(message, author), feature_of(params))
        pictures, whose = count_of(params, original), original.avatar_beside(author.id)
        async with self.gate.enter(place, id, params, pictures, private=None, avatar_of=whose) as permit:
            await self._take_message(message, author, id, permit, original, parent)
        await self._note(id, permit)

    async def _take_message(
        self,
        message: discord.Message,
        author: discord.User | discord.Member,
        id: JobId,
        permit: Permit[AnyParams],
        original: Original,
        parent: JobRow | None,
    ) -> None:
        original = await self.stored.present(original, parent, None) if parent else original
        restricted = check_age(original, message.channel)
        hidden = await self._is_hidden(original, author.id, parent)
        limit = message.guild.filesize_limit if message.guild else MESSAGE_LIMIT
        request = request_of(id, permit.params, str(author.id), original, parent, limit, hidden=hidden)
        rule = self._nsfw_rule(permit, message.channel)
        request = dataclasses.replace(request, guild_id=guild_of(place_of_message(message, author)), rule=rule)
        logs.set_job(request.id)
        posting = dataclasses.replace(
            posting_of_message(message, original.words, author), frame=original.frame, avatar_of=original.avatar_of,
            owners=tuple(sorted(original.owners)), age_restricted=restricted,
            dex=counts_for_dex(permit, place_of_message(message, author)),
            stars=not permit.private and await self.takes_stars(place_of_message(message, author), message.channel.id),
        )  # fmt: skip
        with self._quota.slot(request.requester):
            if permit.private:
                posting = await self._direct(posting)
                request = dataclasses.replace(request, limit_bytes=min(request.limit_bytes, MESSAGE_LIMIT))
            elif parent and permit.rules.threads and not isinstance(message.channel, discord.Thread):
                posting = await self._thread_of(parent, posting) or posting
            await self._send(request, posting)

    async def _direct(self, posting: Posting) -> Posting:
        """The posting of a private answer to a message. Raises `PrivateServer` where nothing can be sent directly."""
        try:
            return await self._publisher.direct(posting)
        except Unwelcome as error:
            raise PrivateServer from error

    def _nsfw_rule(self, permit: Permit[AnyParams], channel: object) -> NsfwRule:
        """What happens there to images that do not look safe for work."""
        for_adults = is_restricted_place(channel) or isinstance(channel, discord.DMChannel)
        return self.nsfw_check.rule(permit.rules.nsfw, for_adults=for_adults)

    async def _is_hidden(self, original: Original, user_id: int, parent: JobRow | None) -> bool:
        """Whether what a user makes of pictures is to be covered. Raises `OptedOut` where one of them, or the dream
        that it is made of, is of somebody who does not want that."""
        await self._check_people(original.owners | (dreamer_of(parent) if parent else set()), user_id)
        return original.spoiler or (await self.user_settings.load(str(user_id))).spoiler

    async def check_opted_in(self, row: JobRow, user_id: int) -> None:
        """Whether a user may have a dream. Raises `OptedOut` where it is of somebody who does not want that."""
        await self._check_people({*Posting.from_json(row.posting).owners} | dreamer_of(row), user_id)

    async def _check_people(self, people: set[int], user_id: int) -> None:
        for owner in people - {user_id}:
            if (await self.user_settings.load(str(owner))).opted_out:
                raise OptedOut

    async def tell(self, user_id: int, about: int, text: str) -> None:
        """Words to a user, directly, once about a message. Raises `PostError`s."""
        await self._publisher.tell(JobId(str(about)), user_id, text)

    async def _begin_opening(self, request: Request) -> tuple[asyncio.Task[OpenedPictures], Turn]:
        """A picture that is being opened, or is open by now, and its turn. Raises `TooManyPictures`."""
        turn = self._submitter.enqueue(request)
        opening = asyncio.create_task(self._submitter.open(request, turn))
        await asyncio.wait({opening}, timeout=OPENING_S)
        return opening, turn

    async def _send(self, request: Request, posting: Posting) -> None:
        """A status message that answers no interaction: nobody waits for it but who waits in the line, too."""
        opening, turn = await self._begin_opening(request)
        if turn.ahead:
            await self._open_behind_status(
                request, opening, turn, posting, lambda card: self._send_unless_unavailable(request.id, posting, card)
            )
        else:
            await self._queue_and_show(
                request, await opening, posting, lambda card: self._publisher.send(request.id, posting, card)
            )

    async def _send_unless_unavailable(self, id: JobId, posting: Posting, card: Card) -> int | None:
        """Send a message; its id, or None where nobody can tell what became of it. Raises `PostError`s."""
        try:
            return await self._publisher.send(id, posting, card)
        except Unavailable as error:
            log.info("nobody said whether a message was taken: %s", error)
            return None

    async def _queue_and_show(self, request: Request, opened: OpenedPictures, posting: Posting, send: Send) -> None:
        posting = with_opened(posting, opened, request.rule)
        await self._send_status(await self._queue(request, opened, posting), opened, posting, send)

    async def _send_status(self, ticket: QueuedJob, opened: OpenedPictures, posting: Posting, send: Send) -> None:
        """Send the status message of a queued job, which is followed from then on, whatever was raised. Raises what
        refused the message for certain; then the job is given up."""
        sent = None
        try:
            sent = await send(_waiting_card(ticket, opened, posting))
        except SEND_ERRORS as error:
            if not isinstance(error, Unavailable):
                await self._abandon(ticket.id, posting)
                raise
            # perhaps it stands there: the answer goes into it, or becomes a message of its own
            log.info("nobody said whether a status message was taken: %s", error)
        except Exception:  # the same, for a reason nobody thought of
            log.exception("sending a status message broke")
        finally:
            await self._follow(ticket.id, dataclasses.replace(posting, message_id=sent) if sent else None)

    async def _open_behind_status(
        self, request: Request, opening: asyncio.Task[OpenedPictures], turn: Turn, posting: Posting, send: Send
    ) -> None:
        """Say that the picture is opened, and then what becomes of it. Raises what refused to have that said for
        certain, and `FailedAfterResponse`."""
        with self._pending.remember(request.id, posting):
            ahead = turn.ahead
            try:
                sent = await send(status_card.opening_card(request.params, posting, ahead))
            except Exception:
                opening.cancel()
                raise
            posting = dataclasses.replace(posting, message_id=sent)
            self._pending.save(request.id, posting)
            try:
                posting = await self._show_places(request, opening, turn, posting, ahead)
                opened = await opening
                posting = with_opened(posting, opened, request.rule)
                ticket = await self._queue(request, opened, posting)
            except Exception as error:
                raise FailedAfterResponse(request.id, posting) from error
            await self._replace_status(ticket, opened, posting)

    async def _replace_status(self, ticket: QueuedJob, opened: OpenedPictures, posting: Posting) -> None:
        """The status of a queued job, in place of the words that its picture is opened."""
        card, found = _waiting_card(ticket, opened, posting), posting
        try:
            found = await self._find_message(ticket.id, posting, card)
            await self._publisher.deliver(ticket.id, found, card)
        except PostError as error:  # it is queued: its answer will come, whatever became of this edit
            log.info("its status was not shown: %s %s", type(error).__name__, error)
        except Exception:
            log.exception("showing its status broke")
        finally:
            await self._follow(ticket.id, found if found != posting else None)

    async def _find_message(self, id: JobId, posting: Posting, card: Card) -> Posting:
        """The posting with its message, also where nobody said whether that was taken: Discord answers a nonce that it
        knows with the message that has it, and takes the card otherwise. Raises `PostError`s."""
        if posting.message_id is not None or posting.token:
            return posting
        return dataclasses.replace(posting, message_id=await self._publisher.send(id, posting, card))

    async def _show_places(
        self, request: Request, opening: asyncio.Task[OpenedPictures], turn: Turn, posting: Posting, said: int
    ) -> Posting:
        """Show how many pictures are opened before this one, for as long as it waits; `said` is what stands there."""
        pause = PLACE_S if posting.token else CHANNEL_FACTOR * PLACE_S
        while said and not (await asyncio.wait({opening}, timeout=pause))[0]:
            if turn.ahead == said:
                continue
            said = turn.ahead
            card = status_card.opening_card(request.params, posting, said)
            try:
                posting = await self._find_message(request.id, posting, card)
                await self._publisher.edit(posting, card)
            except PostError as error:
                log.info("a place in line was not shown: %s", type(error).__name__)
        return posting

    async def withdraw(self, late: FailedAfterResponse, tell: Callable[[], Awaitable[None]]) -> bool:
        """Take the status message away once its person was told why; whether it is gone. Raises what `tell` does."""
        with self._pending.remember(late.id, late.posting):
            await tell()
            try:
                return await self._publisher.delete(late.posting)
            except PostError as error:
                log.info("a status message was not taken away: %s", type(error).__name__)
                return False

    async def apologise_in_place(self, late: FailedAfterResponse, text: str) -> None:
        """Words in place of the status message, which would say for ever that something is under way. Raises
        `PostError`s."""
        with self._pending.remember(late.id, late.posting):
            for pause in (*AMEND_PAUSES_S, None):
                try:
                    await self._replace(late.id, late.posting, Card(text))
                    return
                except Unavailable:
                    if pause is None:
                        raise
                    await asyncio.sleep(pause)

    async def _replace(self, id: JobId, posting: Posting, card: Card) -> None:
        await self._publisher.edit(await self._find_message(id, posting, card), card)

    async def _queue(self, request: Request, opened: OpenedPictures, posting: Posting) -> QueuedJob:
        ticket = await self._submitter.submit(request, opened, posting.to_json())
        log.info("%s queued", request.params.recipe)
        self._tracker.expect(ticket.id, ticket.job, posting)
        return ticket

    async def _follow(self, id: JobId, posting: Posting | None = None) -> None:
        """It is queued and its answer comes. What goes wrong here only makes it later: the tracker finds every row."""
        try:
            if posting is not None:
                await self.dispatch.update_posting(id, posting.to_json())
            await self._tracker.follow(id)
        except Exception as error:
            log.warning("a job is not followed yet: %s", type(error).__name__)
            self._tracker.drop(id)

    async def apologise_for_pending(self) -> None:
        """Tell those whose pictures an earlier bot was opening when it ended; what it queued is answered."""
        await pending_requests.apologise(self._pending, self.dispatch, self._replace)

    async def _abandon(self, id: JobId, posting: Posting) -> None:
        """Nobody will see this job's answer, also where an engine has begun it and stops in a moment only."""
        self._tracker.drop(id)
        abandoned = dataclasses.replace(posting, abandoned=True).without_token()
        await self.dispatch.update_posting(id, abandoned.to_json())
        await self.dispatch.cancel(id)
        await self.dispatch.mark_posted(id, "unanswered")

    async def drain(self, seconds: float) -> None:
        """Let the requests that are being opened come to an end, so that none is left half answered."""
        until = time.monotonic() + seconds
        while self._quota.busy and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(DRAIN_STEP_S)
        self._pending.end()


def with_opened(posting: Posting, opened: OpenedPictures, rule: NsfwRule) -> Posting:
    """With what is known once the pictures are open: the frame that is dreamed, and their score."""
    restricted = posting.age_restricted or rule.restricts(opened.nsfw)
    return dataclasses.replace(with_frame(posting, opened), nsfw=opened.nsfw, age_restricted=restricted)


def with_frame(posting: Posting, opened: OpenedPictures) -> Posting:
    """With the frame that is dreamed, where a picture that was opened just now moves; what else is said of it stays."""
    moving = "" if opened.beside else wording.frame_words(opened.frame, opened.frames)
    return dataclasses.replace(
        posting, frame=stored_words.join(posting.frame, wording.unopened_words(opened.unopened), moving)
    )


def _waiting_card(ticket: QueuedJob, opened: OpenedPictures, posting: Posting) -> Card:
    shown = [opened.shown, *opened.beside]
    return status_card.waiting_card(ticket.id, ticket.job, posting, shown, ticket.place)


def reply_beside(posting: Posting, parent: JobRow | None) -> Posting | None:
    """The posting of a reply to the parent itself, where an interaction came from a panel beside it that only one
    person sees; None where the interaction's own answer is that reply."""
    if parent is None or not posting.by_channel:
        return None
    message_id = Posting.from_json(parent.posting).message_id
    if message_id is None or message_id == posting.parent_message_id:
        return None
    return dataclasses.replace(posting, parent_message_id=message_id, token="", token_until=0.0)


def request_of(
    id: JobId, params: AnyParams, requester: str, original: Original, parent: JobRow | None, limit_bytes: int, *,
    hidden: bool,
) -> Request:  # fmt: skip
    """The request of an original."""
    return Request(
        params, requester, original.source, parent.id if parent else None, limit_bytes, original.others, hidden,
        original.history, id, nsfw=original.nsfw,
    )  # fmt: skip


def counts_for_dex(permit: Permit[AnyParams], place: ServerPlace | None) -> bool:
    """Whether what is grown there counts in the Dreamdex: where everybody sees it, in a channel for games."""
    return place is not None and not permit.private and place.channel_id in permit.rules.games


def for_game(game: GameRequest, request: Request, posting: Posting) -> tuple[Request, Posting]:
    """A request and its posting as a game wants them."""
    requester = game.requester or request.requester
    return dataclasses.replace(request, requester=requester), dataclasses.replace(posting, **game.posting)


def count_of(params: AnyParams, original: Original) -> int:
    """How many pictures are made of an original."""
    return count_pictures(params.variations if isinstance(params, VariedParams) else 1, original.others)


def place_of(interaction: discord.Interaction[Any]) -> ServerPlace | None:
    """Where in a server that the bot is a member of an interaction came from; None anywhere else."""
    if interaction.guild_id is None or not interaction.is_guild_integration():
        return None
    return _place(interaction.guild_id, interaction.channel, interaction.channel_id or 0, interaction.user)


def check_age(original: Original, channel: object) -> bool:
    """Whether what is made of an original there is for age-restricted channels only. Raises `AgeRestricted` where the
    original is, and the channel is one that others read and is not. (A direct message is nobody else's.)"""
    there = is_restricted_place(channel)
    if original.age_restricted and not there and not isinstance(channel, discord.DMChannel):
        raise AgeRestricted
    return there or original.age_restricted


def guild_of(place: ServerPlace | None) -> str:
    """The id of the server of a place; "" anywhere else."""
    return place.guild_id if place else ""


def place_of_message(
    message: discord.Message, asker: discord.User | discord.Member | None = None
) -> ServerPlace | None:
    """Where in a server a message was written, or somebody asks for something about it; None for a direct one."""
    if message.guild is None:
        return None
    there = _place(message.guild.id, message.channel, message.channel.id, asker or message.author)
    return dataclasses.replace(there, by_message=True)


def _place(guild_id: int, channel: Any, channel_id: int, user: discord.User | discord.Member) -> ServerPlace:
    in_thread = isinstance(channel, discord.Thread)
    roles = tuple(str(role.id) for role in user.roles) if isinstance(user, discord.Member) else ()
    where = channel.parent_id if in_thread else channel_id
    return ServerPlace(str(guild_id), str(where), str(user.id), roles, in_thread)


def permissions_of(message: discord.Message, author: discord.Member) -> discord.Permissions:
    """What the author of a message may do where it was written, as far as that is known; else what everybody may."""
    channel = message.channel
    if isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return channel.permissions_for(author)
    return discord.Permissions(use_application_commands=True)


def can_open_thread(interaction: discord.Interaction[Any]) -> bool:
    """Whether the bot may open a thread there and write in it."""
    kind = interaction.channel.type if interaction.channel else None
    allowed = interaction.app_permissions
    return kind in THREADED and allowed.create_public_threads and allowed.send_messages_in_threads


def dreamer_of(row: JobRow) -> set[int]:
    """Who asked for a dream, where that is known."""
    return {int(row.job.requester)} if row.job.requester.isdecimal() else set()


def privacy_of(row: JobRow) -> bool | None:
    """Whether what is made of a dream is private: of a private one, it is; else the server says."""
    return is_private(row) or None


def privacy_of_result(row: JobRow) -> bool | None:
    """The same for what is made of a result: of one that only its requester is shown, it is private, too."""
    return privacy_of(row) or result_card.is_unchanged(row) or None


def is_secret(row: JobRow) -> bool:
    """Whether a job is what a round of a game asks for, which is open."""
    return bool(Posting.from_json(row.posting).choices)


def is_private(row: JobRow) -> bool:
    """Whether only the requester saw a dream: then its children are private, too."""
    return Posting.from_json(row.posting).ephemeral
