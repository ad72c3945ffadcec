"""`pareidolia style` as people type it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.engine.cli.test_commands import _own_data, imprinted, photo, run  # noqa: F401

QUICK = ["--size", "128", "--octaves", "1", "--iterations", "1"]


def test_a_painting_by_name_or_by_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, painting = str(photo(tmp_path / "cat.png")), tmp_path / "painting.png"
    Image.new("RGB", (40, 50), (200, 30, 20)).save(painting)
    assert run(monkeypatch, "style", source, "--painting", "wave", "--seed", "7", "--json", *QUICK) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["params"]["painting"], Path(facts["file"]).name) == ("wave", "cat-style.png")
    assert run(monkeypatch, "style", source, "--painting", str(painting), "-o", "own.png", *QUICK) == 0
    assert imprinted(tmp_path / "own.png")["painting"] == "yours"
    with Image.open(tmp_path / "own.png") as made:
        red, green, _ = made.convert("RGB").resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
        assert red > green + 60
    assert run(monkeypatch, "style", source, "--like", "own.png", "-o", "again.png") == 1
    assert "R89" in capsys.readouterr().err
    again = ["--like", "own.png", "--painting", str(painting), "-o", "again.png"]
    assert run(monkeypatch, "style", source, *again) == 0
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "own.png").read_bytes()


def test_a_painting_that_is_not_there_is_said_before_anything_begins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "style", str(photo(tmp_path / "cat.png")), "--painting", "nowhere.jpg", *QUICK) == 2
    assert "cannot be read" in " ".join(capsys.readouterr().err.split())
