"""torchvision's SqueezeNet: `model => stages conv1, pool1, fire2 ... fire9`.

Iandola et al. 2016, arXiv:1602.07360. A few megabytes that know a thousand classes. The classifier is a convolution
already; its last ReLU is left out, so that there is a way up from classes that are not there yet.
"""

from __future__ import annotations

from torch import nn
from torchvision.models import SqueezeNet
from torchvision.models.squeezenet import Fire

from engine.networks.stages import StagedModel


def to_stages(model: SqueezeNet) -> StagedModel:
    """Fire modules and pools, numbered as in the paper, and the classifier."""
    first, activation, *rest = model.features.children()
    stages: dict[str, nn.Module] = {"conv1": nn.Sequential(first, activation)}  # 1/2 of the picture's side
    number = 1
    for module in rest:
        number += isinstance(module, Fire)
        stages[f"fire{number}" if isinstance(module, Fire) else f"pool{number}"] = module
    (head,) = (module for module in model.classifier if isinstance(module, nn.Conv2d))
    return StagedModel(stages, head)
