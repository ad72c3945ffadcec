import pytest
import torch
from torch import Tensor

from engine import recipes
from engine.ascent import detail_ascent
from engine.ascent.progress import Progress
from engine.canvas.resample import resize
from engine.catalog.catalog import shipped_catalog
from engine.params import Dream, Poster, make
from engine.params import poster as poster_params
from engine.runtime import Runtime
from tests.engine.recipes.reports import steps_and_frame

QUICK = {"size": 1024, "octaves": 1, "iterations": 2, "detail_steps": 1, "layer": "low", "network": "pocket"}


@pytest.fixture(autouse=True)
def _small_dreams(monkeypatch: pytest.MonkeyPatch) -> None:
    """The smallest poster is one of three sizes, and its windows are small ones."""
    monkeypatch.setattr(poster_params, "LARGEST_DREAM", 256)


def poster(runtime: Runtime, source: Tensor | None, **options: object) -> tuple[list[Progress], Tensor]:
    params = make(Poster, shipped_catalog(), **{**QUICK, **options})
    steps, frame = steps_and_frame(recipes.run(params, source, runtime))
    return steps, frame.picture


def test_it_is_the_dream_made_larger_with_detail_at_each_size(runtime: Runtime) -> None:
    strip = torch.rand(3, 1, 8, generator=torch.Generator().manual_seed(1))
    source = resize(strip, (64, 256)).clamp(0, 1)
    steps, picture = poster(runtime, source)
    params = make(Poster, shipped_catalog(), **QUICK)
    assert params.sizes == (256, 512, 1024)
    assert picture.shape == (3, 256, 1024)
    assert [step.step for step in steps] == list(range(1, steps[-1].steps + 1))
    assert steps[-1].steps == sum(phase.steps for phase in params.phases())
    assert {step.size for step in steps} == {(256, 1024)}
    dreamed = steps_and_frame(recipes.run(params.dream(), source, runtime))[1].picture
    shapes, before = (resize(one, (8, 32)) for one in (picture, dreamed))
    assert (shapes - before).abs().mean() < 0.02, "large shapes stay large"
    plain = resize(dreamed, (256, 1024))
    assert picture.diff(dim=2).std() > 1.1 * plain.diff(dim=2).std()


def test_the_same_request_gives_the_same_poster(
    runtime: Runtime, photo: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poster_params, "LARGEST_DREAM", 512)
    monkeypatch.setattr(detail_ascent, "WIDE_SHARE", 1.0)
    source = photo[:, :16]
    one, same = (poster(runtime, source)[1] for _ in range(2))
    assert one.equal(same)


def test_its_sizes_double_up_to_what_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    asked = {1024: (1024,), 1025: (512, 1025), 4096: (1024, 2048, 4096), 4961: (620, 1240, 2480, 4961)}
    assert {size: Poster(size=size).sizes for size in asked} == asked
    assert Poster(size=8192).source_size == 1024


def test_it_begins_with_a_dream_of_its_options() -> None:
    made = make(Poster, shipped_catalog(), subject="eyes", strength=1.5, seed=7, look="vivid", octaves=3)
    assert made.dream() == make(
        Dream, shipped_catalog(), subject="eyes", strength=1.5, seed=7, look="vivid", octaves=3, size=256
    )
