"""The files of networks: `folder => descriptions and labels that people put there`; what is said of a file of weights.

DATA_DIR/networks/
    googlenet.safetensors    fetched and verified
    places205.txt            labels, one a line, for a network that comes without
    flowers.toml             a network of one's own: its description,
    flowers.safetensors      and its weights
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.jobs.errors import SettingsError

_NAME: Final = re.compile("[a-z0-9_-]{1,32}")
Colour = tuple[float, float, float]


class Source(BaseModel):
    """A published file and how to know that it is the right one."""

    model_config = ConfigDict(frozen=True, extra="forbid")
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


class Input(BaseModel):
    """What a network is fed, made of a picture in [0, 1]: (picture x scale - mean) / std, colours in its order."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    scale: float = Field(1.0, gt=0)
    mean: Colour = (0.0, 0.0, 0.0)
    std: Colour = (1.0, 1.0, 1.0)
    bgr: bool = False
    """Blue comes first, in mean and std as well."""


def descriptions(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, description) of every `NAME.toml` in the folder. Raises `SettingsError` naming the file."""
    for path in sorted(folder.glob("*.toml")):
        if not _NAME.fullmatch(path.stem):
            raise SettingsError(problem=f"Rename {path}: a network's name has 1 to 32 of a-z, 0-9, - and _.")
        try:
            yield path.stem, tomllib.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(problem=f"{path} cannot be read: {error}. Correct it, or take it away.") from None


def labels(file: str, folder: Path | None) -> list[str]:
    """The labels in a file, one a line: in the folder, else inside the package; none where there is no such file."""
    inside = resources.files("engine.jobs").joinpath("labels", file)
    for place in (folder / file if folder else inside, inside):
        if file and place.is_file():
            return place.read_text("utf-8").splitlines()
    return []
