from pathlib import Path

import pytest
import torch

from engine.benchmark import devices
from engine.benchmark.devices import Case, Comparison
from engine.params import Dream, Zoom
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
    with pytest.raises(SystemExit, match="did not run: zoom"):
        devices.main(["--device", "cpu", "--out", str(tmp_path), "--timed"])
    told = capsys.readouterr().out
    assert "dream: alike 0.900, 2.00 s and 0.10 s" in told
    assert "zoom: RuntimeError: has no deterministic implementation" in told
    assert len(list(tmp_path.glob("*.jpg"))) == len(devices.CASES) - 1
