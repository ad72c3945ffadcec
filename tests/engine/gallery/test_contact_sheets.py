import io

import pytest
import torch
from PIL import Image
from torch import Tensor

from engine.canvas.noise import coloured_noise
from engine.canvas.page_layout import PAPER, WARM
from engine.gallery.contact_sheets import EDGE, GAP, LINE, MARGIN, SIDE, Cell, Layout, Row, sheet, webp


def plain(level: float) -> Tensor:
    return torch.full((3, 30, 40), level)


def test_cells_do_not_touch_and_fill_the_sheet_to_its_margins() -> None:
    layout = Layout(3, 4, (80, 60), headed=True, captioned=True)
    (left, top), (right, bottom) = layout.place(0, 0), layout.place(2, 3)
    assert (left, top) == (MARGIN + SIDE, MARGIN + LINE)
    assert layout.place(0, 1)[0] - left == 80 + GAP
    assert layout.place(1, 0)[1] - top == 60 + LINE
    assert layout.size == (right + 80 + MARGIN, bottom + 60 + LINE + MARGIN)


def test_without_heads_and_captions_nothing_is_kept_free_for_them() -> None:
    bare = Layout(2, 2, (80, 60))
    assert bare.place(0, 0) == (MARGIN + SIDE, MARGIN)
    assert bare.place(1, 0)[1] == MARGIN + 60 + GAP


def test_every_picture_hangs_in_its_place_and_the_marked_one_has_the_accent() -> None:
    levels = [[0.2, 0.4], [0.6, 0.8]]
    rows = [Row(f"row {k}", [Cell(plain(one), marked=one == 0.8) for one in line]) for k, line in enumerate(levels)]
    page = sheet(rows, 80, ["one", "two"], "two")
    layout = Layout(2, 2, (80, 60), headed=True)
    assert page.size == layout.size
    for row, line in enumerate(levels):
        for column, level in enumerate(line):
            x, y = layout.place(row, column)
            assert page.getpixel((x + 40, y + 30)) == (round(level * 255),) * 3
            edge = WARM if level == 0.8 else EDGE
            assert page.getpixel((x - 1, y + 30)) == edge
    assert page.getpixel((2, 2)) == PAPER


def test_names_heads_and_captions_are_written() -> None:
    def bright(page: Image.Image, box: tuple[int, int, int, int]) -> bool:
        return page.crop(box).convert("L").getextrema()[1] > 100  # type: ignore[operator]

    page = sheet([Row("portrait", [Cell(plain(0), "octaves 2")])], 160, ["source"])
    layout = Layout(1, 1, (160, 120), headed=True, captioned=True)
    x, y = layout.place(0, 0)
    assert bright(page, (x, MARGIN, x + 160, y - 2))
    assert bright(page, (x, y + 124, x + 160, y + 120 + LINE))
    assert bright(page, (MARGIN - 4, y, MARGIN + SIDE - GAP - 4, y + 120))


def test_a_sheet_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        sheet([], 80)
    with pytest.raises(ValueError, match="at least one"):
        webp([], 1000)


def test_a_webp_gets_worse_until_it_fits_and_says_when_it_cannot() -> None:
    noise = coloured_noise((90, 120), torch.Generator().manual_seed(1), 0.3)
    rough = Image.fromarray((noise * 255).byte().permute(1, 2, 0).contiguous().numpy())
    best = webp([rough], 10**6)
    smaller = webp([rough], int(0.9 * len(best.data)))
    assert len(smaller.data) <= 0.9 * len(best.data)
    with Image.open(io.BytesIO(smaller.data)) as read:
        assert (read.format, read.size) == ("WEBP", (120, 90))
    with pytest.raises(ValueError, match="smaller or fewer"):
        webp([rough], 100)


def test_a_film_keeps_its_frames_and_begins_again() -> None:
    frames = [Image.new("RGB", (32, 24), (k * 60, 90, 200 - k * 60)) for k in range(4)]
    film = webp(frames, 10**6, fps=10)
    with Image.open(io.BytesIO(film.data)) as read:
        assert read.n_frames == 4  # type: ignore[attr-defined]
        assert read.info["loop"] == 0
        read.seek(1)
        read.load()
        assert read.info["duration"] == 100
