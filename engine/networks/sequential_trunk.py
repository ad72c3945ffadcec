"""Any other torchvision model whose trunk is a sequence, `features`: `model => stages features_0, features_1 ...`.

AlexNet, DenseNet, MobileNet, EfficientNet, ConvNeXt and their kin, for the networks that users bring. They have no head
here, because what stands behind `features` is different in each: layers can be dreamed, classes cannot.
"""

from __future__ import annotations

from torch import nn

from engine.networks.stages import StagedModel


def to_stages(model: nn.Module) -> StagedModel:
    """One stage for each child of `features`. Raises `AttributeError` for a model without."""
    features = model.get_submodule("features")
    return StagedModel({f"features_{name}": child for name, child in features.named_children()})
