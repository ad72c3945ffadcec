from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest
import skimage
import torch
from torch import Tensor, nn

from engine.canvas.resample import resize
from engine.networks import loading
from engine.networks.network import STATISTICS, Network
from engine.networks.usual_statistics import FLAT, UsualStatistics, distances
from engine.objectives import naturalness


def usual() -> tuple[UsualStatistics, Tensor, Tensor]:
    """Of a batch norm whose channels come out with these means and spreads."""
    norm = nn.BatchNorm2d(3)
    mean, std = torch.tensor([0.5, -1.0, 2.0]), torch.tensor([1.0, 0.2, 3.0])
    with torch.no_grad():
        norm.bias.copy_(mean)
        norm.weight.copy_(-std)  # what a network learned may be negative
    return UsualStatistics(norm), mean.view(1, 3, 1, 1), std.view(1, 3, 1, 1)


def distance(known: UsualStatistics, batch: Tensor) -> Tensor:
    return distances([known.moments(batch)])[:, 0]


def test_what_is_as_usual_is_at_no_distance() -> None:
    known, mean, std = usual()
    drawn = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    drawn = (drawn - drawn.mean((2, 3), keepdim=True)) / drawn.std((2, 3), keepdim=True, correction=0)
    asis, grain, fog = mean + std * drawn, mean + 3 * std * drawn, mean + std / 10 * drawn
    assert (distance(known, asis) < 1e-5).all()
    assert (distance(known, grain) > 1).all()
    assert (distance(known, fog) > 1).all()
    assert ((distance(known, asis + std) - 1).abs() < 0.1).all()


def test_each_picture_of_a_batch_is_measured_by_itself() -> None:
    known, mean, std = usual()
    batch = mean + std * torch.tensor([1.0, 9.0])[:, None, None, None] * torch.randn(2, 3, 16, 16)
    torch.testing.assert_close(distance(known, batch), torch.cat([distance(known, one[None]) for one in batch]))


def test_a_flat_or_distant_batch_is_at_a_finite_distance() -> None:
    known, _, _ = usual()
    for value in (0.0, 1e4):
        flat = torch.full((1, 3, 2, 2), value, requires_grad=True)
        away = distance(known, flat).sum()
        torch.autograd.backward(away)
        assert away.isfinite()
        assert flat.grad is not None
        assert flat.grad.isfinite().all()


def test_its_gradient_is_that_of_mean_and_variance() -> None:
    known, mean, std = usual()
    batch = (mean + std * torch.randn(2, 3, 5, 7)).contiguous(memory_format=torch.channels_last)
    one, two = batch.clone().requires_grad_(), batch.clone().requires_grad_()
    plain = (two.mean((2, 3)) - mean.flatten()) / std.flatten()
    spread = (two.var((2, 3), correction=0) / std.flatten().square() + FLAT).log() / 2
    torch.autograd.backward(plain.square().mean(1).sum() + spread.square().mean(1).sum())
    torch.autograd.backward(distance(known, one).sum())
    assert one.grad is not None
    assert two.grad is not None
    torch.testing.assert_close(one.grad, two.grad, rtol=1e-3, atol=1e-6)


def test_stages_are_measured_together_as_each_by_itself() -> None:
    known, mean, std = usual()
    narrow, wide = (mean + factor * std * torch.randn(2, 3, 5, 7) for factor in (0.5, 2.0))
    together = distances([known.moments(narrow), known.moments(wide)])
    torch.testing.assert_close(together, torch.stack([distance(known, narrow), distance(known, wide)], 1))


def test_a_network_measures_every_stage_that_it_ran_through(small_network: Network, photo: Tensor) -> None:
    found = small_network.activations(photo[None], {"mixed2", STATISTICS})
    assert set(found) == {"mixed2", STATISTICS}
    assert found[STATISTICS].shape == (1, 2)  # of each stage one
    again = small_network.activations(photo[None], {"mixed2"})  # nothing stays behind
    torch.testing.assert_close(found["mixed2"], again["mixed2"])


def test_threads_that_share_a_network_do_not_hear_each_other(small_network: Network, photo: Tensor) -> None:
    pictures = [photo[None], photo.flip(1)[None], 1 - photo[None]]

    def measured(picture: Tensor) -> Tensor:
        return small_network.activations(picture, {STATISTICS, "mixed2"})[STATISTICS]

    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(measured, pictures * 6))
    for one, picture in zip(together, pictures * 6, strict=True):
        torch.testing.assert_close(one, measured(picture))


def test_a_photograph_is_more_natural_than_grain_and_fog() -> None:
    network, measure = loading.load("lite2"), naturalness()

    def of(*pictures: Tensor) -> float:
        return float(measure(network.activations(torch.stack(pictures), {"top", STATISTICS})))

    cat = resize(torch.from_numpy(cast(Any, skimage.data).chelsea()).permute(2, 0, 1) / 255, (130, 195)).clamp(0, 1)
    grain = (cat + 0.3 * torch.randn(cat.shape, generator=torch.Generator().manual_seed(1))).clamp(0, 1)
    fog = 0.5 + 0.02 * (cat - 0.5)
    assert of(cat) > max(of(grain), of(fog))
    assert of(cat, cat) == pytest.approx(2 * of(cat), rel=1e-3)


def test_a_network_without_batch_norms_finds_nothing_unusual(photo: Tensor) -> None:
    network = Network({"first": nn.Conv2d(3, 4, 3)}, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    assert network.activations(photo[None], {"first", STATISTICS})[STATISTICS].tolist() == [[0.0]]
