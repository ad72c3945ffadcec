from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine import recipes
from engine.ascent.progress import Frame, Progress
from engine.canvas.resample import resize_long_side
from engine.catalog.catalog import shipped_catalog
from engine.errors import NoPainting
from engine.networks.network import Network
from engine.params import Animate, Dream, PastDream, Style, make, style_layers
from engine.recipes.style import shipped_painting
from engine.runtime import Runtime
from tests.engine.recipes.reports import steps_and_frame

QUICK = {"size": 128, "octaves": 2, "iterations": 3, "painting": "glass"}


def styling(
    runtime: Runtime, source: Tensor | None, others: Mapping[str, Tensor] | None = None, **options: object
) -> Iterator[Progress | Frame]:
    return recipes.run(make(Style, shipped_catalog(), **{**QUICK, **options}), source, runtime, others)


def styled(
    runtime: Runtime, source: Tensor | None, others: Mapping[str, Tensor] | None = None, **options: object
) -> Tensor:
    return steps_and_frame(styling(runtime, source, others, **options))[1].picture


def test_every_step_says_how_far_it_is_and_can_be_looked_at(runtime: Runtime, photo: Tensor) -> None:
    steps, last = steps_and_frame(styling(runtime, photo))
    assert [(step.step, step.steps) for step in steps] == [(at, 6) for at in range(1, 7)]
    assert {step.size for step in steps} == {(96, 128)}
    assert last.picture.shape == (3, 96, 128)
    assert steps[0].full_size().shape == (3, 96, 128)


def test_it_takes_the_paintings_colours_or_keeps_the_pictures(runtime: Runtime, photo: Tensor) -> None:
    source = resize_long_side(photo * torch.tensor([1.0, 0.4, 0.2]).view(3, 1, 1), 128)
    painting = shipped_painting("glass", 512)
    theirs, own, matched = (styled(runtime, source, colours=colours) for colours in ("as is", "keep", "match"))
    mean = source.mean((1, 2))
    assert (theirs.mean((1, 2)) - painting.mean((1, 2))).abs().max() < (theirs.mean((1, 2)) - mean).abs().max()
    assert (own.mean((1, 2)) - mean).abs().max() < 0.08
    assert (matched.mean((1, 2)) - mean).abs().max() < 0.08


def test_a_painting_of_ones_own_counts_and_is_needed(runtime: Runtime, photo: Tensor) -> None:
    red = torch.zeros(3, 50, 40)
    red[0] = 0.9
    made = styled(runtime, photo, {"painting": red}, painting="yours")
    assert made[0].mean() > made[1:].mean() + 0.3
    with pytest.raises(NoPainting):
        styled(runtime, photo, painting="yours")


def test_out_of_noise_it_is_nothing_but_texture(runtime: Runtime) -> None:
    assert styled(runtime, None).shape == (3, 128, 128)


@pytest.mark.parametrize("aim", [{"subject": "eyes"}, {"layer": "low + mid"}])
def test_it_is_dreamed_before_it_is_painted(runtime: Runtime, photo: Tensor, aim: dict[str, Any]) -> None:
    steps, last = steps_and_frame(styling(runtime, photo, **aim, iterations=1))
    assert [step.step for step in steps] == list(range(1, len(steps) + 1))
    assert {step.steps for step in steps} == {len(steps)}
    plain = styled(runtime, photo, iterations=1)
    assert float((last.picture - plain).abs().mean()) > 0.005


def test_networks_that_were_looked_at_have_their_own_layers_and_others_some() -> None:
    catalog = shipped_catalog()
    assert style_layers(catalog.network("vgg19").layers)[0][0] == "relu1_1"
    assert style_layers(catalog.network("lite2").layers) == style_layers(catalog.network("lite1").layers)
    for name in ("pocket", "googlenet", "resnet50", "squeezenet"):
        layers = catalog.network(name).layers
        styles, content_layer = style_layers(layers)
        assert styles[0] == layers[0]
        assert [*styles] == sorted(styles, key=layers.index)
        assert content_layer in layers[: len(layers) // 2 + 1]


def test_vggs_layers_paint(photo: Tensor) -> None:
    names = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu4_2", "relu5_1")
    with torch.random.fork_rng():
        torch.manual_seed(4)
        widths = (3, 8, 8, 12, 12, 12, 16)
        stages: dict[str, nn.Module] = {
            name: nn.Sequential(nn.Conv2d(i, o, 3, 1 + (at in (1, 2)), 1), nn.ReLU())
            for at, (name, i, o) in enumerate(zip(names, widths, widths[1:], strict=False))
        }
    network = Network(stages, mean=(0.5,) * 3, std=(0.2,) * 3)
    runtime = Runtime("cpu", "float32", loader=lambda _name: network)
    assert styled(runtime, photo, network="vgg16").isfinite().all()


def test_how_it_came_about_is_an_animation(runtime: Runtime, photo: Tensor) -> None:
    dreams = [
        PastDream(params=make(Style, shipped_catalog(), **{**QUICK, "painting": "yours"}), others=("painting",)),
        PastDream(params=Dream(size=128, octaves=1, iterations=2)),
    ]
    params = make(Animate, shipped_catalog(), dreams=dreams, size=128, frames=8)
    frames = [one for one in recipes.run(params, photo, runtime, {"painting": photo.flip(0)}) if isinstance(one, Frame)]
    assert len(frames) > 8
