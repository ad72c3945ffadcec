"""What a dream increases: `activations => scalar`."""

from engine.objectives.class_objective import class_objective, diversity
from engine.objectives.crop_objective import crop_objective, likelihood, naturalness
from engine.objectives.guide_objective import guide_objective
from engine.objectives.objective import (
    Activations,
    Objective,
    blend,
    channel,
    channel_batch,
    channel_pair_batch,
    layer,
    neuron,
    strongest_channel,
    total,
)
from engine.objectives.soft_minimum import between, one_body
from engine.objectives.style_statistics import StyleStatistics, measure_style, style_distance
from engine.objectives.weighted_objective import blended_position_objectives, position_objective

__all__ = [
    "Activations",
    "Objective",
    "StyleStatistics",
    "between",
    "blend",
    "blended_position_objectives",
    "channel",
    "channel_batch",
    "channel_pair_batch",
    "class_objective",
    "crop_objective",
    "diversity",
    "guide_objective",
    "layer",
    "likelihood",
    "measure_style",
    "naturalness",
    "neuron",
    "one_body",
    "position_objective",
    "strongest_channel",
    "style_distance",
    "total",
]
