"""An engine for each GPU of a machine: `settings => processes, each started again when it ends`, until SIGTERM.

Each has a folder of its own in the machine's data folder, for its name, its lock and its log; they share the networks.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from engine import logs
from engine.errors import SettingsError
from engine.platform import backoff, subprocesses
from engine.settings import Settings, load
from engine.supervisor import UNUSABLE

log = logging.getLogger("pareidolia.gpus")

SUPERVISOR = (sys.executable, "-m", "engine.supervisor")
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
LONG_LIFE_S = 60.0
"""An engine that lived for so long is started again at once."""
ASK = """
import json, os, torch
count = torch.cuda.device_count() if torch.cuda.is_available() else 0
named = [one for one in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if one]
print(json.dumps((named or [str(one) for one in range(count)])[:count]))
"""
"""Asked in a process of its own: who counts GPUs with torch takes some of their memory."""
NO_GPU = "torch finds no GPU here. Start `pareidolia engine` without `--gpus`, or look at `nvidia-smi`."


def list_gpus(python: str = sys.executable) -> list[str]:
    """The names of the GPUs that torch can use, as CUDA_VISIBLE_DEVICES has them."""
    asked = subprocess.run([python, "-c", ASK], capture_output=True, text=True, check=False)
    if asked.returncode:
        log.error("torch cannot be asked for GPUs: %s", asked.stderr.strip().rpartition("\n")[2])
        return []
    return [str(one) for one in json.loads(asked.stdout)]


def main(gpus: Sequence[str] | None = None) -> int:
    """Run an engine on each GPU until SIGTERM. Returns the exit status."""
    settings = load()
    logs.start(settings, "gpus")
    found = list_gpus() if gpus is None else gpus
    if not found:
        log.error("%s (%s)", NO_GPU, SettingsError.code)
        return UNUSABLE
    asyncio.run(run(settings, found))
    return 0


async def run(settings: Settings, gpus: Sequence[str], command: Sequence[str] = SUPERVISOR) -> None:
    """Keep them all running until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as group:
        for at, gpu in enumerate(gpus):
            group.create_task(_keep(gpu, make_folder(settings, at), command, stop), name=f"gpu {gpu}")


def make_folder(settings: Settings, number: int) -> Path:
    """The folder of one of them."""
    folder = settings.data_dir / f"gpu{number}"
    folder.mkdir(mode=0o700, exist_ok=True)
    networks = folder / "networks"
    if not networks.is_symlink() and not networks.exists():
        settings.networks_dir.mkdir(exist_ok=True)
        networks.symlink_to(settings.networks_dir.absolute(), target_is_directory=True)
    return folder


async def _keep(gpu: str, folder: Path, command: Sequence[str], stop: asyncio.Event) -> None:
    """One engine, started again when it ends, but for what a person must change first."""
    failed = 0
    while not stop.is_set():
        since = time.monotonic()
        status = await _run_once(gpu, folder, command, stop)
        if stop.is_set() or status == UNUSABLE:
            return
        failed = 0 if time.monotonic() - since > LONG_LIFE_S else failed + 1
        pause = backoff.pause_s(failed, FIRST_PAUSE_S, LONGEST_PAUSE_S)
        log.error("the engine of GPU %s has ended with %s; next start in %.0f s", gpu, status, pause)
        await asyncio.wait((asyncio.create_task(stop.wait()),), timeout=pause)


async def _run_once(gpu: str, folder: Path, command: Sequence[str], stop: asyncio.Event) -> int | None:
    """Until it ends, or is asked to."""
    given = (f"CUDA_VISIBLE_DEVICES={gpu}", f"PAREIDOLIA_DATA_DIR={folder}")
    # `env` adds these to what the engine inherits; only engine.settings reads an environment
    process = await asyncio.create_subprocess_exec("env", *given, *command)
    log.info("GPU %s has engine %d", gpu, process.pid)
    ending, stopping = asyncio.create_task(process.wait()), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((ending, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not ending.done():
            process.terminate()
            await ending
    finally:
        stopping.cancel()
        await subprocesses.kill(process)
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
