"""The examination of a pocket network: `(network, art, photographs, judge) => figures`, each beside what was promised.

    python -m engine.training judge --sprites sprites.gz [--json]

Pictures come from the frozen `judging` generator, and whatever the network draws is shown to the second network
(`judge_network`). The network under examination never marks its own drawings.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import torch
from torch import Generator, Tensor, nn

from engine.networks.loading import from_pocket
from engine.networks.network import Network
from engine.networks.pocket import Pocket
from engine.objectives import position_objective
from engine.training import judge_pictures
from engine.training.adversarial_attack import perturb
from engine.training.dream_sheets import concepts, dream_layers
from engine.training.emoji_sprites import TRAINED_STYLES, Sprites
from engine.training.scenes import Scenes
from engine.training.subject_channels import Subjects, class_indices
from engine.training.textures import TEXTURES
from engine.training.training_loop import Plan, advance, begin, compose
from engine.training.verdict import normalise_in_place, photographs, scores, support_gains, with_progress

BATCHES: Final = 32
"""Of every kind of picture: 2,048 pictures."""
ATTACKED: Final = {"noto": 3, "fluent": 2, "flat": 2, "textures": 1}
"""Batches of each kind that are attacked: 512 pictures; 7 : 1 is nearly 265 emoji : 37 textures."""
ATTACK_RADIUS: Final = 1.0
ATTACK_STEPS: Final = 10
ATTACK_STRIDE: Final = 0.25
ALIVE_BATCHES: Final = 8
"""Of every kind, for counting dead channels: 2,560 pictures, 1.5 million positions of conv3, 23,040 of mixed5b."""
FIRES: Final = 0.1
"""A channel fires where it exceeds this share of its layer's standard deviation. SiLU is never quite zero and falls to
-0.28 where it says no: any value above nothing would count what is only rounding."""
SELDOM: Final = 0.001
"""A channel that fires at fewer positions than this share is dead."""
RAISED_OF_FIVE: Final = 0.8
TOGETHER: Final = 16
"""Class pictures that are painted at a time."""


@dataclass(frozen=True)
class Promise:
    """What must hold, in words, and the figure it is held to: reached, or (`at_most`) not exceeded."""

    about: str
    threshold: float
    at_most: bool = False


PROMISES: Final = {
    "fresh": Promise("fresh compositions, top-1", 0.93),
    "unseen": Promise("a style never trained on (Twemoji), top-1", 0.55),
    "attacked": Promise("ten-step L2 attack, radius 1.0, top-1", 0.65),
    "classes": Promise("class pictures, the judge's top-1", 0.70),
    "classes in five": Promise("class pictures, the judge's top-5", 0.90),
    "subjects": Promise("subjects that a dream raises on 4 of 5 photographs", 0.80),
    "alive": Promise("dead channels in the dream layers", 0, at_most=True),
    "repeatable": Promise("tensors that differ after 200 steps, twice", 0, at_most=True),
}


@dataclass(frozen=True)
class Figure:
    """One result; `detail` is what it was made of."""

    promise: str
    figure: float
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the promise is kept."""
        promise = PROMISES[self.promise]
        return self.figure <= promise.threshold if promise.at_most else self.figure >= promise.threshold


def top1(network: nn.Module, sprites: Sprites, photos: Sequence[Tensor], kind: str, batches: int) -> float:
    """Top-1 on so many judging batches of a kind."""
    right = 0
    for index in with_progress(range(batches), kind, batches):
        pictures, labels = judge_pictures.batch(sprites, photos, kind, index)
        right += int((scores(network, pictures).argmax(1) == labels).sum())
    return right / (batches * judge_pictures.BATCH)


def fresh_accuracy(network: nn.Module, sprites: Sprites, photos: Sequence[Tensor], batches: int = BATCHES) -> Figure:
    """Every trained style and the textures; the whole counts labels: the styles' mean is worth 265, textures 37."""
    each = {kind: top1(network, sprites, photos, kind, batches) for kind in (*TRAINED_STYLES, "textures")}
    emoji, textures = len(sprites.labels), len(TEXTURES)
    styles = sum(each[kind] for kind in TRAINED_STYLES) / len(TRAINED_STYLES)
    return Figure("fresh", (emoji * styles + textures * each["textures"]) / (emoji + textures), each)


