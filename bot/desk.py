"""The way of every request through the bot: `(interaction or message, order) => status message + followed job`.

    check what can be checked here, open the picture, queue, answer with the status message, follow

A refusal is an ephemeral answer and nothing is queued. Only where opening a picture takes longer than Discord waits is
the status message sent first; then a refusal takes its place.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import discord

from bot import pictures, response, wording
from bot.admission import Turn
from bot.courier import Courier, PostError, Unavailable
from bot.intake import Intake, Link
from bot.openings import Openings
from bot.poster import DiscordPoster
from bot.posting import TOKEN_LIFE_S, Posting
from bot.quota import Quota
from bot.reception import Opened, Order, Reception, Source, Ticket
from bot.store.presets import Presets
from bot.views import result, status
from bot.views.card import Card, Layout
from engine.jobs import catalog, imprint, logs
from engine.jobs import params as jobs_params
from engine.jobs.dispatch import Dispatch
from engine.jobs.errors import (
    BadOption,
    Gone,
    NetworkMissing,
    NoLedger,
    NotYours,
    TooLong,
    TooManyPictures,
    Unreachable,
)
from engine.jobs.imprint import Imprint
from engine.jobs.job import MEGABYTE, BlobKey, CancelOutcome, Job, JobId, JobRow
from engine.jobs.params import SEEDS, AnyParams, Channel, Dream, P, See, Zoom

log = logging.getLogger(__name__)

ANSWER_S = 0.7
"""A picture that takes longer to open is opened behind a status message."""
LOOK_S = 3.0
"""How often whoever waits to have a picture opened is told of the place in line."""
SELDOM = 3
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

Send = Callable[[Card], Awaitable[int | None]]
"""Sends a status message; its id, or None where nobody can tell what became of it."""
REFUSED = (PostError, discord.HTTPException, *response.NO_ANSWER)
"""What a status message that was not taken raises."""
ELSEWHERE = {
    CancelOutcome.CANCELLED: wording.CANCELLED_ELSEWHERE,
    CancelOutcome.STOPPING: wording.CANCELLING,
    CancelOutcome.TOO_LATE: wording.TOO_LATE,
}
"""What is said of a cancel that was not asked for under the dream itself."""

PAINTING = ("network", "layer", "subject", "strength", "size", "colours", "keep", "protect", "guide_by", "look")
SHARED = {Dream: PAINTING, Zoom: ("network", "layer", "subject", "strength")}
"""The options that a preset carries into each recipe. A dream's size is too large for a zoom."""


@dataclass(frozen=True, slots=True)
class Original:
    """What is dreamed, how to call it in an alt text, and further pictures by what they are for."""

    source: Source | None
    words: str
    others: Mapping[str, Source] = field(default_factory=dict)
    hidden: bool = False
    """A picture that is ours by now was hidden by whoever sent it."""
    frame: str = ""
    """Which frame of an animation it is, in words, where that is known."""

    @property
    def spoiler(self) -> bool:
        """Whether any of the pictures was hidden by whoever sent it."""
        return self.hidden or any(isinstance(one, Link) and one.spoiler for one in (self.source, *self.others.values()))


class Late(Exception):
    """Something went wrong when the status message stood already, which becomes the apology. The cause says what."""

    def __init__(self, id: JobId, posting: Posting) -> None:
        self.id = id
        self.posting = posting


