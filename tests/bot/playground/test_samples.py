"""The paintings among the samples are what engine/gallery paints.

They are kept as files because the bot's side has no numpy; `python -m tests.bot.playground.test_samples` makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageStat

from bot.playground import samples
from engine.gallery import nature, skies
from engine.gallery.building import building
from engine.paintings.procedural_painting import Plane

WIDTH: Final = 512
QUALITY: Final = 45
MOST_BYTES: Final = 60_000
PAINTERS: Final[Mapping[str, Callable[[int], Plane]]] = {
    "clouds": skies.cumulus,
    "street": building,
    "leaves": nature.leaves,
}


def paint(name: str) -> Image.Image:
    """Return a painting as it is before it is packed."""
    return Image.fromarray((np.clip(PAINTERS[name](WIDTH), 0, 1) * 255 + 0.5).astype(np.uint8))


def test_they_are_small_and_the_last_of_eight() -> None:
    assert [sample.name for sample in samples.available()][5:] == list(PAINTERS)
    files = [samples.PAINTED / sample.source for sample in samples.PAINTINGS]
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


@pytest.mark.parametrize("name", PAINTERS)
def test_they_are_what_the_gallery_paints(name: str) -> None:
    kept = samples.painting(f"{name}.webp")
    fresh = paint(name)
    assert kept.size == fresh.size
    off = ImageStat.Stat(ImageChops.difference(kept, fresh)).mean
    assert max(off) < 12, "of 255, by the packing alone"


def test_photos_are_those_of_scikit_image_which_is_not_imported() -> None:
    theirs = pytest.importorskip("skimage.data", reason="it has the photos: install the extra `play`")
    for sample in samples.PHOTOS:
        name = sample.source.partition(".")[0]
        assert np.array_equal(np.asarray(samples.photo(sample.source)), getattr(theirs, name)()), name


if __name__ == "__main__":
    for one in PAINTERS:
        paint(one).save(samples.PAINTED / f"{one}.webp", quality=QUALITY, method=6)
