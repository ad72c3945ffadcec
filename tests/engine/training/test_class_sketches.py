from pathlib import Path

import pytest
import torch
from PIL import ImageFont

from engine.networks import sketches
from engine.training import class_sketches, classes, emoji_sprites
from engine.training.__main__ import parser
from engine.training.emoji_sprites import Sprites


def test_sprites_become_sketches_on_grey(sprites: Sprites) -> None:
    art = torch.stack([sprites.art["fluent"], sprites.art["noto"]], 1)
    drawn = class_sketches.shrink_sprites(art)
    assert drawn.shape == (3, 2, 3, class_sketches.SIDE, class_sketches.SIDE)
    assert drawn[2, 1, :, 7, 0].tolist() == [0.5, 0.5, 0.5], "beside a bar"
    middle = drawn[1, 1, :, 7, 7] * 255
    assert [round(float(value)) for value in middle] == [200, 90, 0]


@pytest.fixture
def art(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fluent's are black, Noto's are white; neither has a skunk."""

    def fill(shade: int, emoji: str) -> torch.Tensor | None:
        if emoji == "🦨":
            return None
        return torch.tensor([shade, shade, shade, 255], dtype=torch.uint8).view(4, 1, 1).expand(4, 8, 8)

    monkeypatch.setattr(emoji_sprites, "draw_fluent", lambda _folder, emoji: fill(0, emoji))
    monkeypatch.setattr(emoji_sprites, "draw_noto", lambda _face, emoji: fill(255, emoji))
    monkeypatch.setattr(ImageFont, "truetype", lambda *_given: None)


@pytest.mark.usefixtures("art")
def test_of_some_the_other_design_comes_first() -> None:
    drawn = class_sketches.draw_emoji("🏰🐙", Path(), Path())
    assert drawn[:, :, 0, 4, 4].tolist() == [[0, 255], [255, 0]]


@pytest.mark.usefixtures("art")
def test_an_emoji_without_art_is_named() -> None:
    with pytest.raises(ValueError, match="🦨"):
        class_sketches.draw_emoji("🏰🦨", Path(), Path())


@pytest.mark.usefixtures("art")
def test_the_verb_writes_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classes, "sketched_emoji", lambda: ["🏰", "🐙", "🦊"])
    asked = parser().parse_args(["sketches", "--fluent", str(tmp_path), "--out", str(tmp_path / "drawn")])
    asked.act(asked)
    assert "3 emoji, 2 sketches of each" in capsys.readouterr().out
    assert list(sketches.read(tmp_path / "drawn")) == ["🏰", "🐙", "🦊"]


def test_those_that_are_shipped_are_those_that_are_needed() -> None:
    assert list(sketches.read()) == classes.sketched_emoji()
