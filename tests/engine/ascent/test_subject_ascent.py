"""Things grown out of a picture: each from several starts, in its outline, in a place of its own."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.ascent import placement, subject_ascent
from engine.ascent.concept_schedules import EDGES, SKETCHED
from engine.ascent.crop_ascent import Schedule
from engine.ascent.crop_gradients import CropScorer
from engine.ascent.progress import Progress
from engine.ascent.subject_ascent import Aims, Course, grow_subjects
from engine.canvas.class_sketch import sketch_outline
from engine.canvas.colour_matching import luminance
from engine.catalog.catalog import LOGITS, Meaning
from engine.networks.network import Network
from engine.objectives import crop_objective

COURSE = Course(Schedule(steps=6, side=64), Schedule(steps=2, side=64), start=1)
STEPS = COURSE.finding.steps + COURSE.detailing.steps + EDGES.steps
LEFT = torch.full((3, 16, 16), 0.5)
LEFT[:, 2:14, 2:8] = 1.0


def grow(
    network: Network,
    photo: Tensor,
    mask: Tensor | None = None,
    things: int = 1,
    course: Course = COURSE,
    sketch: Tensor | None = None,
    starts: int = 2,
) -> list[Progress]:
    meanings = [Meaning(layer=LOGITS, about="", channels=(channel,)) for channel in range(things)]
    scorers = [[CropScorer(network, crop_objective([(1.0, [one])]))] for one in meanings]
    aims = Aims(meanings, scorers, [[sketch] * starts] * things)
    return list(grow_subjects(aims, photo, mask, course, 1, torch.Generator().manual_seed(1)))


def change(photo: Tensor, reports: list[Progress]) -> Tensor:
    """How far each point of a photo has moved, [h, w]."""
    return (reports[-1].show() - photo).abs().mean(0)


@pytest.mark.parametrize("things", [1, 2])
@pytest.mark.parametrize("starts", [1, 2, 4])
def test_every_step_of_every_start_is_reported(small_network: Network, photo: Tensor, things: int, starts: int) -> None:
    course = COURSE._replace(finding=Schedule(steps=8, side=64))
    reports = grow(small_network, photo, things=things, course=course, starts=starts)
    count = things * (STEPS + 2)
    assert [(one.step, one.steps) for one in reports] == [(at, count) for at in range(1, count + 1)]
    assert {one.size for one in reports} == {tuple(photo.shape[1:])}
    assert reports[-1].show().shape == photo.shape
    assert change(photo, reports).mean() > 0.005


def test_a_thing_is_found_in_the_outline_of_its_sketch(small_network: Network, photo: Tensor) -> None:
    found = grow(small_network, photo, sketch=LEFT)[: COURSE.finding.steps]
    moved = change(photo, found) > 0.01
    side = min(photo.shape[1:])
    drawn = sketch_outline(LEFT, SKETCHED, subject_ascent.REACH, side) > 0
    soft = subject_ascent.SOFTENED * side
    assert 0.5 * float(drawn.sum()) < float(moved.sum()) < 2 * float(drawn.sum())
    assert moved.any(0).sum() <= drawn[0].any(0).sum() + 4 * soft + 2


def test_a_thing_and_the_photo_grow_together(
    small_network: Network, photo: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(share: float) -> float:
        for name in ("NEAR", "FAR"):
            monkeypatch.setattr(subject_ascent, name, share)
        reports = grow(small_network, photo, sketch=LEFT)
        far = change(photo, reports[: COURSE.finding.steps]) == 0
        return float(change(photo, reports)[far].mean())

    assert elsewhere(0.7) > 1.5 * elsewhere(0.3) > 0
    assert elsewhere(0.0) < 1e-6


def test_a_thing_begins_with_its_sketch(small_network: Network, photo: Tensor) -> None:
    black, white = (
        grow(small_network, photo, sketch=(0.5 + sign * (LEFT - 0.5)).clamp(0, 1))[0].show() for sign in (-1, 1)
    )
    lighter = white.mean(0) - black.mean(0)
    assert lighter[change(photo, grow(small_network, photo, sketch=LEFT)) > 0.05].mean() > 0.2


def edges_kept(photo: Tensor, picture: Tensor) -> float:
    return float(torch.corrcoef(torch.stack([picture.diff(dim=2).flatten(), photo.diff(dim=2).flatten()]))[0, 1])


def test_where_no_shape_is_known_it_grows_out_of_the_photo_itself(small_network: Network, photo: Tensor) -> None:
    reports = grow(small_network, photo)
    moved = change(photo, reports[: COURSE.finding.steps])
    assert (moved > 0).float().mean() > 0.9
    assert moved.mean() > 0.002
    assert edges_kept(photo, reports[0].show()) > 0.9, "its edges are left, and nothing is laid over it"


def test_everywhere_all_of_the_photo_becomes_it(small_network: Network, photo: Tensor) -> None:
    there, everywhere = (
        grow(small_network, photo, sketch=LEFT, course=COURSE._replace(everywhere=one)) for one in (False, True)
    )
    corners = [
        torch.stack([moved[:8, :8], moved[:8, -8:], moved[-8:, :8], moved[-8:, -8:]]).mean()
        for moved in (change(photo, reports) for reports in (there, everywhere))
    ]
    assert corners[1] > 1.3 * corners[0]
    assert len(everywhere) == len(there)


def test_everywhere_it_begins_with_a_sketch_over_softer_edges(small_network: Network, photo: Tensor) -> None:
    course = COURSE._replace(everywhere=True)
    black, white = (
        grow(small_network, photo, sketch=(0.5 + sign * (LEFT - 0.5)).clamp(0, 1), course=course)[0].show()
        for sign in (-1, 1)
    )
    lighter = white.mean(0) - black.mean(0)
    drawn = sketch_outline(LEFT, SKETCHED, subject_ascent.BEYOND, min(photo.shape[1:])) > 0
    assert 0.3 * float(drawn.sum()) < float((lighter > 0.2).sum()) < float(drawn.sum())
    assert edges_kept(photo, white) < 0.9


def test_the_start_that_can_be_named_best_goes_on(
    small_network: Network, photo: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Tensor] = []

    def darkest(scorers: object, meanings: object, picture: Tensor) -> float:
        seen.append(picture)
        return -float(picture.mean())

    monkeypatch.setattr(subject_ascent, "named_for", darkest)
    still = Course(Schedule(steps=6, side=64, push=0), Schedule(steps=1, side=64, push=0), start=1)
    meaning = Meaning(layer=LOGITS, about="", channels=(1,))
    scorers = [CropScorer(small_network, crop_objective([(1.0, [meaning])]))]
    aims = Aims([meaning], [scorers], [[LEFT, 1 - LEFT]])
    last = list(grow_subjects(aims, photo, None, still, 1, torch.Generator().manual_seed(1)))[-1].show()
    light, dark = (float(one.mean()) for one in seen)
    assert dark < light
    assert float(last.mean()) < float(photo.mean())


def test_things_grow_in_two_places(small_network: Network, photo: Tensor) -> None:
    reports = grow(small_network, photo, things=2, sketch=LEFT)
    first, both = (reports[count * STEPS - 1].show() for count in (1, 2))
    one, other = ((after - before).abs().mean(0) for before, after in ((photo, first), (first, both)))
    assert torch.corrcoef(torch.stack([one.flatten(), other.flatten()]))[0, 1] < 0.5


def test_nothing_is_dreamed_where_a_mask_is_black(small_network: Network, photo: Tensor) -> None:
    mask = torch.zeros(1, *photo.shape[1:])
    mask[:, :, 60:] = 1
    for sketch, everywhere in ((LEFT, False), (LEFT, True), (None, False)):
        course = COURSE._replace(everywhere=everywhere)
        changed = change(photo, grow(small_network, photo, mask, sketch=sketch, course=course))
        assert changed[:, :60].max() < 1e-5
        assert changed[:, 60:].mean() > 0.002
    assert change(photo, grow(small_network, photo, torch.zeros_like(mask), sketch=LEFT)).max() == 0


def test_the_photo_shows_through_a_hint(small_network: Network, photo: Tensor) -> None:
    def moved(strength: float) -> Tensor:
        return change(photo, grow(small_network, photo, course=COURSE._replace(strength=strength), sketch=LEFT))

    assert torch.allclose(moved(0.3), 0.3 * moved(1.0), atol=1e-5)
    assert not torch.allclose(moved(3.0), moved(1.0), atol=0.01)


def test_rainbows_are_where_they_are_wanted(small_network: Network, photo: Tensor) -> None:
    def rainbows(look: str) -> float:
        grey = luminance(photo).expand_as(photo)
        last = grow(small_network, grey, course=COURSE._replace(look=look), sketch=LEFT)[-1].show()
        return float((last - luminance(last)).diff(dim=2).abs().mean())

    assert rainbows("vivid") > 1.5 * rainbows("natural")


def test_several_things_share_a_photo() -> None:
    squares = [placement.Square(0, 0, 40), placement.Square(0, 80, 40)]
    shares = subject_ascent._shares(squares, (40, 120))
    assert torch.allclose(shares.sum(0), torch.ones(1, 40, 120))
    assert shares[0, 0, 20, 20] > 0.9 < shares[1, 0, 20, 100]
    assert torch.equal(subject_ascent._shares(squares[:1], (40, 120))[0], torch.ones(1, 40, 120))


def test_one_thing_takes_more_of_a_photo_than_each_of_two() -> None:
    assert placement.spread(1) > 1.3 * placement.spread(2)
