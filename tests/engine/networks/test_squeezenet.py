import torch
from torchvision.models import SqueezeNet

from engine.networks import loading, squeezenet
from engine.networks.network import LOGITS
from tests.catalogs import catalog
from tests.engine.networks.conftest import trained


def test_it_says_what_torchvision_says() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(5)
        model = SqueezeNet("1_1", num_classes=8)
    trained(model)
    network = loading.from_model("squeezenet", model)
    picture = torch.rand(1, 3, 70, 64)
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    found = network.activations(picture, ["fire9", LOGITS])
    torch.testing.assert_close(found["fire9"], model.features((picture - mean) / std), rtol=1e-3, atol=1e-3)
    scores = found[LOGITS].relu().mean((2, 3))  # the one ReLU that the cut leaves out
    torch.testing.assert_close(scores, model((picture - mean) / std), rtol=1e-3, atol=1e-3)


def test_fire_modules_are_numbered_as_in_the_paper() -> None:
    with torch.device("meta"):
        newer, older = (squeezenet.to_stages(SqueezeNet(version)).stages for version in ("1_1", "1_0"))
    assert catalog.network("squeezenet").layers == tuple(newer)
    assert [name for name in older if name.startswith("pool")] == ["pool1", "pool4", "pool8"]
