import torch
from torch import Tensor

from engine import recipes
from engine.ascent.report import Frame, Progress
from engine.jobs.params import Dream, make
from engine.studio import Studio

QUICK = {"size": 128, "octaves": 2, "iterations": 2, "layer": "low"}


def dreamed(studio: Studio, source: Tensor | None, **options: object) -> list[Progress | Frame]:
    return list(recipes.run(make(Dream, **{**QUICK, **options}), source, studio))


def test_steps_come_first_then_one_picture(studio: Studio, photo: Tensor) -> None:
    *steps, last = dreamed(studio, photo)
    assert [type(step) for step in steps] == [Progress] * 4
    assert isinstance(last, Frame)
    assert (last.index, last.frames) == (0, 1)
    assert last.picture.shape == (3, 96, 128)
    assert all(isinstance(step, Progress) and step.size == (96, 128) for step in steps)


def test_the_same_request_gives_the_same_picture(studio: Studio, photo: Tensor) -> None:
    one, same, other = (dreamed(studio, photo, seed=seed)[-1].picture for seed in (4, 4, 5))
    assert one.equal(same)
    assert not one.equal(other)


def test_without_a_source_noise_is_dreamed(studio: Studio) -> None:
    picture = dreamed(studio, None)[-1].picture
    assert picture.shape == (3, 128, 128)
    assert picture.std() > 0.05


def test_every_friendly_layer_dreams_something_else(studio: Studio, photo: Tensor) -> None:
    low, mid, high = (dreamed(studio, photo, layer=name)[-1].picture for name in ("low", "mid", "high"))
    assert not torch.allclose(low, mid)
    assert not torch.allclose(mid, high)


def test_the_picture_stays_recognisable(studio: Studio, photo: Tensor) -> None:
    params = make(Dream, size=128)
    picture = list(recipes.run(params, photo, studio))[-1].picture
    source = torch.nn.functional.interpolate(photo[None], (96, 128), mode="bicubic", antialias=True)[0]
    seen = torch.corrcoef(torch.stack([picture.flatten(), source.flatten()]))[0, 1]
    assert seen > 0.5


def test_thin_pictures_work(studio: Studio) -> None:
    assert dreamed(studio, torch.rand(3, 3, 400))[-1].picture.shape == (3, 32, 128)
