import pytest
import torch

from engine.catalog.catalog import Meaning
from engine.objectives import class_objective, diversity


def meaning(*channels: int, layer: str = "evidence") -> Meaning:
    return Meaning(layer=layer, about="", channels=channels)


def test_it_wants_the_nearest_of_some_channels_as_a_whole() -> None:
    planes = torch.zeros(1, 4, 2, 2)
    planes[0, 1], planes[0, 2, 0, 0] = 3.0, 8.0
    found = class_objective([meaning(1, 2)])({"evidence": planes})
    assert float(found) == pytest.approx(torch.tensor([3.0, 2.0]).logsumexp(0).item())


def test_several_meanings_are_all_wanted_in_every_picture() -> None:
    planes = torch.zeros(2, 4, 2, 2)
    planes[:, 1], planes[:, 3] = 2.0, 5.0
    assert float(class_objective([meaning(1), meaning(3)])({"evidence": planes})) == pytest.approx(2 * (2 + 5))


def test_a_meaning_without_channels_is_its_layer() -> None:
    planes = torch.full((1, 4, 2, 2), 3.0)
    assert float(class_objective([meaning(layer="mixed3b")])({"mixed3b": planes})) == pytest.approx(9.0)


def test_different_pictures_are_more_diverse_than_equal_ones() -> None:
    generator = torch.Generator().manual_seed(0)
    one, other = torch.randn(2, 1, 6, 8, 8, generator=generator).unbind()
    other[:, :3] = 0
    alike, apart = (float(diversity("x")({"x": torch.cat(pair)})) for pair in ((one, one), (one, other)))
    assert alike == pytest.approx(-1, abs=1e-5)
    assert apart > alike + 0.2
