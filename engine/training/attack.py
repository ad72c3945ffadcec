"""L2 attacks: pictures moved, within a radius, to where the network errs most (Madry et al. 2018, arXiv:1706.06083).

Training on them is what makes a small network dream shapes and not coloured noise: its gradients then point along what
people see, too (Santurkar et al. 2019, arXiv:1906.09453).
"""

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from engine.networks.pocket import STD


def unit(x: Tensor) -> Tensor:
    """Scale each picture of [n, c, h, w] to L2 norm 1."""
    return x / length(x)


def length(x: Tensor) -> Tensor:
    """L2 norm of each picture, never quite zero: [n, 1, 1, 1]."""
    return x.square().sum((1, 2, 3), keepdim=True).sqrt() + 1e-12


def perturb(
    network: nn.Module, x: Tensor, labels: Tensor, radius: float, steps: int, generator: Generator, half: bool
) -> Tensor:
    """Attack normalised pictures [n, 3, h, w]; `radius` counts in [0, 1] pixel units over the whole picture.

    Starts at a random point within the radius; each step goes 1.4 radii over `steps`. The network runs in evaluation
    mode, so that its statistics are not moved by pictures on the way.
    """
    radius = radius / STD[0]
    share = torch.rand(len(x), 1, 1, 1, generator=generator).to(x.device)
    shift = unit(torch.randn(x.shape, generator=generator).to(x.device)) * share * radius
    network.eval()
    for _ in range(steps):
        shift.requires_grad_()
        with torch.autocast(x.device.type, torch.bfloat16, enabled=half):
            scores = network(x + shift)
        loss = F.cross_entropy(scores.float(), labels, reduction="sum")
        (slope,) = torch.autograd.grad(loss, shift)
        shift = shift.detach() + (1.4 * radius / steps) * unit(slope)
        shift = shift * (radius / length(shift)).clamp(max=1)
    network.train()
    return (x + shift).detach()
