"""A result is written whole, where it was said, over nothing that is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import typer

from engine.cli import output_files
from engine.cli.output_files import Place, Target, targets


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_names_of_our_own_are_short_and_have_no_slash(tmp_path: Path) -> None:
    (long, slash, hidden) = targets(Place(), ["か" * 100, "a/b", "..."], [])
    assert len(os.fsencode(long.path.name)) <= 255
    assert long.path.name.startswith("か" * 60)
    assert (slash.path, hidden.path) == (Path("a-b.png"), Path("dream.png"))
    long.write(b"x")
    assert long.path.read_bytes() == b"x"


def test_nothing_of_half_a_file_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def torn(self: Path, data: bytes) -> None:
        with self.open("wb") as file:
            file.write(data[:3])
        raise OSError(28, "No space left on device")

    (tmp_path / "old.png").write_bytes(b"old")
    goals = targets(Place(Path("old.png"), force=True), ["x"], []) + targets(Place(), ["new"], [])
    monkeypatch.setattr(Path, "write_bytes", torn)
    for target in goals:
        with pytest.raises(typer.BadParameter, match="No space left"):
            target.write(b"a picture")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("old.png", b"old")]


def test_what_appears_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    (target,) = targets(Place(), ["cat"], [])
    target.path.write_bytes(b"somebody's")
    with pytest.raises(typer.BadParameter, match="File exists"):
        target.write(b"ours")
    assert target.path.read_bytes() == b"somebody's"


def test_a_disk_without_links_is_written_to_all_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    (target,) = targets(Place(), ["cat"], [])
    target.write(b"ours")
    with pytest.raises(typer.BadParameter, match="File exists"):
        target.write(b"again")
    assert [path.name for path in tmp_path.iterdir()] == ["cat.png"]
    assert target.path.read_bytes() == b"ours"


def test_a_link_stays_and_a_device_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "real.png").write_bytes(b"old")
    (tmp_path / "link.png").symlink_to("real.png")
    Target(Path("link.png"), "png", force=True).write(b"new")
    assert Path("link.png").is_symlink()
    assert (tmp_path / "real.png").read_bytes() == b"new"
    (null,) = targets(Place(Path(os.devnull)), ["x"], [])
    null.write(b"gone")
    assert not Path(os.devnull).is_file()


def test_a_file_has_the_rights_that_are_usual_here() -> None:
    Path("usual").touch()
    (target,) = targets(Place(), ["cat"], [])
    target.write(b"x")
    assert target.path.stat().st_mode == Path("usual").stat().st_mode


def test_every_ending_is_a_format_that_is_written() -> None:
    assert set(output_files.KINDS.values()) == {"png", "jpeg", "webp", "gif", "mp4"}
