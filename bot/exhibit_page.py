"""`pareidolia exhibit`: a gallery as a page for any web server: `(settings, channel, folder) => index.html, pictures`.

It is made of what is stored, here or in a fleet, without Discord: each dream that was shown in the gallery, the newest
first, with its title, who made it, its stars and the line that makes it again.
"""

from __future__ import annotations

import argparse
import datetime
import html
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bot import ritual_words, wording
from bot.store.posting import Posting
from bot.store.schedule_entries import Entry, ScheduleEntries
from bot.store.schedules import EXHIBITION, Schedule, Schedules
from bot.store.votes import Votes, star_poll
from bot.views import result_card
from engine import settings as jobs_settings
from engine.errors import SettingsError
from engine.files.blobs import BlobKey
from engine.platform.atomic_file import replacing
from engine.queue.blob_stores import open_blobs
from engine.queue.database import connect, database_url
from engine.queue.installation import open_ledger
from engine.queue.job import JobId, JobRow
from engine.settings import Settings

ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif", "video/mp4": "mp4"}
STYLE = """
:root { color-scheme: dark; --ink: #ece7df; --dim: #9d958a; --ground: #14120f; --wall: #1d1a16; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 Georgia, "Times New Roman", serif; }
header { padding: 4rem 1.5rem 2.5rem; text-align: center; }
h1 { margin: 0; font-weight: 400; font-size: clamp(2rem, 6vw, 3.4rem); letter-spacing: .02em; }
header p { margin: .4rem 0 0; color: var(--dim); }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); gap: 1.5rem;
 max-width: 92rem; margin: 0 auto; padding: 0 1.5rem 4rem; }
figure { margin: 0; background: var(--wall); border-radius: 4px; overflow: hidden; display: flex;
  flex-direction: column; justify-content: center; }
figure img, figure video { display: block; width: 100%; height: auto; }
figure.covered img, figure.covered video { filter: blur(2rem); transition: filter .3s; }
figure.covered:hover img, figure.covered:hover video, figure.covered:focus-within img { filter: none; }
figcaption { padding: .9rem 1.1rem 1.1rem; }
figure > :first-child { margin-block: auto; }
figcaption b { font-weight: 400; font-size: 1.15rem; }
figcaption small { display: block; color: var(--dim); }
code { display: block; margin-top: .5rem; color: var(--dim); font: 12px/1.5 monospace; overflow-wrap: anywhere; }
"""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One dream of a gallery, with its files."""

    row: JobRow
    entry: Entry
    stars: int
    files: tuple[tuple[str, bytes], ...]
    """Names and bytes."""


def main(words: Sequence[str]) -> int:
    """Write the page that the command line asked for. Returns the exit status. Raises `SettingsError`."""
    parser = argparse.ArgumentParser(prog="pareidolia exhibit")
    parser.add_argument("channel", nargs="?", default="", help="id of the gallery's channel, where there are several")
    parser.add_argument("--out", type=Path, default=Path("exhibition"), help="folder to write the page to")
    parser.add_argument("--title", default="Exhibition", help="what stands over it")
    given = parser.parse_args(list(words))
    found = exhibits(jobs_settings.load(), given.channel)
    write(found, given.out, given.title)
    print(f"Wrote {wording.quantity(len(found), 'dream') or 'no dream yet'} to {given.out / 'index.html'}.")
    return 0


def exhibits(settings: Settings, channel: str) -> list[Exhibit]:
    """What is shown in a gallery and still stored, the newest first. Raises `SettingsError` where it is not clear which
    gallery is meant."""
    with closing(open_ledger(settings)) as ledger:
        database = connect(database_url(settings))
        try:
            return collect(database, ledger.row, open_blobs(settings).get, channel)
        finally:
            database.dispose()


def collect(
    database: sa.Engine, row_of: Callable[[JobId], JobRow | None], get: Callable[[BlobKey], bytes | None], channel: str
) -> list[Exhibit]:
    """The same, of the bot's tables and of what holds jobs and pictures."""
    gallery, found = _gallery(Schedules(database).all(), channel), []
    for entry in ScheduleEntries(database).all_of(gallery.id):
        row = row_of(JobId(entry.job_id)) if entry.message_id else None
        files = _files(row, get) if row else ()
        if row and files:
            found.append(Exhibit(row, entry, Votes(database).count(star_poll(row.id)), files))
    return found[::-1]


def _gallery(schedules: Sequence[Schedule], channel: str) -> Schedule:
    galleries = [one for one in schedules if one.kind == EXHIBITION]
    wanted = [one for one in galleries if channel in ("", one.channel_id)]
    if len(wanted) == 1:
        return wanted[0]
    if not galleries:
        raise SettingsError(problem="There is no gallery. Switch one on with `/server ritual kind:exhibition` first.")
    known = ", ".join(one.channel_id for one in galleries)
    raise SettingsError(problem=f"Say which gallery is meant, by the id of its channel: {known}.")


def _files(row: JobRow, get: Callable[[BlobKey], bytes | None]) -> tuple[tuple[str, bytes], ...]:
    """What a dream shows, under names that say nothing of anybody."""
    found = [(one, get(one.blob)) for one in result_card.shown(row)]
    return tuple((f"{one.blob[:16]}.{ENDINGS.get(one.mime, 'bin')}", data) for one, data in found if data is not None)


def write(found: Sequence[Exhibit], folder: Path, title: str) -> None:
    """The page and its pictures in a folder, which is made if there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in found:
        for name, data in one.files:
            _write(folder / name, data)
    _write(folder / "index.html", page(found, title).encode())


def _write(path: Path, data: bytes) -> None:
    with replacing(path) as new:
        new.write_bytes(data)


def page(found: Sequence[Exhibit], title: str) -> str:
    """The text of the page: one file beside its pictures, with nothing from anywhere else."""
    said = html.escape(title)
    count = wording.quantity(len(found), "dream") or "Nothing is shown yet"
    figures = "\n".join(_figure(one) for one in found)
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{said}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{STYLE}</style>\n'
        f"<header><h1>{said}</h1><p>{count}</p></header>\n<main>\n{figures}\n</main>\n</html>\n"
    )


def _figure(one: Exhibit) -> str:
    posting, row = Posting.from_json(one.row.posting), one.row
    alt = html.escape(wording.alt_text(row.job.params, posting.original, row), quote=True)
    day = datetime.datetime.fromtimestamp(one.entry.created, datetime.UTC).strftime("%-d %B %Y")
    stars = f"⭐ {one.stars} · " if one.stars else ""
    shown = "".join(_media(name, alt) for name, _ in one.files)
    covered = ' class="covered" tabindex="0"' if row.job.spoiler else ""
    return (
        f"<figure{covered}>{shown}<figcaption><b>{html.escape(ritual_words.title_of(row))}</b> by "
        f"{html.escape(wording.plain(posting.name))}<small>{stars}{day}</small>"
        f"<code>{html.escape(wording.credit(row.job.params))}</code></figcaption></figure>"
    )


def _media(name: str, alt: str) -> str:
    if name.endswith(".mp4"):
        return f'<video src="{name}" aria-label="{alt}" autoplay muted loop playsinline></video>'
    return f'<img src="{name}" alt="{alt}" loading="lazy">'
