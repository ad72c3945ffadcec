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

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

FILE: Final = Path(__file__).with_name("sketches.safetensors")
"""Those of the pocket network that is shipped."""
Sketches = Mapping[str, Tensor]
"""[k, 3, h, w] in [0, 1] by label; k, h and w are the same for all."""


def read(path: Path = FILE) -> Sketches:
    """Every class that has any."""
    with safe_open(path, framework="pt") as file:
        labels: list[str] = json.loads((file.metadata() or {})["labels"])
        drawn = file.get_tensor("sketches").float() / 255
    return dict(zip(labels, drawn, strict=True))


def write(labels: Sequence[str], drawn: Tensor, path: Path) -> None:
    """Store sketches [classes, k, 3, h, w] in [0, 1], a byte for each value."""
    tensors = {"sketches": (drawn * 255).round().byte().contiguous()}
    save_file(tensors, path, {"labels": json.dumps(list(labels), ensure_ascii=False)})
