import pytest
import torch
from torch.nn.functional import pad

from engine.ascent.window_grid import WindowGrid, chunks, mirrored_indices

GRID = WindowGrid(24, 8)


@pytest.mark.parametrize("size", [(61, 83), (24, 16), (10, 3), (1, 40)])
def test_all_windows_together_count_every_pixel_once(size: tuple[int, int]) -> None:
    for seed in range(12):
        origins = GRID.origins(size, torch.Generator().manual_seed(seed))
        picture = torch.full((3, *size), 0.2)
        GRID.add(picture, origins, torch.full((len(origins), 3, 24, 24), 0.5))
        torch.testing.assert_close(picture, torch.full((3, *size), 0.7))


def test_a_grid_begins_somewhere_else_each_time() -> None:
    generator = torch.Generator().manual_seed(1)
    assert len({GRID.origins((90, 90), generator)[0] for _ in range(20)}) > 10


@pytest.mark.parametrize(
    ("length", "most", "begins"), [(8, 1, 1), (9, 2, 16), (14, 2, 11), (16, 2, 9), (17, 3, 16), (400, 27, 16)]
)
def test_no_more_is_seen_than_moving_its_seams_takes(length: int, most: int, begins: int) -> None:
    generator = torch.Generator().manual_seed(1)
    drawn = [[left for _, left in GRID.origins((1, length), generator)] for _ in range(400)]
    assert max(len(lefts) for lefts in drawn) == most
    assert len({lefts[0] for lefts in drawn}) == begins


def test_windows_are_cut_out_and_beyond_the_rim_mirrored() -> None:
    picture = torch.rand(3, 40, 50, generator=torch.Generator().manual_seed(1))
    inside, outside = GRID.cut(picture, [(5, 9), (-6, 32)])
    assert inside.equal(picture[:, 5:29, 9:33])
    assert outside.equal(pad(picture[None], (0, 6, 6, 0), mode="reflect")[0, :, :24, 32:56])
    inside.zero_()
    assert picture[:, 5:29, 9:33].any(), "a copy"


def test_a_mirrored_edge_goes_back_and_forth() -> None:
    assert mirrored_indices(-3, 9, 4).tolist() == [3, 2, 1, 0, 1, 2, 3, 2, 1]
    assert mirrored_indices(-1, 3, 1).tolist() == [0, 0, 0]


def test_changes_are_cut_off_to_what_a_pixel_can_be() -> None:
    picture = torch.full((3, 30, 30), 0.9)
    origins = GRID.origins((30, 30), torch.Generator().manual_seed(1))
    GRID.add(picture, origins, torch.ones(len(origins), 3, 24, 24))
    assert picture.max() == 1


@pytest.mark.parametrize("count", [1, 3, 7])
def test_parts_hold_all_windows_in_their_order(count: int) -> None:
    origins = [(0, at) for at in range(5)]
    parts = list(chunks(origins, count))
    assert len(parts) == count
    assert [one for part in parts for one in part] == origins
