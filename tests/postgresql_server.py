"""A PostgreSQL of the tests' own: `() => server on a free loopback port`, which can be killed and started again."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.queue import migrate
from engine.queue.database import connect

TEMPLATE = "migrated"


def find_pg_ctl() -> str | None:
    """Where PostgreSQL's own starter is: Debian keeps it out of the path."""
    return next(map(str, Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")), None) or shutil.which("pg_ctl")


class PostgresServer:
    """One server, with a folder and a port of its own."""

    def __init__(self, pg_ctl: str, folder: Path, *, durable: bool = False) -> None:
        """`durable`: it waits for the disk, as one does that is killed with its machine."""
        self._pg_ctl = pg_ctl
        self._fsync = "on" if durable else "off"
        self._folder = folder
        self._as_user: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self._as_user = ["runuser", "-u", "postgres", "--"]
            shutil.chown(folder, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._numbers = count()

    @classmethod
    @contextmanager
    def run(cls, *, durable: bool = False) -> Iterator[PostgresServer]:
        """A server until the end; skips where there is none."""
        pg_ctl = find_pg_ctl()
        if pg_ctl is None:
            pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
        folder = Path(tempfile.mkdtemp(prefix="pg-"))
        server = cls(pg_ctl, folder, durable=durable)
        server._call("init", "-s", "-o", "--auth=trust --username=test --no-sync")
        server.start()
        try:
            server._make_template()
            yield server
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """Of its first process, of which all others are children."""
        return int((self._folder / "data" / "postmaster.pid").read_text().split()[0])

    def url(self, name: str = "postgres") -> str:
        """The URL of one of its databases."""
        return f"postgresql+psycopg://test@127.0.0.1:{self.port}/{name}"

    def database(self) -> str:
        """The URL of a fresh database with the tables of this version."""
        name = f"test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.url(name)

    def empty_database(self) -> str:
        """The URL of a fresh database without tables."""
        name = f"test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def start(self) -> None:
        """Start, or start again, and wait until it answers."""
        folder = self._folder
        places = f"-c port={self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        options = f"{places} -c fsync={self._fsync}"
        self._call("start", "-w", "-s", "-l", str(folder / "log"), "-o", options)

    def stop(self) -> None:
        """Stop as if it were killed: nobody is told, nothing is written."""
        self._call("stop", "-m", "immediate", "-s")

    def _make_template(self) -> None:
        self._execute(f"CREATE DATABASE {TEMPLATE}")
        engine = connect(self.url(TEMPLATE))
        migrate.upgrade(engine)
        engine.dispose()

    def _execute(self, statement: str) -> None:
        engine = sa.create_engine(self.url(), isolation_level="AUTOCOMMIT")
        with engine.connect() as db:
            db.exec_driver_sql(statement)
        engine.dispose()

    def _call(self, *command: str) -> None:
        data = str(self._folder / "data")
        whole = [*self._as_user, self._pg_ctl, "-D", data, *command]
        subprocess.run(whole, check=True, stdout=subprocess.DEVNULL, cwd="/")
