"""torchvision's residual networks: `model => stages conv1, pool1, layer1 ... layer4`.

He et al. 2016, arXiv:1512.03385. Batch norms inside the blocks are folded here: they are not in a sequence that
`Network` could read.
"""

from __future__ import annotations

import copy

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.models import ResNet

from engine.networks.stages import StagedModel


def to_stages(model: ResNet) -> StagedModel:
    """Four layers of residual blocks behind one convolution, and the classifier."""
    stages: dict[str, nn.Module] = {
        "conv1": nn.Sequential(model.conv1, model.bn1, model.relu),  # 1/2 of the picture's side
        "pool1": model.maxpool,  # 1/4
    }
    for name in ("layer1", "layer2", "layer3", "layer4"):  # 1/4, 1/8, 1/16, 1/32
        stages[name] = nn.Sequential(*map(_fold_block, getattr(model, name)))
    return StagedModel(stages, model.fc)


def _fold_block(block: nn.Module) -> nn.Module:
    """A copy of a basic or bottleneck block, each of its convolutions one with the norm behind it."""
    block = copy.deepcopy(block)
    for number in ("1", "2", "3"):
        norm = getattr(block, f"bn{number}", None)
        if norm is not None:
            setattr(block, f"conv{number}", fuse_conv_bn_eval(getattr(block, f"conv{number}"), norm))
            setattr(block, f"bn{number}", nn.Identity())
    return block
