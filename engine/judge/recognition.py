"""Whether the judge recognises what was asked for, alone and in photographs: `Exam => Found`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from engine.judge.bounds import Figure
from engine.judge.examination import Exam, PartResult, share
from engine.judge.lite0 import Opinion, opinion, probabilities, three_views, whole_square
from engine.params import Concept, Dream, make

CONCEPTS: Final = 100
SUBJECTS: Final = 60
PHOTOGRAPHS: Final = ("portrait", "pet", "food", "night", "photographer")
"""Kinds of the gallery that are photographs: a person, an animal, things, a sky, a scene without colours."""
ENOUGH_PHOTOGRAPHS: Final = 4
"""Photographs of five on which a subject has to become likelier."""


def concepts(exam: Exam) -> PartResult:
    """Class pictures from noise: seen whole, which is what is held to the bounds, and as the mean of three views."""
    classes = exam.draw_classes(CONCEPTS)
    once, thrice, rows = [], [], []
    for number, at in enumerate(classes):
        label = exam.labels[at]
        exam.maker.tell(f"{number + 1} of {len(classes)} concepts")
        params = make(Concept, exam.catalog, **exam.maker.options_for(Concept, subject=label, seed=exam.seed + number))
        found = probabilities(exam.judge, three_views(exam.maker.picture("concepts", label, params, None)))
        once.append(opinion(found[0], [at]))
        thrice.append(opinion(found.mean(0), [at]))
        guess = exam.labels[int(found[0].argmax())]
        rows.append([label, _percent(once[-1]), _place(once[-1]), _percent(thrice[-1]), _place(thrice[-1]), guess])
    rows.append(["first", "", _shares(once, 1), "", _shares(thrice, 1), ""])
    rows.append(["in five", "", _shares(once, 5), "", _shares(thrice, 5), ""])
    figures = [
        Figure("concept first", share([one.first for one in once])),
        Figure("concept in five", share([one.within_five for one in once])),
    ]
    return PartResult(figures, ("class", "whole", "place", "three views", "place", "taken for"), rows)


@dataclass(frozen=True)
class SubjectClasses:
    """A subject as people ask for it, and the classes of which any is right."""

    word: str
    wanted: tuple[int, ...]


def subjects_to_judge(exam: Exam) -> list[SubjectClasses]:
    """The classes drawn, then every group that the network's dreams offer."""
    order = {label: at for at, label in enumerate(exam.labels)}
    groups = exam.limit(list(exam.catalog.subjects(exam.maker.network)))
    words = dict.fromkeys([exam.labels[at] for at in exam.draw_classes(SUBJECTS)] + groups)
    means = {word: exam.catalog.meanings(exam.maker.network, word) for word in words}
    return [
        SubjectClasses(word, tuple(order[label] for one in meant for label in one.classes))
        for word, meant in means.items()
    ]


def subjects(exam: Exam) -> PartResult:
    """Subjects in photographs: what the judge thinks of the photograph, and of its dream, both seen whole."""
    everything, dreams, raised, rows = subjects_to_judge(exam), [], [], []
    sources = [exam.maker.source(kind) for kind in PHOTOGRAPHS]
    before = probabilities(exam.judge, torch.stack([whole_square(picture) for picture in sources]))
    for number, one in enumerate(everything):
        exam.maker.tell(f"{number + 1} of {len(everything)} subjects")
        opinions = [_judge_dream(exam, one, kind, picture) for kind, picture in zip(PHOTOGRAPHS, sources, strict=True)]
        pairs = zip(before, opinions, strict=True)
        risen = sum(after.probability > opinion(was, one.wanted).probability for was, after in pairs)
        raised.append(risen >= ENOUGH_PHOTOGRAPHS)
        dreams += opinions
        rows.append([one.word, f"{risen} of {len(PHOTOGRAPHS)}", *(f"{_percent(o)} {_place(o)}" for o in opinions)])
    figures = [
        Figure("subject raised", share(raised)),
        Figure("subject first", share([one.first for one in dreams])),
        Figure("subject in five", share([one.within_five for one in dreams])),
    ]
    return PartResult(figures, ("subject", "raised", *PHOTOGRAPHS), rows)


def _judge_dream(exam: Exam, one: SubjectClasses, kind: str, source: Tensor) -> Opinion:
    maker = exam.maker
    params = make(Dream, exam.catalog, **maker.options_for(Dream, subject=one.word, size=maker.side, seed=exam.seed))
    after = maker.picture("subjects", f"{one.word}, {kind}", params, source)
    return opinion(probabilities(exam.judge, whole_square(after)[None])[0], one.wanted)


def _percent(one: Opinion) -> str:
    return f"{100 * one.probability:.0f} %"


def _place(one: Opinion) -> str:
    """Its place among what the judge thinks likely, from 1."""
    return f"{one.rank + 1}."


def _shares(opinions: list[Opinion], places: int) -> str:
    return f"{100 * share([one.rank < places for one in opinions]):.0f} %"
