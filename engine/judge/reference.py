"""Whether the network reads photographs as its reference implementation does: `Exam => Found`."""

from __future__ import annotations

from typing import Final

from engine.gallery.sources import whole_photograph
from engine.judge.bounds import Figure
from engine.judge.examination import Exam, PartResult, share
from engine.judge.lite0 import probabilities, whole_square
from engine.networks.loading import load

NETWORK: Final = "lite2"
"""Whose reference there is; read in float32, whatever the runtime computes in."""
EXPECTED: Final = {
    "chelsea": ("Egyptian cat", 0.755),
    "coffee": ("espresso", 0.874),
    "rocket": ("drilling platform", 0.112),
}
"""By scikit-image's photograph: what efficientnet-lite-pytorch 0.1.0 says of it as a square of 260 pixels."""
NEAR: Final = 0.002
"""How far a probability may lie from the reference's: it is rounded here."""


def reference_labels(exam: Exam) -> PartResult:
    """The three photographs: the same label, about as likely."""
    network, side = load(NETWORK, exam.catalog), exam.catalog.network(NETWORK).side
    right, rows = [], []
    for name, (label, probability) in EXPECTED.items():
        square = whole_square(whole_photograph(name), side)[None]
        found = probabilities(network, square)[0]
        at = int(found.argmax())
        right.append(network.labels[at] == label and abs(float(found[at]) - probability) <= NEAR)
        rows.append([name, network.labels[at], f"{found[at]:.3f}", label, f"{probability:.3f}"])
    return PartResult([Figure("reference", share(right))], ("photograph", "label", "", "the reference's", ""), rows)
