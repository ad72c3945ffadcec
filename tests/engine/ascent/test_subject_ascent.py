"""Things grown out of a picture: each is found in a place of its own, then all are given details."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.ascent import placement, subject_ascent
from engine.ascent.crop_ascent import Schedule
from engine.ascent.crop_gradients import CropScorer
from engine.ascent.progress import Progress
from engine.ascent.subject_ascent import CLARITY, SUBJECT_LOOKS, Aims, Course, grow_subjects, with_clarity
from engine.canvas.colour_matching import luminance
from engine.catalog.catalog import LOGITS, Meaning
from engine.networks.network import Network
from engine.objectives import crop_objective, likelihood

KEPT = Schedule(steps=1, side=64, rate=0.01)
COURSE = Course(Schedule(steps=3, side=64, rate=0.15), KEPT, Schedule(steps=2, side=64))
FOUND = COURSE.finding.steps + COURSE.matting.steps


def grow(
    network: Network,
    photo: Tensor,
    mask: Tensor | None = None,
    things: int = 2,
    course: Course = COURSE,
    clarity: str = "natural",
    sketch: Tensor | None = None,
) -> list[Progress]:
    meanings = [Meaning(layer=LOGITS, about="", channels=(channel,)) for channel in range(things)]
    each = [[CropScorer(network, crop_objective([(1.0, [one])]))] for one in meanings]
    named = [[CropScorer(network, likelihood([one]))] for one in meanings]
    together = [CropScorer(network, crop_objective([(1.0, meanings)]))]
    look = SUBJECT_LOOKS["natural"]._replace(start=0.15)
    generator = torch.Generator().manual_seed(1)
    reports = grow_subjects(Aims(each, named, together, [sketch] * things), photo, mask, look, course, 1, generator)
    return list(with_clarity(reports, photo, mask, CLARITY[clarity]) if clarity else reports)


@pytest.mark.parametrize("things", [1, 2])
def test_every_thing_is_found_before_all_get_details(small_network: Network, photo: Tensor, things: int) -> None:
    reports = grow(small_network, photo, things=things)
    count = things * FOUND + COURSE.detailing.steps
    assert [(one.step, one.steps) for one in reports] == [(at, count) for at in range(1, count + 1)]
    found, last = (report.show() for report in (reports[things * FOUND - 1], reports[-1]))
    assert last.shape == photo.shape
    assert (found - photo).abs().mean() > 0.005
    assert not torch.equal(found, last)


def test_a_thing_begins_with_its_sketch(small_network: Network, photo: Tensor) -> None:
    white = torch.ones(3, 64, 64)
    (dreamed, sketched) = (grow(small_network, photo, things=1, sketch=one)[0].show() for one in (None, white))
    lighter = (sketched - dreamed).mean(0)
    share = float((lighter > 0.1).float().mean())
    size, side = photo.shape[1:], subject_ascent.SKETCHED * min(photo.shape[1:])
    assert share == pytest.approx(side**2 / (size[0] * size[1]), rel=0.25), "in its place, and nowhere else"
    mask = torch.zeros(1, *size)
    kept = grow(small_network, photo, mask, things=1, sketch=white)[0].show()
    assert torch.equal(kept, photo), "a mask leaves nothing of it"


def test_they_are_found_in_two_places(small_network: Network, photo: Tensor) -> None:
    reports = grow(small_network, photo)
    first, both = (reports[steps * FOUND - 1].show() for steps in (1, 2))
    one, other = ((after - before).abs().mean(0) for before, after in ((photo, first), (first, both)))
    assert torch.corrcoef(torch.stack([one.flatten(), other.flatten()]))[0, 1] < 0.5


def test_nothing_is_dreamed_where_a_mask_is_black(small_network: Network, photo: Tensor) -> None:
    mask = torch.zeros(1, *photo.shape[1:])
    mask[:, :, 60:] = 1
    changed = (grow(small_network, photo, mask)[-1].show() - photo).abs()
    assert changed[:, :, :60].max() < 1e-5
    assert changed[:, :, 60:].mean() > 0.005


def test_around_a_thing_the_photo_stays_what_it_was(small_network: Network, photo: Tensor) -> None:
    """What changes there is little, beside what a thing changes."""
    changed = (grow(small_network, photo, None, 1)[-1].show() - photo).abs().mean(0).flatten()
    most, least = changed.topk(changed.numel() // 10).values, (-changed).topk(changed.numel() // 10).values.neg()
    assert least.mean() < 0.02
    assert most.mean() > 5 * least.mean()


def test_what_a_thing_does_not_need_is_given_back(small_network: Network, photo: Tensor) -> None:
    def changed(cost: float) -> float:
        matting = Schedule(steps=12, side=64, rate=0.3, push=0, pull=cost)  # what the network sees does not count
        course = Course(COURSE.finding, matting, Schedule(steps=1, side=64, rate=0.0))
        return float((grow(small_network, photo, None, 1, course)[-1].show() - photo).abs().mean())

    assert changed(1.0) < 0.5 * changed(0.0)


def test_the_less_a_photo_is_like_a_thing_the_more_of_its_edges_go_there(
    small_network: Network, photo: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def roughness(likelihood: float, softened: float = 1.0) -> float:
        monkeypatch.setattr(subject_ascent, "mean_score", lambda *seen: likelihood)
        still = Schedule(steps=1, side=64, rate=0.0)
        last = grow(small_network, photo, None, 1, Course(still, KEPT, still, softened))[-1]
        return float(last.show().diff(dim=2).abs().mean())

    like, hardly, not_at_all = (roughness(named) for named in (-3.0, -22.0, -40.0))
    assert not_at_all < 0.95 * like
    assert not_at_all < hardly < like
    assert roughness(-40.0, 0.0) > like, "a hint leaves it as sharp as it was"


def test_details_have_no_grain_and_things_are_what_was_found(
    small_network: Network, photo: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = Course(Schedule(steps=3, side=64, rate=0.15), KEPT, Schedule(steps=3, side=64, rate=0.3))
    found, one = (report.show() for report in grow(small_network, photo, None, 1, steps, clarity="")[3::3])
    monkeypatch.setattr(subject_ascent, "EDGE", 1e-3)
    same, other = (report.show() for report in grow(small_network, photo, None, 1, steps, clarity="")[3::3])
    assert torch.equal(found, same)
    rough, smooth = (float((last - found).diff(dim=2).abs().mean()) for last in (other, one))
    assert smooth < 0.9 * rough


def test_what_has_no_edges_is_hardly_shown_and_rainbows_are_where_they_are_wanted(
    small_network: Network, photo: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = torch.zeros(1, *photo.shape[1:])
    left[:, :, :60] = 1
    monkeypatch.setattr(subject_ascent, "contrast_mask", lambda change, flat, rich: left)
    monkeypatch.setattr(subject_ascent, "more_contrast", lambda change, coarse, fine: change)
    shown = [grow(small_network, photo, None, 1, clarity=one)[-1].show() for one in ("", "natural", "vivid")]
    raw, *lights = (luminance(one - photo) for one in shown)
    for light in lights:
        assert torch.allclose(light[..., :60], raw[..., :60], atol=0.02)
        assert torch.allclose(light[..., 60:], subject_ascent.HAZE * raw[..., 60:], atol=0.02)
    all_of_them, none, vivid = (
        float((one - photo - luminance(one - photo))[..., :60].diff(dim=2).abs().mean()) for one in shown
    )
    assert none < 0.5 * all_of_them
    assert vivid == pytest.approx(all_of_them, rel=0.01)


def test_things_have_more_contrast_than_the_networks_asked_for_and_none_where_a_mask_is_black(
    small_network: Network, photo: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    mask = torch.zeros(1, *photo.shape[1:])
    mask[:, :, 60:] = 1
    clear = grow(small_network, photo, mask, 1)[-1].show() - photo
    monkeypatch.setattr(subject_ascent, "more_contrast", lambda change, coarse, fine: change)
    pale = grow(small_network, photo, mask, 1)[-1].show() - photo
    assert clear[..., 60:].diff(dim=2).abs().mean() > 1.2 * pale[..., 60:].diff(dim=2).abs().mean()
    assert clear[..., :60].abs().max() < 1e-5


def test_one_thing_takes_more_of_a_photo_than_each_of_two() -> None:
    assert placement.spread(1) > 1.3 * placement.spread(2)
