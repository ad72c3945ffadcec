"""The pages of all subjects: `pictures => files, and the names on each`."""

import json
from pathlib import Path

import torch
from PIL import Image

from engine.catalog import subject_sheets as shipped
from engine.gallery import subject_sheets
from engine.runtime import Runtime


def test_pages_are_about_equal_and_the_index_names_what_is_on_each(tmp_path: Path) -> None:
    painted = {f"thing {number}": torch.full((3, 32, 32), number / 22) for number in range(22)}
    files = list(subject_sheets.write("lite2", painted, tmp_path))
    assert files == [shipped.page_file("lite2", number, tmp_path) for number in range(2)]
    names = json.loads(shipped.index_file("lite2", tmp_path).read_text("utf-8"))
    assert [len(page) for page in names] == [11, 11]
    assert [name for page in names for name in page] == [*painted]
    with Image.open(files[0]) as first, Image.open(files[1]) as last:
        assert first.size == last.size
    assert [len(page) for page in subject_sheets.spread([str(number) for number in range(76)])] == [19] * 4
    assert subject_sheets.spread([]) == []


def test_the_middle_of_what_is_imagined_is_shown() -> None:
    picture = torch.zeros(3, 100, 50)
    picture[:, 16:84, 8:42] = 1
    shown = subject_sheets.middle(picture)
    assert shown.shape == (3, 68, 34)
    assert shown.min() == 1


def test_a_subject_is_painted(tmp_path: Path) -> None:
    picture = subject_sheets.paint(Runtime("cpu", "float32", 1), "pocket", "eyes", iterations=16)
    assert picture.shape[0] == 3
    assert picture.shape[1] == picture.shape[2]
    assert 0 <= picture.min() < picture.max() <= 1
    assert picture.std() > 0.05
