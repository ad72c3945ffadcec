"""Fetch a network's published file once: `(name, entry, folder) => transfers ..., then safetensors in the folder`.

    download into a .part, going on where an earlier one broke off -> verify the checksum -> read nothing but tensors
    -> fit them to the architecture -> write safetensors under a temporary name, rename

Whatever is refused on the way is deleted and leaves a sentence. Only a download that broke off leaves its .part.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Final
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from engine.catalog.catalog import Entry, Source
from engine.errors import (
    CutShort,
    FetchedElsewhere,
    NoDownload,
    NoRoom,
    NotServed,
    OtherNetwork,
    StaysOffline,
    WebPageInstead,
    WrongChecksum,
)
from engine.networks import architectures, weights
from engine.platform import file_lock

MB: Final = 10**6
CHUNK: Final = MB // 4
TIMEOUT_S: Final = 30.0
"""A server that says nothing for this long counts as broken off."""
PATIENCE: Final = 3
"""Attempts in a row that bring nothing."""
PAUSE_S = 1.0
SLACK: Final = 1.2
"""Published sizes are rounded; beyond this it is another file, and the disk is not filled with it."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Bytes that are here, and bytes in all."""

    done: int
    total: int


ProxyFor = Callable[[str], str | None]
"""(address) => the proxy on the way to it, or None."""


def fetch(
    name: str, entry: Entry, folder: Path, *, offline: bool = False, proxy_for: ProxyFor = lambda _: None
) -> Iterator[Transfer]:
    """Yield while it downloads; afterwards `folder/NAME.safetensors` is there, verified. Does nothing if it is already.

    A file that someone put into the folder under its published name is taken instead of a download. Raises a
    `NetworkError`.
    """
    source = entry.source
    if source is None:
        raise NoDownload(name=name, file=entry.file)
    folder.mkdir(parents=True, exist_ok=True)
    with file_lock.hold(folder / f".{name}.lock", refusal=FetchedElsewhere(name=name)):
        target, given = folder / f"{name}.safetensors", folder / source.file
        if target.exists():
            return
        if given.exists():
            _install(name, entry, given, target)
            return
        if offline:
            raise StaysOffline(name=name, file=source.file, folder=folder)
        part = folder / f"{source.file}.part"
        _check_disk_space(name, source, folder)
        yield from _download(name, source, part, proxy_for(source.url))
        _install(name, entry, part, target)


def _check_disk_space(name: str, source: Source, folder: Path) -> None:
    """The download and what is made of it lie beside each other for a moment."""
    needed, free = 2 * source.megabytes, shutil.disk_usage(folder).free / MB
    if needed > free:
        raise NoRoom(name=name, needed=round(needed), folder=folder, free=round(free))


# downloading


class _ConnectionLost(OSError):
    """The connection ended before the file did."""


def _download(name: str, source: Source, part: Path, proxy: str | None) -> Iterator[Transfer]:
    """Fill the .part, attempt after attempt, each going on where the one before broke off."""
    vain = 0
    while True:
        before = _size(part)
        try:
            yield from _attempt(name, source, part, proxy)
            return
        except HTTPError as error:
            error.close()
            raise _not_served_error(name, source, part, f"the server answers {error.code} {error.reason}") from None
        except (OSError, HTTPException) as error:
            vain = 0 if _size(part) > before else vain + 1
            if vain == PATIENCE:
                raise _retries_exhausted(name, source, part, error) from None
        time.sleep(PAUSE_S if vain else 0)


def _attempt(name: str, source: Source, part: Path, proxy: str | None) -> Iterator[Transfer]:
    """One attempt."""
    with _open_response(source, part, proxy) as answer:
        if answer.headers.get_content_type() == "text/html":
            _delete_part(part)
            raise WebPageInstead(name=name, url=source.url)
        start = _size(part) if answer.status == 206 else 0
        _validator_file(part).write_text(_validator(answer), "utf-8")
        rest = answer.headers.get("Content-Length")
        total = start + int(rest or source.megabytes * MB)
        done = start
        for done in _save(answer, part, start):
            if done > source.megabytes * MB * SLACK:
                _delete_part(part)
                raise _checksum_error(name, source, part, f"more than {source.megabytes} MB")
            yield Transfer(done, total)
    if rest and done < total:
        raise _ConnectionLost("the connection was closed")


