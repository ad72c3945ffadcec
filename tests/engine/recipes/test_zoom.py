import torch
from torch import Tensor

from engine import recipes
from engine.ascent.progress import Frame, Progress
from engine.catalog.catalog import shipped_catalog
from engine.params import Zoom, make
from engine.recipes.zoom import zoom_in
from engine.runtime import Runtime

QUICK = {"size": 128, "octaves": 1, "iterations": 1, "frames": 8, "layer": "low"}


def zoomed(runtime: Runtime, source: Tensor | None, **options: object) -> list[Progress | Frame]:
    return list(recipes.run(make(Zoom, shipped_catalog(), **{**QUICK, **options}), source, runtime))


def frames(reports: list[Progress | Frame]) -> list[Tensor]:
    return [report.picture for report in reports if isinstance(report, Frame)]


def test_all_frames_come_in_order_between_steps(runtime: Runtime, photo: Tensor) -> None:
    reports = zoomed(runtime, photo)
    assert [r.index for r in reports if isinstance(r, Frame)] == list(range(8))
    steps = [r for r in reports if isinstance(r, Progress)]
    assert [r.step for r in steps] == list(range(1, steps[-1].steps + 1))
    assert {picture.shape for picture in frames(reports)} == {(3, 96, 128)}


def test_the_same_request_gives_the_same_film(runtime: Runtime, photo: Tensor) -> None:
    one, same = (torch.stack(frames(zoomed(runtime, photo))) for _ in range(2))
    assert one.equal(same)


def test_a_zoom_goes_towards_a_subject(shipped: Runtime, photo: Tensor) -> None:
    eyes, leaves = (
        torch.stack(frames(zoomed(shipped, photo, layer=None, subject=subject))) for subject in ("eyes", "🍃")
    )
    assert not torch.allclose(eyes, leaves)


def test_it_goes_on_from_noise_without_fading_or_drifting(runtime: Runtime) -> None:
    first, *_, last = frames(zoomed(runtime, None, frames=24))
    assert abs(last.mean() - first.mean()) < 0.06
    assert 0.7 < last.std() / first.std() < 1.4
    detail = [(picture[:, 1:] - picture[:, :-1]).std() for picture in (first, last)]
    assert 0.6 < detail[1] / detail[0] < 1.7


def test_closer_is_closer() -> None:
    picture = torch.zeros(3, 64, 64)
    picture[:, 24:40, 24:40] = 1
    seen = zoom_in(picture, 2.0)
    torch.testing.assert_close(seen[:, 20:44, 20:44], torch.ones(3, 24, 24))
    assert seen.mean() > 3.5 * picture.mean()
