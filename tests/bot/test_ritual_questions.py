"""What is asked about rituals: `(schedules, rules, permissions) => findings`, each with its remedy."""

from __future__ import annotations

from dataclasses import replace

import discord
import pytest

from bot import ritual_words
from bot.operations.questions import INVITED, Finding
from bot.ritual_questions import ritual_findings
from bot.rituals.actions import OFFERED
from bot.store.schedules import DAILY, ENDLESS, EXHIBITION, Schedule
from bot.store.server_rules import ChannelRules, ServerRules

HERE, ELSEWHERE = "7", "8"
NAMES = {HERE: "#dreams", ELSEWHERE: "#lab"}
UNDECIDED = ServerRules()
THREADED = INVITED | discord.Permissions(create_public_threads=True)


def ritual(kind: str = ENDLESS, paused: str = "") -> Schedule:
    made = Schedule("s" * 20, "1", HERE, kind, 18, "UTC", 100.0, 1.0)
    return replace(made.with_state(paused=paused), due=None) if paused else made


def found(
    *schedules: Schedule, rules: ServerRules = UNDECIDED, may: discord.Permissions | None = THREADED
) -> list[Finding]:
    channels = {ELSEWHERE: THREADED} if may is None else {HERE: may, ELSEWHERE: THREADED}
    return [*ritual_findings(schedules, rules, channels, NAMES if may else {})]


def test_what_is_on_is_fine_and_what_was_turned_off_is_nobodys_business() -> None:
    assert found() == found(ritual(paused="off")) == []
    (one,) = found(ritual(), ritual(DAILY))
    assert (one.fine, one.what) == (True, ritual_words.active_words(2))


@pytest.mark.parametrize("reason", sorted(ritual_words.REST_REASONS.keys() - {"off"}))
def test_each_reason_of_a_rest_has_a_remedy(reason: str) -> None:
    (one,) = found(ritual(paused=reason))
    what, remedy = ritual_words.REST_FINDINGS[reason]
    assert (one.fine, one.what, one.remedy) == (False, f"Endless dream in #dreams {what}", remedy)
    (gone,) = found(ritual(paused=reason), may=None)
    assert ritual_words.GONE_CHANNEL in gone.what


def test_those_of_a_paused_server_wait() -> None:
    (one,) = found(ritual(), ritual(EXHIBITION), ritual(DAILY, "off"), rules=ServerRules(paused=True))
    assert (one.what, one.remedy) == (ritual_words.waiting_words(2), ritual_words.WAITING_REMEDY)


@pytest.mark.parametrize("kind", OFFERED)
def test_what_is_missing_is_said_before_it_rests(kind: str) -> None:
    threaded = kind in ("daily", "exquisite")
    bare = found(ritual(kind), may=INVITED)
    assert [one.fine for one in bare] == [not threaded], "threads are asked for only where they are opened"
    silent = discord.Permissions(THREADED.value)
    silent.update(send_messages=False)
    (mute,) = found(ritual(kind), may=silent)
    assert ritual_words.lacking_words(["Send Messages"]) in mute.what
    (gone,) = found(ritual(kind), may=None)
    assert ritual_words.NO_CHANNEL in gone.what


@pytest.mark.parametrize(
    ("kind", "rules", "said"),
    [
        (ENDLESS, ServerRules(whole=ChannelRules(("zoom",))), ritual_words.BARRED),
        (ENDLESS, ServerRules(channels=(ELSEWHERE,)), ""),
        (DAILY, ServerRules(channels=(ELSEWHERE,)), ritual_words.CLOSED_TO_PEOPLE),
        (DAILY, ServerRules(by_channel={HERE: ChannelRules(("dream",))}), ritual_words.CLOSED_TO_PEOPLE),
        (DAILY, ServerRules(by_channel={ELSEWHERE: ChannelRules(("dream",))}), ""),
        (EXHIBITION, ServerRules(whole=ChannelRules(("dream", "zoom"))), ""),
    ],
)
def test_rules_that_leave_a_ritual_nothing_to_do(kind: str, rules: ServerRules, said: str) -> None:
    (one,) = found(ritual(kind), rules=rules)
    assert (one.fine, said in one.what, bool(one.remedy)) == (not said, True, bool(said))
