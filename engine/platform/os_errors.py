"""Files and folders of whoever runs Pareidolia, and what the system says of them: `(path, OSError) => sentence`."""

from __future__ import annotations

import errno
import os
import pwd
import shlex
from pathlib import Path

from engine.errors import SettingsError

_PLAIN = {
    errno.EROFS: "it lies on a read-only file system",
    errno.ENOSPC: "the disk is full",
    errno.EISDIR: "it is a folder",
    errno.EEXIST: "a file is in its way",
    errno.ENOTDIR: "a file is in its way",
    errno.ENAMETOOLONG: "its name is too long: the system counts bytes, and a letter beyond ASCII takes two to four",
}


def unusable_path(path: Path, error: OSError, choose: str = "choose another `data_dir`") -> SettingsError:
    """Why a file or folder of ours cannot be used, and the remedy; `choose` is the other way out."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return SettingsError(problem=f"{path} cannot be used{_owner_words(path)}. {_remedy(path)}, or {choose}.")
    why = _PLAIN.get(error.errno or 0, error.strerror or type(error).__name__)
    return SettingsError(problem=f"{path} cannot be used: {why}. {choose[:1].upper()}{choose[1:]}.")


def expand(path: Path) -> Path:
    """The path made absolute, `~` being the home folder. Raises `SettingsError` where there is none."""
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        nowhere = (
            f"{path} needs a home folder, and {_current_user()} has none: HOME is not set and /etc/passwd does not say."
        )
        raise SettingsError(problem=f"{nowhere} Set HOME, or PAREIDOLIA_DATA_DIR to a folder of that user.") from None
    except OSError:
        gone = f"The folder that this was started in is gone, so nobody knows where {path} is."
        raise SettingsError(problem=f"{gone} Change to another folder, or give the whole path.") from None


def make(folder: Path) -> None:
    """Make a folder of ours, closed to others, where there is none. Raises `SettingsError`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise unusable_path(folder, error) from None


def make_private(folder: Path) -> None:
    """A folder that only this user can enter: whoever reaches the socket in it gives orders. Raises `SettingsError`."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if found.st_uid != os.geteuid():
            raise PermissionError(errno.EACCES, "of another user")
        if found.st_mode & 0o077:  # as an archive, a copy, or an older version may have left it
            folder.chmod(0o700)
    except FileExistsError:
        raise SettingsError(problem=f"{folder} is a file. Move it away, or choose another `data_dir`.") from None
    except OSError as error:
        raise unusable_path(folder, error) from None


def check_writable(*paths: Path) -> None:
    """Raises `SettingsError` for a file of ours that may not be written, as one start under `sudo` leaves them."""
    for path in paths:
        if is_file(path) and not os.access(path, os.W_OK):
            raise unusable_path(path, PermissionError(errno.EACCES, "not ours"))


def is_file(path: Path) -> bool:
    """Whether a file is there and may be looked at. What may not is as good as absent."""
    try:
        return path.is_file()
    except OSError:
        return False


def list_matching(folder: Path, pattern: str) -> list[Path]:
    """The files of a folder by a pattern, in order; none in a folder that may not be looked into."""
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def _owner_words(path: Path) -> str:
    try:
        owner = path.stat().st_uid
    except OSError:
        return f" by {_current_user()}: there is no permission"
    return (
        ""
        if owner == os.geteuid()
        else f": it belongs to another user ({_user_name(owner)}), and this is {_current_user()}"
    )


def _remedy(path: Path) -> str:
    try:
        if path.stat().st_uid == os.geteuid():
            return f"Allow yourself to use it with `chmod -R u+rwX {shlex.quote(str(path))}`"
        return f"Give it to this user with `sudo chown -R {os.geteuid()} {shlex.quote(str(path))}`"
    except OSError:  # it is not there, or may not even be looked at
        place = shlex.quote(str(path))
        return f"Make it with `sudo mkdir -p {place} && sudo chown -R {os.geteuid()} {place}`"


def _current_user() -> str:
    return f"user {_user_name(os.geteuid())}"


def _user_name(user: int) -> str:
    try:
        return f"{pwd.getpwuid(user).pw_name}, {user}"
    except KeyError:
        return str(user)
