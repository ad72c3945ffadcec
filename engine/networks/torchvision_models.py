"""torchvision's architectures by name: `(name, classes) => model`, and how one is cut for dreaming.

Apart from `architectures`, which asks here only for what is not ours: to import torchvision takes longer than torch
itself, and an engine on the networks that ship never needs it.
"""

from __future__ import annotations

from collections.abc import Callable

import torchvision
from torch import nn
from torchvision.models import VGG, ResNet, SqueezeNet

from engine.networks import resnet, sequential_trunk, squeezenet, vgg
from engine.networks.stages import StagedModel


def maker(architecture: str) -> Callable[[int], nn.Module]:
    """What makes that architecture for a number of classes. Raises `KeyError` for a name that is not torchvision's."""
    if architecture not in torchvision.models.list_models(module=torchvision.models):
        raise KeyError(architecture)
    return lambda classes: torchvision.models.get_model(architecture, weights=None, num_classes=classes)


def to_stages(made: nn.Module) -> StagedModel:
    """A model as stages. Raises `ValueError` for one that has no sequence of stages."""
    match made:
        case VGG():
            return vgg.to_stages(made)
        case ResNet():
            return resnet.to_stages(made)
        case SqueezeNet():
            return squeezenet.to_stages(made)
    try:
        return sequential_trunk.to_stages(made)
    except AttributeError:
        raise ValueError(f"{type(made).__name__} is not a sequence of stages, so it cannot be cut") from None
