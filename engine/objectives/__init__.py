"""What a dream increases: `activations => scalar`."""

from engine.objectives.class_objective import diverse, imagined
from engine.objectives.crop_objective import whole
from engine.objectives.guide_objective import guided
from engine.objectives.objective import Activations, Objective, blend, channel, each, layer, neuron, strongest, total
from engine.objectives.position_objective import wish, wishes

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
