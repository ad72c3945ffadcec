"""What a dream increases: `activations => scalar`."""

from engine.objectives.objective import Activations, Objective, channel, evidence, layer, neuron, total
from engine.objectives.wish import wish

__all__ = ["Activations", "Objective", "channel", "evidence", "layer", "neuron", "total", "wish"]
