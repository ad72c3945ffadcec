"""Several pictures by one job: each a file of its own, those that fail left out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from engine import recipes, worker
from engine import settings as settings_
from engine.batch import Batch
from engine.canvas.image_grid import cover
from engine.files.blobs import BlobKey
from engine.params import Dream
from engine.queue.job import Job, batch_result, count_pictures
from engine.runtime import Runtime

PARAMS = Dream(network="pocket", size=128, octaves=1, iterations=2, seed=3)


class Parent:
    """Takes what a worker sends, and answers each step with a word."""

    def __init__(self, *words: str) -> None:
        self.sent: list[dict[str, Any]] = []
        self.previews: list[bytes] = []
        self._words = iter(words)

    def send(self, blob: bytes = b"", **header: Any) -> None:
        self.sent.append(header)
        self.previews.extend(filter(None, (blob,)))

    def receive(self) -> dict[str, Any]:
        return {"word": next(self._words, "")}


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.effect_mandelbrot((width, height), (-2, -1, 1, 1), 20).convert("RGB").save(out, "PNG")
    return out.getvalue()


def serve(data_dir: Path, parent: Parent, *pictures: bytes) -> tuple[worker.Worker, dict[str, Any]]:
    """A worker that did a job with these pictures, and its last report."""
    made = worker.Worker(settings_.load(data_dir=data_dir), Runtime("cpu", "float32"), parent)  # type: ignore[arg-type]
    first, *further = [made.blobs.put(data) for data in pictures]
    others = {f"picture{number}": key for number, key in enumerate(further, 2)}
    made.serve({"id": "j" * 20, "params": PARAMS.model_dump_json(), "picture": first, "others": others,
                "limit_bytes": 10**7, "history": ""})  # fmt: skip
    return made, parent.sent[-1]


def test_each_picture_is_a_file_of_its_own_shape_and_steps_are_those_of_all(data_dir: Path) -> None:
    parent = Parent()
    made, report = serve(data_dir, parent, png(128, 96), png(96, 128))
    assert report["report"] == "done"
    each = report["result"]["facts"]["variations"]
    assert [(one["width"], one["height"]) for one in each] == [(128, 96), (96, 128)]
    assert report["result"]["facts"]["pictures"] == [0, 1]
    assert report["result"]["blob"] == each[0]["blob"] != each[1]["blob"]
    data = made.blobs.get(BlobKey(each[1]["blob"]))
    assert data
    assert b'"pareidolia"' in data or b"pareidolia\0{" in data
    steps = [(one["step"], one["steps"]) for one in parent.sent if one["report"] == "progress"]
    assert steps == [(step, len(steps)) for step in range(1, len(steps) + 1)]
    assert [one["at"] for one in parent.sent if one["report"] == "made"] == [0, 1]
    assert Image.open(io.BytesIO(parent.previews[0])).size == (512, 252)


def test_where_one_fails_the_others_are_made(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dreamed = recipes.run
    calls: list[int] = []

    def run(*given: Any) -> Any:
        calls.append(len(calls))
        if calls[-1] == 1:
            raise MemoryError
        return dreamed(*given)

    monkeypatch.setattr(recipes, "run", run)
    _, report = serve(data_dir, Parent(), png(128, 96), png(96, 128), png(96, 96))
    assert report["result"]["facts"]["pictures"] == [0, 2]
    assert report["result"]["width"] == 128
    calls[:] = [0]
    _, report = serve(data_dir, Parent(), png(128, 96))
    assert report == {"report": "failed", "error": "OutOfMemory", "facts": {}}


def test_what_is_kept_early_is_the_last(data_dir: Path) -> None:
    _, report = serve(data_dir, Parent("", "", "keep"), png(128, 96), png(96, 128), png(96, 96))
    assert report["result"]["facts"]["pictures"] == [0, 1]


def test_told_to_stop_nothing_more_is_made(data_dir: Path) -> None:
    parent = Parent("", "", "stop")
    _, report = serve(data_dir, parent, png(128, 96), png(96, 128), png(96, 96))
    assert report == {"report": "stopped"}
    assert len([one for one in parent.sent if one["report"] == "progress"]) == 3


def test_previews_show_the_middle_of_each_and_stand_as_the_files_will() -> None:
    picture = torch.zeros(3, 20, 40)
    picture[:, :, 10:30] = 1
    assert torch.equal(cover(picture, 10).round(), torch.ones(3, 10, 10))
    sizes = {count: Batch([png(64, 48)] * count)._size for count in (2, 3, 4)}
    assert sizes == {2: (256, 520), 3: (520, 784), 4: (520, 520)}


def test_a_job_says_how_many_pictures_it_makes_and_is_one_for_each() -> None:
    keys = [BlobKey(letter * 64) for letter in "abc"]
    job = Job(PARAMS, "ada", keys[0], others={"picture2": keys[1], "picture3": keys[2], "mask": keys[0]})
    assert job.batch == tuple(keys)
    assert job.pictures == 3 == count_pictures(1, job.others)
    assert job.alone(2) == Job(PARAMS, "ada", keys[2], others={"mask": keys[0]})
    assert Job(PARAMS, "ada").pictures == 1


def test_the_result_of_a_batch_is_the_first_that_was_made_and_says_of_which_they_are() -> None:
    whole = batch_result({2: {"blob": "c"}, 1: {"blob": "b"}})
    assert whole == {"blob": "b", "facts": {"variations": [{"blob": "b"}, {"blob": "c"}], "pictures": [1, 2]}}
