"""torchvision's GoogLeNet for ImageNet: `model => stages conv1 ... inception_5b`.

Szegedy et al. 2015, arXiv:1409.4842, with batch norm, and with 3x3 where the paper has 5x5. Stages have Caffe's names,
`inception_4c` as in the DeepDream notebook. Batch norm is folded here, because the entering convolutions of a block
become one. torchvision's own input transform makes [-1, 1] of a picture; the catalogue says so.
"""

from __future__ import annotations

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.models.googlenet import BasicConv2d, GoogLeNet
from torchvision.models.googlenet import Inception as Block

from engine.networks.inception import WIDTHS, Inception
from engine.networks.stages import StagedModel


def to_stages(model: GoogLeNet) -> StagedModel:
    """Stages and the main classifier; the auxiliary ones were never trained and are left out."""
    stages: dict[str, nn.Module] = {
        "conv1": _stem(model.conv1),  # 1/2 of the picture's side
        "pool1": model.maxpool1,  # 1/4
        "conv2": _stem(model.conv2),
        "conv3": _stem(model.conv3),
        "pool2": model.maxpool2,  # 1/8
    }
    for name in WIDTHS:
        stages[f"inception_{name}"] = _inception(getattr(model, f"inception{name}"))
        if name in ("3b", "4e"):
            stages[f"pool{name[0]}"] = getattr(model, f"maxpool{name[0]}")  # 1/16, 1/32
    return StagedModel(stages, model.fc)


def _stem(block: nn.Module) -> nn.Sequential:
    return nn.Sequential(_fold_convolution(block), nn.ReLU())


def _inception(block: Block) -> Inception:
    (near, wide), (slim, far), (_, pooled) = block.branch2, block.branch3, block.branch4
    return Inception(*map(_fold_convolution, (block.branch1, near, wide, slim, far, pooled)))


def _fold_convolution(block: nn.Module) -> nn.Conv2d:
    assert isinstance(block, BasicConv2d)
    folded: nn.Conv2d = fuse_conv_bn_eval(block.conv, block.bn)
    return folded
