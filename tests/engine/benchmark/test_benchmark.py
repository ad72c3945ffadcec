"""`make bench`: what it measures is what it says. How fast anything is, no test says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d

from engine.ascent.gradient import gradient
from engine.benchmark import __main__ as program
from engine.benchmark import comparison, roofline
from engine.benchmark.cases import Case
from engine.benchmark.roofline import Operation, Peaks
from engine.benchmark.textbook import Textbook
from engine.networks.pocket import MEAN, STD
from engine.objectives import layer
from tests.engine.small_networks import network, stages


class Whole(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stages = stages()
        self.last = nn.Conv2d(24, 5, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for stage in self.stages.values():
            x = stage(x)
        scores: torch.Tensor = self.last(x)
        return scores


def textbook(whole: bool) -> Textbook:
    model = Whole()
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEAN, STD))
    return Textbook(model, model.stages["mixed2"], "mixed2", lambda x: (x - mean) / std, whole=whole)


@pytest.mark.parametrize("whole", [True, False])
def test_a_textbook_does_the_work_of_all_weights_and_finds_the_same_slope(whole: bool) -> None:
    book, picture = textbook(whole), comparison.noise(48)
    ran: list[bool] = []
    book.model.get_submodule("last").register_forward_hook(lambda *_: ran.append(True))
    slope = gradient(book, layer("mixed2"), picture)
    torch.testing.assert_close(slope, gradient(network(stages()), layer("mixed2"), picture), rtol=1e-3, atol=1e-7)
    assert bool(ran) is whole
    assert all(one.grad is not None for one in book.model.get_submodule("stages").parameters())


def test_loops_are_compared_by_equal_work_with_equal_results(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = Case("mixed2", lambda: network(stages()), textbook)
    monkeypatch.setattr("engine.benchmark.cases.CASES", {"small": lambda: case})
    monkeypatch.setattr(roofline, "SIDE", 16)
    monkeypatch.setattr(roofline, "BYTES", 4096)
    words = "--case small --size 64 --octaves 2 --iterations 2 --rounds 1 --memory-size 0 --threads 1 --json"
    program.main([*words.split(), str(tmp_path / "a.json")])
    loops = json.loads((tmp_path / "a.json").read_text())["cases"]["small mixed2"]
    assert set(loops) == {"ours, float32", "ours, bfloat16", "textbook", "textbook, truncated"}
    assert loops["textbook"]["cpu_ratio"] == 1
    assert loops["textbook, truncated"]["activation"] == pytest.approx(1, abs=1e-4)
    assert loops["ours, float32"]["activation"] == pytest.approx(1, abs=0.01)
    assert loops["ours, float32"]["gflop_per_mpx_it"] < loops["textbook"]["gflop_per_mpx_it"], "no weights' gradients"
    assert all(one["cpu_s"] > 0 and one["wall_s"] > 0 for one in loops.values())
    printed = capsys.readouterr().out
    assert "of roofline" in printed
    assert all(name in printed for name in loops)


def test_an_operation_is_counted_by_its_arithmetic_and_by_what_it_moves() -> None:
    x, weight = torch.ones(1, 4, 8, 8), torch.ones(6, 4, 3, 3)
    (found,) = (one for one in roofline.record(lambda: conv2d(x, weight, padding=1)) if "convolution" in one.name)
    assert found.flops == 2 * 6 * 4 * 9 * 64
    assert found.bytes == 4 * (x.numel() + weight.numel() + 6 * 64)
    slow, quick = Peaks(1.0, 1e12), Peaks(1e12, 1.0)
    assert (found.seconds(slow), found.seconds(quick)) == (found.flops, found.bytes)
    assert roofline.roofline([found, Operation("add", 0, 5)], quick).seconds == found.bytes + 5


def test_what_works_on_single_values_is_free() -> None:
    x = torch.ones(2, 3)
    assert [one.bytes for one in roofline.record(lambda: x.relu())] == [0]


def test_slopes_of_weights_count_only_where_they_are_made() -> None:
    x, weight = torch.ones(1, 4, 8, 8, requires_grad=True), torch.ones(6, 1, 3, 3, requires_grad=True)

    def backward(*wanted: torch.Tensor) -> Operation:
        y = conv2d(x, weight.repeat(1, 2, 1, 1), padding=1, groups=2)
        return next(one for one in roofline.record(lambda: torch.autograd.grad(y.sum(), wanted)) if one.flops)

    alone, both = backward(x), backward(x, weight)
    assert (alone.flops, both.flops) == (2 * 6 * 2 * 9 * 64, 2 * 2 * 6 * 2 * 9 * 64)
    assert both.bytes > alone.bytes


def test_views_move_nothing() -> None:
    assert roofline.record(lambda: torch.ones(2, 3).T.reshape(3, 2)[0])[0].name == "aten.ones"
