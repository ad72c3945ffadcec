"""`make chaos`: `(verbs, seed, jobs, minutes) => figures`, exit status 1 when a promise was broken.

    kills     kill -9 of bot, supervisor, child and decoder among jobs of the real product
    machine   disk, database, pictures, clock, SIGTERM, a killed playground
    gateway   the line to Discord
    rest      every REST call of the bot
    siege     people with hostile files beside people with plain ones

Without a verb, all of them. The same seed makes the same choices; what the machine makes of them is up to the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import secrets
import sys
import time
import traceback
from collections.abc import Callable, Coroutine, Sequence
from random import Random

from bot.playground.child import BOT_COMMAND
from tests.chaos import gateway, machine
from tests.chaos.house import without_settings_of_this_machine
from tests.chaos.kills import Plan, storm
from tests.chaos.small_engine import BOT

Scenario = Callable[[str], Coroutine[None, None, None]]
KILLS_MINUTES, REST_MINUTES, SIEGE_MINUTES = 15.0, 10.0, 3.0
"""Of two idle cores; twice as many tell every case of `rest`."""


def kills(given: argparse.Namespace) -> bool:
    """The storm of kills."""
    command = BOT if given.small else BOT_COMMAND
    report = asyncio.run(storm(Plan(given.seed, given.jobs, given.minutes or KILLS_MINUTES, command=command)))
    print(report, flush=True)
    return report.flawless


def scenarios(title: str, those: Sequence[Scenario], seed: str) -> bool:
    """One after the other; a line each."""
    passed = 0
    for one in those:
        began = time.monotonic()
        name = one.__name__.replace("_", " ")
        try:
            asyncio.run(one(seed))
        except Exception as error:  # an AssertionError, or a TimeoutError where something is stuck
            traceback.print_exc()
            print(f"{title}: BROKEN {name}: {type(error).__name__} {error}", flush=True)
            continue
        passed += 1
        print(f"{title}: held {name}, {time.monotonic() - began:.0f} s", flush=True)
    return passed == len(those)


def rest(given: argparse.Namespace) -> bool:
    """Every call of the bot, with everything that Discord may answer."""
    from tests.chaos import rest as calls

    figures = asyncio.run(calls.run(Random(given.seed).randrange(10**6), given.minutes or REST_MINUTES))
    print(figures, flush=True)
    return figures.flawless


def siege(given: argparse.Namespace) -> bool:
    """Whether everybody's picture is opened at once, whatever others send."""
    from tests.chaos.siege import besiege

    found = asyncio.run(besiege(given.seed, 60 * (given.minutes or SIEGE_MINUTES)))
    print(found, flush=True)
    return found.flawless


VERBS: dict[str, Callable[[argparse.Namespace], bool]] = {
    "gateway": lambda given: scenarios("gateway", gateway.SCENARIOS, given.seed),
    "machine": lambda given: scenarios("machine", machine.SCENARIOS, given.seed),
    "rest": rest,
    "siege": siege,
    "kills": kills,
}


def main() -> int:
    """Read the options, run, print."""
    options = argparse.ArgumentParser(prog="python -m tests.chaos")
    options.add_argument("verbs", nargs="*", metavar="verb", help=f"{', '.join(VERBS)}; without any: all")
    options.add_argument("--jobs", type=int, default=500, help="jobs to be accepted among kills")
    options.add_argument("--seed", default=secrets.token_hex(4), help="as printed by an earlier run")
    options.add_argument("--small", action="store_true", help="kills: an engine that costs nothing in place of torch")
    options.add_argument("--minutes", type=float, help="kills: nobody asks any more after this; rest: its length")
    given = options.parse_args()
    if unknown := set(given.verbs) - set(VERBS):
        options.error(f"no such verb: {', '.join(unknown)}")
    without_settings_of_this_machine()
    logging.disable(logging.CRITICAL)  # what parts in this process say; those of their own have logs
    print(f"seed {given.seed}", flush=True)
    held = [VERBS[verb](given) for verb in given.verbs or VERBS]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
