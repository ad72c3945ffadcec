"""torchvision's VGG: `model => stages relu1_1, relu1_2, pool1 ... pool5`.

Simonyan and Zisserman 2015, arXiv:1409.1556. Stages are named after the activations that papers on style and dreams
speak of; the classifier, 7x7 positions to one, slides.
"""

from __future__ import annotations

from torch import nn
from torchvision.models import VGG

from engine.networks.classifier_head import Window, convolution
from engine.networks.stages import StagedModel


def to_stages(model: VGG) -> StagedModel:
    """One stage for each convolution with what belongs to it, one for each pool, and the classifier."""
    stages: dict[str, nn.Module] = {}
    group, number = 1, 0
    for module in model.features.children():
        if isinstance(module, nn.Conv2d):
            number += 1
            stages[f"relu{group}_{number}"] = nn.Sequential(module)
        elif isinstance(module, nn.MaxPool2d):
            stages[f"pool{group}"] = module
            group, number = group + 1, 0
        else:
            stages[f"relu{group}_{number}"].append(module)  # type: ignore[operator]
    return StagedModel(stages, _classifier(model))


def _classifier(model: VGG) -> Window:
    first, second, last = (module for module in model.classifier if isinstance(module, nn.Linear))
    return Window(7, nn.Sequential(convolution(first, 7), nn.ReLU(), convolution(second), nn.ReLU(), convolution(last)))
