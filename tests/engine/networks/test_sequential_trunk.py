import torch
from torchvision.models import AlexNet, get_model

from engine.networks import sequential_trunk
from engine.networks.network import Network
from tests.engine.networks.conftest import trained


def test_layers_are_the_children_of_features() -> None:
    with torch.device("meta"):
        model = AlexNet()
    model.features.to_empty(device="cpu")
    trained(model.features)
    network = Network(sequential_trunk.to_stages(model).stages, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    picture = torch.rand(1, 3, 64, 64)
    found = network.activations(picture, ["features_3", "features_12"])
    torch.testing.assert_close(found["features_3"], model.features[:4](picture), rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(found["features_12"], model.features(picture), rtol=1e-3, atol=1e-4)


def test_networks_of_many_kinds_have_them() -> None:
    for name in ("densenet121", "mobilenet_v3_small", "efficientnet_b0", "convnext_tiny"):
        with torch.device("meta"):
            assert len(sequential_trunk.to_stages(get_model(name, weights=None)).stages) > 4, name
