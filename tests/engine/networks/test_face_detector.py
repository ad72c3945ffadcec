"""Faces in photographs, and none where there are none; without the package there is no detector."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torchvision.ops import nms

from engine.catalog.catalog import shipped_catalog
from engine.networks import face_detector
from tests.catalogs import catalog


@pytest.fixture
def found() -> face_detector.Detector:
    detector = face_detector.detector(shipped_catalog())
    if detector is None:
        pytest.skip("facenet-pytorch is not installed")
    return detector


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """No package is installed, and nobody remembers one."""
    monkeypatch.setattr("engine.catalog.network_files.util.find_spec", lambda _module: None)
    catalog.include(tmp_path)
    face_detector.detector.cache_clear()
    yield tmp_path
    face_detector.detector.cache_clear()


def photograph(name: str) -> Tensor:
    data = pytest.importorskip("skimage.data")
    picture = torch.from_numpy(getattr(data, name)()).float() / 255
    return picture[None].expand(3, -1, -1) if picture.ndim == 2 else picture.permute(2, 0, 1)


def test_the_astronauts_face_is_found_where_it_is(found: face_detector.Detector) -> None:
    for picture in (photograph("astronaut"), photograph("astronaut")[:, ::2, ::2]):
        ((left, top, right, bottom, share),) = found.faces(picture).tolist()
        assert share > 0.99
        assert left < 0.43 < right
        assert top < 0.22 < bottom
        assert right - left < 0.25


def test_a_face_in_profile_is_found(found: face_detector.Detector) -> None:
    assert found.faces(photograph("camera"))[:, 4].max() > 0.9


@pytest.mark.parametrize("name", ["chelsea", "coffee", "rocket", "gravel", "brick", "grass", "coins", "page", "moon"])
def test_there_is_none_where_there_is_none(found: face_detector.Detector, name: str) -> None:
    assert found.faces(photograph(name)).shape == (0, 5)


def test_pictures_of_any_shape_can_be_searched(found: face_detector.Detector) -> None:
    for picture in (torch.rand(3, 16, 400), torch.rand(3, 300, 8), torch.zeros(3, 32, 32)):
        assert found.faces(picture).shape[1] == 5


def test_without_the_package_there_is_no_detector(nowhere: Path) -> None:
    assert face_detector.detector(shipped_catalog()) is None


def test_nor_with_a_damaged_one(nowhere: Path) -> None:
    for name in ("pnet.pt", "rnet.pt", "onet.pt"):
        (nowhere / name).write_bytes(b"not weights")
    assert face_detector.detector(shipped_catalog()) is None


def test_overlapping_boxes_are_one_as_torchvision_has_it() -> None:
    random = torch.Generator().manual_seed(3)
    corners = torch.rand(400, 2, generator=random) * 300
    sides = torch.rand(400, 2, generator=random) * 80 + 5
    boxes = torch.cat([corners, corners + sides, torch.rand(400, 1, generator=random)], 1)
    for overlap in (0.3, 0.5, 0.7):
        expected = boxes[nms(boxes[:, :4], boxes[:, 4], overlap)]
        assert 50 < len(expected) < 400
        assert torch.equal(face_detector._non_maximum_suppression(boxes, overlap), expected)
    assert face_detector._non_maximum_suppression(torch.zeros(0, 5), 0.5).shape == (0, 5)
