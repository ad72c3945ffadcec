"""What can be measured without knowing what is in a picture: `(before, after) => shares and ratios`.

Pictures are [3, h, w] in [0, 1]. The weave is what a network's strides leave behind: peaks of the change's spectrum at
their frequencies (Odena et al. 2016, "Deconvolution and checkerboard artifacts", in the gradient).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

PERIODS: Final = (2, 4, 8, 16, 32)
"""The strides of the networks' layers, in pixels."""
PATCH: Final = 128
"""The side of the windows that a spectrum is averaged over, a multiple of the periods."""
NOTICED: Final = 8 / 255
"""A pixel has changed if one of its bands has by more than this."""
RIM: Final = 0.05
"""The width of the rim, as a share of each side."""
_FAINT: Final = 1e-12
"""Power that no picture of eight bits can show: it keeps nothing over nothing at 1."""


def changed_share(before: Tensor, after: Tensor) -> float:
    """The share of pixels that have changed noticeably."""
    return float(((after - before).abs().amax(0) > NOTICED).float().mean())


def rim_ratio(before: Tensor, after: Tensor) -> float:
    """The mean absolute change of the rim, over that of the inside; 0 where nothing changed."""
    change = (after - before).abs().mean(0)
    height, width = change.shape
    rows, columns = max(1, round(RIM * height)), max(1, round(RIM * width))
    inside = torch.zeros_like(change, dtype=torch.bool)
    inside[rows:-rows, columns:-columns] = True
    outer, inner = float(change[~inside].mean()), float(change[inside].mean())
    return outer / inner if inner else float(outer > 0)


def change_correlation(changes: Sequence[Tensor]) -> float:
    """The mean correlation of every two of some changes [3, h, w] of one picture; 1 if none changed anything."""
    alike = torch.corrcoef(torch.stack([change.flatten() for change in changes])).nan_to_num(1.0)
    return float(alike[torch.ones_like(alike).triu(1).bool()].mean())


def spectrum(picture: Tensor) -> Tensor:
    """Mean power [PATCH, PATCH] of the half overlapping windows of a picture [3, h, w] (Welch 1967).

    Raises `ValueError` for a picture that is smaller than a window.
    """
    if min(picture.shape[1:]) < PATCH:
        raise ValueError(f"a picture of {tuple(picture.shape[1:])} pixels; its spectrum needs sides of {PATCH}")
    windows = picture.unfold(1, PATCH, PATCH // 2).unfold(2, PATCH, PATCH // 2).flatten(0, 2)
    bell = torch.hann_window(PATCH)
    level = windows - windows.mean((1, 2), keepdim=True)
    power: Tensor = torch.fft.fft2(level * bell[:, None] * bell).abs().square().mean(0)
    return power


def neighbours(power: Tensor, row: int, column: int) -> Tensor:
    """The powers [40] two and three bins around one: nearer ones belong to its peak, farther ones to other things."""
    near = [(y, x) for y in range(-3, 4) for x in range(-3, 4) if max(abs(y), abs(x)) >= 2]
    return torch.stack([power[(row + y) % PATCH, (column + x) % PATCH] for y, x in near])


def peak(power: Tensor, row: int, column: int) -> float:
    """A bin's power over the geometric mean of its neighbours', which a falling spectrum leaves at 1."""
    faint = power.clamp(min=_FAINT)
    return float(faint[row, column] / neighbours(faint, row, column).log().mean().exp())


def weave_peaks(before: Tensor, after: Tensor) -> dict[int, float]:
    """By period, the highest peak of the change across, down, and along both diagonals; 3 and more is a weave."""
    power = spectrum(after - before)
    bins = {period: PATCH // period for period in PERIODS}
    return {
        period: max(peak(power, row, column) for row, column in ((0, at), (at, 0), (at, at), (at, -at)))
        for period, at in bins.items()
    }


def border_ratio(picture: Tensor, borders: Sequence[int], axis: int) -> float:
    """How steep a picture [3, h, w] is across borders, over how steep it is everywhere: 1 where no seam is seen.

    A border lies before the row of that index, or, with `axis` 1, before the column. It is compared with every other
    line: what was made twice as large is steeper between two pixels of the smaller picture than within one.
    """
    steps = picture.diff(dim=axis + 1).abs().mean((0, 2 - axis))
    usual = [float(steps[parity::2].mean()) for parity in (0, 1)]
    ratios = [float(steps[at - 1]) / usual[(at - 1) % 2] for at in borders if usual[(at - 1) % 2]]
    return sum(ratios) / len(ratios) if ratios else 1.0
