"""What the system refuses while settings are read is one sentence with its remedy; who needs no folder makes none."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import settings
from engine.cli import program
from engine.errors import SettingsError
from engine.platform import os_errors
from tests import other_user
from tests.catalogs import catalog

LOAD = """
try:
    settings.load()
    print("loaded")
except SettingsError as error:
    print(error)
"""


def said(changes: dict[str, str], without: tuple[str, ...] = ()) -> str:
    done = other_user.run(LOAD, changes, without)
    assert done.stderr == ""
    return " ".join(done.stdout.split())


def test_a_data_folder_of_another_user(data_dir: Path) -> None:
    other_user.forbid(data_dir)
    heard = said({"PAREIDOLIA_DATA_DIR": str(data_dir / "data")})
    assert f"{data_dir / 'data'} cannot be used" in heard
    assert f"chown -R {other_user.who()} {data_dir / 'data'}" in heard


def test_folders_in_it_are_of_another_user(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.load(data_dir=data_dir)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(SettingsError, match=r"belongs to another user .* `sudo chown -R 12345 .*/run`"):
        settings.load(data_dir=data_dir)


@pytest.mark.parametrize("name", ["run/bot.lock", "logs/engine.log", "pareidolia.db"])
def test_a_file_that_another_user_left_in_it(data_dir: Path, name: str) -> None:
    settings.load(data_dir=data_dir)
    (data_dir / name).write_text("")
    if os.geteuid() == 0:
        for path in (data_dir, data_dir / "run", data_dir / "logs"):
            os.chown(path, other_user.ID, other_user.ID)
    remedy = other_user.forbid(data_dir / name)
    heard = said({"PAREIDOLIA_DATA_DIR": str(data_dir)})
    assert str(data_dir / name) in heard
    assert remedy in heard


def test_a_settings_file_of_another_user(data_dir: Path) -> None:
    data_dir.chmod(0o755)
    path = data_dir / "mine.toml"
    path.write_text("")
    remedy = other_user.forbid(path)
    heard = said({"PAREIDOLIA_CONFIG": str(path), "PAREIDOLIA_DATA_DIR": str(data_dir / "data")})
    assert str(path) in heard
    assert remedy in heard


def test_a_settings_file_in_a_folder_of_another_user(data_dir: Path) -> None:
    (data_dir / "mine.toml").write_text("")
    other_user.forbid(data_dir)
    heard = said({"PAREIDOLIA_CONFIG": str(data_dir / "mine.toml")})
    assert f"{data_dir / 'mine.toml'} cannot be used" in heard


def test_nobody_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: int) -> None:
        raise KeyError

    monkeypatch.delenv("HOME")
    monkeypatch.delenv("PAREIDOLIA_CONFIG")
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert settings.read().limits.per_user == 4
    with pytest.raises(SettingsError, match=r"HOME is not set.*PAREIDOLIA_DATA_DIR"):
        settings.load()


def test_without_a_home_the_folder_that_is_named_will_do(data_dir: Path) -> None:
    data_dir.chmod(0o777)
    given = {"PAREIDOLIA_DATA_DIR": str(data_dir / "data"), "PAREIDOLIA_CONFIG": ""}
    assert said(given, without=("HOME",)) == "loaded"


def in_a_file(folder: Path) -> Path:
    (folder / "file").write_text("")
    return folder / "file"


def under_a_file(folder: Path) -> Path:
    return in_a_file(folder) / "data"


def with_a_long_name(folder: Path) -> Path:
    return folder / ("か" * 100)


def under_itself(folder: Path) -> Path:
    (folder / "loop").symlink_to(folder / "loop")
    return folder / "loop" / "data"


def of_the_kernel(_: Path) -> Path:
    return Path("/proc/pareidolia")


@pytest.mark.parametrize("place", [in_a_file, under_a_file, with_a_long_name, under_itself, of_the_kernel])
def test_a_place_where_no_folder_can_be(place: Callable[[Path], Path], tmp_path: Path) -> None:
    path = place(tmp_path)
    with pytest.raises(SettingsError, match="data_dir") as caught:
        settings.load(data_dir=path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("number", [5, 28, 30, 36, 40, 122])
def test_whatever_the_system_says_is_a_sentence(number: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(SettingsError, match="cannot be used"):
        settings.load(data_dir=tmp_path / "data")


def test_the_owner_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    told = str(os_errors.unusable_path(tmp_path, PermissionError(13, "no")))
    assert f"chown -R 12345 {tmp_path}" in told
    assert "belongs to another user" in told


def test_a_working_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    monkeypatch.delenv("PAREIDOLIA_CONFIG")
    gone.rmdir()
    assert settings.read(data_dir=tmp_path).data_dir == tmp_path
    with pytest.raises(SettingsError, match="is gone"):
        settings.load(data_dir=Path("here"))


@pytest.mark.parametrize("words", [["--help"], ["subjects"], ["networks"], ["doctor", "--help"]])
@pytest.mark.parametrize("place", [lambda folder: folder / "data", under_a_file], ids=["absent", "impossible"])
def test_what_needs_no_folder_makes_none(
    words: list[str], place: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = place(tmp_path)
    monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(folder))
    monkeypatch.setattr("sys.argv", ["pareidolia", *words])
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert not ended.value.code
    assert not folder.exists()
    catalog.include(Path("nowhere"))


NETWORKS = """
sys.argv = ["pareidolia", "networks"]
engine.cli.program.main()
"""


def test_networks_are_listed_beside_a_folder_of_another_user(data_dir: Path) -> None:
    (data_dir / "networks").mkdir()
    (data_dir / "networks" / "googlenet.safetensors").write_text("")
    other_user.forbid(data_dir)
    list_them = 'import engine.cli.program; engine.cli.program.app(["networks"])'
    given = {"PAREIDOLIA_DATA_DIR": str(data_dir), "COLUMNS": "200"}
    done = other_user.run(NETWORKS, given, before=list_them)
    assert done.returncode == 0, done.stderr
    assert "pocket" in done.stdout
