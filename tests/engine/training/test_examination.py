"""The examination: whoever memorised the answers passes, whoever guesses fails, and every promise has its figure."""

import json
import re
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from engine.catalog.catalog import Subject
from engine.networks.loading import from_pocket
from engine.networks.network import LOGITS, Network
from engine.networks.pocket import Pocket
from engine.training import examination, judge_pictures
from engine.training.emoji_sprites import Sprites
from engine.training.examination import PROMISES, Figure
from engine.training.textures import TEXTURES
from engine.training.verdict import normalise_in_place

ONE = {"noto": 1}


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """An eighth of every judging batch: the same code in an eighth of the time."""
    monkeypatch.setattr(judge_pictures, "BATCH", 8)


class Memory(nn.Module):
    """Knows examination pictures by heart: [n, 3, h, w] -> logits that say the answer of the nearest known one."""

    def __init__(self, sprites: Sprites, kinds: tuple[str, ...], classes: int) -> None:
        super().__init__()
        known = [judge_pictures.batch(sprites, [], kind, 0) for kind in kinds]
        self.pictures = torch.cat([normalise_in_place(pictures).flatten(1) for pictures, _ in known])
        self.answers = nn.functional.one_hot(torch.cat([labels for _, labels in known]), classes).float()

    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(-torch.cdist(x.flatten(1), self.pictures), 1) @ self.answers


@pytest.fixture
def memory(sprites: Sprites) -> Memory:
    return Memory(sprites, judge_pictures.KINDS, len(sprites.labels) + len(TEXTURES))


def test_whoever_memorised_the_answers_passes(memory: Memory, sprites: Sprites) -> None:
    for figure in (
        examination.fresh_accuracy(memory, sprites, [], 1),
        examination.unseen_accuracy(memory, sprites, [], 1),
    ):
        assert figure.figure == 1
        assert figure.ok
    assert examination.attacked_accuracy(memory, sprites, [], ONE).detail == {"clean": 1, "pictures": 8}


def test_whoever_guesses_fails(sprites: Sprites) -> None:
    network = examination.untrained_network(len(sprites.labels) + len(TEXTURES), sprites, [])
    assert not network.training
    for figure in (
        examination.fresh_accuracy(network, sprites, [], 1),
        examination.unseen_accuracy(network, sprites, [], 1),
        examination.attacked_accuracy(network, sprites, [], ONE),
    ):
        assert figure.figure < 0.5
        assert not figure.ok


def test_styles_and_textures_count_by_their_labels(memory: Memory, sprites: Sprites) -> None:
    # Knows the drawings alone: right on 3 labels, wrong on 37 textures, but for chance.
    drawings = Memory(sprites, ("noto", "fluent", "flat"), len(sprites.labels) + len(TEXTURES))
    figure = examination.fresh_accuracy(drawings, sprites, [], 1)
    assert figure.detail["textures"] == 0
    assert figure.figure == pytest.approx(3 / 40)
    assert set(figure.detail) == {"noto", "fluent", "flat", "textures"}


def test_dead_channels_are_counted(network: Pocket, sprites: Sprites) -> None:
    dead = network.get_submodule("stages.mixed4a.enter.1")
    assert isinstance(dead, nn.BatchNorm2d)
    dead.weight.data[:7], dead.bias.data[:7] = 0.0, -5.0
    figure = examination.count_silent_channels(from_pocket(network, ["a"] * 5), sprites, [], batches=1)
    assert set(range(7)) <= set(figure.detail["mixed4a"]) < set(range(320))
    assert LOGITS not in figure.detail
    assert {"conv3", "mixed5b"} < set(figure.detail)
    assert not figure.ok
    assert figure.figure == sum(map(len, figure.detail.values()))


def test_the_judge_marks_what_the_network_draws(network: Pocket) -> None:
    class Yes(nn.Module):
        """Sees class 1 in everything, then class 2."""

        def forward(self, x: Tensor) -> Tensor:
            return torch.tensor([0.0, 2.0, 1.0, -1.0, -2.0]).expand(len(x), 5)

    seeing = from_pocket(network, list("abcde"))
    first, five = examination.class_pictures(seeing, Yes(), iterations=1)
    assert (first.figure, five.figure) == (0.2, 1.0)
    assert first.detail == {"missed": ["a", "c", "d", "e"]}


def test_a_subject_counts_where_dreams_raise_it() -> None:
    class Colours(nn.Module):
        """Logits: how red, green and blue a picture is."""

        def forward(self, x: Tensor) -> Tensor:
            return x.mean((2, 3))

    head = nn.Linear(3, 3)
    head.weight.data, head.bias.data = torch.eye(3), torch.zeros(3)
    seeing = Network({"grey": nn.AvgPool2d(2)}, mean=[0.5] * 3, std=[0.25] * 3, head=head, labels=["r", "g", "b"])
    red = {"red": Subject(emoji="🔴", about="", classes=("r",), layer=LOGITS, channels=(0,))}
    photos = [torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(seed)) for seed in (1, 2)]
    found = examination.subjects_raised(seeing, Colours(), red, photos)
    assert (found.figure, found.detail["red"]["raised"]) == (1, 2)
    # A dream towards green is no dream of red.
    green = {"red": red["red"].model_copy(update={"channels": (1,)})}
    assert examination.subjects_raised(seeing, Colours(), green, photos).figure == 0


def test_training_twice_gives_the_same_bits(sprites: Sprites) -> None:
    figure = examination.repeat_training(sprites, [], steps=2, bank=12, each_texture=1)
    assert figure.ok
    assert figure.detail["tensors"] > 100


def test_the_card_shows_that_every_promise_is_kept() -> None:
    """The card is made from what the judge said of the network that is shipped: its table would be made again today."""
    card = (Path(__file__).parents[3] / "docs" / "pocket.md").read_text("utf-8")
    figures = []
    for name, promise in PROMISES.items():
        shown = re.search(rf"^{re.escape(promise.about)} +([\d.]+)( %)?  ", card, re.MULTILINE)
        assert shown, f"{name} is not on the card"
        figures.append(Figure(name, float(shown[1]) / (100 if shown[2] else 1)))
    assert [figure.promise for figure in figures if not figure.ok] == []
    assert examination.table(figures) in card


def test_the_answer_is_a_table_and_json() -> None:
    figures = [Figure("fresh", 0.951, {"noto": 0.96}), Figure("alive", 3, {"conv3": [1, 2, 5]})]
    lines = examination.table(figures).splitlines()
    assert lines[1].endswith("95.1 %    >= 93.0 %  ok")
    assert lines[2].endswith("<= 0  short")
    read = json.loads(examination.as_json(figures, {"network": "x"}))
    assert read["network"] == "x"
    assert [row["ok"] for row in read["promises"]] == [True, False]
    assert set(read["promises"][0]) == {"name", "about", "threshold", "at_most", "figure", "ok", "detail"}
    assert examination.from_json(read) == figures
