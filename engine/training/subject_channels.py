"""What channels respond to a subject that people have a word for, found by measurement and stored with its evidence.

    (subjects with classes, network, judge, art, photographs) -> the same subjects with layer, channels and evidence

    python -m engine.training subjects --sprites sprites.gz

Two questions, in this order. Which channels of each layer tell the subject's classes from all others, on judging
pictures that the network did not learn from? And a dream towards which of those layers makes the judge see more of it?
Names, emoji, words and classes in the table are a person's; layer, channels and evidence are what this file found.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from engine.ascent.pixel_ascent import OctaveSchedule
from engine.catalog.catalog import Subject
from engine.networks.network import LOGITS, Network
from engine.objectives import position_objective
from engine.training import judge_pictures
from engine.training.emoji_sprites import TRAINED_STYLES, Sprites
from engine.training.verdict import support_gains, with_progress

LAYERS: Final = ("mixed4a", "mixed4b", "mixed4c", "mixed4d", "mixed5a", "mixed5b")
"""Where channels are looked for; below them only strokes and colours respond."""
TELLS: Final = 0.8
"""Area under ROC from which a channel is taken: it ranks a picture of the subject above another 8 times in 10."""
MOST: Final = 6
"""Channels of a layer at most; the strongest at each position is dreamed, and more of them blur the subject."""
TRIED: Final = 1
"""Layers that are dreamed towards, the best by area, beside the evidence layer."""
CHOSEN_ON: Final = ("hubble_deep_field", "immunohistochemistry", "moon")
"""scikit-image's photographs on which layers are compared: none of those on which the promise is measured."""
PICTURES: Final = {**dict.fromkeys(TRAINED_STYLES, 8), "textures": 4}
"""Judging batches of each kind: about six pictures of every class."""


Subjects = Mapping[str, Subject]
"""By name, in the order in which they are offered."""


def class_indices(subject: Subject, labels: Sequence[str]) -> list[int]:
    """The indices of its classes. Raises `ValueError` for a class that the network does not know."""
    if unknown := set(subject.classes) - set(labels):
        raise ValueError(f"a subject names {sorted(unknown)}, which are no labels; correct its classes in the table")
    return [labels.index(label) for label in subject.classes]


def table() -> Path:
    """The product's own table."""
    return Path(str(resources.files("engine.catalog").joinpath("subjects.toml")))


def read(path: Path, network: str = "pocket") -> dict[str, Subject]:
    """The subjects of one network."""
    entries = tomllib.loads(path.read_text("utf-8"))[network]
    return {name: Subject.model_validate(entry) for name, entry in entries.items()}


def heading(path: Path) -> str:
    """The lines above a table's first entry: a person's, and kept."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    entry = next((at for at, line in enumerate(lines) if line.startswith("[")), len(lines))
    return "".join(lines[:entry])


def as_toml(subjects: Subjects, above: str = "", network: str = "pocket") -> str:
    """The table as text. JSON writes strings and lists of them as TOML reads them."""
    blocks = []
    for name, subject in subjects.items():
        lines = [
            f"[{network}.{name}]",
            f"emoji = {json.dumps(subject.emoji, ensure_ascii=False)}",
            f"about = {json.dumps(subject.about, ensure_ascii=False)}",
            f"classes = {json.dumps(subject.classes, ensure_ascii=False)}",
            f"layer = {json.dumps(subject.layer)}",
            f"channels = {json.dumps(subject.channels)}",
        ]
        if subject.evidence:
            lines += ["", f"[{network}.{name}.evidence]"]
            lines += [f"{figure} = {value}" for figure, value in subject.evidence.items()]
        blocks.append("\n".join(lines) + "\n")
    return above + "\n".join(blocks)


@torch.no_grad()
def responses(
    network: Network, sprites: Sprites, photos: Sequence[Tensor], batches: Mapping[str, int] = PICTURES
) -> tuple[dict[str, Tensor], Tensor]:
    """Each channel's mean response over the positions of judging pictures: {layer: [n, c]}, labels [n]."""
    layers = [name for name in (*LAYERS, LOGITS) if name in network.layers]
    wished = [(kind, index) for kind, count in batches.items() for index in range(count)]
    means: dict[str, list[Tensor]] = {name: [] for name in layers}
    truths = []
    for kind, index in with_progress(wished, "responses", len(wished)):
        pictures, labels = judge_pictures.batch(sprites, photos, kind, index)
        for name, found in network.activations(pictures, layers).items():
            means[name].append(found.float().mean((2, 3)))
        truths.append(labels)
    return {name: torch.cat(parts) for name, parts in means.items()}, torch.cat(truths)


