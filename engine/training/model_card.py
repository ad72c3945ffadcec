"""The model card: `(network, files, the judge's JSON, subjects) => docs/pocket.md` and its two picture sheets.

    python -m engine.training judge --sprites sprites.gz --json > judged.json
    python -m engine.training card --judged judged.json

Figures, costs and channels are read from the files, never typed; only prose stands here.
"""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from PIL import Image
from torch import Generator, Tensor
from torch.utils.flop_counter import FlopCounterMode

from engine.canvas.class_sketch import combine_sketches
from engine.canvas.page_layout import MARGIN, SOFT, WIDTH, Page, shorten
from engine.networks import packing
from engine.networks.network import LOGITS, Network
from engine.networks.pocket import Pocket
from engine.objectives import position_objective
from engine.training.dream_sheets import concepts, paint
from engine.training.examination import from_json, table
from engine.training.subject_channels import Subjects
from engine.training.training_loop import Plan
from engine.training.verdict import with_progress

CAPTION: Final = 32.0
"""Points of a sheet for what stands under a picture."""
COLUMNS: Final = 8
CLASSES: Final = 48
LARGEST: Final = 1_200_000
"""Bytes of a sheet at most."""
QUALITIES: Final = (88, 80, 70, 60, 45, 30)
SUBJECTS_SHEET: Final = "pocket-subjects.webp"
CLASSES_SHEET: Final = "pocket-classes.webp"


@dataclass(frozen=True)
class Stage:
    """One row of the architecture: `stride` in pixels, `gflop` per megapixel from the picture to here and back."""

    name: str
    channels: int
    stride: int
    parameters: int
    gflop: float


@dataclass(frozen=True)
class Facts:
    """A weights file: its size in bytes and the training that its metadata tells of."""

    size: int
    training: Mapping[str, Any]


def facts(path: Path) -> Facts:
    """Read them."""
    training = json.loads(packing.read(path)[1].get("training", "{}"))
    return Facts(path.stat().st_size, training)


