"""Subjects: areas are right, channels are found by measurement, and the table stays a person's."""

import tomllib
from pathlib import Path

import pytest
import torch

from engine.ascent.pixel_ascent import OctaveSchedule
from engine.catalog.catalog import Subject
from engine.networks.loading import from_pocket
from engine.networks.network import LOGITS
from engine.networks.pocket import Pocket
from engine.training import subject_channels
from engine.training.emoji_sprites import Sprites
from engine.training.judge_network import Judge

TABLE = """# Written by hand.

[pocket.discs]
emoji = "🔴"
about = 'round, "whole"'
classes = ["disc"]
layer = "evidence"
channels = [0]

[pocket.corners]
emoji = "🟥"
about = "edges"
classes = ["square", "bar"]
layer = "mixed4a"
channels = [3, 4]

[pocket.corners.evidence]
auc = 0.9
"""


def test_area_is_the_share_of_pairs_in_the_right_order() -> None:
    values = torch.tensor([[0.1, 4.0], [0.4, 3.0], [0.35, 2.0], [0.8, 1.0]])
    positive = torch.tensor([False, False, True, True])
    assert subject_channels.area_under_roc(values, positive).tolist() == [0.75, 0.0]
    with pytest.raises(ValueError, match="more judging batches"):
        subject_channels.area_under_roc(values, torch.ones(4, dtype=torch.bool))


def test_a_table_survives_being_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "subjects.toml"
    path.write_text(TABLE, "utf-8")
    table, above = subject_channels.read(path), subject_channels.heading(path)
    text = subject_channels.as_toml(table, above)
    path.write_text(text, "utf-8")
    assert subject_channels.read(path) == table
    assert text.startswith("# Written by hand.\n\n[pocket.discs]\n")
    assert subject_channels.as_toml(subject_channels.read(path), subject_channels.heading(path)) == text
    assert tomllib.loads(text)["pocket"]["corners"]["evidence"] == {"auc": 0.9}


def test_the_channel_that_responds_is_found_and_noise_is_not() -> None:
    chance = torch.Generator().manual_seed(0)
    truths = torch.arange(300) % 5
    deep, idle = torch.randn(300, 8, generator=chance), torch.randn(300, 8, generator=chance)
    deep[:, 6] += 3.0 * (truths == 2)
    seen = {"mixed4a": idle, "mixed5a": deep, LOGITS: torch.randn(300, 5, generator=chance)}
    found = subject_channels.candidates(seen, truths, [2])
    assert [(one.layer, one.channels) for one in found] == [(LOGITS, (2,)), ("mixed5a", (6,))]
    assert found[1].auc > 0.95


def test_a_class_that_is_no_label_is_named() -> None:
    subject = Subject(emoji="🦄", about="", classes=("unicorn",), layer=LOGITS)
    with pytest.raises(ValueError, match="unicorn"):
        subject_channels.class_indices(subject, ["fox"])


def test_every_subject_gets_channels_and_evidence(network: Pocket, sprites: Sprites) -> None:
    labels = [*sprites.labels, "eyes", "fur"]
    table = {"discs": Subject(emoji="🔴", about="round", classes=("disc", "bar"), layer=LOGITS)}
    judge = Judge(5).eval()
    photo = torch.rand(3, 48, 64, generator=torch.Generator().manual_seed(1))

    def once() -> Subject:
        seeing, batches, schedule = from_pocket(network, labels), {"noto": 1}, OctaveSchedule(octaves=1, iterations=1)
        return subject_channels.measure_subjects(table, seeing, judge, sprites, [], [photo], batches, schedule)["discs"]

    found = once()
    assert found == once()
    assert found.channels
    assert set(found.evidence) == {"auc", "lift", "raised"}
    assert (found.emoji, found.about, found.classes) == ("🔴", "round", ("disc", "bar"))
