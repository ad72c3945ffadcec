"""Dreaming by crops: what is rendered and seen, that it climbs, that every place is seen alike."""

from __future__ import annotations

from collections.abc import Collection

import pytest
import torch
from torch import Tensor

from engine.ascent.crop_ascent import (
    CROPS,
    SIDE,
    ColourJitter,
    RenderSize,
    Schedule,
    accentuate,
    draw_crops,
    random_crops,
    render_size,
)
from engine.ascent.crop_gradients import CropScorer
from engine.ascent.progress import Progress
from engine.canvas.fourier_overlay import Look, Overlay
from engine.catalog.catalog import LOGITS, Meaning
from engine.networks.network import Network
from engine.objectives import Objective, crop_objective


def objective(*channels: int, layer: str = LOGITS) -> Objective:
    return crop_objective([(1.0, [Meaning(layer=layer, about="", channels=channels)])])


def score(network: Network, picture: Tensor, channel: int) -> float:
    with torch.no_grad():
        return float(network.activations(picture[None], [LOGITS])[LOGITS].mean((2, 3))[0, channel])


@pytest.mark.parametrize(
    ("size", "scale"), [((384, 512), 1.0), ((384, 512), 0.54), ((1024, 768), 0.27), ((128, 128), 1)]
)
def test_crops_are_rendered_at_about_the_size_at_which_they_are_seen(size: tuple[int, int], scale: float) -> None:
    found = render_size(size, scale)
    assert all(length <= most for length, most in zip(found.size, size, strict=True))
    assert found.side <= min(found.size)
    if min(size) * scale > SIDE:
        assert abs(found.side - SIDE) <= 8


def test_crops_have_one_size_and_differ(photo: Tensor) -> None:
    seen = random_crops(photo, 60, torch.Generator().manual_seed(1), Schedule())
    assert seen.shape == (CROPS, 3, SIDE, SIDE)
    assert not torch.allclose(seen[0], seen[1], atol=0.3)


def test_beyond_the_rim_a_picture_is_seen_mirrored(photo: Tensor) -> None:
    """As if it had been framed first."""
    side, margin = 60, 24
    framed = torch.nn.functional.pad(photo[None], (margin,) * 4, mode="reflect")
    schedule = Schedule(side=side, grain=0, crops=40, margin=margin / side)
    over = 0
    for crop in draw_crops(RenderSize((90, 120), side), torch.Generator().manual_seed(4), schedule):
        top, left = (span.inside.start - span.before + margin for span in (crop.rows, crop.columns))
        wanted = framed[:, :, top : top + side, left : left + side]
        assert torch.equal(crop.see(crop.cut(photo)), wanted.flip(3) if crop.mirrored else wanted)
        over += any((*crop.rows[1:], *crop.columns[1:]))
    assert 10 < over < 40


def test_crops_of_things_lack_as_much_colour_as_is_drawn(photo: Tensor) -> None:
    def colour(jitter: ColourJitter | None) -> list[float]:
        schedule = Schedule(grain=0, crops=24, colour_jitter=jitter)
        seen = random_crops(photo, 60, torch.Generator().manual_seed(1), schedule)
        return (seen.amax(1) - seen.amin(1)).mean((1, 2)).tolist()

    whole = sum(colour(None)) / 24
    assert max(colour(ColourJitter(0, 1))) == pytest.approx(0, abs=1e-6)
    assert sum(colour(ColourJitter(0, 0.5))) / 24 == pytest.approx(whole / 2, rel=0.4)
    assert sum(one < 1e-6 for one in colour(ColourJitter(0.6, 0.25))) in range(1, 13)
    assert sum(colour(ColourJitter(0.6, 0))) / 24 == pytest.approx(0.7 * whole, rel=0.15)


def test_the_rim_is_seen_about_as_often_as_the_middle() -> None:
    picture = torch.zeros(3, 96, 128, requires_grad=True)
    generator = torch.Generator().manual_seed(2)
    for _ in range(150):
        torch.autograd.backward(random_crops(picture, 60, generator, Schedule()).sum())
    assert picture.grad is not None
    often = picture.grad[0]
    rim = (often[:5].mean() + often[-5:].mean() + often[:, :5].mean() + often[:, -5:].mean()) / 4
    assert rim > 0.45 * often[40:56, 50:78].mean()


def test_it_climbs_towards_a_class_and_every_step_is_reported(small_network: Network, photo: Tensor) -> None:
    generator = torch.Generator().manual_seed(3)
    canvas = Overlay(photo, generator, Look(1.3, 0.7, 0.05))
    reports = list(accentuate([CropScorer(small_network, objective(2))], canvas, Schedule(steps=12, pull=0), generator))
    assert [report.step for report in reports] == list(range(1, 13))
    assert all(isinstance(report, Progress) and report.size == (90, 120) for report in reports)
    assert score(small_network, reports[-1].show(), 2) > score(small_network, photo, 2)


def test_a_pull_keeps_it_near_its_source(small_network: Network, photo: Tensor) -> None:
    far = []
    for pull in (0.0, 3000.0):
        generator = torch.Generator().manual_seed(4)
        canvas = Overlay(photo, generator, Look(1.3, 0.7, 0.05))
        *_, last = accentuate(
            [CropScorer(small_network, objective(2))], canvas, Schedule(steps=12, pull=pull), generator
        )
        far.append((last.show() - photo).square().mean())
    assert far[1] < far[0]


@pytest.mark.parametrize(("crops", "steps"), [(1, 4), (2, 2), (3, 2)])
def test_networks_take_turns(small_network: Network, photo: Tensor, crops: int, steps: int) -> None:
    asked: list[str] = []

    class Watched:
        def __init__(self, name: str) -> None:
            self.name = name

        def activations(self, picture: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
            asked.append(self.name)
            return small_network.activations(picture, layers)

    generator = torch.Generator().manual_seed(5)
    pair = [CropScorer(Watched(name), objective(1)) for name in ("one", "other")]
    schedule = Schedule(steps=steps, crops=crops)
    for step, _ in enumerate(accentuate(pair, Overlay(photo, generator, Look(1.3, 0.7, 0.05)), schedule, generator)):
        turns = [("one", "other")[(step + at) % 2] for at in range(crops)]
        assert sorted(asked) == sorted(turns)  # crops of one step are seen side by side, in any order
        asked.clear()


def test_the_schedule_says_at_how_many_pixels_crops_are_seen(small_network: Network, photo: Tensor) -> None:
    shapes: list[tuple[int, ...]] = []

    class Watched:
        def activations(self, picture: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
            shapes.append(tuple(picture.shape))
            return small_network.activations(picture, layers)

    generator = torch.Generator().manual_seed(6)
    canvas = Overlay(photo, generator, Look(1.3, 0.7, 0.05))
    list(accentuate([CropScorer(Watched(), objective(1))], canvas, Schedule(steps=2, side=64, closest=0.95), generator))
    assert shapes == [(1, 3, 64, 64)] * 2 * CROPS


def test_the_same_seed_is_the_same_picture(small_network: Network, photo: Tensor) -> None:
    def made() -> Tensor:
        generator = torch.Generator().manual_seed(7)
        canvas = Overlay(photo, generator, Look(1.3, 0.7, 0.05))
        *_, last = accentuate([CropScorer(small_network, objective(0))], canvas, Schedule(steps=3), generator)
        return last.show()

    assert torch.equal(made(), made())
