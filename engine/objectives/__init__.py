"""What a dream increases: `activations => scalar`."""

from engine.objectives.guide import guided
from engine.objectives.imagined import diverse, imagined
from engine.objectives.objective import Activations, Objective, blend, channel, each, layer, neuron, strongest, total
from engine.objectives.whole import whole
from engine.objectives.wish import wish, wishes

__all__ = [
    "Activations",
    "Objective",
    "blend",
    "channel",
    "diverse",
    "each",
    "guided",
    "imagined",
    "layer",
    "neuron",
    "strongest",
    "total",
    "whole",
    "wish",
    "wishes",
]
