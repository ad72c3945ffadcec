from pathlib import Path

import pytest

from engine.networks import sketches
from engine.training import class_sketches
from engine.training.__main__ import parser
from engine.training.emoji_sprites import Sprites, write


def test_sprites_become_sketches_on_grey(sprites: Sprites, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = class_sketches.shrink_sprites(sprites)
    assert drawn.shape == (3, 2, 3, class_sketches.SIDE, class_sketches.SIDE)
    assert drawn[2, 1, :, 7, 0].tolist() == [0.5, 0.5, 0.5], "beside a bar"
    middle = drawn[1, 1, :, 7, 7] * 255
    assert [round(float(value)) for value in middle] == [200, 90, 0]
    monkeypatch.setattr(class_sketches, "OTHER_WAY", frozenset({"square"}))
    again = class_sketches.shrink_sprites(sprites)
    assert again[1].equal(drawn[1].flip(0)), "the other design first"
    assert again[0].equal(drawn[0])


def test_the_verb_writes_them(sprites: Sprites, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(sprites, tmp_path / "art.gz")
    asked = parser().parse_args(["sketches", "--sprites", str(tmp_path / "art.gz"), "--out", str(tmp_path / "drawn")])
    asked.act(asked)
    assert "3 classes, 2 sketches of each" in capsys.readouterr().out
    assert list(sketches.read(tmp_path / "drawn")) == ["disc", "square", "bar"]
