"""What a dream increases: `activations => scalar`."""

from engine.objectives.objective import Activations, Objective, channel, evidence, layer, neuron, total

__all__ = ["Activations", "Objective", "channel", "evidence", "layer", "neuron", "total"]
