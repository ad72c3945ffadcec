"""kill -9 of anything at any moment: `(seed, jobs, minutes) => report`.

People ask at a steady rate, in every way and place; meanwhile bot, supervisor, child and decoder are killed, half of
the times at random moments, half of the times right when something happens on the wire (an interaction comes, an
answer is taken, a message is made or edited), before the bot hears that it did. What dies is started again as the
product does it.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from PIL import Image

from bot.playground.bot_process import BOT_COMMAND
from bot.playground.options import Mistake
from bot.playground.world import Attachment, Event, Interaction
from tests.chaos.audit import Verdict, audit
from tests.chaos.bot_under_test import House, all_rows, opened
from tests.playground_bot import labels

PLACES = (("You", ("dreams", "lab", "dm", "elsewhere")), ("Ada", ("dreams", "lab", "dm")), ("Mod", ("dreams", "dm")))
MOMENTS = ("interaction", "acknowledged", "message_create", "message_update")
"""Events of the world at which a killer may be waiting."""
WEIGHTS = {"bot": 3, "supervisor": 2, "child": 3, "decoder": 3}
SETTINGS = {
    "PAREIDOLIA_LIMITS__PER_USER": "60", "PAREIDOLIA_STORAGE__FREE_MB": "0",
    "PAREIDOLIA_ENGINE__THREADS": "1", "PAREIDOLIA_ENGINE__NICE": "0",
}  # fmt: skip
MOST_WAITING = 40
DRAIN_S = 600.0
"""What was accepted is answered within this once nothing is killed any more."""
MOMENT_S = 5.0
"""A killer who waits for something to happen gives up after this and kills."""


@dataclass
class Plan:
    """How much of it."""

    seed: str
    jobs: int = 500
    minutes: float = 15.0
    """Nobody asks any more after this, come what may."""
    rush_s: tuple[float, float] = (0.0, 0.6)
    """Between two requests."""
    respite: int = 16
    """At most so many jobs are answered between two kills: what is killed all the time does nothing ..."""
    respite_s: float = 20.0
    """... but where they take long, the next kill comes after this."""
    least: int = 5
    """Each part is killed so often; who lacks kills comes before the others."""
    crowd: int = MOST_WAITING
    """People hold back when so many wait, as they would."""
    command: Sequence[str] = BOT_COMMAND
    acknowledge_s: float = 3.0


@dataclass
class Report:
    """What to print and what to check."""

    plan: Plan
    verdict: Verdict
    kills: Counter[str]
    asked: int
    identified: int
    left_behind: list[str]
    broken: list[str]
    """Tracebacks and such in the logs."""
    seconds: float

    @property
    def flawless(self) -> bool:
        """Whether everything held."""
        return self.verdict.flawless and not self.left_behind and not self.broken and not self.spared

    @property
    def spared(self) -> list[str]:
        """Parts that were not killed often enough for anything to be known of it."""
        return [part for part in WEIGHTS if self.kills[part] < self.plan.least]

    def __str__(self) -> str:
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        return (
            f"kills: seed {self.plan.seed}, {self.asked} requests, {self.seconds:.0f} s\n"
            f"killed {sum(self.kills.values())}: {kills}; the bot identified itself {self.identified} times\n"
            f"{self.verdict}\nleft behind: {self.left_behind or 'nothing'}; broken: {self.broken or 'nothing'}"
            f"; killed too seldom: {self.spared or 'nothing'}; {'held' if self.flawless else 'BROKEN'}"
        )


@dataclass
class Storm:
    """One run."""

    house: House
    plan: Plan
    random: Random
    kills: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    accepted: int = 0
    waiting: int = 0
    settled: int = 0
    identified: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Ask and kill until enough jobs were accepted, then wait until all are answered."""
        forget = self.house.world.listen(self._count)
        asyncio.get_running_loop().call_later(60 * self.plan.minutes, self.over.set)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch())
                group.create_task(self._ask())
                group.create_task(self._kill())
            async with asyncio.timeout(DRAIN_S):
                await self._drain()
        except TimeoutError:
            print(f"something is not answered {DRAIN_S:.0f} s after the last kill", flush=True)
        finally:
            forget()

    def _count(self, event: Event) -> None:
        self.identified += event.kind == "presence" and event.facts["online"]

    # the people

    async def _ask(self) -> None:
        while not self._enough() and not self.over.is_set():
            await asyncio.sleep(self.random.uniform(*self.plan.rush_s))
            if self.waiting >= self.plan.crowd:
                continue
            if not self.house.world.online and self.random.random() < 0.9:  # some try all the same
                continue
            with contextlib.suppress(Mistake, KeyError):
                self._deed()
                self.asked += 1
        self.over.set()

    def _enough(self) -> bool:
        return self.accepted >= self.plan.jobs and not self._lacking()

    def _deed(self) -> None:
        who, places = self.random.choice(PLACES)
        place = self.random.choice(places)
        kind = self.random.choices(("dream", "zoom", "mention", "preset", "press"), (60, 4, 6, 6, 24))[0]
        if kind == "press":
            return self._press(who)
        if kind == "mention" and place in ("dreams", "lab", "dm"):
            files = [self._picture()] if self.random.random() < 0.5 else []
            self.house.playground.say(who, place, f"<@{self.house.world.bot.id}> high", files)
            return None
        if kind == "preset":
            return self._preset(who, place)
        self._command(who, place, kind)
        return None

    def _command(self, who: str, place: str, kind: str) -> Interaction:
        draw = self.random
        options: dict[str, int | Attachment] = {}
        if draw.random() < 0.4:
            options["image"] = self._picture()
        if draw.random() < 0.15:
            options["private"] = True
        if kind == "zoom":
            options["frames"] = 8
        layer, seed = draw.choice(("low", "mid", "high")), draw.randrange(10_000)
        name = "dream" if kind == "mention" else kind
        return self.house.playground.command(who, place, name, size=128, layer=layer, seed=seed, **options)

    def _preset(self, who: str, place: str) -> None:
        if self.random.random() < 0.4:
            self.house.playground.command(who, place, "preset save", name="Storm", layer="mid", size=128)
        else:
            self.house.playground.command(who, place, "dream", preset="Storm")

    def _press(self, who: str) -> None:
        """Cancel or keep what runs, or ask for more of what is done."""
        found = [one for one in self.house.world.messages.values() if labels(one) and one.visible_to in (None, who)]
        if found:
            message = self.random.choice(found[-20:])
            button = self.random.choice([name for name in labels(message) if name not in ("More", "Tune", "Zoom")])
            owner = message.interaction.user_id if message.interaction else who
            self.house.playground.press(owner if button in ("Cancel", "Stop here & keep") else who, message, button)

    def _picture(self) -> Attachment:
        out = io.BytesIO()
        size = (self.random.randrange(16, 400), self.random.randrange(16, 400))
        Image.new("RGB", size, tuple(self.random.randrange(256) for _ in range(3))).save(out, "PNG")
        return self.house.playground.upload("photo.png", out.getvalue())

    # the killer

    async def _kill(self) -> None:
        while not self.over.is_set():
            await self._respite()
            victim = self._victim()
            if self.random.random() < 0.5:
                self._strike(victim)
            else:
                await self._ambush(victim, self.random.choice(MOMENTS))

    async def _respite(self) -> None:
        """Until some jobs more were answered, and a moment; now and then nothing, so that starts are cut short, too."""
        until = self.settled + (self.random.randint(1, self.plan.respite) if self.random.random() < 0.8 else 0)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.plan.respite_s):
                while self.settled < until and not self.over.is_set():
                    await asyncio.sleep(0.1)
        await asyncio.sleep(self.random.uniform(0.0, 1.0))

    def _lacking(self) -> dict[str, int]:
        """The parts that were not killed often enough yet, with their weights."""
        return {name: weight for name, weight in WEIGHTS.items() if self.kills[name] < self.plan.least}

    def _victim(self) -> str:
        weights = self._lacking() or WEIGHTS
        return self.random.choices(list(weights), list(weights.values()))[0]

    def _strike(self, victim: str) -> None:
        """Kill one of the processes that are this part now, if there is any."""
        if found := self.house.parts()[victim]:
            self.kills[victim] += self.random.choice(found).kill()

    async def _ambush(self, victim: str, moment: str) -> None:
        """Kill in the very moment when something happens in the world: the bot does not even hear that it did."""
        struck = asyncio.Event()

        def hear(event: Event) -> None:
            if event.kind == moment and not struck.is_set():
                struck.set()
                self._strike(victim)

        forget = self.house.world.listen(hear)
        try:
            await asyncio.wait_for(struck.wait(), MOMENT_S)
        except TimeoutError:
            self._strike(victim)
        finally:
            forget()

    # the end

    async def _watch(self) -> None:
        while not self.over.is_set():
            rows = await asyncio.to_thread(all_rows, self.house.data_dir)
            self.accepted, self.settled = len(rows), sum(row.state.settled for row in rows)
            self.waiting = self.accepted - self.settled
            await asyncio.sleep(0.5)

    async def _drain(self) -> None:
        """Until the bot is there, every job is settled, and its answer recorded."""
        await self.house.online()
        while any(row.posted is None for row in await asyncio.to_thread(all_rows, self.house.data_dir)):
            await asyncio.sleep(0.25)
        await self._quiet(lambda: len(self.house.world.calls))

    async def _quiet(self, pulse: Callable[[], int]) -> None:
        """Until nothing happens on the wire any more."""
        before = -1
        while pulse() != before:
            before = pulse()
            await asyncio.sleep(1.0)


