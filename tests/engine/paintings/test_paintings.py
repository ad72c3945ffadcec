import numpy as np
import pytest

from engine.paintings import PAINTERS
from engine.params import PAINTINGS

pytestmark = pytest.mark.slow


def test_there_is_a_painting_for_every_name_that_can_be_chosen() -> None:
    assert tuple(PAINTERS) == PAINTINGS


@pytest.mark.parametrize("name", PAINTINGS)
def test_a_painting_is_the_same_every_time_and_nowhere_flat(name: str) -> None:
    picture = PAINTERS[name](96)
    assert picture.shape == (72, 96, 3)
    assert picture.dtype == np.float32
    assert 0 <= picture.min() < 0.3 < 0.7 < picture.max() <= 1
    corners = [
        picture[rows, columns] for rows in np.split(np.arange(72), 3) for columns in [slice(0, 48), slice(48, 96)]
    ]
    assert min(corner.std((0, 1)).max() for corner in corners) > 0.03
    np.testing.assert_array_equal(picture, PAINTERS[name](96))


def test_the_paintings_are_unlike_each_other() -> None:
    colours = [PAINTERS[name](96).mean((0, 1)) for name in PAINTINGS]
    apart = [np.abs(one - other).max() for at, one in enumerate(colours) for other in colours[:at]]
    assert min(apart) > 0.02
