"""Where results go: `(-o, names, inputs) => targets`, checked before anything is dreamed; a file is whole or not there.

Nothing that exists is written over unless it is asked for, and never a picture that goes into the dream.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from engine.encoders import Kind

KINDS: Final[dict[str, Kind]] = {
    ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp", ".gif": "gif", ".mp4": "mp4",
}  # fmt: skip
LONGEST: Final = 200
"""Bytes of a name that we choose, without its number and ending; file systems take 255 in all."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the command line says of where results go."""

    out: Path | None = None
    force: bool = False
    """Whether a file that is there may be written over."""


@dataclass(frozen=True, slots=True)
class Target:
    """A file that is to be written."""

    path: Path
    kind: Kind
    force: bool = False

    def write(self, data: bytes) -> None:
        """Write the file, whole or not at all. Raises `typer.BadParameter`."""
        try:
            if _is_device(self.path):
                self.path.write_bytes(data)
            else:
                _write_atomically(self.path.resolve(), data, self.force)
        except OSError as error:
            raise _write_error(self.path, error) from None


def targets(place: Place, names: Sequence[str], inputs: Collection[Path], *, animated: bool = False) -> list[Target]:
    """A target for every name, in the order of names. Raises `typer.BadParameter` for what could not be written."""
    out = place.out
    if out is None or stat.S_ISDIR(_mode(out)):
        ending = ".gif" if animated else ".png"
        chosen: list[Path] = []
        for name in names:
            chosen.append(_free((out or Path()) / _short(name), ending, chosen))
    elif len(names) > 1:
        raise typer.BadParameter(f"{out} is no folder, and {len(names)} pictures need one. Make it, or leave out -o.")
    else:
        chosen = [out]
    made = [Target(path, _kind(path, animated), place.force) for path in chosen]
    for target in made:
        _check(target, inputs)
    return made


def _kind(path: Path, animated: bool) -> Kind:
    """What the ending asks for; a name without one is the usual kind."""
    kind = KINDS.get(path.suffix.lower()) if path.suffix else ("gif" if animated else "png")
    if kind is None:
        raise typer.BadParameter(f"{path} cannot be made: end its name with .png, .jpg, .webp, .gif or .mp4.")
    if animated and kind not in ("gif", "webp", "mp4"):
        problem = "this is an animation, so end its name with .webp, .gif or .mp4"
        raise typer.BadParameter(f"{path} cannot be made: {problem}.")
    if kind == "mp4" and not animated:
        raise typer.BadParameter(f"{path} cannot be made: this is a still picture, so end its name with .png or .jpg.")
    return kind


def _check(target: Target, inputs: Collection[Path]) -> None:
    path = target.path
    if any(_is_same(path, one) for one in inputs):
        raise typer.BadParameter(f"{path} is what this is made from. Choose another name with -o.")
    if stat.S_ISREG(_mode(path)) and not target.force:
        raise typer.BadParameter(
            f"{path} is there already. Choose another name with -o, or write over it with --force."
        )
    if _is_device(path):
        return
    try:
        _probe(path)
    except OSError as error:
        raise _write_error(path, error) from None


def _probe(path: Path) -> None:
    """Make a file beside the one that is to be, and take it away. Raises `OSError`."""
    with contextlib.suppress(FileNotFoundError):
        path.lstat()  # a name that is too long is found out here
    with _part(path.resolve()) as part:
        part.write_bytes(b"")


def _write_atomically(path: Path, data: bytes, force: bool) -> None:
    with _part(path) as part:
        part.write_bytes(data)
        if force:
            part.replace(path)
        else:
            _link(part, path)


def _link(part: Path, path: Path) -> None:
    """Give the file its name, unless somebody took that meanwhile. Raises `FileExistsError`."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        part.replace(path)


@contextlib.contextmanager
def _part(path: Path) -> Iterator[Path]:
    """A name beside a file, of which nothing is left."""
    part = path.with_name(f".pareidolia-{os.getpid()}.part")
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _free(path: Path, ending: str, taken: Collection[Path]) -> Path:
    """The first of `name.png`, `name-2.png`, ... that is not there."""
    number = 1
    while True:
        found = path.with_name(f"{path.name}{'' if number == 1 else f'-{number}'}{ending}")
        if found not in taken and not os.path.lexists(found):
            return found
        number += 1


def _short(name: str) -> str:
    """A name that every file system takes."""
    plain = name.replace("/", "-").replace("\0", "-").lstrip(".") or "dream"
    data = os.fsencode(plain)
    return plain if len(data) <= LONGEST else data[:LONGEST].decode("utf-8", "ignore")


def _is_device(path: Path) -> bool:
    """Whether a path is there and is neither file nor folder: a pipe, a terminal, /dev/null."""
    mode = _mode(path)
    return bool(mode) and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _mode(path: Path) -> int:
    """What is at a path, or 0 where the system does not say."""
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _write_error(path: Path, error: OSError) -> typer.BadParameter:
    return typer.BadParameter(f"{path} cannot be written ({error.strerror}). Choose another with -o.")