def unseen_accuracy(network: nn.Module, sprites: Sprites, photos: Sequence[Tensor], batches: int = BATCHES) -> Figure:
    """The same emoji as another house draws them."""
    return Figure("unseen", top1(network, sprites, photos, "twemoji", batches))


def attacked_accuracy(
    network: nn.Module, sprites: Sprites, photos: Sequence[Tensor], batches: Mapping[str, int] = ATTACKED
) -> Figure:
    """What is left of top-1 under the attack, in float32; the same pictures without it in the detail."""
    chance = Generator().manual_seed(0)
    wished = [(kind, index) for kind, count in batches.items() for index in range(count)]
    clean = right = 0
    for kind, index in with_progress(wished, "attacked", len(wished)):
        pictures, labels = judge_pictures.batch(sprites, photos, kind, index)
        x = normalise_in_place(pictures)
        moved = perturb(network, x, labels, ATTACK_RADIUS, ATTACK_STEPS, chance, ATTACK_STRIDE)
        with torch.no_grad():
            clean += int((network(x).argmax(1) == labels).sum())
            right += int((network(moved).argmax(1) == labels).sum())
    count = len(wished) * judge_pictures.BATCH
    return Figure("attacked", right / count, {"clean": clean / count, "pictures": count})


def class_pictures(
    network: Network, judge: nn.Module, classes: Sequence[int] | None = None, iterations: int = 128
) -> list[Figure]:
    """Draw every class from noise, ask the judge; both figures. The whole picture is resized once, to 96 pixels."""
    asked = list(range(len(network.labels)) if classes is None else classes)
    chance = Generator().manual_seed(0)
    ranks: dict[str, int] = {}
    groups = [asked[at : at + TOGETHER] for at in range(0, len(asked), TOGETHER)]
    for group in with_progress(groups, "class pictures", len(groups)):
        pictures = concepts(network, group, chance, iterations=iterations)
        seen, own = scores(judge, pictures), torch.tensor(group)[:, None]
        rank = (seen > seen.gather(1, own)).sum(1).tolist()
        ranks |= {network.labels[label]: place + 1 for label, place in zip(group, rank, strict=True)}
    first, five = (sum(rank <= most for rank in ranks.values()) / len(ranks) for most in (1, 5))
    return [
        Figure("classes", first, {"missed": [label for label, rank in ranks.items() if rank > 1]}),
        Figure("classes in five", five, {"missed": [label for label, rank in ranks.items() if rank > 5]}),
    ]


def subjects_raised(
    network: Network, judge: nn.Module, subjects: Subjects, photos: Sequence[Tensor] | None = None
) -> Figure:
    """Dream towards every subject on every photograph: what share of the subjects rises on four of five."""
    photos = photographs() if photos is None else photos
    detail = {}
    for name, subject in with_progress(subjects.items(), "subjects", len(subjects)):
        rises = support_gains(
            network, judge, position_objective([subject]), photos, class_indices(subject, network.labels)
        )
        raised = sum(rise > 0 for rise in rises)
        detail[name] = {"raised": raised, "lift": sum(rises) / len(rises)}
    enough = RAISED_OF_FIVE * len(photos)
    return Figure("subjects", sum(one["raised"] >= enough for one in detail.values()) / len(detail), detail)


@torch.no_grad()
def count_silent_channels(
    network: Network, sprites: Sprites, photos: Sequence[Tensor], batches: int = ALIVE_BATCHES
) -> Figure:
    """Count the channels that (nearly) never fire on the judging set."""
    names = dream_layers(network)
    # One batch of every kind says how large a layer's values are; then all are counted.
    spread = dict.fromkeys(names, 0.0)
    firing: dict[str, Tensor] = {}
    positions = dict.fromkeys(names, 0)
    wished = [(kind, index) for index in range(batches) for kind in judge_pictures.KINDS]
    for kind in judge_pictures.KINDS:
        found = network.activations(judge_pictures.batch(sprites, photos, kind, 0)[0], names)
        spread = {name: spread[name] + float(found[name].float().var()) / len(judge_pictures.KINDS) for name in names}
    for kind, index in with_progress(wished, "alive", len(wished)):
        found = network.activations(judge_pictures.batch(sprites, photos, kind, index)[0], names)
        for name in names:
            fires = found[name].float() > FIRES * spread[name] ** 0.5
            firing[name] = firing.get(name, torch.zeros(fires.shape[1])) + fires.sum((0, 2, 3))
            positions[name] += fires[:, 0].numel()
    dead = {name: (firing[name] < SELDOM * positions[name]).nonzero().flatten().tolist() for name in names}
    return Figure("alive", sum(len(channels) for channels in dead.values()), dead)


