"""The real product in a folder of its own: `(settings, command) => playground + bot + supervisor + child + decoder`.

The stand-in Discord lives in the driving process, so that it survives whatever is killed and remembers what it saw.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

from bot.playground import avatars
from bot.playground.bot_process import BOT_COMMAND, Child
from bot.playground.server import Playground
from engine.queue.database import sqlite_url
from engine.queue.job import JobRow
from engine.queue.ledger import Ledger, _job_row, jobs
from tests.chaos.message_history import History, recorded
from tests.chaos.processes import Process, living, parts

PATIENCE_S = 200.0
"""What a busy machine may take for anything that is waited for."""


class House:
    """One running product."""

    def __init__(self, playground: Playground, child: Child, folder: Path, history: History) -> None:
        self.playground = playground
        self.history = history
        self.world = playground.world
        self.child = child
        self.data_dir = folder / "data"
        self.temporary = folder / "tmp"
        self.seen: set[Process] = set()
        """Every process that was ever part of it."""

    def parts(self) -> dict[str, list[Process]]:
        """The processes there are now, by parts."""
        found = parts(self.child, self.data_dir)
        self.seen.update(*found.values())
        return found

    async def online(self) -> None:
        """Until the bot listens."""
        await self.world.until(lambda: self.world.online and self.world.commands, PATIENCE_S)

    async def left_behind(self) -> list[str]:
        """Once all has stopped: processes that still run, and files that nobody would ever tidy."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while living(self.seen):
                    await asyncio.sleep(0.05)
        files = [path.name for path in self.temporary.rglob("*") if not path.name.startswith("torchinductor_")]
        odd = [path.name for path in (self.data_dir / "run").iterdir() if path.suffix not in KEPT]
        return [f"process {one.pid}" for one in living(self.seen)] + files + odd


KEPT = {".lock", ".pid", ".json", ".sock", ".sha256", ".new", ""}
"""Files in the run folder that a new start takes over."""


@asynccontextmanager
async def opened(changes: Mapping[str, str], command: Sequence[str] = BOT_COMMAND) -> AsyncIterator[House]:
    """A product that is online, with settings by their names in the environment; all of it is stopped afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="p-"))
    for scene in avatars.SCENES:  # drawn when first asked for, they would cost a request its three seconds
        avatars.encode_scene(scene, avatars.SIDE, "PNG")
    playground = Playground()
    house = None
    try:
        await playground.start()
        (folder / "tmp").mkdir()
        (folder / "tmp").chmod(0o1777)  # the decoder is nobody where we are root
        given = {**playground.settings(folder / "data"), "TMPDIR": str(folder / "tmp"), **changes}
        playground.child = Child(playground.world, given, folder / "data", command)
        async with recorded(playground.world, folder / "data" / "pareidolia.db") as history:
            house = House(playground, playground.child, folder, history)
            playground.child.start()
            await house.online()
            yield house
    finally:
        if house is not None:
            house.parts()
        await playground.stop()
        for one in house.seen if house is not None else ():
            one.kill()
        shutil.rmtree(folder, ignore_errors=True)


def without_settings_of_this_machine() -> None:
    """What whoever runs this has set is none of a scenario's business; an engine gets its turn on a busy machine."""
    for name in [name for name in os.environ if name.startswith("PAREIDOLIA_")]:
        del os.environ[name]
    os.environ.update(PAREIDOLIA_CONFIG=os.devnull, PAREIDOLIA_ENGINE__NICE="0")


def all_rows(data_dir: Path) -> list[JobRow]:
    """The whole ledger, oldest first; nothing before there is one."""
    if not (data_dir / "pareidolia.db").exists():
        return []
    with closing(Ledger(sqlite_url(data_dir / "pareidolia.db"))) as ledger:
        return rows_of(ledger)


def rows_of(ledger: Ledger) -> list[JobRow]:
    """The whole ledger, oldest first."""
    with ledger._read() as db:
        return [_job_row(one, ledger.catalog) for one in db.execute(jobs.select().order_by(jobs.c.created)).all()]
