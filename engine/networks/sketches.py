"""Sketches: what a class roughly looks like, `label => a few tiny pictures`, the best to begin with first.

The coarse half of what pocket was shown, which its weights forget: they know what a thing is made of better than how it
is laid out. Painting begins with one, as in Santurkar et al. 2019, "Image Synthesis with a Single (Robust) Classifier",
whose seeds are drawn from shrunken pictures of a class. `engine.training.class_sketches` makes the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from safetensors.torch import save
from torch import Tensor

from engine.networks import packing

FILE: Final = Path(__file__).with_name("sketches.safetensors.xz")
"""Those of the pocket network that is shipped."""
Sketches = Mapping[str, Tensor]
"""[k, 3, h, w] in [0, 1] by label; k, h and w are the same for all."""


def read(path: Path = FILE) -> Sketches:
    """Every class that has any."""
    tensors, facts = packing.read(path)
    labels: list[str] = json.loads(facts["labels"])
    drawn = tensors["sketches"].float() / 255
    return dict(zip(labels, drawn, strict=True))


def write(labels: Sequence[str], drawn: Tensor, path: Path) -> None:
    """Store sketches [classes, k, 3, h, w] in [0, 1], a byte for each value, packed."""
    tensors = {"sketches": (drawn * 255).round().byte().contiguous()}
    data = save(tensors, {"labels": json.dumps(list(labels), ensure_ascii=False)})
    path.write_bytes(packing.pack(data))