class Desk:
    """Takes requests from commands, buttons and messages."""

    def __init__(
        self,
        dispatch: Dispatch,
        intake: Intake,
        poster: DiscordPoster,
        courier: Courier,
        presets: Presets,
        quota: Quota,
        openings: Openings,
    ) -> None:
        self.dispatch = dispatch
        self.intake = intake
        self.presets = presets
        self._poster = poster
        self._courier = courier
        self._quota = quota
        self._openings = openings
        self._reception = Reception(dispatch, intake)

    # what is asked

    async def params(self, kind: type[P], user_id: int, preset: str | None = None, **options: Any) -> P:
        """Params of a preset with options over it and a drawn seed. Raises the `Refusal`s of options."""
        kept = await self.presets.load(str(user_id), preset) if preset else {}
        fields = {key: value for key, value in kept.items() if key in SHARED.get(kind, ())}
        given = {key: value for key, value in options.items() if value is not None}
        made = jobs_params.make(kind, **{"seed": draw_seed(), **jobs_params.override(fields, given)})
        check_ready(made)
        return made

    def original(
        self, picture: discord.Attachment | None, user: discord.User | discord.Member, *, avatar: bool = True,
        **others: discord.Attachment | None,
    ) -> Original:  # fmt: skip
        """The attached picture, else the user's avatar if it may be one, else noise; with other attached pictures."""
        further = {name: pictures.of_attachment(one) for name, one in others.items() if one is not None}
        if picture is not None:
            words = wording.original(user.display_name, "picture")
            return Original(pictures.of_attachment(picture), words, further)
        link = pictures.of_user(user) if avatar else None
        return Original(link, wording.original(user.display_name, "avatar" if link else wording.NOISE), further)

    async def brought(self, user: discord.User | discord.Member, channel_id: int | None) -> Original:
        """The picture that a user last chose where all of that channel could see it, else the avatar, else noise.

        What somebody dreamed elsewhere or in private is not shown here unasked.
        """
        for row in await self.dispatch.brought(str(user.id)):
            posting = Posting.from_json(row.posting)
            here = posting.channel_id == channel_id and not (posting.ephemeral or posting.abandoned)
            if here and row.job.picture and await self.dispatch.get_blob(row.job.picture):
                return of_row(row, row.job.picture)
        return self.original(None, user)

    async def imprint(self, link: Link, user_id: int) -> Imprint:
        """How a file says that it was made. Raises the `Refusal`s of pictures and of imprints."""
        with self._quota.slot(str(user_id)):
            turn = self._reception.line_up_for(str(user_id), link)
            try:
                async with asyncio.timeout(READ_S), turn:
                    return imprint.read(await self.intake.imprint(link, str(user_id)))
            except TimeoutError:
                raise (Unreachable if turn.come.is_set() else TooManyPictures(minutes=1)) from None

    async def row(self, id: str, user_id: int) -> JobRow:
        """A job whose button was pressed by someone. Raises `Gone`.

        A private dream is there for its requester only, however somebody else came by its id.
        """
        row = await self.dispatch.row(JobId(id))
        if row is None or (is_private(row) and row.job.requester != str(user_id)):
            raise Gone
        return row

    # the way in

    async def take(
        self,
        interaction: discord.Interaction,
        params: AnyParams,
        original: Original,
        *,
        private: bool = False,
        parent: JobRow | None = None,
    ) -> None:
        """Answer an interaction with a status message and queue its job. Raises `Refusal`s."""
        check_others(params, original.others)
        posting = of_interaction(interaction, original.words, private=private)
        posting = dataclasses.replace(posting, frame=original.frame)
        order = Order(
            params,
            str(interaction.user.id),
            original.source,
            parent.id if parent else None,
            interaction.filesize_limit or MESSAGE_LIMIT,
            original.others,
            original.spoiler,
        )
        logs.concern(order.id)
        with self._quota.slot(order.requester):
            if beside := reply_beside(posting, parent):
                await response.answer(interaction, interaction.response.defer)
                await self._send(order, beside)
                return

            def send(card: Card) -> Awaitable[int | None]:
                return self._poster.respond(interaction, card, ephemeral=posting.ephemeral)

            opening, turn = await self._begin(order)
            if opening.done():
                await self._answer(order, opening.result(), posting, send)
            else:
                await self._answer_first(order, opening, turn, posting, send)

    async def take_message(self, message: discord.Message, params: AnyParams, original: Original) -> None:
        """Answer a message with a status message and queue its job. Raises `Refusal`s."""
        limit = message.guild.filesize_limit if message.guild else MESSAGE_LIMIT
        order = Order(params, str(message.author.id), original.source, None, limit, spoiler=original.spoiler)
        logs.concern(order.id)
        posting = of_message(message, original.words)
        with self._quota.slot(order.requester):
            await self._send(order, posting)

    async def _begin(self, order: Order) -> tuple[asyncio.Task[Opened], Turn]:
        """A picture that is being opened, or is open by now, and its turn. Raises `TooManyPictures`."""
        turn = self._reception.line_up(order)
        opening = asyncio.create_task(self._reception.open(order, turn))
        await asyncio.wait({opening}, timeout=ANSWER_S)
        return opening, turn

    async def _send(self, order: Order, posting: Posting) -> None:
        """A status message that answers no interaction: nobody waits for it but who waits in the line, too."""
        opening, turn = await self._begin(order)
        if turn.ahead:
            await self._answer_first(order, opening, turn, posting, lambda card: self._try(order.id, posting, card))
        else:
            await self._answer(order, await opening, posting, lambda card: self._poster.send(order.id, posting, card))

    async def _try(self, id: JobId, posting: Posting, card: Card) -> int | None:
        """Send a message; its id, or None where nobody can tell what became of it. Raises `PostError`s."""
        try:
            return await self._poster.send(id, posting, card)
        except Unavailable as error:
            log.info("nobody said whether a message was taken: %s", error)
            return None

    async def _answer(self, order: Order, opened: Opened, posting: Posting, send: Send) -> None:
        posting = framed(posting, opened)
        await self._show(await self._queue(order, opened, posting), opened, posting, send)

    async def _show(self, ticket: Ticket, opened: Opened, posting: Posting, send: Send) -> None:
        """Send the status message of a queued job, which is followed from then on, whatever was raised. Raises what
        refused the message for certain; then the job is given up."""
        sent = None
        try:
            sent = await send(_waiting(ticket, opened, posting))
        except REFUSED as error:
            if not isinstance(error, Unavailable):
                await self._forget(ticket.id, posting)
                raise
            # perhaps it stands there: the answer goes into it, or becomes a message of its own
            log.info("nobody said whether a status message was taken: %s", error)
        except Exception:  # the same, for a reason nobody thought of
            log.exception("sending a status message broke")
        finally:
            await self._follow(ticket.id, dataclasses.replace(posting, message_id=sent) if sent else None)

    async def _answer_first(
        self, order: Order, opening: asyncio.Task[Opened], turn: Turn, posting: Posting, send: Send
    ) -> None:
        """Say that the picture is opened, and then what becomes of it. Raises what refused to have that said for
        certain, and `Late`."""
        with self._openings.kept(order.id, posting):
            ahead = turn.ahead
            try:
                sent = await send(status.opening(order.params, posting, ahead))
            except Exception:
                opening.cancel()
                raise
            posting = dataclasses.replace(posting, message_id=sent)
            self._openings.keep(order.id, posting)
            try:
                posting = await self._tell_places(order, opening, turn, posting, ahead)
                opened = await opening
                posting = framed(posting, opened)
                ticket = await self._queue(order, opened, posting)
            except Exception as error:
                raise Late(order.id, posting) from error
            await self._show_behind(ticket, opened, posting)

    async def _show_behind(self, ticket: Ticket, opened: Opened, posting: Posting) -> None:
        """The status of a queued job, in place of the words that its picture is opened."""
        card, found = _waiting(ticket, opened, posting), posting
        try:
            found = await self._found(ticket.id, posting, card)
            await self._poster.deliver(ticket.id, found, card)
        except PostError as error:  # it is queued: its answer will come, whatever became of this edit
            log.info("its status was not shown: %s %s", type(error).__name__, error)
        except Exception:
            log.exception("showing its status broke")
        finally:
            await self._follow(ticket.id, found if found != posting else None)

    async def _found(self, id: JobId, posting: Posting, card: Card) -> Posting:
        """The posting with its message, also where nobody said whether that was taken: Discord answers a nonce that it
        knows with the message that has it, and takes the card otherwise. Raises `PostError`s."""
        if posting.message_id is not None or posting.token:
            return posting
        return dataclasses.replace(posting, message_id=await self._poster.send(id, posting, card))

    async def _tell_places(
        self, order: Order, opening: asyncio.Task[Opened], turn: Turn, posting: Posting, said: int
    ) -> Posting:
        """Show how many pictures are opened before this one, for as long as it waits; `said` is what stands there."""
        pause = LOOK_S if posting.token else SELDOM * LOOK_S
        while said and not (await asyncio.wait({opening}, timeout=pause))[0]:
            if turn.ahead == said:
                continue
            said = turn.ahead
            card = status.opening(order.params, posting, said)
            try:
                posting = await self._found(order.id, posting, card)
                await self._poster.edit(posting, card)
            except PostError as error:
                log.info("a place in line was not shown: %s", type(error).__name__)
        return posting

    async def amend(self, late: Late, text: str) -> None:
        """Words in place of the status message, which would say for ever that something is under way. Raises
        `PostError`s."""
        with self._openings.kept(late.id, late.posting):
            for pause in (*AMEND_PAUSES_S, None):
                try:
                    await self._replace(late.id, late.posting, Card(text))
                    return
                except Unavailable:
                    if pause is None:
                        raise
                    await asyncio.sleep(pause)

    async def _replace(self, id: JobId, posting: Posting, card: Card) -> None:
        await self._poster.edit(await self._found(id, posting, card), card)

    async def _queue(self, order: Order, opened: Opened, posting: Posting) -> Ticket:
        if not posting.by_channel:
            await self._check_length(order)
        ticket = await self._reception.submit(order, opened, posting.to_json())
        log.info("%s queued", order.params.recipe)
        self._courier.expect(ticket.id, ticket.job, posting)
        return ticket

    async def _check_length(self, order: Order) -> None:
        """Refuse what would outlive the token. Raises `TooLong`."""
        seconds = await self.dispatch.estimate(Job(order.params, order.requester))
        places = await self.dispatch.places()
        seconds += max((place.eta_s for place in places.values()), default=0.0)
        if seconds > TOKEN_ESTIMATE_S:
            raise TooLong(minutes=round(seconds / 60))

    async def _follow(self, id: JobId, posting: Posting | None = None) -> None:
        """It is queued and its answer comes. What goes wrong here only makes it later: the courier finds every row."""
        try:
            if posting is not None:
                await self.dispatch.update_posting(id, posting.to_json())
            await self._courier.follow(id)
        except Exception as error:
            log.warning("a job is not followed yet: %s", type(error).__name__)
            self._courier.drop(id)

    async def apologise_for_openings(self) -> None:
        """Tell those whose pictures an earlier bot was opening when it ended; what it queued is answered."""
        for id, posting in self._openings.left():
            with logs.about(id):
                try:
                    if await self.dispatch.row(id) is None:
                        await self._apologise_for_opening(id, posting)
                except NoLedger:
                    return  # the next bot tries again
                except Exception:  # once is enough: kept, it would meet every bot at its start
                    log.exception("telling that a picture was not opened broke")
            self._openings.drop(id)

    async def _apologise_for_opening(self, id: JobId, posting: Posting) -> None:
        try:
            await self._replace(id, posting, Card(wording.INTERRUPTED))
            log.info("told that its picture was not opened")
        except PostError as error:
            log.info("nobody was told that a picture was not opened: %s %s", type(error).__name__, error)

    async def _forget(self, id: JobId, posting: Posting) -> None:
        """Nobody will see this job's answer, also where an engine has begun it and stops in a moment only."""
        self._courier.drop(id)
        abandoned = dataclasses.replace(posting, abandoned=True).spent()
        await self.dispatch.update_posting(id, abandoned.to_json())
        await self.dispatch.cancel(id)
        await self.dispatch.mark_posted(id, "unanswered")

    async def drain(self, seconds: float) -> None:
        """Let the requests that are being opened come to an end, so that none is left half answered."""
        until = time.monotonic() + seconds
        while self._quota.busy and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(DRAIN_STEP_S)
        self._openings.end()

    # the buttons

    async def deeper(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Dream a result again, or for the first time where another recipe made it."""
        old = row.job.params
        original = self._result_of(row)
        if isinstance(old, Dream):
            params: AnyParams = reseeded(old)
            original = dataclasses.replace(original, others=row.job.others)
        else:
            params = dreamed_like(old, draw_seed())
        await self.take(interaction, params, original, private=is_private(row), parent=row)

    async def dream(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Dream the picture that was looked at."""
        params = jobs_params.make(Dream, network=row.job.params.network, seed=draw_seed())
        await self.take(interaction, params, of_row(row, row.job.picture), private=is_private(row), parent=row)

    async def again(self, interaction: discord.Interaction, row: JobRow, **changes: Any) -> None:
        """Dream the same picture again, with another seed, or with something else changed."""
        params = reseeded(row.job.params, **changes)
        unwanted = {"guide"} if "subject" in changes else set()
        others = {name: key for name, key in row.job.others.items() if name not in unwanted}
        original = dataclasses.replace(of_row(row, row.job.picture), others=others)
        await self.take(interaction, params, original, private=is_private(row), parent=row)

    async def zoom(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Fall into a result."""
        kept = {**onwards(row.job.params), **row.job.params.model_dump(include={"strength"})}
        params = jobs_params.make(Zoom, **kept, seed=draw_seed())
        await self.take(interaction, params, self._result_of(row), private=is_private(row), parent=row)

    async def cancel(self, interaction: discord.Interaction, row: JobRow, *, keep: bool = False) -> None:
        """Stop a job, or take its last preview. Raises `NotYours` and `Gone`."""
        check_owner(interaction, row)
        outcome = await self.dispatch.cancel(row.id, keep=keep)
        if outcome is CancelOutcome.UNKNOWN:
            raise Gone
        if outcome is CancelOutcome.TOO_LATE and row.posted:
            await say(interaction, wording.TOO_LATE)
            return
        await self._courier.look(row.id)
        if _is_elsewhere(interaction, row):
            await replace_with(interaction, ELSEWHERE[outcome])
        else:
            await response.answer(interaction, interaction.response.defer)

    async def delete(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Take an answer away. Raises `NotYours`."""
        check_owner(interaction, row)
        if await self._poster.delete(as_posted(row, interaction.channel_id)):
            await replace_with(interaction, wording.DELETED)
        else:
            await replace_with(interaction, wording.CANNOT_DELETE)

    def _result_of(self, row: JobRow) -> Original:
        if row.result is None or "deeper" not in result.verbs(row):
            raise Gone
        return of_row(row, row.result.blob)


def of_row(row: JobRow, picture: BlobKey | None) -> Original:
    """A picture of a job, its own or its result, as what something else is made of."""
    posting = Posting.from_json(row.posting)
    return Original(picture, posting.original, hidden=row.job.spoiler, frame=posting.frame)


def framed(posting: Posting, opened: Opened) -> Posting:
    """With the frame that is dreamed, where a picture that was opened just now moves."""
    said = wording.frame(opened.frame, opened.frames)
    return dataclasses.replace(posting, frame=said) if said else posting


def _is_elsewhere(interaction: discord.Interaction, row: JobRow) -> bool:
    """Whether what was pressed certainly is not the job's own message: words in place of that would take its picture.

    Right after a job was queued, or a restart, nobody knows yet which message is its own.
    """
    own = Posting.from_json(row.posting).message_id
    return own is not None and interaction.message is not None and interaction.message.id != own


def _waiting(ticket: Ticket, opened: Opened, posting: Posting) -> Card:
    return status.waiting(ticket.id, ticket.job, posting, opened.shown, ticket.place)


def draw_seed() -> int:
    """Four digits that can be read out and typed."""
    return random.randrange(SEEDS)


def reseeded(params: AnyParams, **changes: Any) -> AnyParams:
    """The same with another seed. Raises `BadOption` on changes that are out of range."""
    aim = {} if isinstance(params, See) else dict([params.aim])
    options = {**params.model_dump(exclude=set(jobs_params.AIMS)), **aim, "seed": draw_seed()}
    return jobs_params.make(type(params), **jobs_params.override(options, changes))


def preset_options(params: AnyParams) -> dict[str, Any]:
    """What a preset keeps of params: the network and what it dreams towards, and what differs from the defaults; not
    the seed."""
    shared = set(SHARED.get(type(params), ()))
    kept = params.model_dump(exclude_defaults=True, include=shared - jobs_params.AIMS)
    return {**onwards(params), **kept}


def onwards(params: AnyParams) -> dict[str, Any]:
    """The options of a dream or a zoom that goes where these params went: a channel's picture, towards the channel."""
    if isinstance(params, See):
        return {"network": params.network}
    if isinstance(params, Channel) and params.channel is not None:
        return {"network": params.network, "layer": f"{params.layer}:{params.channel}"}
    return {"network": params.network, **dict([params.aim])}


def dreamed_like(params: AnyParams, seed: int) -> Dream:
    """A dream that goes where these params went, of their size."""
    return jobs_params.make(Dream, **onwards(params), size=params.size, seed=seed)


def check_ready(params: jobs_params.Params) -> None:
    """Refuse a network that is not installed. Raises `NetworkMissing`."""
    if not catalog.is_ready(params.network):
        raise NetworkMissing(name=params.network)


def check_others(params: AnyParams, others: Mapping[str, Source]) -> None:
    """Refuse pictures that do not go with the options. Raises `BadOption`."""
    if "guide" in others and isinstance(params, Dream) and params.subject:
        raise BadOption(option="guide", problem="takes the place of a subject: leave one of them out")


def check_owner(interaction: discord.Interaction, row: JobRow) -> None:
    """Only the requester, and who may manage messages where the dream stands: rights in another channel, or in a server
    of one's own, are none here. Raises `NotYours`."""
    here = interaction.guild_id is not None and interaction.channel_id == Posting.from_json(row.posting).channel_id
    moderates = here and interaction.permissions.manage_messages
    if str(interaction.user.id) != row.job.requester and not moderates:
        raise NotYours


def is_private(row: JobRow) -> bool:
    """Whether only the requester saw a dream: then its children are private, too."""
    return Posting.from_json(row.posting).ephemeral


def reply_beside(posting: Posting, parent: JobRow | None) -> Posting | None:
    """The posting of a reply to the parent itself, where an interaction came from a panel beside it that only one
    person sees; None where the interaction's own answer is that reply."""
    if parent is None or not posting.by_channel:
        return None
    message_id = Posting.from_json(parent.posting).message_id
    if message_id is None or message_id == posting.parent_message_id:
        return None
    return dataclasses.replace(posting, parent_message_id=message_id, token="", token_until=0.0)


def as_posted(row: JobRow, channel_id: int | None) -> Posting:
    """Where the answer really stands: in its status message, or where it was sent because that was out of reach."""
    posting = Posting.from_json(row.posting)
    message_id = int(row.posted) if row.posted and row.posted.isdigit() else posting.message_id
    if message_id == posting.message_id:
        return posting
    return dataclasses.replace(posting, message_id=message_id, channel_id=channel_id, ephemeral=False, reachable=True)


def of_interaction(interaction: discord.Interaction, original: str, *, private: bool = False) -> Posting:
    """Where the answer to an interaction goes."""
    user = interaction.user
    own_chat = interaction.context.dm_channel
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
        reachable=interaction.is_guild_integration() or own_chat,
    )


def of_message(message: discord.Message, original: str) -> Posting:
    """Where the answer to a message goes."""
    return Posting(
        user_id=message.author.id,
        name=message.author.display_name,
        original=original,
        channel_id=message.channel.id,
        guild_id=message.guild.id if message.guild else None,
        parent_message_id=message.id,
    )


async def replace_with(interaction: discord.Interaction, text: str) -> None:
    """Words in place of the panel that was pressed."""
    view = Layout(discord.ui.TextDisplay(text))
    await response.answer(
        interaction,
        lambda: interaction.response.edit_message(view=view, allowed_mentions=discord.AllowedMentions.none()),
    )


async def say(interaction: discord.Interaction, text: str) -> None:
    """A sentence that only the user sees, as the answer or after it."""
    nobody = discord.AllowedMentions.none()
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True, allowed_mentions=nobody)
        return
    await response.answer(
        interaction,
        lambda: interaction.response.send_message(text, ephemeral=True, allowed_mentions=nobody),
    )


async def show(interaction: discord.Interaction, view: Layout) -> None:
    """A panel that only the user sees, as the answer."""
    nobody = discord.AllowedMentions.none()
    await response.answer(
        interaction,
        lambda: interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=nobody),
    )
