"""From params to a file: `(params, clean PNGs, runtime) => progress ..., then the encoded result`.

What the worker does for a job and the command line does in its own process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from torch import Tensor

from engine import encoders, recipes
from engine.ascent.progress import Frame, Progress
from engine.encoders.encoder import Encoded
from engine.encoders.pixel_bytes import to_tensor
from engine.notes import Note
from engine.params import AnyParams, PastDream, Zoom
from engine.runtime import Runtime


def render(
    params: AnyParams, png: bytes | None, runtime: Runtime, limit_bytes: int | None = None,
    others: Mapping[str, bytes] | None = None, kind: encoders.Kind = "png",
    before: Sequence[PastDream] = (), omitted: int = 0, pulses: Sequence[float] = (),
) -> Generator[Progress | Encoded, bool | None, None]:  # fmt: skip
    """Yield progress, and last the file. `send(True)` keeps: the latest picture becomes the result.

    `png` is a clean picture from the decoder, None for noise; `others` are further ones by name; `kind` is what a still
    picture becomes; `before` are the dreams of which the picture was made, without the `omitted` oldest ones; `pulses`
    say how far a zoom moves in each frame. Closing the generator stops the work at its next step.
    """
    source = None if png is None else to_tensor(png)
    further = {name: to_tensor(data) for name, data in (others or {}).items()}
    said = encoders.Provenance(tuple(further), tuple(before), omitted)
    with contextlib.closing(encoders.open_encoder(params, limit_bytes, said, kind)) as encoder:
        reports = recipes.run(params, source, runtime, further, pulses)
        framed = False
        given_up: Note | None = None
        facts: Mapping[str, Any] = {}
        last: Tensor | None = None
        for report in reports:
            if isinstance(report, Frame):
                encoder.add(report.picture)
                framed, facts, last = True, report.facts or facts, report.picture
                continue
            given_up = report.note
            if (yield report):
                if not framed:
                    encoder.add(report.enlarged())
                    facts = {"stopped": report.step}
                break
        made = encoder.finish()
        notes = (*filter(None, (given_up,)), *made.notes)
        yield replace(made, facts=facts, notes=notes, ending=_ending(params, last))


def _ending(params: AnyParams, last: Tensor | None) -> Encoded | None:
    """The picture from which a zoom can go on: whatever comes back to its beginning does not."""
    if last is None or not isinstance(params, Zoom) or params.motion != "once":
        return None
    return encoders.encode(last, "webp")
