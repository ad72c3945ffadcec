"""Pictures that flash no more than people can bear: `pictures => pictures of which few flash`.

A flash is a pair of opposing changes of a place's relative luminance by a tenth of the whole range or more, the darker
of them below 0.8 (WCAG 2.2, "general flash"). More than three in a second over more than a quarter of what is seen can
cause seizures (success criterion 2.3.1). What would be one too many is dimmed: only so much of the change is shown that
it is none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Bytes = NDArray[np.uint8]
Values = NDArray[np.float32]

CHANGE = 0.1
"""Of relative luminance, from 0 to 1."""
BRIGHT = 0.8
"""A change between two places as bright as this is no flash."""
AREA = 0.25
"""The share of the picture that may flash as it likes."""
MOST = 3
"""Flashes in a second, each of two changes."""
SMALL, CELL = 64, 4
"""Pixels of a picture's long side where it is measured, and of a place's side there."""
HALVINGS = 6
"""How finely it is searched how much of a change can be shown."""


def relative_luminance(pixels: Values) -> Values:
    """[h, w, 3] in [0, 255] => [h, w] in [0, 1], as WCAG has it."""
    part = pixels / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]), dtype=np.float32)


class FlashMeter:
    """Counts the changes of every place in the last second, picture by picture."""

    def __init__(self, fps: float) -> None:
        self._window = max(1, round(fps))
        self._changes: deque[NDArray[np.bool_]] = deque(maxlen=self._window)
        self._low = self._high = self._trend = np.zeros(0, np.float32)

    def try_picture(self, places: Values) -> int:
        """How many changes there would be in a second over more than `AREA`, if this picture came next."""
        changed = self._find_changes(places)[0]
        count = changed + sum(self._recent(), np.zeros(places.shape, np.int64))
        return int(np.sort(count, axis=None)[::-1][int(AREA * count.size)])

    def take(self, places: Values) -> None:
        """This picture comes next: relative luminances [h, w] in [0, 1]."""
        changed, self._trend, self._low, self._high = self._find_changes(places)
        self._changes.append(changed)

    def _recent(self) -> list[NDArray[np.bool_]]:
        """The changes of a second, without those of the picture that comes next."""
        return list(self._changes)[-(self._window - 1) :] if self._window > 1 else []

    def _find_changes(self, places: Values) -> tuple[NDArray[np.bool_], Values, Values, Values]:
        """Which places have turned far enough from where they last stood, and the trend and extremes of all then."""
        if self._trend.shape != places.shape:
            return np.zeros(places.shape, bool), np.zeros_like(places), places, places
        low, high = np.minimum(self._low, places), np.maximum(self._high, places)
        rises = (self._trend <= 0) & (places - low >= CHANGE) & (low < BRIGHT)
        falls = (self._trend >= 0) & (high - places >= CHANGE) & (places < BRIGHT)
        trend = np.where(rises, 1, np.where(falls, -1, self._trend)).astype(np.float32)
        turned = rises | falls
        return turned, trend, np.where(turned, places, low), np.where(turned, places, high)


class FlashLimiter:
    """Lets pictures through as they are, and dims what would flash too often. Memory does not grow."""

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._meter = FlashMeter(fps)
        self._shown: Bytes | None = None
        self._head: list[Values] = []
        self._tail: deque[Values] = deque(maxlen=max(1, round(fps)))
        self.dimmed = 0
        """How many pictures are not shown as they were."""

    def limit(self, picture: Bytes) -> Bytes:
        """What is shown of the next picture, [h, w, 3]: all of them have one size."""
        shown = self._dim(picture)
        self.dimmed += shown is not picture
        places = _places(_small(shown))
        self._meter.take(places)
        self._remember(places)
        self._shown = shown
        return shown

    def loop_stretch(self) -> float:
        """How many times as long each picture must stay so that the film, shown for ever, does not flash either where
        it begins again; 1 for most."""
        seam = [*self._tail, *self._head]
        meter, worst = FlashMeter(self._fps), 0
        for places in seam * (1 + round(2 * self._fps) // len(seam)) if seam else ():
            worst = max(worst, meter.try_picture(places))
            meter.take(places)
        return max(1.0, worst / (2 * MOST))

    def _remember(self, places: Values) -> None:
        if len(self._head) < (self._tail.maxlen or 1):
            self._head.append(places)
        self._tail.append(places)

    def _dim(self, picture: Bytes) -> Bytes:
        """The picture, or as much of the change to it as can be shown."""
        before = self._shown
        if before is None or self._is_fine(picture):
            return picture
        low, high, shown = 0.0, 1.0, before
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            mixed = _blend(before, picture, middle)
            low, high, shown = (middle, high, mixed) if self._is_fine(mixed) else (low, middle, shown)
        return shown

    def _is_fine(self, picture: Bytes) -> bool:
        return self._meter.try_picture(_places(_small(picture))) <= 2 * MOST


def most_flashes(pictures: Sequence[Bytes], fps: float) -> float:
    """Flashes in the worst second of pictures [h, w, 3], over more than a quarter of them; two changes are one."""
    meter, worst = FlashMeter(fps), 0
    for picture in pictures:
        places = _places(_small(picture))
        worst = max(worst, meter.try_picture(places))
        meter.take(places)
    return worst / 2


def _small(picture: Bytes) -> Values:
    """The same at `SMALL` pixels, in [0, 255]; a multiple of `CELL` each way."""
    height, width = picture.shape[:2]
    scale = min(1.0, SMALL / max(height, width))
    edges = [max(CELL, CELL * round(edge * scale / CELL)) for edge in (width, height)]
    drawn = Image.fromarray(picture).resize((edges[0], edges[1]), Image.Resampling.BOX)
    return np.asarray(drawn, dtype=np.float32)


def _places(small: Values) -> Values:
    """The relative luminance of each place."""
    height, width = small.shape[:2]
    cells = relative_luminance(small).reshape(height // CELL, CELL, width // CELL, CELL)
    return np.asarray(cells.mean((1, 3)), dtype=np.float32)


def _blend(before: Bytes, after: Bytes, share: float) -> Bytes:
    mixed = before + np.float32(share) * (after.astype(np.float32) - before)
    return mixed.round().clip(0, 255).astype(np.uint8)