async def storm(plan: Plan) -> Report:
    """Run a plan; what it found."""
    began = time.monotonic()
    async with opened(SETTINGS, plan.command) as house:
        house.world.acknowledge_seconds = plan.acknowledge_s
        run = Storm(house, plan, Random(plan.seed))
        await run.run()
        house.parts()
        await house.child.stop()
        rows = all_rows(house.data_dir)
        verdict = audit(house.world, rows, house.history)
        broken = tracebacks(house.data_dir / "logs")
        left = await house.left_behind()
        if not verdict.flawless or broken or left:
            print(stories(house, verdict), flush=True)
    return Report(plan, verdict, run.kills, run.asked, run.identified, left, broken, time.monotonic() - began)


def tracebacks(logs: Path) -> list[str]:
    """The last line of every traceback in the logs: an error nobody thought of."""
    found: list[str] = []
    for path in logs.iterdir():
        lines = path.read_text("utf-8", "replace").splitlines()
        for number, line in enumerate(lines):
            if line.startswith("Traceback"):
                end = next((one for one in lines[number + 1 :] if not one.startswith((" ", "Traceback"))), "")
                found.append(f"{path.name}: {lines[number - 1][:160]} … {end[:200]}")
    return found


def stories(house: House, verdict: Verdict) -> str:
    """The log lines about the jobs that went wrong."""
    ids = {line.split()[0].rstrip(":") for line in (*verdict.doubles, *verdict.missing, *verdict.untrue)}
    ids |= {word for line in verdict.stuck for word in line.split() if len(word) == 20}
    lines = []
    for path in (house.data_dir / "logs").iterdir():
        lines += [line for line in path.read_text("utf-8", "replace").splitlines() if any(one in line for one in ids)]
    return "\n".join(sorted(lines))
