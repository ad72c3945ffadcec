"""The bot with a clock in the test's hands, and what rituals are asked for and looked at by."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from bot.playground.world import Interaction, Message
from bot.rituals.runner import RitualRunner
from bot.store.schedules import Schedule, Schedules
from bot.views import ritual_card
from engine.queue.job import JobRow
from tests.bot.requests.test_service import Option, Stage, labels, png, words
from tests.chaos.rest_faults import Unlimited

DAY_S = 24 * 3600.0
START = datetime.datetime(2026, 3, 20, 12, tzinfo=datetime.UTC).timestamp()
ADMIN = "Mod"


class Rituals:
    """Moves the clock, and does the engine's part."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        stage.playground.rest.limiter = Unlimited()  # type: ignore[assignment]
        self.now = START
        self.runner: RitualRunner = stage.client.rituals
        self.runner.clock = lambda: self.now
        self.schedules: Schedules = self.runner._schedules
        self.world = stage.playground.world

    async def switch_on(self, kind: str, channel: str = "dreams", /, **options: Option) -> Message:
        return await self.stage.ask(ADMIN, "server ritual", channel, kind=kind, **options)

    async def only(self) -> Schedule:
        """The one schedule that the server has."""
        (one,) = await self.schedules.of_server(self.world.guild_id)
        return one

    async def tick(self, days: float = 0.0) -> None:
        """Let time pass, and the runner look."""
        self.now += days * DAY_S
        await self.runner.tick()

    async def make(self, data: bytes | None = None, width: int = 48) -> JobRow:
        """The engine's part for the job that waits, until its answer is posted."""
        row = self.stage.start()
        ending = await self.stage.dispatch.put_blob(png(width, 40))
        self.stage.dispatch.finish(row.id, data or png(width, 32), facts={"ending": {"blob": ending}})
        return await self.stage.posted(row.id)

    async def part(self, days: float = 1.0) -> tuple[JobRow, Message]:
        """One part of an endless dream: its row, and the vote under it."""
        await self.tick(days)
        row = await self.make()
        await self.tick()
        return row, self.newest("dreams")

    async def pass_idly(self, days: float) -> None:
        """As if so many days more had passed without a vote."""
        id = (await self.only()).id
        await self.schedules.change(
            id, lambda one, _: one.with_state(idle_s=one.state.get("idle_s", 0.0) + days * DAY_S)
        )

    def field(self, form: Interaction) -> str:
        """The custom_id of the one thing that a form asks for."""
        assert form.modal is not None
        (label,) = form.modal["components"]
        return str(label["component"]["custom_id"])

    def newest(self, channel: str) -> Message:
        return self.history(channel)[-1]

    def history(self, channel: str) -> list[Message]:
        return [one for one in self.world.history(self.world.channel(channel)) if not one.ephemeral]

    def those(self, channel: str, holds: Callable[[Message], bool]) -> list[Message]:
        return [one for one in self.history(channel) if holds(one)]


def is_poll(message: Message) -> bool:
    return "Where next?" in words(message)


def has_choices(message: Message) -> bool:
    return len(labels(message)) == ritual_card.CHOICES
