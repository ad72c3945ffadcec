"""Architectures by name: `(name, weights by key) => a model that holds them, and how it is cut for dreaming`.

Four kinds are ours: three because no library that we need keeps them, GoogLeNet so that torchvision need not be
imported for it; every other name is torchvision's. Models are made without memory of their own (on the meta device) and
take the weights over, so that loading costs one copy and no random numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import torch
from torch import Tensor, nn

from engine.networks import caffe_googlenet, efficientnet_lite, googlenet, inception5h
from engine.networks.stages import StagedModel

OURS: Final[Mapping[str, Callable[[int], nn.Module]]] = {
    "caffe_googlenet": caffe_googlenet.CaffeGoogLeNet,
    "googlenet": googlenet.GoogLeNet,
    "inception5h": inception5h.Inception5h,
    **{name: partial(efficientnet_lite.EfficientNetLite, name) for name in efficientnet_lite.WIDTHS},
}
_SHOWN: Final = 3


def model(architecture: str, classes: int, weights: Mapping[str, Tensor]) -> nn.Module:
    """That architecture with these weights, in evaluation mode. Raises `ValueError` saying what does not fit."""
    with torch.device("meta"):
        made: nn.Module = _maker(architecture)(classes)
    if problem := _mismatch(made.state_dict(), weights):
        raise ValueError(problem)
    made.load_state_dict(dict(weights), assign=True)
    return made.eval()


def untrained_model(architecture: str, classes: int) -> nn.Module:
    """That architecture with random weights, in evaluation mode. Raises `ValueError` where there is none."""
    return _maker(architecture)(classes).eval()


def to_stages(made: nn.Module) -> StagedModel:
    """A model as stages. Raises `ValueError` for a torchvision model that has no sequence of stages."""
    match made:
        case caffe_googlenet.CaffeGoogLeNet():
            return caffe_googlenet.to_stages(made)
        case googlenet.GoogLeNet():
            return googlenet.to_stages(made)
        case inception5h.Inception5h():
            return inception5h.to_stages(made)
        case efficientnet_lite.EfficientNetLite():
            return efficientnet_lite.to_stages(made)
    from engine.networks import torchvision_models  # seconds, which only those pay who dream by one of them

    return torchvision_models.to_stages(made)


def _maker(architecture: str) -> Callable[[int], nn.Module]:
    if architecture in OURS:
        return OURS[architecture]
    from engine.networks import torchvision_models  # see above

    try:
        return torchvision_models.maker(architecture)
    except KeyError:
        known = ", ".join([*OURS, "and torchvision's: vgg16, resnet50, ..."])
        raise ValueError(f"there is no such architecture; there is {known}") from None


def _mismatch(expected: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> str:
    """What does not fit, or nothing. Counters of training steps may be absent: older files have none."""
    missing = [key for key in expected if key not in weights and not key.endswith("num_batches_tracked")]
    foreign = [key for key in weights if key not in expected]
    other = [
        f"{key} is {list(weights[key].shape)} instead of {list(expected[key].shape)}"
        for key in expected
        if key in weights and weights[key].shape != expected[key].shape
    ]
    parts = {"it lacks": missing, "it has besides": foreign, "": other}
    return "; ".join(f"{word} {_few(names)}".strip() for word, names in parts.items() if names)


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
