import pytest
import torch
from torchvision.models import get_model

from engine.networks import architectures
from tests.engine.networks.conftest import random_weights, shapes_of


def squeezed(classes: int = 5) -> dict[str, torch.Tensor]:
    with torch.device("meta"):
        shapes = shapes_of(get_model("squeezenet1_1", weights=None, num_classes=classes))
    return random_weights(shapes)


def test_a_model_holds_the_weights_it_was_given() -> None:
    weights = squeezed()
    model = architectures.model("squeezenet1_1", 5, weights)
    assert not model.training
    assert all(torch.equal(value, weights[key]) for key, value in model.state_dict().items())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda weights: weights.pop("features.0.bias"), "it lacks features.0.bias"),
        (lambda weights: weights.update(extra=torch.zeros(1)), "it has besides extra"),
        (
            lambda weights: weights.update({"classifier.1.bias": torch.zeros(9)}),
            r"classifier.1.bias is \[9\] instead of",
        ),
        (lambda weights: weights.clear(), "and 4[0-9] more"),
    ],
)
def test_what_does_not_fit_is_named(change: object, said: str) -> None:
    weights = squeezed()
    change(weights)  # type: ignore[operator]
    with pytest.raises(ValueError, match=said):
        architectures.model("squeezenet1_1", 5, weights)


def test_counters_of_training_may_be_absent() -> None:
    with torch.device("meta"):
        shapes = shapes_of(get_model("resnet18", weights=None, num_classes=3))
    weights = random_weights({key: shape for key, shape in shapes.items() if not key.endswith("num_batches_tracked")})
    model = architectures.model("resnet18", 3, weights)
    assert not any(value.is_meta for value in model.state_dict().values())


def test_an_unknown_architecture_is_refused() -> None:
    with pytest.raises(ValueError, match="no such architecture"):
        architectures.model("googlenet9000", 5, {})


def test_a_model_without_stages_is_refused() -> None:
    with torch.device("meta"), pytest.raises(ValueError, match="not a sequence of stages"):
        architectures.to_stages(get_model("shufflenet_v2_x0_5", weights=None))
