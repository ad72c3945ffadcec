"""Watches over every log of the whole suite: `tokens that were used + lines that were written => leaks`.

Lines written in this process are seen as the product would write them; the logs of processes that tests start are read
before their folder goes. A token counts by its longest run of characters without a dot, so that one pass over a line
finds any of thousands.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

from engine import logs

WORD = re.compile(r"[\w-]{20,}")
QUIET = ("bot", "engine", "pareidolia", "discord", "aiohttp")
"""Loggers that are heard down to DEBUG."""


class Watch(logging.Handler):
    """Knows the tokens, reads the lines, remembers the leaks."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logs.JsonFormatter("suite"))
        self.tokens: set[str] = set()
        self.leaks: list[str] = []
        self.lines = 0

    def learn(self, token: str) -> str:
        """A token was made; returned for whoever wanted it."""
        self.tokens.add(max(WORD.findall(token), key=len))
        return token

    def read(self, text: str, where: str) -> None:
        """Look for any token in lines of a log."""
        for line in text.splitlines():
            self.lines += 1
            if self.tokens.intersection(WORD.findall(line)):
                self.leaks.append(f"{where}: {line[:200]}")

    def emit(self, record: logging.LogRecord) -> None:
        """A line of this process."""
        self.read(self.format(record), record.name)

    def read_logs(self, data_dir: Path) -> None:
        """The logs of processes that worked in a data folder."""
        for path in (data_dir / "logs").rglob("*"):
            if path.is_file():
                self.read(path.read_text("utf-8", "replace"), path.name)


WATCH = Watch()
"""The one of this session. `tests/conftest.py` puts it to work."""
