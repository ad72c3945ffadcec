"""A picture of any shape has one size: where it is dreamed, and where it is only shown smaller."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from engine.files import picture_size


@pytest.mark.parametrize(
    ("edges", "size", "dreamed", "shown"),
    [
        ((600, 800), 512, (384, 512), (384, 512)),
        ((341, 512), 256, (170, 256), (170, 256)),
        ((64, 1280), 512, (114, 2280), (26, 512)),
        ((1280, 64), 512, (2280, 114), (512, 26)),
        ((9, 9), 1, (1, 1), (1, 1)),
    ],
)
def test_only_what_is_dreamed_counts_the_area_of_a_strip(
    edges: picture_size.Edges, size: int, dreamed: picture_size.Edges, shown: picture_size.Edges
) -> None:
    assert picture_size.fit(edges, size) == dreamed
    assert picture_size.fit(edges, size, strips_by_area=False) == shown


def test_a_png_says_its_edges_first() -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 70)).save(out, "PNG")
    assert picture_size.png_edges(out.getvalue()) == (300, 70)
    assert [picture_size.png_edges(data) for data in (b"", out.getvalue()[:20], b"GIF89a" + bytes(40))] == [None] * 3
