"""All that is stored about one person: `user => a file of it, or nothing left of it`."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.delivery.errors import PostError
from bot.delivery.publisher import DiscordPublisher
from bot.delivery.tracker import DeliveryTracker
from bot.languages import stored_words
from bot.requests.copies import Copies
from bot.requests.limits import Quota, ServerGate
from bot.requests.remedies import Remedies
from bot.store.game_records import GameRecords
from bot.store.posting import Posting, answer_place
from bot.store.presets import Presets
from bot.store.schedule_entries import ScheduleEntries
from bot.store.schedules import Schedules
from bot.store.shared_presets import SharedPresets
from bot.store.user_settings import UserSettingsStore
from bot.store.votes import Votes
from engine.queue.dispatch_port import Dispatch
from engine.queue.job import JobRow

log = logging.getLogger(__name__)

POSTING_FIELDS = (
    "name", "channel_id", "guild_id", "ephemeral", "owners", "age_restricted", "nsfw",
)  # fmt: skip
"""What is told of where an answer stands; an interaction's token is Discord's."""
SETTLE_S = 20.0
"""How long what was cancelled may take to stop and to be answered."""
LOOK_S = 0.1
MESSAGES_S = 120.0
"""How long messages are deleted: Discord lets about one a second through, and the answer has 15 minutes."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """What was deleted of one person, and how many jobs could not be yet."""

    settings: bool
    presets: int
    jobs: int
    pictures: int
    messages: int
    """Of those that showed a dream."""
    messages_left: int
    left: int


class PersonalData:
    """Gives a person what is stored about them, and deletes it."""

    def __init__(
        self,
        dispatch: Dispatch,
        presets: Presets,
        shared_presets: SharedPresets,
        user_settings: UserSettingsStore,
        tracker: DeliveryTracker,
        publisher: DiscordPublisher,
        quota: Quota,
        remedies: Remedies,
        gate: ServerGate,
        games: GameRecords,
        votes: Votes,
        entries: ScheduleEntries,
        schedules: Schedules,
        copies: Copies,
    ) -> None:
        self._copies = copies
        self._games = games
        self._votes = votes
        self._entries = entries
        self._schedules = schedules
        self._gate = gate
        self._dispatch = dispatch
        self._presets = presets
        self._shared_presets = shared_presets
        self._user_settings = user_settings
        self._tracker = tracker
        self._publisher = publisher
        self._quota = quota
        self._remedies = remedies

    async def export(self, user_id: int, at_most: int) -> bytes:
        """A JSON file of at most so many bytes. Where all of it does not fit, the oldest dreams are left out, and it
        says how many."""
        user = str(user_id)
        settings, presets = await self._user_settings.load(user), await self._presets.all(user)
        about = {
            "user_id": user,
            "exported": time.time(),
            "settings": asdict(settings),
            "presets": [asdict(one) for one in presets],
            "asked_in_servers": [asdict(one) for one in await self._gate.uses.of_user(user)],
            "blocked_in_servers": await self._gate.blocks.about_user(user),
            "blocks_as_a_moderator": [asdict(one) for one in await self._gate.blocks.made_by(user)],
            "others_dreams_of_my_images": [
                {"id": row.id, "link": posting.link, "created": row.created}
                for row in await self._dispatch.rows_about(user)
                if user_id in (posting := Posting.from_json(row.posting)).owners or user_id == posting.avatar_of
            ],
            "games": await self._games.of_user(user),
            "votes_and_stars": [asdict(one) for one in await self._votes.of_user(user)],
            "copies_sent_to_me": [asdict(one) for one in await self._copies.store.of_user(user)],
            "part_of_rituals": [asdict(one) for one in await self._entries.of_user(user)],
            "shared_presets": [asdict(one) for one in await self._shared_presets.of_user(user)],
        }
        return await asyncio.to_thread(_file, about, await self._dispatch.history(user), at_most)

    async def delete(self, user_id: int) -> Deleted:
        """Cancel what is under way, wait until that is answered, and delete everything but what moderators blocked, and
        for a day how much was asked for, under a pseudonym: else blocks and limits would end by it. What does not stop
        in time stays, and is counted."""
        user = str(user_id)
        for row, _ in await self._dispatch.list_waiting(user):
            await self._dispatch.cancel(row.id)
            await self._tracker.refresh(row.id)
        await self._wait_until_answered(user)
        messages, messages_left = await self._delete_messages(user, await self._dispatch.history(user))
        settings, presets = await self._user_settings.delete(user), await self._presets.delete_all(user)
        await self._gate.forgive(one.job_id for one in await self._gate.uses.of_user(user))
        await self._gate.uses.anonymise(user)
        await self._games.delete(user)
        await self._votes.delete(user)
        await self._end_games(user)
        await self._entries.delete(user)
        gone = await self._dispatch.forget_requester(user)
        self._remedies.forget_user(user_id)
        left = len(await self._dispatch.history(user))
        return Deleted(settings, presets, gone.jobs, gone.pictures, messages, messages_left, left)

    async def _end_games(self, user: str) -> None:
        """End the games that somebody began, with the message that shows their picture; what others added is theirs."""
        for game in await self._schedules.begun_by(user):
            opener = Posting(0, "", "", channel_id=int(game.channel_id), message_id=int(game.thread_id or 0) or None)
            try:
                await self._publisher.delete(opener)
            except PostError as error:
                log.info("a message was not deleted: %s", type(error).__name__)
            await self._schedules.delete(game.id)

    async def _delete_messages(self, user: str, rows: Sequence[JobRow]) -> tuple[int, int]:
        """Delete the messages with somebody's dreams, the newest first, for as long as there is time, then what else
        shows these, and what was sent to them; how many, and how many answers there are left. (Copies that are left
        are tried again.)"""
        shown = [row for row in rows if (place := _place(row)).by_channel and place.message_id]
        until, gone = time.monotonic() + MESSAGES_S, 0
        for row in shown:
            if time.monotonic() > until:
                break
            gone += await self._delete_message(row)
        copies, _ = await self._copies.take_back([row.id for row in rows], user, until)
        return gone + copies, len(shown) - gone

    async def _delete_message(self, row: JobRow) -> bool:
        """Whether the answer of a job is gone, which may have been sent directly because its channel was closed."""
        place, status = _place(row), Posting.from_json(row.posting).message_id
        try:
            is_gone = await self._publisher.delete(place)
            if place.message_id and place.message_id != status:
                is_gone = await self._publisher.delete_direct(int(row.job.requester), place.message_id) and is_gone
        except PostError as error:
            log.info("a message was not deleted: %s", type(error).__name__)
            return False
        return is_gone

    async def _wait_until_answered(self, user: str) -> None:
        until = time.monotonic() + SETTLE_S
        while time.monotonic() < until and await self._is_busy(user):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_S)

    async def _is_busy(self, user: str) -> bool:
        unposted = await self._dispatch.list_unposted()
        return self._quota.holds(user) or any(row.job.requester == user for row in unposted)


def _place(row: JobRow) -> Posting:
    """Where the answer of a job stands, if it was posted."""
    posting = Posting.from_json(row.posting)
    return answer_place(row.posted, posting) if row.posted else replace(posting, message_id=None)


def _file(about: dict[str, Any], rows: Sequence[JobRow], at_most: int) -> bytes:
    dreams = [_told(row) for row in rows]
    while True:
        told = {**about, "dreams": dreams, "dreams_left_out": len(rows) - len(dreams)}
        data = json.dumps(told, indent=1, ensure_ascii=False).encode()
        if len(data) <= at_most or not dreams:
            return data
        del dreams[len(dreams) // 2 :]


def _told(row: JobRow) -> dict[str, Any]:
    """A job, as its person may read it: what was asked, what became of it, and where."""
    posting = Posting.from_json(row.posting)
    return {
        "id": row.id,
        "state": row.state,
        "settings": row.job.params.model_dump(mode="json"),
        "picture": row.job.picture,
        "further_pictures": dict(row.job.others),
        "history": row.job.history.to_json(),
        "made_from": row.job.parent,
        "spoiler": row.job.spoiler,
        "result": asdict(row.result) if row.result else None,
        "error": row.error,
        "error_facts": row.error_facts,
        "created": row.created,
        "started": row.started,
        "finished": row.finished,
        "message": row.posted,
        "link": posting.link,
        "original": stored_words.read(posting.original),
        "frame": stored_words.read(posting.frame),
        **{name: getattr(posting, name) for name in POSTING_FIELDS},
    }
