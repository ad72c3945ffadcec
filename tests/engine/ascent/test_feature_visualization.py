from collections.abc import Collection, Mapping

import torch
from torch import Generator, Tensor

from engine.ascent.feature_visualization import Transform, visualize
from engine.canvas.fourier_canvas import FourierCanvas
from engine.objectives import channel


class Reddish:
    """Sees how red the middle is and how green the rest; notes the sizes it was shown."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int]] = []

    def activations(self, picture: Tensor, layers: Collection[str]) -> Mapping[str, Tensor]:
        self.sizes.append((picture.shape[2], picture.shape[3]))
        return {"red": picture[:, :1] - picture[:, 1:].mean(1, keepdim=True)}


def climb(seed: int, network: Reddish) -> Tensor:
    generator = Generator().manual_seed(seed)
    canvas = FourierCanvas((48, 64), generator)
    *_, last = visualize(network, channel("red", 0), canvas, 30, generator, Transform(side=48, zoom=0.1))
    return last.show()


def test_it_climbs() -> None:
    network = Reddish()
    picture = climb(0, network)
    assert picture.shape == (3, 48, 64)
    assert picture[0].mean() > picture[1:].mean() + 0.03


def test_it_is_seen_at_many_sizes_of_its_own_aspect() -> None:
    network = Reddish()
    climb(0, network)
    assert len(set(network.sizes)) > 5
    assert all(42 <= width <= 53 and abs(height / width - 0.75) < 0.02 for height, width in network.sizes)


def test_the_same_seed_gives_the_same_picture() -> None:
    assert torch.equal(climb(5, Reddish()), climb(5, Reddish()))
    assert not torch.equal(climb(5, Reddish()), climb(6, Reddish()))


def test_every_step_is_reported() -> None:
    generator = Generator().manual_seed(0)
    reports = list(visualize(Reddish(), channel("red", 0), FourierCanvas((32, 32), generator), 3, generator))
    assert [(report.step, report.steps) for report in reports] == [(1, 3), (2, 3), (3, 3)]
    assert reports[0].size == (32, 32)
