"""What the judge sees: frames cover the picture, and support rises with what is in it."""

import pytest
import torch
from torch import Tensor, nn

from engine.training.judge_pictures import SIDE
from engine.training.verdict import frames, support, with_progress


class Redness(nn.Module):
    """Logits: how red a frame is, and nothing."""

    def forward(self, x: Tensor) -> Tensor:
        red = x[:, 0].mean((1, 2))
        return torch.stack([red, torch.zeros_like(red)], 1)


@pytest.mark.parametrize(("size", "count"), [((96, 96), 2), ((384, 384), 7 * 7 + 3 * 3), ((256, 384), 5 * 7 + 2 * 3)])
def test_frames_overlap_by_half_at_two_scales_and_reach_every_edge(size: tuple[int, int], count: int) -> None:
    picture = torch.zeros(3, *size)
    picture[:, -1, -1] = 1.0
    found = frames(picture)
    assert found.shape == (count, 3, SIDE, SIDE)
    assert (found.amax((1, 2, 3)) > 0.1).sum() == 2  # the last corner, once at each scale


def test_a_picture_smaller_than_a_frame_is_enlarged() -> None:
    assert frames(torch.rand(3, 40, 200)).shape[1:] == (3, SIDE, SIDE)


def test_the_best_quarter_of_the_frames_decides() -> None:
    grey, part, all_red = torch.full((3, 3, 256, 384), 0.5)
    part[0, :128, :128] = all_red[0] = 1.0
    judge = Redness()
    nothing, some, much = (support(judge, picture, [0]) for picture in (grey, part, all_red))
    assert nothing < some < much < 0
    assert support(judge, part, [0, 1]) == pytest.approx(0, abs=1e-6)


def test_progress_is_told_beside_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(with_progress("ab", "letters", 2)) == ["a", "b"]
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "\rletters 1/2\rletters 2/2\n")
