import pytest
import torch
from torch import nn
from torchvision.models import ResNet
from torchvision.models.resnet import BasicBlock, Bottleneck

from engine.networks import resnet
from engine.networks.network import LOGITS, Network
from tests.catalogs import catalog
from tests.engine.networks.conftest import trained


@pytest.mark.parametrize("block", [BasicBlock, Bottleneck])
def test_it_says_what_torchvision_says(block: type[nn.Module]) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(5)
        model = ResNet(block, [1, 2, 1, 1], num_classes=6)
    trained(model)
    staged = resnet.to_stages(model)
    network = Network(staged.stages, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0), head=staged.head)
    picture = torch.rand(1, 3, 65, 64)
    found = network.activations(picture, network.layers)
    expected = model.layer2(model.layer1(model.maxpool(model.relu(model.bn1(model.conv1(picture))))))
    torch.testing.assert_close(found["layer2"], expected, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(found[LOGITS].mean((2, 3)), model(picture), rtol=1e-3, atol=1e-3)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    assert any(isinstance(module, nn.BatchNorm2d) for module in model.modules())  # the model is as it was


def test_the_catalogue_names_its_layers_in_order() -> None:
    with torch.device("meta"):
        stages = resnet.to_stages(ResNet(Bottleneck, [1, 1, 1, 1]).eval()).stages
    assert catalog.network("resnet50").layers == tuple(stages)
