"""L2 attacks: pictures moved, within a radius, to where the network errs most (Madry et al. 2018, arXiv:1706.06083).

Training on them is what makes a small network dream shapes and not coloured noise: its gradients then point along what
people see, too (Santurkar et al. 2019, arXiv:1906.09453). All pictures here are normalised, [n, 3, h, w]; a radius
counts in [0, 1] pixel units over the whole picture; one for all, or one for each ([n, 1, 1, 1]).
"""

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from engine.networks.pocket import STD


def l2_norm(x: Tensor) -> Tensor:
    """L2 norm of each picture, never quite zero: [n, 1, 1, 1]."""
    return x.square().sum((1, 2, 3), keepdim=True).sqrt() + 1e-12


def random_start(x: Tensor, radius: float | Tensor, generator: Generator) -> Tensor:
    """A random shift within the radius, for each picture."""
    share = torch.rand(len(x), 1, 1, 1, generator=generator).to(x.device)
    direction = torch.randn(x.shape, generator=generator).to(x.device)
    return direction / l2_norm(direction) * share * radius / STD[0]


def attack_step(shift: Tensor, slope: Tensor, radius: float | Tensor, stride: float) -> Tensor:
    """One step of `stride` radii up the slope of the loss, then back onto the ball where it left it."""
    limit = radius / STD[0]
    moved = shift + stride * limit * slope / l2_norm(slope)
    return moved * (limit / l2_norm(moved)).clamp(max=1)


def perturb(
    network: nn.Module,
    x: Tensor,
    labels: Tensor,
    radius: float,
    steps: int,
    generator: Generator,
    stride: float | None = None,
) -> Tensor:
    """The attack as an examination: so many steps against a network that stands still (left in evaluation mode).

    `stride` is a step's length in radii; without it, all of them together reach 1.4 radii.
    """
    stride = 1.4 / steps if stride is None else stride
    shift = random_start(x, radius, generator)
    network.eval()
    for _ in range(steps):
        shift.requires_grad_()
        loss = F.cross_entropy(network(x + shift).float(), labels, reduction="sum")
        (slope,) = torch.autograd.grad(loss, shift)
        shift = attack_step(shift.detach(), slope, radius, stride)
    return (x + shift).detach()
