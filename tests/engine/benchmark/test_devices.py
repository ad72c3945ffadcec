import re
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import runtime as runtime_
from engine.benchmark import devices
from engine.benchmark.devices import Case, Comparison
from engine.benchmark.roofline import Peaks
from engine.errors import PareidoliaError
from engine.gallery.sources import source
from engine.params import Dream, Zoom
from engine.passes.shared_passes import SharedPasses
from engine.runtime import Runtime

QUICK = {"size": 128, "layer": "mid", "octaves": 1, "iterations": 1, "network": "pocket"}


def test_a_device_is_as_good_as_itself(runtime: Runtime) -> None:
    found = devices.compare(Case(Dream, QUICK), runtime, runtime)
    assert found.alike == pytest.approx(1)
    assert found.pictures[0].equal(found.pictures[1])
    assert min(found.cpu_s, found.device_s, devices.median_seconds(Case(Dream, QUICK), runtime, 1)) > 0


def test_each_recipe_is_told_of_and_what_does_not_run_is_the_exit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def compare(case: Case, cpu: Runtime, device: Runtime) -> Comparison:
        if issubclass(case.kind, Zoom):
            raise RuntimeError("has no deterministic implementation")
        return Comparison(0.9, 2.0, 0.1, (torch.rand(3, 20, 30), torch.rand(3, 20, 30)))

    monkeypatch.setattr(devices, "compare", compare)
    monkeypatch.setattr(devices, "measure_peaks", lambda *_: Peaks(1e12, 1e11))
    with pytest.raises(SystemExit, match="did not run: zoom"):
        devices.main(["--device", "cpu", "--out", str(tmp_path), "--timed", "--jobs"])
    told = capsys.readouterr().out
    assert "dream: alike 0.900, 2.00 s and 0.10 s" in told
    assert "zoom: RuntimeError: has no deterministic implementation" in told
    assert len(list(tmp_path.glob("*.jpg"))) == len(devices.CASES) - 1


SMALL = {"size": 128, "layer": "mid", "octaves": 1, "iterations": 2}


@pytest.mark.slow
def test_jobs_at_once_meet_and_what_is_timed_is_held_against_the_peak(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole script on a CPU, with tiny cases."""
    together: list[int] = []
    meet = SharedPasses._compute

    def watch(passes: SharedPasses, visits: list[Any]) -> None:
        together.append(len(visits))
        meet(passes, visits)

    monkeypatch.setattr(SharedPasses, "_compute", watch)
    monkeypatch.setattr(runtime_, "SharedPasses", partial(SharedPasses, patience_s=3.0))  # of a busy machine
    monkeypatch.setattr(devices, "source", cache(source))  # which is painted for each run, outside of its time
    monkeypatch.setattr(devices, "TIMED", {devices.AT_ONCE: Case(Dream, SMALL)})
    monkeypatch.setattr(devices, "CASES", {"dream": Case(Dream, SMALL)})
    # so little that a share of it is seen at any load: shares are printed to a tenth of a percent
    monkeypatch.setattr(devices, "measure_peaks", lambda *_: Peaks(1e8, 1e8))
    devices.main(["--device", "cpu", "--jobs", "3", "--dtype", "float32", "--rounds", "2"])
    told = capsys.readouterr().out
    (alike,) = re.findall(r"dream: alike ([\d.]+)", told)
    assert float(alike) > 0.99
    (alone,) = re.findall(r"512 px, float32: (\d+) ms, .* ([\d.]+)% of its peak, ([\d.]+)% of the roofline", told)
    assert all(float(figure) > 0 for figure in alone)
    assert float(alone[1]) <= float(alone[2])
    (rate,) = re.findall(r"3 at once: ([\d.]+) a second", told)
    assert float(rate) > 0
    assert max(together) == 3


def test_a_job_that_fails_while_others_wait_for_it_is_told(runtime: Runtime) -> None:
    with pytest.raises(PareidoliaError):
        devices.dreams_a_second(Case(Dream, QUICK | {"layer": "nowhere"}), runtime, 2, 1)
