"""Sequences that do something around what is in them: `[n, i, h, w] => [n, o, h', w']`."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import pad


class SamePadding(nn.Sequential):
    """A strided convolution, and what follows it, padded as TensorFlow does: [n, i, h, w] -> [n, o, h / 2, w / 2].

    On an even side TensorFlow pads one more below and right than above and left. The convolution inside pads
    symmetrically; given one row and column of zeros more above and left, its second output is TensorFlow's first.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Pad, run, and leave out what the padding brought."""
        down, right = (1 - length % 2 for length in x.shape[2:])
        x = pad(x, (right, 0, down, 0))
        for module in self:
            x = module(x)
        return x[:, :, down:, right:]


class Residual(nn.Sequential):
    """Adds what it finds to what came in: [n, c, h, w] -> the same shape."""

    def forward(self, x: Tensor) -> Tensor:
        """Run, and add."""
        found = x
        for module in self:
            found = module(found)
        return x + found
