"""What stands behind the last stage and names classes: `activations [n, c, h, w] => scores [n, classes, h', w']`.

A classifier that was trained on maps of one size becomes convolutions and slides over maps of any size (Sermanet et
al. 2014, "OverFeat"): every position gets its own opinion, and on a map of the trained size there is exactly one, the
classifier's own.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import interpolate


def convolution(linear: nn.Linear, side: int = 1) -> nn.Conv2d:
    """A linear layer over flattened maps [c, side, side] as a convolution of that kernel: the same sums and memory."""
    channels = linear.in_features // side**2
    made = nn.Conv2d(channels, linear.out_features, side, bias=linear.bias is not None, device="meta")
    made.weight = nn.Parameter(linear.weight.detach().view_as(made.weight))
    if made.bias is not None:
        made.bias = nn.Parameter(linear.bias.detach())
    return made


class Window(nn.Module):
    """A head that needs maps of at least `side` by `side`; smaller ones are enlarged by repeating what is there."""

    def __init__(self, side: int, head: nn.Module) -> None:
        super().__init__()
        self.side, self.head = side, head

    def forward(self, x: Tensor) -> Tensor:
        """Slide over the map."""
        size = [max(length, self.side) for length in x.shape[2:]]
        scores: Tensor = self.head(x if size == list(x.shape[2:]) else interpolate(x, size))
        return scores
