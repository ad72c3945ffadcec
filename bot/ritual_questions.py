"""What has to be right for the rituals of a server: `(schedules, rules, what the bot may do) => findings`.

Asked by `pareidolia doctor` and `/server check`, as `bot.operations.questions` is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import discord

from bot import ritual_words
from bot.operations import questions
from bot.operations.questions import Finding
from bot.store.schedules import DAILY, ENDLESS, EXQUISITE, Schedule
from bot.store.server_rules import ServerRules

THREADED = (DAILY, EXQUISITE)
"""Kinds that open threads."""
ASKED_FOR = (DAILY, EXQUISITE)
"""Kinds for which people dream, which they do only where dreams are made."""
OFF = "off"


def lacking(kind: str, given: discord.Permissions) -> list[str]:
    """The permissions that a kind needs in its channel and that are not given, by their names."""
    return questions.lacking(given, ServerRules(threads=kind in THREADED))


def rest_findings(schedules: Sequence[Schedule], names: Mapping[str, str]) -> Iterator[Finding]:
    """Which rituals rest, and what wakes them; `names`: of channels, by their ids. What an admin turned off is fine."""
    for one in schedules:
        reason = str(one.state.get("paused", ""))
        if reason and reason != OFF:
            what, remedy = ritual_words.rest_words(reason)
            yield Finding(False, _trouble(one, names, what), remedy)


def ritual_findings(
    schedules: Sequence[Schedule],
    rules: ServerRules,
    channels: Mapping[str, discord.Permissions],
    names: Mapping[str, str],
) -> Iterator[Finding]:
    """Which rituals rest, wait, or will rest as soon as they are due; `channels`: what the bot may do in each, by its
    id."""
    yield from rest_findings(schedules, names)
    active = [one for one in schedules if not one.state.get("paused")]
    if active and rules.paused:
        yield Finding(False, ritual_words.waiting_words(len(active)), ritual_words.WAITING_REMEDY)
    troubles = [trouble for one in active for trouble in _troubles(one, rules, channels, names)]
    yield from troubles
    if active and not troubles and not rules.paused:
        yield Finding(True, ritual_words.active_words(len(active)))


def _troubles(
    one: Schedule, rules: ServerRules, channels: Mapping[str, discord.Permissions], names: Mapping[str, str]
) -> Iterator[Finding]:
    """What will keep one that is on from happening."""
    if one.channel_id not in channels:
        yield Finding(False, _trouble(one, names, ritual_words.NO_CHANNEL), ritual_words.NO_CHANNEL_REMEDY)
        return
    if missing := lacking(one.kind, channels[one.channel_id]):
        said = ritual_words.lacking_words([questions.permission_name(name) for name in missing])
        yield Finding(False, _trouble(one, names, said), ritual_words.LACKING_REMEDY)
    barred = rules.channel(one.channel_id).barred
    if one.kind == ENDLESS and "zoom" in barred:
        yield Finding(False, _trouble(one, names, ritual_words.BARRED), ritual_words.BARRED_REMEDY)
    is_closed = rules.channels and one.channel_id not in rules.channels
    if one.kind in ASKED_FOR and (is_closed or "dream" in barred):
        said = _trouble(one, names, ritual_words.CLOSED_TO_PEOPLE)
        yield Finding(False, said, ritual_words.CLOSED_TO_PEOPLE_REMEDY)


def _trouble(one: Schedule, names: Mapping[str, str], what: str) -> str:
    return ritual_words.trouble_words(one.kind, names.get(one.channel_id, ""), what)
