"""An engine for each GPU, on machines whose GPUs are only named."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine import gpu_engines, settings
from engine.cli import commands
from engine.supervisor import UNUSABLE

pytestmark = pytest.mark.process

NOTE = """
import os, pathlib, sys, time
folder = pathlib.Path(os.environ["PAREIDOLIA_DATA_DIR"])
with (folder / "starts").open("a") as starts:
    starts.write(os.environ["CUDA_VISIBLE_DEVICES"] + "\\n")
if folder.name == "gpu0" and (folder / "starts").read_text().count("\\n") == 1:
    sys.exit(1)
if folder.name == "gpu2":
    sys.exit(78)
time.sleep(600)
"""


def starts(data_dir: Path, number: int) -> list[str]:
    path = data_dir / f"gpu{number}" / "starts"
    return path.read_text().split() if path.exists() else []


async def test_each_gpu_has_an_engine_which_is_started_again(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_engines, "FIRST_PAUSE_S", 0.01)
    chosen = settings.load(data_dir=data_dir)
    running = asyncio.create_task(gpu_engines.run(chosen, ["3", "5", "7"], (sys.executable, "-c", NOTE)))
    wanted = [["3", "3"], ["5"], ["7"]]
    async with asyncio.timeout(120):
        while [starts(data_dir, number) for number in range(3)] != wanted:
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)
        await running
    assert [starts(data_dir, number) for number in range(3)] == wanted, "what a person must change is not tried again"
    for number in range(3):
        assert (data_dir / f"gpu{number}" / "networks").resolve() == chosen.networks_dir.resolve()


def test_without_a_gpu_there_is_a_sentence(data_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert gpu_engines.main(gpus=[]) == UNUSABLE
    assert "without `--gpus`" in caplog.text


def test_a_torch_that_cannot_be_asked_has_none(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no torch >&2\nexit 1\n")
    broken.chmod(0o700)
    assert gpu_engines.list_gpus(str(broken)) == []


@pytest.mark.parametrize("words", [["--gpus", "some"], ["--gpus", "-1"]])
def test_what_is_no_number_of_gpus_is_refused(words: list[str]) -> None:
    assert CliRunner().invoke(commands.app, ["engine", *words]).exit_code == 2
