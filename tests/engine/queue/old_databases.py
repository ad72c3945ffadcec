"""Databases as released versions left them, with data: `schemas/<revision>.sql` says what one has that the one before
had not, and, behind `GONE`, what it has no more.

    python -m tests.engine.queue.old_databases     writes the file of every revision that has none

Run it before a release that brings a migration, and never change a file that was released.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from engine.queue import migrate
from engine.queue.database import connect, sqlite_url

FOLDER = Path(__file__).parent / "schemas"
GONE = "-- no more:\n"
KINDS = ("BEGIN", "CREATE TABLE", "INSERT", "CREATE", "COMMIT")
"""Beginnings of statements, in the order in which a database takes them."""
PICTURE, MADE = "d4" * 32, "2b" * 32
DREAM = (
    '{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,'
    '"size":512,"recipe":"dream"}'
)
ZOOM = DREAM.replace('"dream"}', '"zoom","frames":30,"factor":1.06,"fps":12}').replace("512", "320")
COMMON = {
    "requester": "1573311599496658944", "limit_bytes": 10485760, "priority": 0, "crashes": 0, "stop": "", "error": "",
    "error_code": "", "posting": '{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',
    "cost_s": 2.5,
}  # fmt: skip
RESULT = f'{{"blob":"{MADE}","mime":"image/png","width":512,"height":384,"size":400000,"note":""}}'
JOBS: tuple[dict[str, Any], ...] = (
    {"id": "q" * 20, "state": "queued", "recipe": "dream", "params": DREAM, "picture": PICTURE, "tag": 4.0,
     "created": 1000.0, "attempt": 0},
    {"id": "r" * 20, "state": "running", "recipe": "zoom", "params": ZOOM, "tag": 3.0, "created": 999.0, "attempt": 1,
     "engine": "engine", "started": 1001.0, "parent": "d" * 20},
    {"id": "d" * 20, "state": "done", "recipe": "dream", "params": DREAM, "picture": PICTURE, "tag": 1.0,
     "created": 900.0, "attempt": 1, "engine": "engine", "started": 901.0, "finished": 903.0, "result": RESULT,
     "posted": "1573311671814848512"},
    {"id": "f" * 20, "state": "failed", "recipe": "dream", "params": DREAM, "tag": 2.0, "created": 910.0, "attempt": 2,
     "crashes": 2, "finished": 950.0, "error": "The engine crashed twice.", "error_code": "F01",
     "error_facts": "{}"},
    {"id": "c" * 20, "state": "cancelled", "recipe": "dream", "params": DREAM, "tag": 2.5, "created": 920.0,
     "attempt": 1, "stop": "stop", "finished": 930.0, "posted": "1573311706568851456"},
)  # fmt: skip
PRESET = {"id": 1, "user_id": COMMON["requester"], "name": "Fur", "name_key": "fur", "params": '{"layer":"mid"}',
          "created": 800.0, "used": 810.0}  # fmt: skip
CALIBRATION = {"recipe": "dream", "network": "pocket", "seconds_per_unit": 0.31}
SETTINGS = {"user_id": COMMON["requester"], "settings": '{"size":256,"spoiler":true}'}
TIMING = {"kind": "dream", "network": "pocket", "size_class": 18, "seconds_per_unit": 0.31, "course": "[0.2, 1.0]"}
SHARED_PRESET = {"id": "s" * 20, "code": "K7QP2M9X", "preset_id": PRESET["id"], "name": "Fur", "created": 820.0,
                 "params": '{"network": "pocket", "layer": "mid"}'}  # fmt: skip

RULES = {"guild_id": "77", "rules": '{"paused": false, "hidden": ["spiders"]}', "removed": None}
USE = {"job_id": "u" * 20, "guild_id": "77", "channel_id": "78", "user_id": "7", "pictures": 1, "public": True,
       "created": 810.0}  # fmt: skip

BLOCK = {"guild_id": "77", "kind": "user", "value": "7", "hash": "", "mirrored": "", "about": "Bo", "blocked_by": "8",
         "created": 815.0}  # fmt: skip

GAMES: dict[str, dict[str, Any]] = {
    "guess_rounds": {"id": "g" * 20, "guild_id": "77", "channel_id": "78", "host": "8", "level": "easy",
                     "choices": '["owls", "cats", "dogs", "fish"]', "answer": 2, "created": 830.0, "ended": 840.0,
                     "winner": "7", "took_s": 9.5},
    "guess_answers": {"round_id": "g" * 20, "user_id": "7", "choice": 2, "created": 840.0},
    "dex_entries": {"guild_id": "77", "name": "beagle", "job_id": "d" * 20, "user_id": "7", "created": 850.0,
                    "thumbnail": None},
    "fool_rounds": {"id": "w" * 20, "guild_id": "77", "channel_id": "78", "word": "goldfish", "created": 860.0,
                    "ends": 87260.0, "announced": False},
    "fool_entries": {"job_id": "d" * 20, "round_id": "w" * 20, "user_id": "7", "share": 0.25, "created": 870.0},
}  # fmt: skip
"""A row of each table of games."""
SCHEDULE = {"id": "z" * 20, "guild_id": "77", "channel_id": "78", "kind": "endless", "hour": 18, "zone": "UTC+2",
            "due": 900.0, "claimed": None, "thread_id": "", "state": '{"round": 3}', "created": 816.0}  # fmt: skip
VOTE = {
    "poll": f"{SCHEDULE['id']}:3",
    "user_id": "7",
    "guild_id": "77",
    "channel_id": "78",
    "choice": "1",
    "created": 817.0,
}
ENTRY = {"schedule_id": SCHEDULE["id"], "job_id": "d" * 20, "guild_id": "77", "user_id": "7", "number": 1,
         "message_id": "99", "created": 818.0}  # fmt: skip

COPY = {"message_id": "98", "job_id": "d" * 20, "channel_id": "79", "user_id": "7", "withdrawn": False,
        "created": 819.0}  # fmt: skip

NAMED = "0004"
"""From here on presets name their network."""
CHOSEN = "0009"
"""From here on people have settings."""
TIMED = "0007"
"""From here on dreams are timed by kind and size."""
SHARED = "0008"
"""From here on presets can be shared."""
PLAYED = "0014"
"""From here on there are games."""
BLOCKED = "0013"
"""From here on moderators block people and images."""
REPEATED = "0015"
"""From here on things happen again and again."""
RULED = "0012"
"""From here on servers have rules."""
COPIED = "0018"
"""From here on it is known where else results are shown."""
EXPLAINED = "0011"
"""From here on errors have their facts."""


FLEET_ONLY = {"0016": "0015", "0019": "0018"}
"""Those that change nothing in SQLite, and the one before each: there is no dump of them."""


def revisions() -> list[str]:
    """All that have a dump, oldest first."""
    found = [script.revision for script in reversed([*_scripts().walk_revisions()])]
    return [revision for revision in found if revision not in FLEET_ONLY]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrate.scripts()))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def dump(revision: str) -> str:
    """The SQL of a database of that revision with data in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "old.db"
        engine = connect(sqlite_url(path))
        with engine.begin() as db:
            config = _config()
            config.attributes["connection"] = db
            command.upgrade(config, revision)
            for job in JOBS:
                _insert(db, "jobs", {**COMMON, **job})
            _insert(db, "presets", preset_of(revision))
            _insert(db, "calibrations", CALIBRATION)
            if revision >= TIMED:
                _insert(db, "timings", TIMING)
            if revision >= SHARED:
                _insert(db, "shared_presets", SHARED_PRESET)
            if revision >= CHOSEN:
                _insert(db, "user_settings", SETTINGS)
            if revision >= RULED:
                _insert(db, "server_rules", RULES)
                _insert(db, "server_uses", USE)
            if revision >= BLOCKED:
                _insert(db, "server_blocks", BLOCK)
            for table, row in GAMES.items() if revision >= PLAYED else ():
                _insert(db, table, row)
            if revision >= REPEATED:
                _insert(db, "schedules", SCHEDULE)
                _insert(db, "votes", VOTE)
                _insert(db, "schedule_entries", ENTRY)
            if revision >= COPIED:
                _insert(db, "result_copies", COPY)
        engine.dispose()
        with closing(sqlite3.connect(path)) as old:
            return "\n".join(old.iterdump()) + "\n"


