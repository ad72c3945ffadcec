"""How long starting takes: `python -m tests.start_times [--size 512] [--json FILE]`. Numbers, no verdict.

Everything in CPU seconds of whole processes, which neighbours change little, in turns A B A B, medians:

    help     `pareidolia --help`, beside a Python that does nothing
    bot      `import bot.app` as a start does it, which does not look for garbage meanwhile, beside the import of
             everything of others that it imports, done in the same way
    engine   from `import torch` until a worker is ready
    dreams   the first dream of a worker that is ready, and the later ones
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Final

OURS: Final = ("bot", "engine", "tests", "__main__")
NOTHING: Final = "pass"
HELP: Final = "import sys; sys.argv[1:] = ['--help']; from engine.cli.program import main; main()"
BOT: Final = "from bot.__main__ import import_app; import_app()"
OTHERS: Final = f"""
import sys
known = set(sys.modules)
{BOT}
new = [name for name in sys.modules if name not in known and name.partition(".")[0] not in {OURS}]
print(" ".join(new))
"""
"""Says what of others the bot imports, in order."""
IMPORT_OTHERS: Final = """
import gc, importlib, sys
gc.disable()
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ImportError:  # some are made up by whoever imports them
        pass
gc.freeze()
"""
DREAMS: Final = """
import json, sys, time
import torch
imported = time.process_time()
from engine.openmp import sleep_while_waiting
from engine import worker, params, settings
from engine.runtime import Runtime
runtime = Runtime(threads=int(sys.argv[3]), catalog=settings.read().catalog)
worker._warm_up(runtime)
times = [imported, time.process_time()]
from engine.render import render
wanted = params.make(params.Dream, runtime.catalog, size=int(sys.argv[1]), layer="high", seed=1)
for _ in range(int(sys.argv[2])):
    for _ in render(wanted, None, runtime):
        pass
    times.append(time.process_time())
print(json.dumps(times))
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dreams", type=int, default=4)
    parser.add_argument("--size", type=int, default=512, help="of the dreams")
    parser.add_argument("--threads", type=int, default=1, help="of the engine")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(arguments)
    found = {**_starts(asked.rounds), **_dreams(asked.size, asked.dreams, asked.threads)}
    for name, value in found.items():
        print(f"{name:58}{value:8.3f}")
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def _starts(rounds: int) -> dict[str, float]:
    others = _run(OTHERS).split()
    took = _in_turns(
        {
            "nothing": lambda: _cpu_s(NOTHING),
            "help": lambda: _cpu_s(HELP),
            "others": lambda: _cpu_s(IMPORT_OTHERS, *others),
            "bot": lambda: _cpu_s(BOT),
        },
        rounds,
    )
    return {
        "pareidolia --help (CPU s)": took["help"],
        "Python alone (CPU s)": took["nothing"],
        "import bot.app (CPU s)": took["bot"],
        "import bot.app above its third-party imports (CPU s)": took["bot"] - took["others"],
    }


def _dreams(size: int, count: int, threads: int) -> dict[str, float]:
    times: list[float] = json.loads(_run(DREAMS, str(size), str(count), str(threads)))
    imported, ready, *ends = times
    first, *later = (end - begin for begin, end in zip([ready, *ends], ends, strict=False))
    return {
        "import torch (CPU s)": imported,
        "engine ready after torch is imported (CPU s)": ready - imported,
        f"first dream of {size} px (CPU s)": first,
        f"later dreams of {size} px (CPU s)": median(later),
        "first dream / later ones": first / median(later),
    }


def _in_turns(measures: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Medians; one more round, not counted, fills the caches of the disk."""
    seconds: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds + 1):
        for name, measure in measures.items():
            seconds[name].append(measure())
    return {name: median(taken[1:]) for name, taken in seconds.items()}


def _cpu_s(code: str, *words: str) -> float:
    """CPU seconds of a Python that runs this."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(code, *words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _run(code: str, *words: str) -> str:
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as installed: compiled
    asked = [sys.executable, "-c", code, *words]
    return subprocess.run(asked, capture_output=True, text=True, check=True, env=environment).stdout


if __name__ == "__main__":
    main()
