"""Which file the settings are read from: `(PAREIDOLIA_CONFIG, keys of ours) => path, and what must be said of it`.

    PAREIDOLIA_CONFIG, else here, else in ~/.config/pareidolia; there as pareidolia.toml, else as config.toml

`config.toml` is what the file was called before. Many programs have one of that name, so in the working folder it is
read only if all of its keys are ours.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from engine.errors import SettingsError
from engine.platform import os_errors, text_file

NAME = "pareidolia.toml"
OLD_NAME = "config.toml"
OTHERWISE = "name another file in PAREIDOLIA_CONFIG"


@dataclass(frozen=True, slots=True)
class Found:
    """A settings file, which need not exist unless it was named."""

    path: Path
    named: bool = False
    notice: str = ""
    """What whoever runs this should hear, or nothing."""

    def values(self) -> dict[str, object]:
        """What stands in it; nothing where there is none. Raises `SettingsError`."""
        return text_file.toml(self.path, OTHERWISE) if self.exists() else {}

    def exists(self) -> bool:
        """Whether it is there. Raises `SettingsError` where a file that was named may not be looked for."""
        try:
            return _is_there(self.path)
        except OSError as error:
            if self.named:
                raise os_errors.unusable_path(self.path, error, OTHERWISE) from None
            return False

    def check(self) -> None:
        """Raises `SettingsError` where somebody named a file that is not there."""
        if self.named and not self.exists():
            missing = f"PAREIDOLIA_CONFIG names {self.path}, which is not there."
            raise SettingsError(problem=f"{missing} Correct it, or remove the variable; `pareidolia setup` makes one.")


def find(named: str, keys: Collection[str]) -> Found:
    """The file that counts. Raises `SettingsError` where one cannot be judged."""
    if named:
        return Found(os_errors.expand(Path(named)), named=True)
    notices: list[str] = []
    for path in _places():
        try:
            there = _is_there(path)
        except OSError as error:
            notices.append(f"{path} cannot be looked for ({error.strerror}), so what may stand in it does not count.")
            continue
        if there and not (foreign := _foreign(path, keys)):
            return Found(path, notice=" ".join([*notices, *_age(path)]))
        if there:
            notices.append(foreign)
    return Found(_usual(), notice=" ".join(dict.fromkeys(notices)))


def _places() -> list[Path]:
    """Where a file may be, in the order that counts."""
    return [folder / name for folder in (_here(), _home()) if folder is not None for name in (NAME, OLD_NAME)]


def _usual() -> Path:
    return (_home() or _here() or Path()) / NAME


def _here() -> Path | None:
    try:
        return Path.cwd()
    except OSError:  # it was removed
        return None


def _home() -> Path | None:
    try:
        return Path.home() / ".config" / "pareidolia"
    except RuntimeError:
        return None


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _foreign(path: Path, keys: Collection[str]) -> str:
    """Why a `config.toml` in the working folder is not ours, or nothing."""
    if path.name == NAME or path.parent == _home():
        return ""
    if path.is_dir():
        text_file.read(path, OTHERWISE)
    try:
        foreign = [key for key in text_file.toml(path) if key not in keys]
    except SettingsError as error:
        return f"{error} Until then it does not count."
    if not foreign:
        return ""
    whose = f"{path} is not read: `{foreign[0]}` is no setting of Pareidolia's, so it seems to be another program's."
    return f"{whose} If it is ours, rename it to {NAME}."


def _age(path: Path) -> list[str]:
    return [] if path.name == NAME else [f"{path} is read for now; rename it to {NAME}."]