def released(revision: str) -> str:
    """The SQL of a database as that version left it, put together from the files up to it."""
    kept: set[str] = set()
    for one in revisions():
        added, _, gone = (FOLDER / f"{one}.sql").read_text("utf-8").partition(GONE)
        kept = (kept - _statements(gone)) | _statements(added)
        if one == revision:
            break
    return _script(kept)


def _statements(script: str) -> set[str]:
    """The statements of a script; none of ours has a semicolon at the end of a line within."""
    return {f"{one.strip()};\n" for one in script.split(";\n") if one.strip()}


def _script(statements: set[str]) -> str:
    def place(statement: str) -> tuple[int, str]:
        return next(at for at, kind in enumerate(KINDS) if statement.startswith(kind)), statement

    return "".join(sorted(statements, key=place))


def _differences(before: str, after: str) -> str:
    """What a file says."""
    gone = _statements(before) - _statements(after)
    return _script(_statements(after) - _statements(before)) + (GONE + _script(gone) if gone else "")


def preset_of(revision: str) -> dict[str, Any]:
    """The preset as that version saved it."""
    named = '{"network": "pocket", "layer": "mid"}' if revision >= NAMED else PRESET["params"]
    return {**PRESET, "params": named}


def _insert(db: sa.Connection, table: str, row: dict[str, Any]) -> None:
    there = sa.Table(table, sa.MetaData(), autoload_with=db)
    db.execute(there.insert().values({name: value for name, value in row.items() if name in there.c}))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    before = ""
    for revision in revisions():
        if not (FOLDER / f"{revision}.sql").exists():
            (FOLDER / f"{revision}.sql").write_text(_differences(before, dump(revision)), "utf-8")
            print(f"schemas/{revision}.sql")
        before = released(revision)