def repeat_training(
    sprites: Sprites, photos: Sequence[Tensor], steps: int = 200, bank: int = 1600, each_texture: int = 40
) -> Figure:
    """Train twice from the same seed, on the CPU and at a small side: how many tensors differ in any bit."""
    plan = Plan(steps=steps, batch=16, small_side=32, side=32)
    ends = []
    for turn in (1, 2):
        scenes = Scenes(sprites, photos, plan.seed, bank, each_texture)
        run = begin(plan, scenes.labels)
        for _ in with_progress(range(steps), f"training, run {turn}", steps):
            advance(run, compose(run, scenes))
        ends.append([*run.network.state_dict().values(), *run.average.state_dict().values()])
    differing = sum(not torch.equal(one, other) for one, other in zip(*ends, strict=True))
    return Figure("repeatable", differing, {"steps": steps, "tensors": len(ends[0])})


def untrained_network(labels: int, sprites: Sprites, photos: Sequence[Tensor]) -> Pocket:
    """A network with drawn weights, its norms fitted by one judging batch: what every figure is without learning."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = Pocket(labels)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        network(normalise_in_place(judge_pictures.batch(sprites, photos, "noto", 0)[0]))
    return network.eval()


@dataclass(frozen=True)
class Exam:
    """Everything that an examination needs. `dtype` is what dreams and class pictures are computed in."""

    model: Pocket
    labels: list[str]
    judge: nn.Module
    sprites: Sprites
    photos: Sequence[Tensor]
    subjects: Subjects
    dtype: torch.dtype = torch.float32

    def network(self) -> Network:
        """The same network as dreams use it."""
        return from_pocket(self.model, self.labels).to(self.dtype)


MEASURES: Final[dict[str, Callable[[Exam], list[Figure]]]] = {
    "fresh": lambda exam: [fresh_accuracy(exam.model, exam.sprites, exam.photos)],
    "unseen": lambda exam: [unseen_accuracy(exam.model, exam.sprites, exam.photos)],
    "attacked": lambda exam: [attacked_accuracy(exam.model, exam.sprites, exam.photos)],
    "classes": lambda exam: class_pictures(exam.network(), exam.judge),
    "subjects": lambda exam: [subjects_raised(exam.network(), exam.judge, exam.subjects)],
    "alive": lambda exam: [count_silent_channels(from_pocket(exam.model, exam.labels), exam.sprites, exam.photos)],
    "repeatable": lambda exam: [repeat_training(exam.sprites, exam.photos)],
}
ON_REQUEST: Final = ("repeatable",)
"""Trains, for minutes; needs to be named."""


def examine(exam: Exam, only: Sequence[str] = ()) -> list[Figure]:
    """Take the measures named, or all that are not ON_REQUEST."""
    names = only or [name for name in MEASURES if name not in ON_REQUEST]
    return [figure for name in names for figure in MEASURES[name](exam)]


def format_value(value: float, at_most: bool) -> str:
    """A count as it is, a share in per cent."""
    return f"{value:.0f}" if at_most else f"{100 * value:.1f} %"


def table(figures: Sequence[Figure]) -> str:
    """One line for each promise, for the terminal."""
    lines = [f"{'promise':<52} {'figure':>8} {'promised':>12}"]
    for figure in figures:
        promise = PROMISES[figure.promise]
        bound = f"{'<=' if promise.at_most else '>='} {format_value(promise.threshold, promise.at_most)}"
        mark = "ok" if figure.ok else "short"
        lines.append(f"{promise.about:<52} {format_value(figure.figure, promise.at_most):>8} {bound:>12}  {mark}")
    return "\n".join(lines)


def as_json(figures: Sequence[Figure], facts: Mapping[str, Any]) -> str:
    """The figures with their promises, and facts about what was examined."""
    rows = [
        {"name": figure.promise, **asdict(PROMISES[figure.promise]), "figure": round(figure.figure, 4)}
        | {"ok": figure.ok, "detail": figure.detail}
        for figure in figures
    ]
    return json.dumps({**facts, "promises": rows}, ensure_ascii=False, indent=1)


def from_json(judged: Mapping[str, Any]) -> list[Figure]:
    """The figures that `as_json` wrote."""
    return [Figure(row["name"], row["figure"], row["detail"]) for row in judged["promises"]]
