"""The verdict: `(world, ledger's rows, history) => who was answered, how often, with what`.

Every accepted job (a row in the ledger, or a status message that someone saw) must have exactly one answer: a result or
a sentence. Nothing may be left at "waiting" or "Dreaming". No version of a message, however short it stood, may have
said what was not so (`tests.chaos.message_history`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot import wording
from bot.playground.world import LOADING, Interaction, Message, World
from engine.queue.job import JobRow, State
from tests.chaos.message_history import History
from tests.playground_bot import custom_ids, labels, texts

UNFINISHED = {"Cancel", "Stop here & keep"}
NOT_SHOWN = {"unanswered", "gone", "undeliverable"}
"""What stands in `posted` where there is no message: the requester saw Discord's own failure, or took it away."""
TIMES = re.compile(r"\d+")


@dataclass
class Verdict:
    """What became of everything that was asked."""

    accepted: int = 0
    results: int = 0
    cancelled: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    """By code."""
    not_shown: Counter[str] = field(default_factory=Counter)
    """Settled jobs whose requester was told by Discord itself that nothing came, or who took the message away."""
    refused: Counter[str] = field(default_factory=Counter)
    doubles: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    versions: int = 0
    untrue: list[str] = field(default_factory=list)
    """Versions of messages that said what was not so."""

    @property
    def flawless(self) -> bool:
        """Exactly one answer each, nothing stuck, and nothing said that was not so."""
        return not (self.doubles or self.missing or self.stuck or self.untrue)

    def __str__(self) -> str:
        """A few lines to print."""
        lines = [
            f"accepted {self.accepted}: results {self.results}, stopped {self.cancelled}, "
            f"failures {_told(self.failures)}, nobody to show it to {_told(self.not_shown)}",
            f"refused {sum(self.refused.values())}: {_told(self.refused)}",
            f"doubles {len(self.doubles)}, without an answer {len(self.missing)}, stuck {len(self.stuck)}; "
            f"untrue {len(self.untrue)} of {self.versions} versions of messages",
        ]
        return "\n".join([*lines, *self.doubles, *self.missing, *self.stuck, *self.untrue])


def _told(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counted.most_common()) or "0"


def audit(world: World, rows: Sequence[JobRow], history: History) -> Verdict:
    """Look at everything that is there now; call it when nothing is under way any more."""
    verdict = Verdict(accepted=len(rows), versions=len(history.versions), untrue=history.untrue())
    about: dict[str, list[Message]] = {}
    for message in world.messages.values():
        for job in {custom_id.partition(":")[2] for custom_id in custom_ids(message)}:
            about.setdefault(job, []).append(message)
    for row in rows:
        _judge(verdict, row, about.get(row.id, []))
    answers = {message.id for shown in about.values() for message in shown}
    for interaction in world.interactions.values():
        if interaction.type == 2 and interaction.original_id not in answers:
            verdict.refused[_reason(world, interaction)] += 1
    verdict.stuck += [f"opening: {one.id}" for one in world.messages.values() if _is_left_open(world, one)]
    return verdict


def _judge(verdict: Verdict, row: JobRow, shown: list[Message]) -> None:
    story = f"{row.id} {row.state} attempt {row.attempt} posted {row.posted} {row.error_code}"
    seen = f"{story}: {[(one.id, labels(one)) for one in shown]}"
    if not row.state.settled or row.posted is None:
        verdict.stuck.append(f"not settled or not posted: {seen}")
    if any(UNFINISHED.intersection(labels(one)) for one in shown):
        verdict.stuck.append(f"still under way: {seen}")
    if len(shown) > 1:
        verdict.doubles.append(seen)
    if row.posted in NOT_SHOWN:
        verdict.not_shown[row.posted] += 1
        if shown and row.posted == "unanswered":
            verdict.doubles.append(f"shown though it was given up: {seen}")
        return
    if [one.id for one in shown] != [row.posted]:
        verdict.missing.append(seen)
    elif row.state is State.DONE:
        verdict.results += 1
        if not shown[0].attachments and wording.LOST not in texts(shown[0]) and wording.UNFIT not in texts(shown[0]):
            verdict.missing.append(f"no picture: {seen}")
    elif row.state is State.CANCELLED:
        verdict.cancelled += 1
    else:
        verdict.failures[row.error_code] += 1


def _reason(world: World, interaction: Interaction) -> str:
    """How a command that queued nothing was answered."""
    name = str((interaction.command or {}).get("full_name", "?")).split()[0]
    if interaction.acknowledged is None:
        return "not answered by a dead bot"
    answer = world.messages.get(interaction.original_id or "")
    said = texts(answer).splitlines() if answer else []
    codes = [line.removeprefix("-# ").split()[0] for line in said if line.startswith("-# ")]
    return f"/{name} {codes[0] if codes else TIMES.sub('N', ' '.join(said))[:60]}"


def _is_left_open(world: World, message: Message) -> bool:
    """A message of the bot that promises something and belongs to no job."""
    if message.author_id != world.bot.id or custom_ids(message):
        return False
    return bool(message.flags & LOADING) or wording.OPENING in texts(message)
