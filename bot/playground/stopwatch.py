"""How long people wait: `python -m bot.playground.stopwatch [--dreams N]`.

Runs the real bot and the real engine in the playground on an empty data folder and asks for N dreams of 512 px, each
when the channel has been quiet for a while (a channel takes about five edits in five seconds). Prints how long it took
until the status message stood, the first preview, and the result, in seconds; from the ledger how long a job waited for
the engine, in milliseconds; and the slowest callback of the bot's event loop, in milliseconds of CPU time. The first
dream warms the engine up and is not counted.

With `--stops N` every recipe is stopped N times while it runs: seconds from the press of Cancel until the message says
so, and until the engine is free again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.playground import message_rules, samples
from bot.playground.server import Playground
from bot.playground.world import Message

TIMEOUT_S = 300.0
QUIET_S = 6.0
LONG: dict[str, dict[str, Any]] = {
    "dream": {"layer": "high", "size": 1024},
    "zoom": {"layer": "high"},
    "concept": {"subject": "owl"},
    "style": {"painting": "swirls"},
    "see layer": {"layer": "high"},
    "see": {},
}
"""Every recipe, its command first, with options that make it last."""
PICTURED = ("dream", "zoom", "style", "see")


@dataclass(frozen=True)
class Lap:
    """One dream, in seconds since the command."""

    acknowledged: float
    previewed: float
    finished: float


async def main(dreams: int, stops: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="p-") as folder:
        data_dir = Path(folder)
        watch = data_dir / "loop.json"
        playground = Playground()
        await playground.start()
        playground.run_bot(data_dir, (sys.executable, "-m", "bot.loop_profiler", str(watch)))
        world = playground.world
        await world.until(lambda: world.online and bool(world.commands), TIMEOUT_S)
        laps = [await lap(playground) for _ in range(dreams + 1)][1:]
        told = {name: [await time_stop(playground, data_dir, name) for _ in range(stops)] for name in LONG if stops}
        await playground.stop()
        _print(laps, start_delays_ms(data_dir)[1 : dreams + 1], json.loads(watch.read_text("utf-8")))
        for name, times in told.items():
            _line(f"{name}: told after (s)", [seen for seen, _ in times])
            _line(f"{name}: stopped after (s)", [free for _, free in times])


async def lap(playground: Playground) -> Lap:
    """One dream of the cat."""
    world = playground.world
    loop = asyncio.get_running_loop()
    times: dict[str, float] = {}
    began = loop.time()

    def look(event: Any) -> None:
        message = event.facts.get("message")
        if message is not None and message.author_id == world.bot.id:
            for stage in stages(message):
                times.setdefault(stage, loop.time() - began)

    await asyncio.sleep(QUIET_S)
    picture = playground.upload("cat.png", samples.sample_png("cat"))
    began = loop.time()
    stop = world.listen(look)
    playground.command("Sam", "dreams", "dream", layer="high", image=picture)
    await world.until(lambda: "finished" in times, TIMEOUT_S)
    stop()
    return Lap(times["acknowledged"], times.get("previewed", times["finished"]), times["finished"])


async def time_stop(playground: Playground, data_dir: Path, name: str) -> tuple[float, float]:
    """Stop a recipe once its first preview is there: seconds until that is told, and until the job has ended."""
    world = playground.world
    await asyncio.sleep(QUIET_S)
    options = dict(LONG[name])
    if name in PICTURED:
        options["image"] = playground.upload("cat.png", samples.sample_png("cat"))
    asked = playground.command("Sam", "dreams", name.partition(" ")[0], **options)
    status = await world.until(lambda: playground.response_to(asked), TIMEOUT_S)
    await world.until(lambda: "previewed" in stages(world.messages[status.id]), TIMEOUT_S)
    pressed, began = time.time(), asyncio.get_running_loop().time()
    playground.press("Sam", world.messages[status.id], "Cancel")
    await world.until(lambda: "acknowledged" not in stages(world.messages[status.id]), TIMEOUT_S)
    seen = asyncio.get_running_loop().time() - began
    return seen, await asyncio.to_thread(_newest_end, data_dir) - pressed


def _newest_end(data_dir: Path) -> float:
    """When the newest job ended, in seconds since 1970; waits until it has."""
    with sqlite3.connect(data_dir / "pareidolia.db") as ledger:
        while not (found := ledger.execute("SELECT finished FROM jobs ORDER BY created DESC LIMIT 1").fetchone())[0]:
            time.sleep(0.01)
    return float(found[0])


def stages(message: Message) -> list[str]:
    """What a state of the status message proves."""
    verbs = {str(item.get("custom_id")).partition(":")[0] for _, item in message_rules.walk(message.components, "")}
    known = (("cancel", "acknowledged"), ("keep", "previewed"), ("deeper", "finished"))
    return [stage for verb, stage in known if verb in verbs]


def start_delays_ms(data_dir: Path) -> list[float]:
    """Milliseconds between a job's row and its start, in order."""
    with sqlite3.connect(data_dir / "pareidolia.db") as ledger:
        rows = ledger.execute("SELECT (started - created) * 1000 FROM jobs ORDER BY created").fetchall()
    return [float(row[0]) for row in rows]


def _print(laps: list[Lap], starts: list[float], loop: dict[str, Any]) -> None:
    for name in ("acknowledged", "previewed", "finished"):
        _line(f"{name} after (s)", [getattr(lap, name) for lap in laps])
    _line("enqueue to start (ms)", starts)
    print(f"{'slowest callback (CPU ms)':28} {loop['slowest'][0][0]:8.1f}   of {loop['callbacks']} callbacks")


def _line(name: str, values: list[float]) -> None:
    low, middle, high = min(values), statistics.median(values), max(values)
    print(f"{name:28} {middle:8.2f}   min {low:.2f}  max {high:.2f}  of {len(values)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How long people wait for a dream in the playground.")
    parser.add_argument("--dreams", type=int, default=5, help="dreams counted (default 5)")
    parser.add_argument("--stops", type=int, default=0, help="stop every recipe so many times, too (default 0)")
    asked = parser.parse_args()
    asyncio.run(main(asked.dreams, asked.stops))
