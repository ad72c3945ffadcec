import pytest
import torch
from torch import Tensor

from engine import recipes
from engine.canvas.noise import coloured_noise
from engine.canvas.resample import resize
from engine.canvas.similarity import ssim
from engine.catalog.catalog import shipped_catalog
from engine.params import Upscale, make
from engine.runtime import Runtime
from tests.engine.recipes.reports import steps_and_frame

QUICK = {"size": 256, "iterations": 2, "layer": "low"}


def upscaled(runtime: Runtime, source: Tensor | None, **options: object) -> Tensor:
    params = make(Upscale, shipped_catalog(), **{**QUICK, **options})
    return steps_and_frame(recipes.run(params, source, runtime))[1].picture


@pytest.fixture
def posted() -> Tensor:
    return coloured_noise((96, 128), torch.Generator().manual_seed(5))


def sharpness(picture: Tensor) -> Tensor:
    return (picture[:, 1:] - picture[:, :-1]).std()


def test_it_is_the_same_picture_with_more_detail(runtime: Runtime, posted: Tensor) -> None:
    picture = upscaled(runtime, posted)
    assert picture.shape == (3, 192, 256)
    assert ssim(resize(picture, (96, 128)).clamp(0, 1), posted) >= 0.9
    assert sharpness(picture) > 1.1 * sharpness(resize(posted, (192, 256)))


def test_however_strong_it_stays_the_same_picture(runtime: Runtime, posted: Tensor) -> None:
    strong, usual = (upscaled(runtime, posted, strength=strength) for strength in (4.0, 1.0))
    assert ssim(resize(strong, (96, 128)).clamp(0, 1), posted) >= 0.9
    assert sharpness(strong) > sharpness(usual)


def test_every_part_of_a_step_is_told_of(runtime: Runtime, posted: Tensor) -> None:
    params = make(Upscale, shipped_catalog(), **{**QUICK, "size": 768, "iterations": 1})
    steps, frame = steps_and_frame(recipes.run(params, posted, runtime))
    assert [step.step for step in steps] == list(range(1, 10))
    assert {step.steps for step in steps} == {sum(phase.steps for phase in params.phases())}
    assert {step.size for step in steps} == {tuple(frame.picture.shape[1:])}


def test_seeds_layers_and_looks_differ_and_the_same_is_the_same(runtime: Runtime, posted: Tensor) -> None:
    one, same, other, layer, vivid = (
        upscaled(runtime, posted, iterations=1, **options)
        for options in ({}, {}, {"seed": 9}, {"layer": "mid"}, {"look": "vivid"})
    )
    assert one.equal(same)
    assert not any(one.equal(different) for different in (other, layer, vivid))


def test_noise_and_tiny_pictures(runtime: Runtime) -> None:
    assert upscaled(runtime, None).shape == (3, 256, 256)
    assert upscaled(runtime, torch.rand(3, 2, 8)).shape == (3, 64, 256)


def test_towards_a_subject(shipped: Runtime, posted: Tensor) -> None:
    eyes, leaves = (upscaled(shipped, posted, layer=None, subject=subject, iterations=1) for subject in ("eyes", "🍃"))
    assert not eyes.equal(leaves)
