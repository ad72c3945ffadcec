"""A device that is not the CPU, without one: `with OtherDevice(): ...`, and tensors are `to("meta")` and compute there.

Numbers stay on the CPU, in wrappers that say that they are elsewhere. What a GPU refuses is refused: to compute with
tensors of two devices, to draw numbers there from a generator of the CPU. So what works here does not mix devices on a
GPU. It is called "meta", the one other name for which torch does not look for a driver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Self

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

NAME = "meta"
TAKES_BOTH = ("aten._to_copy", "aten.copy_", "aten.index.", "aten.index_put", "aten._index_put")
"""Copies; and a GPU takes indices from a CPU."""


class Elsewhere(Tensor):
    """A tensor on the other device."""

    numbers: Tensor

    @staticmethod
    def __new__(cls, numbers: Tensor) -> Self:
        """Of the same shape and strides."""
        made: Self = Tensor._make_wrapper_subclass(
            cls, numbers.size(), strides=numbers.stride(), storage_offset=numbers.storage_offset(),
            dtype=numbers.dtype, layout=numbers.layout, device=torch.device(NAME),
        )  # fmt: skip
        made.numbers = numbers
        return made

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # type: ignore[override]
        """Compute on the CPU."""
        return _compute(func, args, kwargs or {})


class OtherDevice:
    """Meanwhile there is another device."""

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        self._stack.enter_context(_Operations())
        self._stack.enter_context(_Functions())
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()


class _Operations(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _compute(func, args, kwargs or {})


class _Functions(TorchFunctionMode):
    """What never reaches `_Operations`."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = dict(kwargs or {})
        if func is torch.tensor:
            device = named.pop("device", None)
            return torch.tensor(*args, **named).to(device or "cpu")
        if func is Tensor.new_tensor:
            device = named.pop("device", args[0].device)
            return torch.tensor(*args[1:], **{"dtype": args[0].dtype, **named}).to(device)
        if func in (Tensor.__getitem__, Tensor.__setitem__):  # made of a list, indices for this device have no values
            at = args[1] if isinstance(args[1], tuple) else (args[1],)
            at = tuple(torch.tensor(one).long() if isinstance(one, list) else one for one in at)
            return func(args[0], at, *args[2:], **named)
        if func is Tensor.tolist:
            return func(args[0].cpu())
        return func(*args, **named)


def _compute(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    name, asked = str(func), kwargs.get("device")
    tensors = [*_tensors(args), *_tensors(kwargs)]
    there = [one for one in tensors if isinstance(one, Elsewhere)]
    here = [one for one in tensors if not isinstance(one, Elsewhere) and one.dim() > 0]
    if there and here and not name.startswith(TAKES_BOTH):
        raise RuntimeError(f"{name}: expected all tensors to be on the same device, found {NAME} and cpu")
    goes = torch.device(asked).type == NAME if asked is not None else bool(there)
    if kwargs.get("generator") is not None and goes:
        raise RuntimeError(f"{name}: expected a generator of {NAME}, found one of the CPU")
    plain_args, plain = (_changed(given, Elsewhere, lambda one: one.numbers) for given in (args, kwargs))
    found = func(*plain_args, **({**plain, "device": "cpu"} if asked is not None else plain))
    if name.startswith("aten.copy_"):
        return args[0]
    if not goes:
        return found
    known = {id(one.numbers): one for one in there}  # what is changed in place stays the same tensor
    return _changed(found, Tensor, lambda one: known[id(one)] if id(one) in known else Elsewhere(one))


def _tensors(given: Any) -> Iterator[Tensor]:
    """Those in lists, tuples and dictionaries, however deep. So does torch's pytree, in several times the time, which
    is most of what a recipe takes here."""
    if isinstance(given, Tensor):
        yield given
    elif isinstance(given, (list, tuple, dict)):
        for one in given.values() if isinstance(given, dict) else given:
            yield from _tensors(one)


def _changed(given: Any, kind: type[Tensor], change: Callable[[Any], Tensor]) -> Any:
    """The same with others in place of tensors of a kind."""
    if isinstance(given, kind):
        return change(given)
    if isinstance(given, dict):
        return {name: _changed(one, kind, change) for name, one in given.items()}
    if isinstance(given, (list, tuple)):
        return type(given)([_changed(one, kind, change) for one in given])
    return given