def _save(answer: HTTPResponse, part: Path, start: int) -> Iterator[int]:
    """Write what comes behind the first `start` bytes; yield how many there are."""
    with part.open("ab" if start else "wb") as out:
        while chunk := answer.read1(CHUNK):
            out.write(chunk)
            start += len(chunk)
            yield start


def _open_response(source: Source, part: Path, proxy: str | None) -> HTTPResponse:
    """Open the download, from where the .part ends if the server still has the same file."""
    headers = {"User-Agent": "pareidolia", "Accept-Encoding": "identity"}
    tag = _validator_file(part).read_text("utf-8") if _validator_file(part).exists() else ""
    if tag and _size(part):
        headers |= {"Range": f"bytes={_size(part)}-", "If-Range": tag}
    try:
        # What the settings say, and not what urllib reads from the environment.
        through = ProxyHandler({"http": proxy, "https": proxy} if proxy else {})
        answer = build_opener(through).open(Request(source.url, headers=headers), timeout=TIMEOUT_S)
    except HTTPError as error:
        if error.code != 416 or "Range" not in headers:
            raise
        error.close()
        _delete_part(part)  # there is nothing behind what we have, so it is not the beginning of that file
        return _open_response(source, part, proxy)
    assert isinstance(answer, HTTPResponse)
    return answer


def _validator(answer: HTTPResponse) -> str:
    """What says that a file is still the same; a weak tag does not (RFC 9110, 13.1.5)."""
    tag = answer.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else answer.headers.get("Last-Modified", "")


def _retries_exhausted(name: str, source: Source, part: Path, error: Exception) -> CutShort | NotServed:
    problem = str(getattr(error, "reason", error)) or type(error).__name__
    if _size(part):
        return CutShort(name=name, megabytes=f"{_size(part) / MB:.1f}", problem=problem)
    _delete_part(part)
    return _not_served_error(name, source, part, problem)


def _not_served_error(name: str, source: Source, part: Path, problem: str) -> NotServed:
    return NotServed(name=name, url=source.url, problem=problem, file=source.file, folder=part.parent)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _validator_file(part: Path) -> Path:
    return part.with_suffix(".etag")


def _delete_part(part: Path) -> None:
    part.unlink(missing_ok=True)
    _validator_file(part).unlink(missing_ok=True)


# what came


def _install(name: str, entry: Entry, file: Path, target: Path) -> None:
    """Verify, read, fit, write; the file is gone afterwards either way."""
    assert entry.source is not None
    try:
        _verify(name, entry.source, file)
        found = weights.read(file, name)
        try:
            architectures.model(entry.architecture, entry.classes, found)
        except ValueError as error:
            facts = {"file": file.name, "architecture": entry.architecture, "problem": str(error), "name": name}
            raise OtherNetwork(**facts) from None
        weights.write(found, target)
    finally:
        _delete_part(file)


def _verify(name: str, source: Source, file: Path) -> None:
    """Compare the checksum: the beginning of a sha256, or git's id of a blob."""
    if source.git_blob:
        expected, hashed = source.git_blob, hashlib.sha1(b"blob %d\0" % _size(file), usedforsecurity=False)
    else:
        expected, hashed = source.sha256, hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(MB):
            hashed.update(chunk)
    if not hashed.hexdigest().startswith(expected):
        if _is_web_page(file):
            raise WebPageInstead(name=name, url=source.url)
        raise _checksum_error(name, source, file, hashed.hexdigest()[: len(expected)])


def _checksum_error(name: str, source: Source, file: Path, found: str) -> WrongChecksum:
    return WrongChecksum(name=name, file=file.name, found=found, expected=source.git_blob or source.sha256)


def _is_web_page(file: Path) -> bool:
    with file.open("rb") as content:
        return content.read(64).lstrip().startswith(b"<")
