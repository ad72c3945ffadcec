"""What the buttons under a dream do: `(interaction, row) => the next job, or a change of this one`."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import itertools
import math
from collections.abc import Mapping
from typing import Any

import discord

from bot import wording
from bot.delivery import interaction_response
from bot.delivery.publisher import DiscordPublisher, posting_of_interaction
from bot.delivery.tracker import DeliveryTracker
from bot.requests.channel_images import ChannelImages
from bot.requests.derivation import animation, dream_like, enlargement, next_zoom, surprise, with_new_seed, zoom_into
from bot.requests.downloader import Link
from bot.requests.limits import check_ready
from bot.requests.picture_sources import Original, history_of_result, of_ending, of_history, of_result, of_row
from bot.requests.replies import replace_panel, replace_with, say
from bot.requests.reports import Reports
from bot.requests.service import RequestService, privacy_of, privacy_of_result
from bot.store.posting import Posting, answer_place
from bot.views import info_panel, result_card
from bot.views.message_card import Card, Picture
from engine import params as engine_params
from engine.errors import FirstPictureGone, Gone, LongUpscale, NoAnimation, NotYours, ShownToRequester
from engine.params import AnyParams, Dream, VariedParams, Zoom, draw_seed
from engine.queue.job import CancelOutcome, Job, JobId, JobRow, Result


class JobActions:
    """Deeper, Re-roll, Zoom and the rest, of any job that the ledger still knows."""

    def __init__(
        self,
        service: RequestService,
        publisher: DiscordPublisher,
        tracker: DeliveryTracker,
        reports: Reports,
        images: ChannelImages,
        upscale_s: float,
    ) -> None:
        """`upscale_s`: an upscale that would take longer is refused."""
        self.reports = reports
        self._images = images
        self._upscale_s = upscale_s
        self._service = service
        self._publisher = publisher
        self._tracker = tracker

    async def deeper(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Dream a result again, or for the first time where another recipe made it."""
        old = row.job.params
        original = _result_of(row)
        if isinstance(old, Dream):
            params: AnyParams = with_new_seed(old)
            original = dataclasses.replace(original, others=row.job.others)
        else:
            params = dream_like(old, draw_seed())
        await self._service.take(interaction, params, original, private=privacy_of_result(row), parent=row)

    async def surprise(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Dream something else that comes out well, of the same picture; of what was made of none, of the result.
        Raises `Gone`."""
        original = of_row(row, row.job.picture) if row.job.picture else _result_of(row)
        await self._service.take(interaction, surprise(row.job.params), original, private=privacy_of(row), parent=row)

    async def dream(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Dream the picture that was looked at."""
        old = row.job.params
        params = engine_params.make(Dream, old.catalog, network=old.network, seed=draw_seed())
        await self._service.take(interaction, params, of_row(row, row.job.picture), private=privacy_of(row), parent=row)

    async def again(self, interaction: discord.Interaction, row: JobRow, **changes: Any) -> None:
        """Re-roll: the same picture with another seed, or with something else changed."""
        params = with_new_seed(row.job.params, **changes)
        unwanted = {"guide"} if "subject" in changes else set()
        others = {name: key for name, key in row.job.others.items() if name not in unwanted}
        original = dataclasses.replace(of_row(row, row.job.picture), others=others)
        await self._service.take(interaction, params, original, private=privacy_of(row), parent=row)

    async def tune(self, interaction: discord.Interaction, row: JobRow, changes: Mapping[str, str]) -> None:
        """The same picture and seed with what was changed, or, where nothing was, with another seed."""
        await self.again(interaction, row, **({"seed": row.job.params.seed} if changes else {}), **changes)

    async def original(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Show the one who asks what a dream was made of. Raises `Gone` and `OriginalGone`."""
        data = await self._service.stored.original(row, str(interaction.user.id))
        shown = Picture(data, wording.ORIGINAL_ALT, row.job.spoiler)
        await self._publisher.respond(interaction, Card(wording.original_line(row), shown), ephemeral=True)

    async def show(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Show its requester a result that nobody else is shown. Raises `ShownToRequester` and `Gone`."""
        if str(interaction.user.id) != row.job.requester:
            raise ShownToRequester
        found = [await self._service.dispatch.get_blob(one.blob) for one in result_card.shown(row)]
        pictures = [data for data in found if data is not None]
        if not pictures:
            raise Gone
        private = dataclasses.replace(Posting.from_json(row.posting), ephemeral=True)
        await self._publisher.respond(interaction, result_card.result_card(row, private, pictures), ephemeral=True)

    async def animate(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Show how a result came about, from the first picture on. Raises `NoAnimation`, `FirstPictureGone` and
        `NetworkMissing`."""
        if row.result is None or "deeper" not in result_card.verbs(row):
            raise NoAnimation(problem=wording.NOT_SINGLE)
        history = history_of_result(row)
        if not history or history.omitted:
            raise NoAnimation(problem=wording.TOO_OFTEN if history else wording.NOT_SINGLE)
        for dream in history.dreams:
            check_ready(dream.params)
        original = of_history(row, history)
        await self._check_first_picture(original)
        await self._service.take(
            interaction, animation(history.dreams), original, private=privacy_of_result(row), parent=row
        )

    async def _check_first_picture(self, original: Original) -> None:
        """Whether everything is still there with which dreams began. Raises `FirstPictureGone`."""
        blobs = [one for one in (original.source, *original.others.values()) if one and not isinstance(one, Link)]
        if not all([await self._service.dispatch.has_blob(one) for one in blobs]):
            raise FirstPictureGone

    async def report(self, interaction: discord.Interaction, row: JobRow, reason: str) -> None:
        """Tell the bot's owner of a result, once for each person."""
        where = with_answer_place(row, interaction.channel_id)
        code = await self.reports.report(row.id, interaction.user, where.link, reason)
        if code:
            await self._note(interaction, "reported", row)
        await say(interaction, wording.reported_words(code) if code else wording.REPORTED_ALREADY)

    async def retry(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Make exactly what was cancelled or failed: the same picture, the same seed."""
        original = dataclasses.replace(of_row(row, row.job.picture), others=row.job.others)
        await self._service.take(interaction, row.job.params, original, private=privacy_of(row), parent=row)

    async def last_here(self, interaction: discord.Interaction, row: JobRow, id: str) -> None:
        """Dream with the same options what was dreamed last in the channel. Raises `Gone`."""
        last = await self._service.row(id, interaction.user.id)
        if Posting.from_json(last.posting).channel_id != interaction.channel_id or not await self._service.stands(last):
            raise Gone
        original = dataclasses.replace(_result_of(last), others=row.job.others)
        await self._service.take(interaction, row.job.params, original, private=privacy_of(row), parent=row)

    async def last_image(self, interaction: discord.Interaction, row: JobRow, message_id: str) -> None:
        """Dream with the same options the last image of the channel. Raises `Gone`."""
        if Posting.from_json(row.posting).channel_id != interaction.channel_id or not message_id.isdecimal():
            raise Gone
        await self._images.dream_offered(interaction, row, int(message_id))

    async def smaller(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Make what was too large at the next smaller size: the same picture, the same seed."""
        size = result_card.next_smaller(row.job.params)
        params = with_new_seed(row.job.params, seed=row.job.params.seed, size=size or row.job.params.size)
        original = dataclasses.replace(of_row(row, row.job.picture), others=row.job.others)
        await self._service.take(interaction, params, original, private=privacy_of(row), parent=row)

    async def zoom(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Fall into a result."""
        params = zoom_into(row.job.params)
        await self._service.take(interaction, params, _result_of(row), private=privacy_of_result(row), parent=row)

    async def upscale(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Make a result twice as large, with new detail. Raises `LargestAlready`, `LongUpscale` and `Gone`."""
        original, params = _result_of(row), enlargement(row)
        seconds = await self._service.dispatch.estimate(Job(params, str(interaction.user.id)))
        if seconds > self._upscale_s:
            raise LongUpscale(minutes=math.ceil(seconds / 60), limit=f"{self._upscale_s / 60:g}")
        await self._service.take(interaction, params, original, private=privacy_of_result(row), parent=row)

    async def go_on(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Zoom on from where a zoom ended. Raises `Gone`."""
        if not isinstance(row.job.params, Zoom):
            raise Gone
        params, original = next_zoom(row.job.params), of_ending(row)
        await self._service.take(interaction, params, original, private=privacy_of_result(row), parent=row)

    async def pick(self, interaction: discord.Interaction, row: JobRow, at: int) -> None:
        """Take one picture out of a sheet, as a message of its own; while that stands, a link to it. Raises `Gone`."""
        found, params = result_card.variations(row), row.job.params
        if at >= len(found) or not isinstance(params, VariedParams):
            raise Gone
        async with self._service.enter_pick(interaction, row) as private:
            await self._pick(interaction, row, at, private=private)

    async def _pick(self, interaction: discord.Interaction, row: JobRow, at: int, *, private: bool) -> None:
        found, sheet = result_card.variations(row), Posting.from_json(row.posting)
        posting = posting_of_interaction(interaction, sheet.original, private=private)
        several = wording.part_words(at + 1, len(found)) if len(result_card.shown(row)) > 1 else sheet.frame
        posting = dataclasses.replace(
            posting, frame=several, avatar_of=sheet.avatar_of, owners=sheet.owners,
            age_restricted=sheet.age_restricted, nsfw=sheet.nsfw, stars=sheet.stars and not private,
        )  # fmt: skip
        job = result_card.taken_out(row, at)
        job = dataclasses.replace(job, requester=str(interaction.user.id), parent=row.id)
        result = await self._service.stored.part(row, at, interaction.message, job.requester)
        id = await self._record_pick(interaction, row, at, job, result, posting)
        if id is not None:
            await self._show_done(interaction, id, posting)

    async def _record_pick(
        self, interaction: discord.Interaction, row: JobRow, at: int, job: Job, result: Result, posting: Posting
    ) -> JobId | None:
        """The job of a picture that is taken out; None where it was before, and its message is there or comes."""
        dispatch = self._service.dispatch
        for copy in itertools.count():
            id = pick_id(row.id, at, copy)
            if await dispatch.record(job, result, posting.to_json(), id):
                return id
            before = await dispatch.row(id)
            if before is None or before.posted is None:  # the other half of a double click
                await interaction_response.respond(interaction, interaction.response.defer)
                return None
            shown = with_answer_place(before, interaction.channel_id)
            if before.posted.isdigit() and await self._publisher.stands(shown):
                await say(interaction, wording.picked_words(shown.link))
                return None
        return None

    async def _show_done(self, interaction: discord.Interaction, id: JobId, posting: Posting) -> None:
        """Answer with a job that is done. What goes wrong after the answer only makes it later."""
        dispatch = self._service.dispatch
        row = await dispatch.row(id)
        if row is None or row.result is None:
            raise Gone
        picture = await dispatch.get_blob(row.result.blob)
        card = result_card.result_card(row, posting, [] if picture is None else [picture])
        try:
            sent = await self._publisher.respond(interaction, card, ephemeral=posting.ephemeral)
        except Exception:
            await dispatch.mark_posted(id, "unanswered")
            raise
        posting = dataclasses.replace(posting, message_id=sent).without_token()
        await dispatch.mark_posted(id, str(sent or "unanswered"), posting.to_json())

    async def cancel(self, interaction: discord.Interaction, row: JobRow, *, keep_preview: bool = False) -> None:
        """Stop a job, or take its last preview. Raises `NotYours` and `Gone`."""
        check_owner(interaction, row)
        outcome = await self._service.dispatch.cancel(row.id, keep_preview=keep_preview)
        if outcome is CancelOutcome.UNKNOWN:
            raise Gone
        if outcome is CancelOutcome.TOO_LATE and row.posted:
            await say(interaction, wording.TOO_LATE)
            return
        await self._tracker.refresh(row.id)
        await self._note(interaction, "cancelled", row)
        if _is_elsewhere(interaction, row):
            queue = await self._service.dispatch.list_waiting()
            rest = [(other, place) for other, place in queue if other.id != row.id]
            panel = info_panel.queue_page(rest, str(interaction.user.id), cancel_words(outcome))
            await replace_panel(interaction, panel)
        else:
            await interaction_response.respond(interaction, interaction.response.defer)

    async def delete(self, interaction: discord.Interaction, row: JobRow) -> None:
        """Take an answer away, and what is stored of it: also whoever's avatar or picture it was made of may. Raises
        `NotYours`."""
        if interaction.user.id not in Posting.from_json(row.posting).owners:
            check_owner(interaction, row)
        is_gone = await self._publisher.delete(with_answer_place(row, interaction.channel_id))
        try:
            await self._note(interaction, "deleted", row)
            await replace_with(interaction, wording.DELETED if is_gone else wording.CANNOT_DELETE)
        finally:  # after the answer: who else names its pictures takes longer to find out than Discord waits
            await self._service.forget(row)

    async def _note(self, interaction: discord.Interaction, verb: str, row: JobRow) -> None:
        """Tell the server's log channel who did what to a dream."""
        where = with_answer_place(row, interaction.channel_id)
        await self._service.note(where, wording.row_line(interaction.user.display_name, verb, row, where))


def cancel_words(outcome: CancelOutcome) -> str:
    """What is said of a cancel that was not asked for under the dream itself."""
    return {
        CancelOutcome.CANCELLED: wording.CANCELLED_ELSEWHERE,
        CancelOutcome.STOPPING: wording.CANCELLING,
        CancelOutcome.TOO_LATE: wording.TOO_LATE,
    }[outcome]


def _result_of(row: JobRow) -> Original:
    if row.result is None or "deeper" not in result_card.verbs(row):
        raise Gone
    return of_result(row, row.result.blob)


def pick_id(sheet: JobId, at: int, copy: int) -> JobId:
    """The id of a picture that is taken out of a sheet: the same at each press, so that a double click makes one;
    `copy` counts those whose messages were deleted."""
    digest = hashlib.sha256(f"{sheet} {at} {copy}".encode()).digest()
    return JobId(base64.urlsafe_b64encode(digest)[:20].decode())


def _is_elsewhere(interaction: discord.Interaction, row: JobRow) -> bool:
    """Whether what was pressed certainly is not the job's own message: words in place of that would take its picture.

    Right after a job was queued, or a restart, nobody knows yet which message is its own.
    """
    own = Posting.from_json(row.posting).message_id
    return own is not None and interaction.message is not None and interaction.message.id != own


def with_answer_place(row: JobRow, channel_id: int | None) -> Posting:
    """Where the answer really stands; `channel_id` is where its button was pressed."""
    return answer_place(row.posted, Posting.from_json(row.posting), channel_id)


def check_owner(interaction: discord.Interaction, row: JobRow) -> None:
    """Only the requester, and who may manage messages where the dream stands: rights in another channel, or in a server
    of one's own, are none here. Raises `NotYours`."""
    here = interaction.guild_id is not None and interaction.channel_id == Posting.from_json(row.posting).channel_id
    moderates = here and interaction.permissions.manage_messages
    if str(interaction.user.id) != row.job.requester and not moderates:
        raise NotYours
