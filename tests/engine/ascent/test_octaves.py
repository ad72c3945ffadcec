import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ascent.octaves import octave_sizes


def test_the_last_octave_is_the_size_itself() -> None:
    assert octave_sizes((384, 512), 3, 2.0) == [(96, 128), (192, 256), (384, 512)]


def test_octaves_too_small_to_see_are_left_out() -> None:
    assert octave_sizes((40, 40), 8, 2.0) == [(32, 32), (40, 40)]


@given(st.tuples(st.integers(32, 1024), st.integers(32, 1024)), st.integers(1, 8), st.floats(1.1, 2.5, allow_nan=False))
def test_they_grow_and_stay_visible(size: tuple[int, int], octaves: int, ratio: float) -> None:
    found = octave_sizes(size, octaves, ratio)
    assert found[-1] == size
    assert len(found) <= octaves
    assert found == sorted(found)
    assert min(min(one) for one in found) >= 32


@pytest.mark.parametrize("count", [1, 4])
def test_as_many_as_asked(count: int) -> None:
    assert len(octave_sizes((512, 512), count, 1.4)) == count
