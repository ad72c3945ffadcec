"""Previews: of a CPU with their step, of other devices with a later one, and the same bytes."""

from __future__ import annotations

import threading

import pytest
import torch
from torch import Tensor

from engine.ascent.progress import Progress
from engine.encoders import previews
from engine.encoders.previews import Previews, copy_to_host
from engine.encoders.still import preview
from tests.engine.other_device import NAME, OtherDevice

CPU, ELSEWHERE = torch.device("cpu"), torch.device(NAME)


def report(picture: Tensor) -> Progress:
    return Progress(1, 9, lambda: picture, (picture.shape[1], picture.shape[2]))


def until_ready(made: Previews, one: Progress) -> bytes:
    """What steps bring up, as long as it takes."""
    while not (ready := made.take(one)):
        pass
    return ready


def test_on_a_cpu_a_step_brings_its_own(photo: Tensor) -> None:
    made = Previews(CPU)
    assert made.take(report(photo)) == preview(photo)
    assert made.take(report(photo)) == b"", "it is too early for another"


def test_on_another_device_a_later_step_brings_it_and_none_waits(
    photo: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = threading.Event()

    def slow(picture: Tensor, *, size: tuple[int, int]) -> bytes:
        assert may_end.wait(60)
        return preview(picture, size=size)

    monkeypatch.setattr(previews, "preview", slow)
    made, picture = Previews(ELSEWHERE, pause_s=0.0), photo.clone()
    assert [made.take(report(picture)) for _ in range(3)] == [b""] * 3
    picture.zero_()  # as a later step changes it
    may_end.set()
    assert until_ready(made, report(picture)) == preview(photo), "as it was when its copy began"
    assert until_ready(made, report(picture)) == preview(picture)
    made.close()


def test_one_that_cannot_be_made_is_heard_of(monkeypatch: pytest.MonkeyPatch, photo: Tensor) -> None:
    def breaks(picture: Tensor, *, size: tuple[int, int]) -> bytes:
        raise ValueError("it broke")

    monkeypatch.setattr(previews, "preview", breaks)
    made = Previews(ELSEWHERE)
    with pytest.raises(ValueError, match="it broke"):
        until_ready(made, report(photo))
    made.close()


def test_a_job_that_ends_does_not_wait_for_its_last_one(monkeypatch: pytest.MonkeyPatch, photo: Tensor) -> None:
    may_end = threading.Event()

    def slow(picture: Tensor, *, size: tuple[int, int]) -> bytes:
        may_end.wait(60)
        return b""

    monkeypatch.setattr(previews, "preview", slow)
    made = Previews(ELSEWHERE)
    made.take(report(photo))
    made.close()
    assert not may_end.is_set()
    may_end.set()


def test_a_picture_of_another_device_comes_to_the_cpu(photo: Tensor) -> None:
    with OtherDevice():
        copied = copy_to_host(photo.to(NAME))()
    assert copied.device.type == "cpu"
    assert copied.equal(photo)
