"""The judging generator is frozen: these sums were written down before the long training and never change."""

import pytest
import torch

from engine.training import judge_pictures
from engine.training.emoji_sprites import Sprites

SUMS = {
    "noto": ((0.4639, 0.2709, 0.5192, 0.1116, 66), (0.4719, 0.2747, 0.4589, 0.2402, 71)),
    "fluent": ((0.4757, 0.2555, 0.618, 0.2042, 63), (0.5133, 0.259, 0.4671, 0.1607, 62)),
    "flat": ((0.4984, 0.2245, 0.3851, 0.2164, 68), (0.4803, 0.2397, 0.5679, 0.2672, 56)),
    "twemoji": ((0.3731, 0.2798, 0.4592, 0.216, 76), (0.4113, 0.2848, 0.5271, 0.2593, 57)),
    "textures": ((0.4083, 0.2311, 0.3497, 0.1107, 1361), (0.414, 0.2286, 0.4494, 0.2831, 1190)),
}
"""Of batches 0 and 1: mean and deviation of all, mean of picture 3, deviation of one plane; sum of the labels."""


@pytest.mark.parametrize("kind", judge_pictures.KINDS)
@pytest.mark.parametrize("index", [0, 1])
def test_the_examination_is_the_one_that_was_frozen(sprites: Sprites, kind: str, index: int) -> None:
    photo = torch.arange(3 * 150 * 200).remainder(251).byte().view(3, 150, 200)
    pictures, labels = judge_pictures.batch(sprites, [photo], kind, index)
    *sums, of_labels = SUMS[kind][index]
    found = [pictures.mean(), pictures.std(), pictures[3].mean(), pictures[60, 1].std()]
    assert [float(value) for value in found] == pytest.approx(sums, abs=2e-4)
    assert int(labels.sum()) == of_labels
    assert pictures.shape == (judge_pictures.BATCH, 3, judge_pictures.SIDE, judge_pictures.SIDE)
    assert 0 <= float(pictures.min()) <= float(pictures.max()) <= 1
