"""Code that runs as a user whom nothing here belongs to: `(code, environment) => what it said`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

ID = 54321
"""Of a user whom no machine knows."""
_READ = """
import contextlib, importlib.readers, io, os, sys
from engine import settings
from engine.errors import SettingsError
with contextlib.suppress(SettingsError):  # what is imported late is imported now, while Python itself can be read
    settings.read()
silent = io.StringIO()
with contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent), contextlib.suppress(SystemExit):
    {before}
if os.geteuid() == 0:
    os.setgroups([]), os.setgid({id}), os.setuid({id})
"""


def run(
    code: str, changes: Mapping[str, str], without: tuple[str, ...] = (), before: str = "pass"
) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, as that user if we are root, else as ourselves. Before that, in silence and as
    who we are, a line that imports what the code will need beside the settings."""
    environment = {name: value for name, value in {**os.environ, **changes}.items() if name not in without}
    command = [sys.executable, "-c", _READ.format(before=before, id=ID) + code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def who() -> int:
    """The number of the user who runs it."""
    return ID if os.geteuid() == 0 else os.geteuid()


def forbid(path: os.PathLike[str]) -> str:
    """Take a file or folder away from that user; the word of the remedy that they must be told."""
    if os.geteuid() == 0:
        os.chmod(path, 0o700)  # noqa: PTH101
        return f"chown -R {ID}"
    os.chmod(path, 0)  # noqa: PTH101
    return "chmod -R u+rwX"
