"""Pictures as an animation that fits: `(pictures, format, fps, limit) => Encoded`.

What does not fit the limit gives up colours or quality, then dithering, then frames where there are many, then size; a
GIF that is too large all the same becomes a WebP, and a WebP an MP4. Each of these is said in a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

import av
from torch import Tensor

from engine.encoders import gif, mp4, webp
from engine.encoders.encoded_ahead import EncodedAhead
from engine.encoders.encoder import Encoded
from engine.encoders.film import Film, Plan, Sound, Spec
from engine.encoders.upload_limit import SHRINKS, Attempt, fit
from engine.notes import Note

AnimationKind = Literal["webp", "gif", "mp4"]
SMOOTH_FPS: Final = 20
"""Frames a second from which on every other one can be missed."""
NAMES: Final[dict[AnimationKind, str]] = {"gif": "GIF", "webp": "WebP", "mp4": "MP4"}

NO_IMPRINTS: Final[Mapping[AnimationKind, str]] = MappingProxyType({})


class Format(NamedTuple):
    """One kind of file."""

    mime: str
    qualities: tuple[int, ...]
    """The best first."""
    encode_frames: Callable[[Iterator[av.VideoFrame], Spec], bytes]
    loops: bool
    """Whether it is shown for ever."""
    next: AnimationKind | None
    """What takes fewer bytes for the same."""
    planned_by: int = 1
    """How many of its frames the best way to encode it depends on."""


FORMATS: Final[dict[AnimationKind, Format]] = {
    "gif": Format(gif.MIME, gif.COLOURS, gif.encode_frames, True, "webp", gif.SEGMENT),
    "webp": Format(webp.MIME, webp.QUALITIES, webp.encode_frames, True, "mp4"),
    "mp4": Format(mp4.MIME, mp4.QUALITIES, mp4.encode_frames, False, None),
}


class Animation:
    """An encoder of animations; those of GIF and WebP are shown for ever, and an MP4 has its sound."""

    def __init__(
        self, kind: AnimationKind, fps: float, limit_bytes: int | None = None,
        imprints: Mapping[AnimationKind, str] = NO_IMPRINTS, sound: Sound | None = None,
    ) -> None:  # fmt: skip
        """What the file says of how it was made is that of `imprints` for the kind that it turns out to be."""
        self._kind, self._fps, self._limit, self._imprints = kind, fps, limit_bytes, imprints
        self._film = Film(fps, sound)
        self._ahead: EncodedAhead | None = None
        self._spec: Spec | None = None

    def add(self, picture: Tensor, frames: int = 1) -> None:
        """Take the next frame, [3, h, w] in [0, 1], of so many. The best way to encode them begins as soon as it is
        known.

        Raises `ValueError` if its size is not that of the first.
        """
        frame = self._film.add(picture)
        if self._ahead:
            self._ahead.add(frame)
        elif frames > 1 and self._film.count == min(frames, FORMATS[self._kind].planned_by):
            plan = next(plans(self._film, self._kind, self._fps))
            spec = replace(self._spec_of(plan), count=frames)
            encode, self._spec = FORMATS[self._kind].encode_frames, spec
            self._ahead = EncodedAhead(lambda frames: encode(frames, spec))
            for known in self._film.frames(plan.size):
                self._ahead.add(known)

    def finish(self) -> Encoded:
        """The animation. Raises `ValueError` if no picture was added."""
        try:
            return fit(self._attempts(), self._limit)
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the temporary file."""
        if self._ahead:
            self._ahead.close()
        self._film.close()

    def _spec_of(self, plan: Plan, kind: AnimationKind | None = None) -> Spec:
        kind = kind or self._kind
        return self._film.spec(plan, loops=FORMATS[kind].loops, imprint=self._imprints.get(kind, ""))

    def _encode(self, kind: AnimationKind, plan: Plan) -> bytes:
        """The file, which may be there already: if the frames turned out as they were announced."""
        spec = self._spec_of(plan, kind)
        if self._ahead and kind == self._kind and spec == self._spec and (made := self._ahead.finish()):
            return made
        return FORMATS[kind].encode_frames(self._film.frames(plan.size, plan.stride), spec)

    def _attempts(self) -> Iterator[Attempt]:
        """Ways to encode the film, the best first."""
        said: tuple[Note, ...] = (Note("flashes"),) if self._film.dimmed else ()
        kind: AnimationKind | None = self._kind
        while kind is not None:
            changed = () if kind == self._kind else (Note("fit_format", {"format": NAMES[kind]}),)
            for plan in plans(self._film, kind, self._fps):
                yield self._attempt(kind, plan, (*said, *_given_up((*changed, *plan.notes))))
            kind = FORMATS[kind].next

    def _attempt(self, kind: AnimationKind, plan: Plan, notes: tuple[Note, ...]) -> Attempt:
        height, width = mp4.even(plan.size) if kind == "mp4" else plan.size

        def encode() -> Encoded:
            return Encoded(self._encode(kind, plan), FORMATS[kind].mime, width, height, notes)

        return Attempt(kind, height * width / plan.stride, encode)


def plans(film: Film, kind: AnimationKind, fps: float) -> Iterator[Plan]:
    """Ways to encode a film as one kind of file, the best first. Notes tell of all that is given up by each."""
    best, *others = FORMATS[kind].qualities
    full, quality, stride, notes = film.size, best, 1, tuple[Note, ...]()
    dither = gif.choose_dither(film) if kind == "gif" else ""
    yield Plan(full, best, dither=dither)
    for quality in others:
        notes = (Note("colours_left", {"colours": quality}) if kind == "gif" else Note("fit_quality"),)
        yield Plan(full, quality, dither=dither, notes=notes)
    if dither:
        dither, notes = "", (*notes, Note("fit_dither"))
        yield Plan(full, quality, notes=notes)
    if fps >= SMOOTH_FPS:
        stride, notes = 2, (*notes, _frames_note(film, 2))
        yield Plan(full, quality, stride, dither, notes)
    for share in SHRINKS[:3]:
        size = film.shrunk(share)
        yield Plan(size, quality, stride, dither, (*notes, _size_note(kind, size)))
    fewer = tuple(note for note in notes if note.name != "fit_frames")
    half = film.shrunk(0.5)
    yield Plan(half, quality, 2 * stride, dither, (*fewer, _frames_note(film, 2 * stride), _size_note(kind, half)))


def _given_up(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    """Why, before what."""
    return (Note("too_large"), *notes) if notes else ()


def _frames_note(film: Film, stride: int) -> Note:
    return Note("fit_frames", {"kept": len(range(0, film.count, stride)), "frames": film.count})


def _size_note(kind: AnimationKind, size: tuple[int, int]) -> Note:
    height, width = mp4.even(size) if kind == "mp4" else size
    return Note("fit_size", {"width": width, "height": height})
