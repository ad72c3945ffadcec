"""Sketches: what a class roughly looks like, `label => a few tiny pictures`, the best to begin with first.

Networks know what a thing is made of better than how it is laid out. So a thing begins with a sketch, as in Santurkar
et al. 2019, "Image Synthesis with a Single (Robust) Classifier", whose seeds are drawn from shrunken pictures of a
class. They are of emoji, the coarse half of them: what pocket was shown, and what shows the classes of ImageNet
(`Catalog.sketch_emoji`). `engine.training.class_sketches` makes the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import torch
from safetensors.torch import save
from torch import Tensor

from engine.networks import packing

FILE: Final = Path(__file__).with_name("sketches.safetensors.xz")
"""Of every emoji that is needed."""
LEVELS: Final = 32
"""Shades that are told apart: so few take half the bytes, and the grey around what is drawn is one of them."""
Sketches = Mapping[str, Tensor]
"""[k, 3, h, w] in [0, 1] by label; h and w are the same for all."""


def read(path: Path = FILE) -> dict[str, Tensor]:
    """Those of every emoji, [k, 3, h, w]."""
    tensors, facts = packing.read(path)
    emoji: list[str] = json.loads(facts["emoji"])
    drawn = tensors["sketches"].float() / LEVELS
    return dict(zip(emoji, drawn, strict=True))


def of_classes(shown: Mapping[str, Sequence[str]], path: Path = FILE) -> Sketches:
    """Those of classes that some emoji show, by label. Raises `KeyError` for an emoji that has none."""
    drawn = read(path)
    return {label: torch.cat([drawn[one] for one in emoji]) for label, emoji in shown.items() if emoji}


def write(emoji: Sequence[str], drawn: Tensor, path: Path) -> None:
    """Store sketches [emoji, k, 3, h, w] in [0, 1], packed, each value as the nearest of LEVELS + 1."""
    tensors = {"sketches": (drawn * LEVELS).round().byte().contiguous()}
    data = save(tensors, {"emoji": json.dumps(list(emoji), ensure_ascii=False)})
    path.write_bytes(packing.pack(data))
