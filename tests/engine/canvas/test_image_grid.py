import pytest
import torch

from engine.canvas.image_grid import grid_columns, mosaic


def test_one_picture_is_itself() -> None:
    picture = torch.rand(1, 3, 20, 30)
    assert mosaic(picture).equal(picture[0])


@pytest.mark.parametrize(("count", "columns", "rows"), [(2, 2, 1), (4, 2, 2), (5, 3, 2), (9, 3, 3)])
def test_every_picture_has_its_place(count: int, columns: int, rows: int) -> None:
    pictures = torch.arange(1, count + 1).float().view(-1, 1, 1, 1).expand(-1, 3, 10, 12)
    whole = mosaic(pictures, gap=2)
    assert grid_columns(count) == columns
    assert whole.shape == (3, rows * 12 - 2, columns * 14 - 2)
    middles = [whole[0, row * 12 + 5, column * 14 + 6] for row in range(rows) for column in range(columns)]
    assert [int(value) for value in middles[:count]] == list(range(1, count + 1))
    assert all(value == 0 for value in middles[count:])
