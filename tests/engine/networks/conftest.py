"""Random weights with the keys and shapes of published files, and models that look trained."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor, nn

from tests.vendored_data import Shapes

M = TypeVar("M", bound=nn.Module)


def random_weights(shapes: Shapes, seed: int = 11) -> dict[str, Tensor]:
    """Weights that keep activations about as large as what comes in, as trained ones do."""
    generator = torch.Generator().manual_seed(seed)
    made = {}
    for key, shape in shapes.items():
        spread = (2 / torch.tensor(shape[1:]).prod()).sqrt() if len(shape) > 1 else torch.tensor(0.05)
        made[key] = torch.randn(shape, generator=generator) * spread
    return made


def shapes_of(model: nn.Module) -> Shapes:
    """Keys and shapes of a model, as in the published descriptions."""
    return {key: list(value.shape) for key, value in model.state_dict().items()}


def trained(model: M, seed: int = 12) -> M:
    """A model with random weights and statistics in its batch norms, in evaluation mode."""
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            fan = module.weight[0].numel()
            module.weight.data = torch.randn(module.weight.shape, generator=generator) * (2 / fan) ** 0.5
            if module.bias is not None:
                module.bias.data = torch.randn(module.bias.shape, generator=generator) * 0.05
        if isinstance(module, nn.BatchNorm2d) and module.running_mean is not None and module.running_var is not None:
            module.running_mean.copy_(torch.randn(module.num_features, generator=generator) * 0.1)
            module.running_var.copy_(torch.rand(module.num_features, generator=generator) + 0.5)
            module.weight.data = torch.rand(module.num_features, generator=generator) + 0.5
    return model.eval().requires_grad_(False)
