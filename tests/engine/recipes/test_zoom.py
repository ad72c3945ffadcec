from itertools import pairwise
from statistics import median

import pytest
import torch
from torch import Tensor

from engine import recipes
from engine.ascent.progress import Frame, Progress
from engine.catalog.catalog import shipped_catalog
from engine.params import Zoom, make
from engine.recipes.zoom import endless_zoom, zoom
from engine.runtime import Runtime

QUICK = {"size": 128, "octaves": 1, "iterations": 1, "frames": 8, "layer": "low"}


def params_for(**options: object) -> Zoom:
    return make(Zoom, shipped_catalog(), **{**QUICK, **options})


def zoomed(runtime: Runtime, source: Tensor | None, **options: object) -> list[Progress | Frame]:
    return list(recipes.run(params_for(**options), source, runtime))


def frames(reports: list[Progress | Frame]) -> list[Tensor]:
    return [report.picture for report in reports if isinstance(report, Frame)]


def difference(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().mean())


@pytest.mark.parametrize("motion", ["once", "boomerang", "loop"])
def test_all_frames_come_in_order_between_steps(runtime: Runtime, photo: Tensor, motion: str) -> None:
    reports = zoomed(runtime, photo, motion=motion)
    assert [r.index for r in reports if isinstance(r, Frame)] == list(range(8))
    steps = [r for r in reports if isinstance(r, Progress)]
    assert [r.step for r in steps] == list(range(1, steps[-1].steps + 1))
    assert {picture.shape for picture in frames(reports)} == {(3, 96, 128)}
    assert steps[-1].steps == sum(phase.steps for phase in params_for(motion=motion).phases())


def test_the_same_request_gives_the_same_film(runtime: Runtime, photo: Tensor) -> None:
    one, same = (torch.stack(frames(zoomed(runtime, photo))) for _ in range(2))
    assert one.equal(same)


def test_a_zoom_goes_towards_a_subject(shipped: Runtime, photo: Tensor) -> None:
    eyes, leaves = (
        torch.stack(frames(zoomed(shipped, photo, layer=None, subject=subject))) for subject in ("eyes", "🍃")
    )
    assert not torch.allclose(eyes, leaves)


def test_subjects_follow_one_another(shipped: Runtime, photo: Tensor) -> None:
    """The first half is that of a zoom towards the first one."""
    alone, both = (frames(zoomed(shipped, photo, layer=None, subject=subject)) for subject in ("🍃", "🍃 > eyes"))
    assert torch.stack(alone[:4]).equal(torch.stack(both[:4]))
    assert not torch.allclose(alone[4], both[4])


def test_it_goes_on_from_noise_without_fading_or_drifting(runtime: Runtime) -> None:
    first, *_, last = frames(zoomed(runtime, None, frames=24))
    assert abs(last.mean() - first.mean()) < 0.06
    assert 0.7 < last.std() / first.std() < 1.4
    detail = [(picture[:, 1:] - picture[:, :-1]).std() for picture in (first, last)]
    assert 0.6 < detail[1] / detail[0] < 1.7


@pytest.mark.parametrize("options", [{}, {"rotate": 40}, {"rotate": -25, "drift_x": 0.1}, {"speed": 1, "drift_y": 0.2}])
def test_the_end_of_a_loop_leads_into_its_beginning(runtime: Runtime, photo: Tensor, options: dict[str, float]) -> None:
    film = frames(zoomed(runtime, photo, motion="loop", frames=24, **options))
    between = [difference(one, other) for one, other in pairwise(film)]
    seam = difference(film[-1], film[0])
    assert seam <= 1.5 * median(between)
    once = frames(zoomed(runtime, photo, frames=24, **options))
    assert seam < 0.7 * difference(once[-1], once[0])


@pytest.mark.parametrize("count", [8, 9])
def test_a_boomerang_comes_back(runtime: Runtime, photo: Tensor, count: int) -> None:
    film = frames(zoomed(runtime, photo, motion="boomerang", frames=count))
    there, back = film[1 : count - count // 2], film[-1 : -(count - count // 2) : -1]
    assert len(film) == count
    assert len(there) == len(back)
    for one, same in zip(there, back, strict=True):
        torch.testing.assert_close(one, same, atol=0.01, rtol=0)


def test_a_second_looks_the_same_at_any_frame_rate(runtime: Runtime) -> None:
    """A black picture with a square, of which nothing is dreamed: after a second it is twice as large."""
    source = torch.zeros(3, 128, 128)
    source[:, 54:74, 54:74] = 1
    faint = {"strength": 0.1, "speed": 2.0}
    ends = [frames(zoomed(runtime, source, fps=fps, frames=fps + 1, **faint))[-1] for fps in (8, 16)]
    areas = [float((end.mean(0) > end.mean()).float().mean()) for end in ends]
    assert areas[0] == pytest.approx(areas[1], rel=0.25)


def test_pulses_say_how_far_each_frame_moves(runtime: Runtime, photo: Tensor) -> None:
    still, moving = (frames(list(zoom(params_for(), photo, runtime, [pulse]))) for pulse in (0.0, 2.0))
    assert difference(*still[1:3]) < difference(*moving[1:3])


def test_what_goes_on_is_dreamed_lightly_from_the_first_frame_on(runtime: Runtime, photo: Tensor) -> None:
    new, continued = (zoomed(runtime, photo, continued=continued) for continued in (False, True))
    assert len(continued) < len(new)
    assert difference(frames(continued)[0], frames(continued)[1]) > 0


def test_an_endless_zoom_goes_on_round_after_round(runtime: Runtime, photo: Tensor) -> None:
    params = params_for()
    film = [picture for picture, _ in zip(endless_zoom(params, photo, runtime), range(20), strict=False)]
    between = [difference(one, other) for one, other in pairwise(film)]
    assert {picture.shape for picture in film} == {(3, 96, 128)}
    assert max(between) < 2 * median(between)
    assert min(between) > 0.3 * median(between)
    assert abs(film[-1].mean() - film[0].mean()) < 0.06
