"""`pareidolia exhibit`: a gallery as a page, of what is stored."""

import re
from contextlib import closing
from pathlib import Path

import pytest

from bot import exhibit_page, wording
from bot.__main__ import main
from bot.store.posting import Posting
from bot.store.schedule_entries import Entry, ScheduleEntries
from bot.store.schedules import EXHIBITION, Schedule, Schedules
from bot.store.votes import STAR, Vote, Votes, star_poll
from engine import settings
from engine.params import Dream
from engine.queue.blob_stores import open_blobs
from engine.queue.database import connect, database_url
from engine.queue.installation import open_ledger
from engine.queue.job import Job, JobId, Result
from engine.settings import Settings
from tests.bot.requests.test_service import png

GALLERY = Schedule("g" * 20, "77", "78", EXHIBITION, 18, "UTC", 1.0, 1.0)


async def fill(found: Settings, *names: str) -> None:
    """Dreams of these people in a gallery, the last of them not shown yet."""
    blobs, database = open_blobs(found), connect(database_url(found))
    await Schedules(database).add(GALLERY)
    entries, votes = ScheduleEntries(database), Votes(database)
    with closing(open_ledger(found)) as ledger:
        for at, name in enumerate(names):
            data, id = png(10 + at, 10), JobId(chr(97 + at) * 20)
            made = Result(blobs.put(data), "image/png", 10 + at, 10, len(data))
            posting = Posting(7, name, f"{name}'s picture", channel_id=79, guild_id=77, message_id=80)
            ledger.record(Job(Dream(subject="castles", seed=at), "7", spoiler=at == 1), made, posting.to_json(), id)
            await votes.cast(Vote(star_poll(id), "8", "77", "79", STAR, 1.0))
            entry = Entry(GALLERY.id, id, "77", "7", 0, 1.8e9)
            await entries.add(entry)
            if at < len(names) - 1:
                await entries.show(entry, 90 + at)
    database.dispose()


async def test_a_page_shows_what_the_gallery_shows_the_newest_first(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(data_dir))
    open_ledger(settings.load()).close()
    await fill(settings.load(), "Ada", "<b>Bo</b>", "Cy")
    assert main(["exhibit", "--out", str(tmp_path / "page"), "--title", "Dreams & more"]) == 0
    assert "2 dreams" in capsys.readouterr().out
    text = (tmp_path / "page" / "index.html").read_text("utf-8")
    assert "<title>Dreams &amp; more</title>" in text
    assert text.index("&lt;b&gt;Bo&lt;/b&gt;") < text.index("Ada")
    assert "Cy" not in text
    assert "<b>Bo" not in text
    assert wording.credit(Dream(subject="castles", seed=0)) in text
    assert text.count('class="covered"') == 1, "what was hidden stays covered"
    named = re.findall(r'src="([^"]+)"', text)
    assert sorted(named) == sorted(path.name for path in (tmp_path / "page").glob("*.png"))
    assert "http" not in text, "nothing comes from anywhere else"


@pytest.mark.postgresql
async def test_a_gallery_of_a_fleet_is_read_where_the_fleet_keeps_it(
    fleet_url: str, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(data_dir))
    monkeypatch.setenv("PAREIDOLIA_FLEET__DATABASE_URL", fleet_url.replace("+psycopg", ""))
    monkeypatch.setenv("PAREIDOLIA_FLEET__BLOB_URL", shared.as_uri())
    await fill(settings.load(), "Ada", "Bo")
    assert main(["exhibit", "--out", str(tmp_path / "page")]) == 0
    assert "1 dream" in capsys.readouterr().out
    assert not settings.load().database.exists()


async def test_which_gallery_is_meant_is_a_sentence(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(data_dir))
    open_ledger(settings.load()).close()
    assert main(["exhibit", "--out", str(tmp_path)]) == 2
    assert "/server ritual" in capsys.readouterr().err
    await fill(settings.load(), "Ada")
    assert main(["exhibit", "999", "--out", str(tmp_path)]) == 2
    assert GALLERY.channel_id in capsys.readouterr().err
    assert exhibit_page.exhibits(settings.load(), "78") == []
