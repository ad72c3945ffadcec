"""Whoever waited long is told once: in the channel, or directly."""

from pathlib import Path

import pytest

from bot import wording
from bot.delivery.errors import PostError, Unavailable, Unwelcome
from bot.delivery.ready_notice import ReadyNotice
from bot.store import tables
from bot.store.posting import Posting
from bot.store.user_settings import UserSettingsStore
from engine.files.blobs import BlobKey
from engine.params import Dream
from engine.queue.database import connect, sqlite_url
from engine.queue.job import Job, JobId, JobRow, Result, State, new_id

POSTING = Posting(7, "Ada", "Ada's cat", channel_id=2, guild_id=3, message_id=4)
ROW = JobRow(
    new_id(), Job(Dream(), "7"), State.DONE, {}, 0.0, result=Result(BlobKey("0" * 64), "image/png", 8, 8, 1)
)  # begun in 1970: a long wait


class Notes:
    """A Discord that remembers, and lets no direct message through when told so."""

    def __init__(self) -> None:
        self.pings: list[str] = []
        self.told: list[str] = []
        self.trouble: PostError | None = None

    async def ping(self, id: JobId, posting: Posting, note: str = "") -> None:
        self.pings.append(note)

    async def tell(self, id: JobId, user_id: int, text: str) -> None:
        if self.trouble:
            raise self.trouble
        self.told.append(text)


@pytest.fixture
def store(tmp_path: Path) -> UserSettingsStore:
    database = connect(sqlite_url(tmp_path / "bot.db"))
    tables.metadata.create_all(database)
    return UserSettingsStore(database)


async def test_who_chose_nothing_is_pinged_where_the_dream_is(store: UserSettingsStore) -> None:
    notes = Notes()
    await ReadyNotice(notes, store).notify(ROW, POSTING)
    await ReadyNotice(notes).notify(ROW, POSTING)
    assert (notes.pings, notes.told) == (["", ""], [])


async def test_who_chose_it_gets_the_link_directly(store: UserSettingsStore) -> None:
    notes = Notes()
    await store.change("7", direct=True)
    await ReadyNotice(notes, store).notify(ROW, POSTING)
    assert (notes.pings, notes.told) == ([], [wording.ready_directly_words(POSTING)])
    assert "https://discord.com/channels/3/2/4" in notes.told[0]


async def test_in_the_bots_own_chat_the_ping_stands_there(store: UserSettingsStore) -> None:
    notes = Notes()
    await store.change("7", direct=True)
    await ReadyNotice(notes, store).notify(ROW, Posting(7, "Ada", "Ada's cat", channel_id=2, message_id=4))
    assert (notes.pings, notes.told) == ([""], [])


async def test_a_refusal_is_said_once_beside_the_ping(store: UserSettingsStore) -> None:
    notes = Notes()
    notes.trouble = Unwelcome("50007")
    await store.change("7", direct=True)
    for _ in range(2):
        await ReadyNotice(notes, store).notify(ROW, POSTING)
    assert notes.pings == [wording.DIRECT_REFUSED, ""]
    notes.trouble = Unavailable()
    await store.change("7", direct_refused=False)
    await ReadyNotice(notes, store).notify(ROW, POSTING)
    assert notes.pings[2:] == [""], "what passes is no refusal"
