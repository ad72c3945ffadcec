"""A dream's loop as tutorials teach it, as a network for our loop: `model, layer => FeatureExtractor`.

float32, contiguous, BatchNorm unfolded, a hook on the layer, weights that have gradients, and the whole network is run
though only a layer is looked at. That is what the networks of `engine.networks` are measured against; everything else
of a step (octaves, shifts, smoothing) is the same code for both, so that both reach the same picture.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from typing import Any

import torch
from torch import Tensor, nn


class Textbook:
    """A model with a hook. Each backward also makes the gradients of its weights, as `loss.backward()` does."""

    def __init__(
        self, model: nn.Module, module: nn.Module, layer: str, normalise: Callable[[Tensor], Tensor], *, whole: bool
    ) -> None:
        """`module` of the model is the layer; `normalise` makes what the model takes of pictures [n, 3, h, w] in
        [0, 1]. `whole`: run to the end; else no further than the layer.
        """
        self.model, self.layer = model.float().eval().requires_grad_(), layer
        self.normalise, self.whole = normalise, whole
        self._seen: list[Tensor] = []
        module.register_forward_hook(self._look)

    def activations(self, picture: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
        """What the layer says [n, c, h', w'] of pictures [n, 3, h, w] in [0, 1]. Raises `KeyError` for another one."""
        if set(layers) != {self.layer}:
            raise KeyError(f"only {self.layer} has a hook")
        found: Tensor = _WithWeights.apply(picture, self)
        return {self.layer: found}

    def run(self, picture: Tensor) -> Tensor:
        """What the hook saw."""
        self._seen.clear()
        with contextlib.suppress(_ReachedError):
            self.model(self.normalise(picture))
        (seen,) = self._seen
        return seen

    def _look(self, _module: nn.Module, _inputs: Any, output: Tensor) -> None:
        self._seen.append(output)
        if not self.whole:
            raise _ReachedError


class _ReachedError(Exception):
    """The layer has been run: nothing behind it is needed."""


class _WithWeights(torch.autograd.Function):
    """A model's run whose backward is `loss.backward()`: it does not know that only the picture's slope is wanted."""

    @staticmethod
    def forward(ctx: Any, picture: Tensor, book: Textbook) -> Tensor:
        with torch.enable_grad():
            leaf = picture.detach().requires_grad_()
            seen = book.run(leaf)
        ctx.book, ctx.leaf, ctx.seen = book, leaf, seen
        return seen.detach()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        ctx.book.model.zero_grad()
        ctx.seen.backward(gradients[0])
        slope: Tensor = ctx.leaf.grad
        del ctx.seen, ctx.leaf
        return slope, None
