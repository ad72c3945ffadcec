"""What a network says is in a picture, as people are told it: `(network, picture) => labels and a sentence`.

People are nobody's class: ImageNet has none, and what a network knows that looks most like one is an ape. An ape's name
is never an answer where a face is found; where none is found it is one only beyond doubt, and never without a detector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from engine.canvas.resample import resize_long_side
from engine.classification_sentence import Verdict, sentence
from engine.networks.face_detector import Detector
from engine.networks.network import LOGITS, Network

INPUT_SCALES: Final = (6 / 7, 1.0, 8 / 7)
"""Sizes at which labels are asked for, beside the one that the network learned: their probabilities are averaged."""
TRACE: Final = 0.001
"""What is less likely is not there at all."""
MAX_LABELS: Final = 5
"""Labels that are told."""
SURE, LIKELY = 0.7, 0.3
"""From here on it is, and from here on it looks like, the likeliest; below that nobody can tell."""
FACE_THRESHOLD: Final = 0.9
"""How likely a face is at least; where an ape is asked for, anything that could be one counts."""
APE_THRESHOLD: Final = 0.9
"""What all apes together have at least, where they are told at all."""
APES: Final = frozenset({
    "orangutan", "gorilla", "chimpanzee", "gibbon", "siamang", "guenon", "patas", "baboon", "macaque", "langur",
    "colobus", "proboscis monkey", "marmoset", "capuchin", "howler monkey", "titi", "spider monkey", "squirrel monkey",
    "Madagascar cat", "indri", "monkey", "monkey face",
})  # fmt: skip
"""All primates among the labels that we know: lemurs, too, whose names are no better to be called."""


@dataclass(frozen=True, slots=True)
class Classification:
    """What is told."""

    verdict: Verdict | None
    """None for a network that names nothing."""
    labels: tuple[tuple[str, float], ...] = ()
    """The likeliest labels with their probabilities."""
    classes: tuple[int, ...] = ()
    """Their numbers."""
    traces: tuple[tuple[str, float], ...] = ()
    """All labels of at least `TRACE`, the likeliest first."""

    @property
    def person(self) -> bool:
        """Whether a face was found."""
        return self.verdict is Verdict.PERSON

    @property
    def sentence(self) -> str:
        """What is told; empty for a network that names nothing."""
        return sentence(self.verdict, self.labels[0][0]) if self.verdict else ""


def classify(network: Network, picture: Tensor, side: int, detector: Detector | None) -> Classification:
    """What a network that learned pictures of that side sees in one [3, h, w] in [0, 1]."""
    if LOGITS not in network.layers:
        return Classification(None)
    faces = detector.faces(picture)[:, 4].tolist() if detector else []
    person = any(share >= FACE_THRESHOLD for share in faces)
    apes = [at for at, label in enumerate(network.labels) if label in APES]
    shares = probabilities(network, picture, side)
    if person or not detector or faces or float(shares[apes].sum()) < APE_THRESHOLD:
        shares[apes] = 0
    if person:
        shares = shares / (shares.sum() + 1e-9)  # of the rest of the picture
    classes = shares.argsort(descending=True, stable=True)[:MAX_LABELS].tolist()
    verdict = Verdict.PERSON if person else _verdict(float(shares[classes[0]]))
    found = shares.argsort(descending=True, stable=True)[: int((shares >= TRACE).sum())].tolist()
    return Classification(
        verdict, _with_labels(network, shares, classes), tuple(classes), _with_labels(network, shares, found)
    )


def _with_labels(network: Network, shares: Tensor, classes: list[int]) -> tuple[tuple[str, float], ...]:
    """Some classes by their labels, each with its probability."""
    names = [network.labels[at] if at < len(network.labels) else f"class {at}" for at in classes]
    return tuple(zip(names, shares[classes].tolist(), strict=True))


def probabilities(network: Network, picture: Tensor, side: int) -> Tensor:
    """The network's answers for a picture [3, h, w], [classes]: the mean of softmaxes at `INPUT_SCALES` x side."""
    with torch.no_grad():
        views = (resize_long_side(picture, round(side * share))[None] for share in INPUT_SCALES)
        scores = [network.activations(view, [LOGITS])[LOGITS].float().mean((2, 3))[0] for view in views]
    return torch.stack([score.softmax(0) for score in scores]).mean(0)


def _verdict(share: float) -> Verdict:
    if share < LIKELY:
        return Verdict.UNKNOWN
    return Verdict.SURE if share >= SURE else Verdict.LIKELY
