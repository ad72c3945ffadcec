"""Whether another seed makes another picture: `Exam => PartResult`, by what they change of it, or paint."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from engine.canvas.initial_image import initial_image
from engine.judge.bounds import Figure
from engine.judge.examination import Exam, PartResult
from engine.judge.measures import change_correlation
from engine.params import Concept, Dream, make

SEED_KINDS: Final = ("cumulus", "leaves", "food")
"""Kinds with a sky, with one texture all over, and with a thing in the middle."""
LAYERS: Final = ("high",)
SUBJECTS: Final = ("dogs", "castles")
"""One of many classes and one of few."""
CONCEPTS: Final = ("goldfish", "castle")
GREY: Final = 0.5
"""What a concept is painted over."""
SEEDS: Final = (1, 2, 3)
SIDE: Final = 384


def measure_seeds(exam: Exam) -> PartResult:
    """How alike the changes of different seeds are, for layers, subjects and concepts."""
    kinds, rows, figures = exam.limit(list(SEED_KINDS)), [], []
    for name, option, words in (("seeds of layers", "layer", LAYERS), ("seeds of subjects", "subject", SUBJECTS)):
        found = {(kind, word): _alike(exam, kind, option, word) for word in words for kind in kinds}
        rows += [[f"{kind}, {word}", f"{alike:.2f}"] for (kind, word), alike in found.items()]
        figures.append(Figure(name, sum(found.values()) / len(found)))
    imagined = {word: change_correlation([_concept(exam, word, seed) - GREY for seed in SEEDS]) for word in CONCEPTS}
    rows += [[f"nothing, {word}", f"{alike:.2f}"] for word, alike in imagined.items()]
    figures.append(Figure("seeds of concepts", sum(imagined.values()) / len(imagined)))
    return PartResult(figures, ("what", "correlation"), rows)


def _alike(exam: Exam, kind: str, option: str, word: str) -> float:
    """The mean correlation of what every two seeds change."""
    before = initial_image(exam.maker.source(kind), SIDE, torch.Generator())
    return change_correlation([_dream(exam, kind, option, word, seed) - before for seed in SEEDS])


def _concept(exam: Exam, word: str, seed: int) -> Tensor:
    params = make(Concept, exam.catalog, **exam.maker.options_for(Concept, size=SIDE, seed=seed), subject=word)
    return exam.maker.picture("seeds", f"concept {word} {seed}", params, None)


def _dream(exam: Exam, kind: str, option: str, word: str, seed: int) -> Tensor:
    params = make(Dream, exam.catalog, **exam.maker.options_for(Dream, size=SIDE, seed=seed), **{option: word})
    return exam.maker.picture("seeds", f"{kind} {word} {seed}", params, exam.maker.source(kind))