def area_under_roc(values: Tensor, positive: Tensor) -> Tensor:
    """Area under ROC of each column: how often a positive row's value exceeds a negative one's. [n, c], [n] -> [c].

    From the sum of ranks (Mann & Whitney 1947); equal values count as they happen to be sorted.
    """
    ranks = values.argsort(0).argsort(0).double() + 1
    ours, others = int(positive.sum()), int((~positive).sum())
    if not ours or not others:
        raise ValueError("an area needs pictures of the subject and others; measure on more judging batches")
    return (ranks[positive].sum(0) - ours * (ours + 1) / 2) / (ours * others)


@dataclass(frozen=True)
class Candidate:
    """Channels of a layer that may stand for a subject, and the area under ROC of the strongest of them."""

    layer: str
    channels: tuple[int, ...]
    auc: float


def candidates(seen: Mapping[str, Tensor], truths: Tensor, classes: Sequence[int]) -> list[Candidate]:
    """The evidence for the classes themselves, then the best TRIED layers whose channels tell the subject."""
    positive = torch.isin(truths, torch.tensor(list(classes)))
    found = []
    for layer, values in seen.items():
        each = area_under_roc(values, positive)
        best = [int(at) for at in each.argsort(descending=True)[:MOST] if each[at] > TELLS]
        channels = tuple(classes) if layer == LOGITS else tuple(best)
        if channels:
            strongest = values[:, list(channels)].amax(1, keepdim=True)
            found.append(Candidate(layer, channels, float(area_under_roc(strongest, positive))))
    own = [one for one in found if one.layer == LOGITS]
    others = sorted((one for one in found if one.layer != LOGITS), key=lambda one: -one.auc)
    return own + others[:TRIED]


def try_candidate(
    subject: Subject,
    candidate: Candidate,
    network: Network,
    judge: nn.Module,
    photos: Sequence[Tensor],
    schedule: OctaveSchedule | None = None,
) -> Subject:
    """The subject with this candidate for its channels, and what a dream towards them does."""
    chosen = subject.model_copy(update={"layer": candidate.layer, "channels": candidate.channels})
    rises = support_gains(
        network, judge, position_objective([chosen]), photos, class_indices(subject, network.labels), schedule
    )
    proof = {
        "auc": round(candidate.auc, 3),
        "lift": round(sum(rises) / len(rises), 2),
        "raised": float(sum(rise > 0 for rise in rises)),
    }
    return chosen.model_copy(update={"evidence": proof})


def measure_subjects(
    subjects: Subjects,
    network: Network,
    judge: nn.Module,
    sprites: Sprites,
    backdrops: Sequence[Tensor],
    photos: Sequence[Tensor],
    batches: Mapping[str, int] = PICTURES,
    schedule: OctaveSchedule | None = None,
) -> dict[str, Subject]:
    """Every subject with the channels whose dreams the judge recognises best: on most photographs, then by the rise."""
    seen, truths = responses(network, sprites, backdrops, batches)
    found = {}
    for name, subject in with_progress(subjects.items(), "subjects", len(subjects)):
        options = candidates(seen, truths, class_indices(subject, network.labels))
        trials = [try_candidate(subject, option, network, judge, photos, schedule) for option in options]
        found[name] = max(trials, key=lambda one: (one.evidence["raised"], one.evidence["lift"]))
    return found
