"""What is cut out of a picture: what changed, what has detail, and the middle where neither says more."""

import pytest
from PIL import Image, ImageDraw

from bot.exports.point_of_interest import choose_box

GREY = (120, 120, 120)


def page(size: tuple[int, int], spot: tuple[int, int, int, int] | None = None) -> Image.Image:
    made = Image.new("RGB", size, GREY)
    if spot:
        for x in range(spot[0], spot[2], 6):
            ImageDraw.Draw(made).line((x, spot[1], x, spot[3]), fill=(250, 40, 40), width=3)
    return made


@pytest.mark.parametrize(("spot", "side"), [((10, 30, 60, 90), "left"), ((230, 30, 290, 90), "right")])
def test_what_there_is_to_see_is_in_it(spot: tuple[int, int, int, int], side: str) -> None:
    left, top, right, bottom = choose_box(page((300, 120), spot), None, 1.0)
    assert (right - left, bottom - top) == (120, 120)
    assert left <= spot[0]
    assert right >= spot[2]
    assert (left < 90) == (side == "left")


def test_what_changed_counts_more_than_what_was_there() -> None:
    there, new = (10, 30, 60, 90), (230, 30, 290, 90)
    before = page((300, 120), there)
    after = before.copy()
    after.paste(page((60, 60), (0, 0, 60, 60)), (new[0], new[1]))
    assert choose_box(after, before, 1.0)[2] >= new[2]


@pytest.mark.parametrize("size", [(300, 120), (120, 300), (97, 97)])
def test_where_nothing_is_it_is_the_middle_and_inside(size: tuple[int, int]) -> None:
    for aspect in (1.0, 16 / 9):
        left, top, right, bottom = choose_box(page(size), page(size), aspect)
        assert 0 <= left < right <= size[0]
        assert 0 <= top < bottom <= size[1]
        assert (right - left) / (bottom - top) == pytest.approx(aspect, rel=0.03)
        assert abs((left + right) - size[0]) <= max(size) / 12
        assert choose_box(page(size), None, aspect, middle=True)[0] == (size[0] - (right - left)) // 2


def test_it_comes_closer_where_little_is_lost_but_not_too_close() -> None:
    drawn = page((300, 300), (60, 60, 120, 120))
    box = choose_box(drawn, None, 1.0, least=100)
    assert box[2] - box[0] == 210
    assert box[0] <= 60
    assert box[2] >= 120
    assert choose_box(drawn, None, 1.0, least=290) == choose_box(drawn, None, 1.0) == (0, 0, 300, 300)
