"""A page: things stand where they were put, at every size; letters are those of Pillow."""

from __future__ import annotations

import pytest
import torch

from engine.canvas.page_layout import GOOD, INK, PAPER, WIDTH, Page, shorten


def colour(page: Page, x: float, y: float) -> list[int]:
    at = page.render()[:, round(y * page.scale), round(x * page.scale)]
    return [round(value) for value in (at * 255).tolist()]


@pytest.mark.parametrize("pixels", [640, 1280, 2000])
def test_a_picture_stands_where_it_was_put(pixels: int) -> None:
    page = Page(pixels, 400)
    red = torch.tensor([1.0, 0.0, 0.0]).view(3, 1, 1).expand(3, 30, 50)
    page.picture(red, 100, 50, 300, 200)
    assert page.size == (round(400 * pixels / WIDTH), pixels)
    assert colour(page, 250, 150) == [255, 0, 0]
    assert colour(page, 90, 150) == list(PAPER)
    assert colour(page, 410, 150) == list(PAPER)
    assert colour(page, 101, 51) != [255, 0, 0]  # the corner is round


def test_a_bar_is_as_long_as_it_was_asked_for() -> None:
    page = Page(1280, 100)
    page.bar(100, 40, 200, 10, GOOD)
    assert colour(page, 200, 45) == list(GOOD)
    assert colour(page, 310, 45) == list(PAPER)


def test_text_is_ink_on_paper_and_says_what_it_says() -> None:
    pages = [Page(640, 100) for _ in range(3)]
    for page, words in zip(pages, ("fox", "fox", "owl"), strict=True):
        page.text(words, 40, 60, 40)
    one, same, other = (page.render() for page in pages)
    assert one.equal(same)
    assert not one.equal(other)
    assert one.max() == pytest.approx(max(INK) / 255)


def test_accents_and_emoji_are_left_out() -> None:
    plain, rich = Page(640, 100), Page(640, 100)
    plain.text("creme", 40, 60, 40)
    rich.text("crème🦊", 40, 60, 40)
    assert plain.render().equal(rich.render())


def test_what_is_too_long_ends_in_dots() -> None:
    assert shorten("fox", 20, 300) == "fox"
    short = shorten("a very long name of a very long thing", 20, 120)
    assert short.endswith("…")
    assert 3 < len(short) < 20
