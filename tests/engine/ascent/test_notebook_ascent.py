"""The DeepDream notebook's loop, beside an independent transcription of it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchvision.models import GoogLeNet

from engine.ascent import notebook_ascent
from engine.ascent.pixel_ascent import OctaveSchedule
from engine.canvas.noise import coloured_noise
from engine.networks import architectures, loading
from engine.networks.network import Network
from engine.objectives import layer
from engine.params import Dream
from tests.engine.networks.conftest import trained

Array = NDArray[np.float64]
MEAN = 127.5
"""Of torchvision's GoogLeNet, in 0 to 255: its input is (x - 127.5) / 127.5."""


@cache
def model() -> GoogLeNet:
    with torch.random.fork_rng():
        torch.manual_seed(3)
        made = GoogLeNet(num_classes=9, aux_logits=True, transform_input=True, init_weights=False)
    return trained(made).double()


@cache
def network() -> Network:
    """The same weights. Numbers are double here: where two of a pool's values are equal but for the rounding, the
    gradient takes one way or the other, and after some steps single precision alone makes a difference of percents."""
    return loading.from_model("googlenet", architectures.model("googlenet", 9, model().state_dict())).double()


class Net:
    """What the notebook asks of Caffe, on torchvision's modules: forward and backward of inception_4c/output."""

    PATH = ("conv1", "maxpool1", "conv2", "conv3", "maxpool2", "inception3a", "inception3b", "maxpool3",
            "inception4a", "inception4b", "inception4c")  # fmt: skip

    def forward(self, data: Array) -> Array:
        self.src = torch.from_numpy(data / 127.5)[None].requires_grad_()
        self.dst = self.src
        for name in self.PATH:
            self.dst = getattr(model(), name)(self.dst)
        out: Array = self.dst.detach().numpy()
        return out

    def backward(self, diff: Array) -> Array:
        (slope,) = torch.autograd.grad(self.dst, self.src, torch.from_numpy(diff))
        out: Array = slope[0].numpy()
        return out


def zoom(planes: Array, height: int, width: int) -> Array:
    """scipy.ndimage.zoom(planes, order=1) to that size."""
    rows = np.linspace(0, planes.shape[1] - 1, height)
    columns = np.linspace(0, planes.shape[2] - 1, width)
    tall = np.apply_along_axis(lambda line: np.interp(rows, np.arange(len(line)), line), 1, planes)
    wide: Array = np.apply_along_axis(lambda line: np.interp(columns, np.arange(len(line)), line), 2, tall)
    return wide


def make_step(net: Net, src: Array, shift: tuple[int, int], step_size: float = 1.5) -> Array:
    ox, oy = shift
    src = np.roll(np.roll(src, ox, -1), oy, -2)
    dst = net.forward(src)
    g = net.backward(dst)  # objective_L2: dst.diff[:] = dst.data
    src = src + step_size / np.abs(g).mean() * g
    src = np.roll(np.roll(src, -ox, -1), -oy, -2)
    clipped: Array = np.clip(src, -MEAN, 255 - MEAN)
    return clipped


def deepdream(base_img: Array, shifts: list[tuple[int, int]], iter_n: int, octave_n: int, octave_scale: float) -> Array:
    net, turns = Net(), iter(shifts)
    octaves = [base_img]
    for _ in range(octave_n - 1):
        h, w = octaves[-1].shape[-2:]
        octaves.append(zoom(octaves[-1], round(h / octave_scale), round(w / octave_scale)))
    detail = np.zeros_like(octaves[-1])
    for octave, octave_base in enumerate(octaves[::-1]):
        h, w = octave_base.shape[-2:]
        if octave > 0:
            detail = zoom(detail, h, w)
        src = octave_base + detail
        for _ in range(iter_n):
            src = make_step(net, src, next(turns))
        detail = src - octave_base
    return src


def drawn(seed: int, count: int, jitter: int) -> list[tuple[int, int]]:
    """The shifts (right, down) that a generator of this seed gives."""
    generator = torch.Generator().manual_seed(seed)
    pairs = [torch.randint(-jitter, jitter + 1, (2,), generator=generator).tolist() for _ in range(count)]
    return [(right, down) for down, right in pairs]


def strength_of(picture: Tensor) -> float:
    return float(layer("inception_4c")(network().activations(picture[None], ["inception_4c"])))


@pytest.mark.parametrize("octaves", [1, 4])
def test_it_is_the_notebook(octaves: int) -> None:
    """Activation within 0.1 % after the notebook's ten steps at each of its octaves."""
    picture = coloured_noise((96, 128), torch.Generator().manual_seed(8)).double()
    asked = Dream(network="googlenet", look="2015", octaves=octaves)
    schedule = OctaveSchedule(asked.octaves, asked.ratio, asked.iterations, asked.strength, asked.jitter)
    generator = torch.Generator().manual_seed(4)
    *_, last = notebook_ascent.notebook_ascend(network(), layer(asked.layer), picture, schedule, generator)
    shifts = drawn(4, 10 * octaves, 32)
    expected = torch.from_numpy((deepdream(255 * picture.numpy() - MEAN, shifts, 10, octaves, 1.4) + MEAN) / 255)
    before, ours, wanted = (strength_of(one) for one in (picture, last.show(), expected))
    assert wanted > 1.5 * before
    assert ours == pytest.approx(wanted, rel=1e-3)
    assert (last.show() - expected).abs().mean() < 1e-4


def test_another_step_would_be_seen() -> None:
    """The comparison above can fail: a step a twentieth larger does not pass it."""
    picture = coloured_noise((96, 128), torch.Generator().manual_seed(8)).double()
    found = []
    for strength in (1.0, 1.05):
        schedule = OctaveSchedule(1, 1.4, 3, strength, 32)
        *_, last = notebook_ascent.notebook_ascend(
            network(), layer("inception_4c"), picture, schedule, torch.Generator().manual_seed(4)
        )  # fmt: skip
        found.append(strength_of(last.show()))
    assert found[1] > 1.001 * found[0]


def test_octaves_too_small_to_look_at_are_left_out() -> None:
    sizes = [tuple(one.shape[1:]) for one in notebook_ascent.octave_pyramid(torch.rand(3, 50, 90), 4, 1.4)]
    assert sizes == [(36, 64), (50, 90)]


def test_a_mask_protects(small_network: Network, photo: Tensor) -> None:
    mask = torch.zeros(1, 90, 120)
    mask[:, :, 60:] = 1
    schedule = OctaveSchedule(1, 1.4, 3, 1.0, 8)
    *_, last = notebook_ascent.notebook_ascend(small_network, layer("mixed2"), photo, schedule, torch.Generator(), mask)
    assert last.show()[:, :, :60].equal(photo[:, :, :60])
    assert (last.show()[:, :, 60:] - photo[:, :, 60:]).abs().mean() > 0.002