def stages(model: Pocket, side: int = 256) -> list[Stage]:
    """Every stage, counted for a picture of `side` pixels; nothing is computed (tensors without values)."""
    shapes = copy.deepcopy(model).to("meta").requires_grad_(False)
    x, gflop, found = torch.empty(1, 3, side, side, device="meta"), 0.0, []
    for name, stage in shapes.stages.items():
        with FlopCounterMode(display=False) as counter:
            y: Tensor = stage(x.detach().requires_grad_())
            torch.autograd.backward(y.sum())
        gflop += counter.get_total_flops() / side**2 / 1e3
        parameters = sum(parameter.numel() for parameter in stage.parameters())
        found.append(Stage(name, y.shape[1], side // y.shape[2], parameters, gflop))
        x = y
    return found


def command(training: Mapping[str, Any]) -> str:
    """The `fit` that a file's metadata tells of: only what differs from the plan's defaults."""
    plan = training.get("plan", {})
    usual = Plan().model_dump() | dict.fromkeys(("seed", "steps", "minutes"))
    changes = {name: value for name, value in plan.items() if name in usual and value != usual[name]}
    words = [f"--{name} {changes.pop(name)}" for name in ("seed", "steps", "minutes") if changes.get(name) is not None]
    text = " ".join(["python -m engine.training fit --sprites sprites.gz --out run", *words])
    return f"{text} --plan '{json.dumps(changes)}'" if changes else text


def write_caption_sheet(pictures: Sequence[Tensor], captions: Sequence[str], path: Path) -> None:
    """Pictures [3, h, w] in [0, 1] in a grid, each above its caption, as WebP of at most LARGEST bytes."""
    cell = (WIDTH - 2 * MARGIN) / COLUMNS
    rows = -(-len(pictures) // COLUMNS)
    page = Page(round(WIDTH), 2 * MARGIN + rows * (cell + CAPTION))
    for at, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        x, y = MARGIN + cell * (at % COLUMNS), MARGIN + (cell + CAPTION) * (at // COLUMNS)
        page.picture(picture, x + 3, y, cell - 6, cell - 6)
        page.text(shorten(caption, 19, cell - 6), x + 3, y + cell + 14, 19, SOFT)
    whole = Image.fromarray(page.render().mul(255).byte().permute(1, 2, 0).contiguous().numpy())
    for quality in QUALITIES:
        whole.save(path, "WEBP", quality=quality, method=6)
        if path.stat().st_size <= LARGEST:
            return


def draw(network: Network, subjects: Subjects, folder: Path, iterations: int = 64) -> Iterator[Path]:
    """Both sheets, yielded when written: every subject's feature picture, and every so-many-th class, not the best."""
    folder.mkdir(parents=True, exist_ok=True)
    features = [
        paint(network, position_objective([subject]), 1, Generator().manual_seed(0), iterations=iterations)[0]
        for subject in with_progress(subjects.values(), "feature pictures", len(subjects))
    ]
    write_caption_sheet(features, list(subjects), folder / SUBJECTS_SHEET)
    yield folder / SUBJECTS_SHEET
    chosen = list(range(0, len(network.labels), max(1, len(network.labels) // CLASSES)))[:CLASSES]
    chance, groups = Generator().manual_seed(0), [chosen[at : at + 16] for at in range(0, len(chosen), 16)]
    made: list[Tensor] = []
    for group in with_progress(groups, "class pictures", len(groups)):
        best = [network.sketches.get(network.labels[label], ())[:1] for label in group]
        begun = torch.stack([combine_sketches(list(one), chance) for one in best])
        made += concepts(network, group, chance, iterations=iterations, begun=begun)
    write_caption_sheet(made, [network.labels[label] for label in chosen], folder / CLASSES_SHEET)
    yield folder / CLASSES_SHEET


def architecture(model: Pocket) -> str:
    """The stages as a table."""
    lines = [
        "| stage | channels | stride | parameters | GFLOP per megapixel, to here and back |",
        "|---|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {row.name} | {row.channels} | {row.stride} | {row.parameters:,} | {row.gflop:.1f} |"
        for row in stages(model)
    ]
    return "\n".join(lines)


def subject_table(subjects: Subjects, labels: Sequence[str]) -> str:
    """Every subject with its channels (in the evidence layer: labels) and what was measured."""
    lines = [
        "| | subject | layer | channels | AUC | rise, nats | of three |",
        "|---|---|---|---|--:|--:|--:|",
    ]
    for name, one in subjects.items():
        channels = ", ".join(labels[at] if one.layer == LOGITS else str(at) for at in one.channels)
        proof = [format(one.evidence[key], form) if key in one.evidence else "" for key, form in PROOFS.items()]
        lines.append(f"| {one.emoji} | `{name}` | {one.layer} | {channels} | {' | '.join(proof)} |")
    return "\n".join(lines)


PROOFS: Final = {"auc": ".3f", "lift": "+.2f", "raised": ".0f"}


def card_text(
    model: Pocket, file: Facts, judge: Facts, judged: Mapping[str, Any], subjects: Subjects, labels: list[str]
) -> str:
    """The card."""
    figures = from_json(judged)
    detail = next((figure.detail for figure in figures if figure.promise == "fresh"), {})
    return TEMPLATE.format(
        architecture=architecture(model),
        parameters=f"{sum(parameter.numel() for parameter in model.parameters()):,}",
        size=f"{file.size / 1e6:.1f}",
        labels=len(labels),
        pictures=f"{file.training.get('pictures', 0):,}",
        minutes=file.training.get("minutes", "?"),
        command=command(file.training),
        judge_command=command(judge.training),
        judge_size=f"{judge.size / 1e6:.1f}",
        figures=table(figures),
        kinds=", ".join(f"{kind} {100 * share:.1f} %" for kind, share in detail.items()),
        subjects=subject_table(subjects, labels),
        subjects_sheet=f"gallery/{SUBJECTS_SHEET}",
        classes_sheet=f"gallery/{CLASSES_SHEET}",
        failures=FAILURES,
    )


TEMPLATE: Final = """# Pocket, the network inside the package

Written by `python -m engine.training card`; its figures are read from files. How it came to be, with what did not help,
stands in [pocket-lab.md](pocket-lab.md).

Pocket makes dreams. It tells {labels} emoji and textures apart because that is what it learned shapes from; it is not
meant to classify photographs, and says nothing reliable about what is in one.

## Architecture

An Inception-style trunk of {parameters} parameters with its head, {size} MB packed. Three fields of view side by side,
SiLU, average pools, a last block that adds to what came in. Pictures may have any size from 32 pixels up. GFLOP count
forward and backward to the picture, which is what a step of a dream costs.

{architecture}

## Data and licences

Nothing was photographed or collected for it. While it trained, compositions were made, {pictures} of them in the last
leg ([pocket-lab.md](pocket-lab.md) counts them all): one emoji, warped, lit, partly hidden, on photographs, noise and
dead leaves, or one of our own procedural textures.

| what | licence |
|---|---|
| Noto Emoji (Google), drawn through the Debian font | font OFL 1.1, pictures Apache-2.0 |
| Fluent Emoji 3D and Flat (Microsoft) | MIT |
| textures | ours, MIT |
| photographs behind the things: those of scikit-image | free; see its data licence notes |
| Twemoji: to judge, never to train | CC BY 4.0 |

Attributions stand in [NOTICE](../NOTICE). The weights are MIT like the rest. No art is in the repository but what is
left of it in 16 by 16 pixels: two sketches of each emoji, of Noto's and Fluent's design and under their licences;
`/concept` begins with them (Santurkar et al. 2019, "Image Synthesis with a Single (Robust) Classifier").

## Make it again

```
python -m engine.training sprites --out sprites.gz --fluent FOLDER --flat FOLDER --twemoji FOLDER
{command}
python -m engine.training judge --sprites sprites.gz --json > judged.json
python -m engine.training subjects --sprites sprites.gz
python -m engine.training sketches --fluent FOLDER
python -m engine.training card --judged judged.json
```

The last leg of its training took {minutes} minutes by the clock; what it began from stands in the laboratory book. The
judge, {judge_size} MB and outside the package, is another architecture with another seed:

```
{judge_command}
```

## Figures

`python -m engine.training judge --sprites sprites.gz`, status 1 where one is short:

```
{figures}
```

Fresh, by kind: {kinds}.

The pictures come from a generator that was frozen before the long training. Class pictures are 128 pixels, drawn from
noise in 128 steps, resized once to 96 and shown to the judge. A subject rises on a photograph where the judge's log
probability for its classes, over the best quarter of overlapping frames at two scales, is higher after the dream than
before. A channel fires where it exceeds a tenth of its layer's standard deviation.

## Subjects

What `/dream subject:` knows. AUC: how well the strongest of the channels tells judging pictures of the subject from all
others. Rise: of the judge's evidence, by a dream, mean of the three photographs on which the layer was chosen; on how
many of them it rose. The promise above is measured on five others.

![One feature picture of each subject]({subjects_sheet})

{subjects}

## Classes

Every so-many-th label in order, none left out for its looks, as `/concept` paints it: beginning with a sketch, where it
has one (textures have none). The judge's figure above is for pictures out of noise, as `/see layer:` draws them.

![What the network imagines for 48 of its classes]({classes_sheet})

## Where it fails

{failures}
"""

FAILURES: Final = """\
- It learned drawings. Of a photograph it names shapes and colours: round things become balls, fruit or eyes, and a
  portrait is as likely a clown as a person. Do not use it to decide anything.
- Dreams repeat what is common in emoji: glossy, frontal, centred things.
- Without a sketch to begin with, a class picture shows parts more often than a whole, and often several of them where
  one was asked for.
- Skin and hair of people are drawn as emoji draw them, mostly yellow; the labels man, woman and old man are what two
  companies drew for these words.
- Photographs that stood behind the things in training are also four of the five that subjects are measured on; the
  fifth, grey, was not."""
