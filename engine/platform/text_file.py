"""Text as the editors of every system write it: `path => text or TOML`, or a sentence that says what to do."""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any

from engine.errors import SettingsError
from engine.platform import os_errors

_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
"""Windows' editors and shells begin a file with what says its encoding."""
_WINDOWS_PATH = re.compile(r'=\s*"[^"\n]*\\')


def read(path: Path, choose: str = "choose another file") -> str:
    """The text of a file, whatever its encoding says of itself. Raises `SettingsError` naming the file."""
    try:
        data = path.read_bytes()
    except IsADirectoryError:
        made = "Docker makes one where the file that is to be mounted is missing. Remove it, and put the file there"
        raise SettingsError(problem=f"{path} is a folder, not a file. {made}, or {choose}.") from None
    except OSError as error:
        raise os_errors.unusable_path(path, error, choose) from None
    return _decode(path, data)


def toml(path: Path, choose: str = "choose another file") -> dict[str, Any]:
    """The values in a TOML file. Raises `SettingsError` naming the file and the line."""
    text = read(path, choose)
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise SettingsError(problem=f"{path} cannot be read: {error}.{_hint(text)}") from None


def _decode(path: Path, data: bytes) -> str:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"{path} cannot be read: line {line} holds a letter that is not {encoding.upper()}"
        raise SettingsError(problem=f"{what}. Save the file as UTF-8.") from None


def _hint(text: str) -> str:
    """For the mistake that Windows' paths invite."""
    if not _WINDOWS_PATH.search(text):
        return " Correct that line."
    return r" Between double quotes \ begins something else: put a path between single ones, as in 'C:\dreams'."
