"""Adam (Kingma and Ba 2014, arXiv:1412.6980): `(tensor with a gradient, rate) => the tensor, moved`.

Ours, because torch.optim loads torch's compiler when it is first used: a second of the processor at every start of an
engine, for a compiler that nothing here uses. The numbers are those of torch.optim's fused Adam, to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

EPSILON = 1e-8


class Adam:
    """Moves one tensor of real numbers against its gradient."""

    def __init__(self, moved: Tensor, rate: float, momenta: tuple[float, float] = (0.9, 0.999)) -> None:
        """`moved` is a leaf that requires its gradient; `rate` is about how far a number moves in one step."""
        self.rate = rate
        self._moved, self._momenta, self._steps = moved, momenta, 0
        self._mean, self._square = torch.zeros_like(moved), torch.zeros_like(moved)

    def minimize(self, loss: Tensor) -> None:
        """One step down from a loss, a scalar that was computed from the tensor."""
        self.descend([loss], [torch.ones_like(loss)])

    def descend(self, computed: Sequence[Tensor], slopes: Sequence[Tensor]) -> None:
        """One step down from a loss that rises by these slopes with what was computed from the tensor."""
        self._moved.grad = None
        torch.autograd.backward(computed, slopes)
        with torch.no_grad():
            self._step(self._moved.grad)

    def _step(self, gradient: Tensor | None) -> None:
        assert gradient is not None, "the loss does not depend on what is moved"
        self._steps += 1
        steps = torch.full((), float(self._steps), device=self._moved.device)
        torch._fused_adam_(
            [self._moved], [gradient], [self._mean], [self._square], [], [steps], lr=self.rate,
            beta1=self._momenta[0], beta2=self._momenta[1], weight_decay=0.0, eps=EPSILON, amsgrad=False,
            maximize=False,
        )  # fmt: skip
