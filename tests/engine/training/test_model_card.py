"""The card: costs are measured, sheets stay small, and nothing is left to fill in."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from engine.catalog.catalog import Subject
from engine.networks.loading import from_pocket
from engine.networks.network import LOGITS
from engine.networks.pocket import Pocket
from engine.training import model_card
from engine.training.training_loop import Plan

LABELS = list("abcde")
TABLE = {
    "discs": Subject(emoji="🔴", about="round", classes=("b",), layer=LOGITS, channels=(1, 2)),
    "lines": Subject(
        emoji="📏", about="long", classes=("c",), layer="mixed4a", channels=(7,), evidence={"auc": 0.91, "raised": 4.0}
    ),
}


def test_stages_are_measured(network: Pocket) -> None:
    rows = {row.name: row for row in model_card.stages(network)}
    assert (rows["conv1"].channels, rows["conv1"].stride) == (32, 2)
    assert rows["mixed5b"].stride == 32
    assert rows["conv3"].gflop < rows["mixed4a"].gflop < rows["mixed5b"].gflop < 45
    assert next(network.parameters()).device.type == "cpu"


def test_a_command_says_what_differs_from_the_plan() -> None:
    plan = Plan(seed=4, minutes=12.0, replays=2).model_dump()
    words = model_card.command({"plan": plan})
    assert words.startswith("python -m engine.training fit")
    assert words.endswith("--seed 4 --minutes 12.0 --plan '{\"replays\": 2}'")


def test_the_card_is_whole(network: Pocket) -> None:
    file = model_card.Facts(5_140_000, {"plan": Plan(steps=9).model_dump(), "pictures": 576, "minutes": 1.5})
    judged = {"promises": [{"name": "fresh", "figure": 0.94, "detail": {"noto": 0.95}}]}
    text = model_card.card_text(network, file, model_card.Facts(2_600_000, {}), judged, TABLE, LABELS)
    assert "94.0 %" in text
    assert "| 🔴 | `discs` | evidence | b, c |" in text
    assert "| 📏 | `lines` | mixed4a | 7 | 0.910 |  | 4 |" in text
    assert "5.1 MB" in text
    assert "{" not in text.replace("--plan '{", "")
    assert "gallery/pocket-subjects.webp" in text


def test_sheets_are_written_and_fit(network: Pocket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = list(model_card.draw(from_pocket(network, LABELS), TABLE, tmp_path, iterations=1))
    assert [path.name for path in found] == [model_card.SUBJECTS_SHEET, model_card.CLASSES_SHEET]
    with Image.open(found[1]) as sheet:
        assert sheet.size == (1280, 2 * 48 + 148 + 32)
    noise = torch.rand(20, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    monkeypatch.setattr(model_card, "LARGEST", 150_000)
    model_card.write_caption_sheet(list(noise), ["noise"] * 20, tmp_path / "noise.webp")
    assert (tmp_path / "noise.webp").stat().st_size <= 150_000
    with Image.open(tmp_path / "noise.webp") as sheet:
        assert sheet.size == (1280, 2 * 48 + 3 * (148 + 32))
