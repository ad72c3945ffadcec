"""Whatever a dream does not need is left out of a frozen network: `modules => modules with the same gradient`."""

from __future__ import annotations

from typing import Final

from torch import nn

from engine.networks.fused_convolution import FusedConvs
from engine.networks.sequential_blocks import Residual
from engine.networks.small_index_pool import SmallIndexPool
from engine.networks.usual_statistics import UsualStatistics

SEQUENCES: Final = (nn.Sequential.forward, Residual.forward)
"""Sequences that run all that is in them in its order."""


def make_frugal(module: nn.Module) -> None:
    """Change a module's convolutions and pools, in place, to those that keep less and run faster on a CPU."""
    if isinstance(module, nn.Sequential) and type(module).forward in SEQUENCES:
        fuse(module)
    for name, child in list(module.named_children()):
        if type(child) is nn.MaxPool2d and not child.return_indices:
            setattr(module, name, SmallIndexPool.of(child))
        elif not isinstance(child, FusedConvs):
            make_frugal(child)


def fuse(block: nn.Sequential) -> None:
    """Make one module of each run of convolutions and activations in a sequence."""
    found: list[nn.Module] = []
    run: list[nn.Module] = []
    for module in block:
        if not FusedConvs.fits(module, first=not run):
            found, run = [*found, *_join(run)], []
        (run if FusedConvs.fits(module, first=not run) else found).append(module)
    found += _join(run)
    del block[:]
    block.extend(found)


def _join(run: list[nn.Module]) -> list[nn.Module]:
    """A run as one; statistics at its end stay outside, where they can be taken."""
    if not run:
        return []
    last = len(run)
    while isinstance(run[last - 1], UsualStatistics):
        last -= 1
    return [FusedConvs(*run[:last]), *run[last:]]
