"""Several pictures as one file of all and one of each: `(pictures, kind, limit) => Encoded`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from engine.canvas.image_grid import mosaic
from engine.encoders.encoder import Encoded
from engine.encoders.still import Kind, encode


class Sheet:
    """An encoder of variations: the file is a grid of them, and `Encoded.variations` are the files of each."""

    def __init__(self, kind: Kind, limit_bytes: int | None, imprint: str, imprints: Sequence[str]) -> None:
        """`imprint` goes into the sheet, `imprints` into the files of each, in the order in which they come."""
        self._kind: Kind = kind
        self._limit = limit_bytes
        self._imprint = imprint
        self._imprints = imprints
        self._pictures: list[Tensor] = []

    def add(self, picture: Tensor, frames: int = 1) -> None:
        """Take the next variation, [3, h, w] in [0, 1]; all have one size."""
        self._pictures.append(picture)

    def finish(self) -> Encoded:
        """The files; a single picture is a file of its own and no sheet. Raises `ValueError` if none was added."""
        if not self._pictures:
            raise ValueError("no picture was added; add one before finish()")
        if len(self._pictures) == 1:
            return encode(self._pictures[0], self._kind, self._limit, self._imprint)
        sheet = encode(mosaic(torch.stack(self._pictures)), self._kind, self._limit, self._imprint)
        each = zip(self._pictures, self._imprints, strict=False)  # stopped early, there are fewer than were asked for
        return replace(sheet, variations=tuple(encode(one, self._kind, self._limit, said) for one, said in each))

    def close(self) -> None:
        """Nothing is held."""
