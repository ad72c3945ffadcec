from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from engine.ascent.crop_gradients import CropScorer
from engine.ascent.progress import Progress
from engine.ascent.random_restarts import best_start, halving_steps, named_for
from engine.catalog.catalog import LOGITS, Meaning
from engine.networks.network import Network
from engine.objectives import likelihood


def start(value: float, steps: int, made: list[float]) -> Iterator[Progress]:
    """A start whose picture is of one grey."""
    for step in range(steps):
        made.append(value)
        yield Progress(step + 1, steps, lambda: torch.full((3, 4, 4), value), (4, 4))


@pytest.mark.parametrize(
    ("greys", "order"),
    [
        ((0.2, 0.9), [0.2, 0.2, 0.9, 0.9, 0.9, 0.9, 0.9]),
        ((0.2, 0.9, 0.4), [0.2, 0.2, 0.9, 0.9, 0.4, 0.4, 0.9, 0.9, 0.4, 0.4, 0.9]),
        ((0.2, 0.9, 0.4, 0.1), [0.2, 0.2, 0.9, 0.9, 0.4, 0.4, 0.1, 0.1, 0.9, 0.9, 0.4, 0.4, 0.9]),
    ],
)
def test_the_better_half_goes_on_and_then_the_best_to_its_end(greys: tuple[float, ...], order: list[float]) -> None:
    made: list[float] = []
    reports = list(best_start([start(one, 5, made) for one in greys], 2, lambda shown: float(shown.mean())))
    assert made == order
    assert len(reports) == len(order) == 5 + halving_steps(len(greys), 2)
    assert float(reports[-1].show().mean()) == pytest.approx(max(greys))


def test_one_start_is_only_run() -> None:
    made: list[float] = []
    assert len(list(best_start([start(0.5, 3, made)], 2, lambda _: pytest.fail("there is nothing to choose")))) == 3


def test_what_is_named_surely_scores_most(small_network: Network, photo: Tensor) -> None:
    with torch.no_grad():
        likeliest = small_network.activations(photo[None], [LOGITS])[LOGITS].mean((0, 2, 3)).softmax(0)
    scores = [
        named_for([CropScorer(small_network, likelihood([meaning]))], [meaning], photo)
        for meaning in (Meaning(layer=LOGITS, about="", channels=(at,)) for at in range(5))
    ]
    assert scores.index(max(scores)) == int(likeliest.argmax())
    assert max(scores) < 0


def test_the_likelihood_of_classes_is_that_of_any_of_them(small_network: Network, photo: Tensor) -> None:
    found = small_network.activations(photo[None], [LOGITS])
    every = likelihood([Meaning(layer=LOGITS, about="", channels=(0, 1, 2, 3, 4))])(found)
    assert float(every) == pytest.approx(0, abs=1e-5)
    one, other = (likelihood([Meaning(layer=LOGITS, about="", channels=(at,))])(found) for at in (0, 1))
    both = likelihood([Meaning(layer=LOGITS, about="", channels=(at,)) for at in (0, 1)])(found)
    assert float(both) == pytest.approx(float(one + other), abs=1e-5)
