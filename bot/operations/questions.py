"""What has to be right in a server: `(what the bot may do, rules) => findings`, which `pareidolia doctor` and
`/server check` ask alike and each prints in its own way.

A permission is asked for only where something needs it: whoever keeps follow-ups out of threads is not asked for any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import discord

from bot.store.server_rules import (
    LIMIT_NAMES,
    NSFW_AGE,
    NSFW_OFF,
    NSFW_REFUSE,
    NSFW_SPOILER,
    ServerRules,
    time_zone,
)
from engine.files.nsfw_scorer import INSTALL

INVITED = discord.Permissions(
    view_channel=True, send_messages=True, send_messages_in_threads=True, embed_links=True, attach_files=True,
    read_message_history=True,
)  # fmt: skip
"""What the link of `pareidolia setup` asks for; nothing more."""
ALWAYS = {
    "view_channel": "see the channel",
    "send_messages": "post results that outlast 15 minutes",
    "attach_files": "post pictures",
    "read_message_history": "not post anything twice after a restart",
}
"""Permissions by what they are needed for."""
FOR_THREADS = {
    "create_public_threads": "open a thread under a result",
    "send_messages_in_threads": "post in it",
}
NSFW_DONE = {NSFW_SPOILER: "a spoiler", NSFW_AGE: "kept to age-restricted channels", NSFW_REFUSE: "refused"}
SHOWN = 5
"""Channels that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    fine: bool
    what: str
    remedy: str = ""


def permissions_of_rules(rules: ServerRules) -> dict[str, str]:
    """The permissions that rules ask for, by what they are needed for."""
    return {**ALWAYS, **(FOR_THREADS if rules.threads else {})}


def lacking(given: discord.Permissions, rules: ServerRules) -> list[str]:
    """The needed permissions that are not given, by their names."""
    return [] if given.administrator else [name for name in permissions_of_rules(rules) if not getattr(given, name)]


def permission_name(name: str) -> str:
    """As Discord's own windows call it, nearly."""
    return name.replace("_", " ").title()


def permission_findings(
    channels: Mapping[str, discord.Permissions], rules: ServerRules, names: Mapping[str, str]
) -> Iterator[Finding]:
    """Whether the bot may do in each channel, by its id, what it has to; `names`: how they are called."""
    wanted, fine = permissions_of_rules(rules), True
    for name, reason in wanted.items():
        without = [names[id] for id, given in channels.items() if name in lacking(given, rules)]
        if without:
            fine = False
            remedy = f"Allow it there for my role, so that I can {reason}."
            yield Finding(False, f"I lack {permission_name(name)} in {_name_list(without)}.", remedy)
    if fine:
        places = f"{len(channels)} channel{'' if len(channels) == 1 else 's'}"
        yield Finding(True, f"I have the permissions that I need in {places}.")


def server_findings(name: str, given: discord.Permissions, rules: ServerRules) -> Iterator[Finding]:
    """What is wrong with what the bot may do in a server as a whole, whatever single channels say."""
    if not (given.administrator or given.is_superset(INVITED)):
        yield Finding(False, f"permissions in {name}:", "invite the bot again with the link of `pareidolia setup`.")
    for one in lacking(given, rules):
        if not getattr(INVITED, one):
            remedy = f"allow it for the bot's role, so that it can {permissions_of_rules(rules)[one]}."
            yield Finding(False, f"permission {permission_name(one)} in {name}:", remedy)


def rules_findings(
    rules: ServerRules, channels: Mapping[str, str], roles: Mapping[str, str], owner_at_once: int
) -> Iterator[Finding]:
    """Whether the rules mean what there is: channels and roles by id."""
    if rules.paused:
        yield Finding(False, "Dreams are paused.", "`/server resume` lets people dream again.")
    named = {*rules.channels, *rules.by_channel, *rules.games} - channels.keys()
    if named:
        remedy = "Choose the channels again on the page Channels of `/server panel`."
        yield Finding(False, f"{len(named)} of the channels in the rules are gone.", remedy)
    if gone := rules.by_role.keys() - roles.keys():
        yield Finding(False, f"{len(gone)} of the roles in the rules are gone.", "Their limits do nothing any more.")
    if rules.quiet is not None and time_zone(rules.quiet.zone) is None:
        remedy = "Set them again with an offset, such as UTC+2."
        yield Finding(False, f"I don't know the time zone {rules.quiet.zone} of the quiet hours.", remedy)
    most = max((one.at_once or 0 for one in (rules.whole.limit, *rules.by_role.values())), default=0)
    if most > owner_at_once:
        remedy = f"The bot's owner allows {owner_at_once}, which counts. Ask them, or lower yours."
        yield Finding(False, f"A limit lets people have {most} in the queue at once.", remedy)
    if not any(getattr(one, name) for one in (rules.whole.limit, *rules.by_role.values()) for name in LIMIT_NAMES):
        yield Finding(True, "No limits of your own: the bot owner's count.")


def log_findings(rules: ServerRules, given: discord.Permissions | None) -> Iterator[Finding]:
    """Whether the log can be written; `given` is what the bot may do in its channel, None if there is none."""
    if not rules.log_channel:
        return
    if given is None:
        yield Finding(False, "The log channel is gone.", "Choose another on the page Results of `/server panel`.")
    elif not (given.view_channel and given.send_messages):
        yield Finding(False, "I can't write in the log channel.", "Allow me to view it and to send messages there.")
    else:
        yield Finding(True, "I can write in the log channel.")


def engine_finding(listens: bool) -> Finding:
    """Whether anything dreams at all."""
    remedy = "What people ask for waits. Tell the bot's owner to run `pareidolia doctor`."
    return Finding(
        listens, "The engine is at work." if listens else "The engine is not there.", "" if listens else remedy
    )


def shard_findings(number: int | None, connected: Sequence[bool]) -> Iterator[Finding]:
    """Whether the connection is there that hears of a server: one of several, each of which `connected` tells of.
    Nothing where there is only one, for then whoever asks was heard by it."""
    if number is None or len(connected) < 2:
        return
    of_all = f"shard {number} of {len(connected)}, counted from 0"
    if not (number < len(connected) and connected[number]):
        remedy = "It reconnects by itself. If that takes minutes, look at discordstatus.com, then tell the bot's owner."
        yield Finding(False, f"This server is on {of_all}, which is not connected.", remedy)
    else:
        yield Finding(True, f"This server is on {of_all}, which is connected.")


def advice_findings(chosen: int, advised: int) -> Iterator[Finding]:
    """Whether there are as many shards as Discord advises; `chosen`: by the owner, 0 for as many as that."""
    if 0 < chosen < advised:
        remedy = "set `discord.shards = 0`, and start the bot again."
        yield Finding(False, f"shards: Discord advises {advised}.", remedy)


def nsfw_finding(action: str, *, is_installed: bool) -> Finding:
    """Whether images are checked as was decided; `action` is the stricter of the owner's and the server's."""
    if is_installed:
        switched = "Images are not checked; `/server panel` switches that on." if action == NSFW_OFF else ""
        return Finding(True, switched or f"Images are checked: what looks unsafe for work is {NSFW_DONE[action]}.")
    if action == NSFW_OFF:
        return Finding(True, f"Images are not checked; for that the bot's owner needs `{INSTALL}`.")
    remedy = f"Ask the bot's owner to run `{INSTALL}` and to start me again."
    return Finding(False, "Images are not checked, though that is switched on.", remedy)


def expressions_finding(given: discord.Permissions) -> Finding:
    """Whether *Add to server* of *Make it ours* can be used; `given`: what the bot may do in the server. Without it
    nothing is wrong: the files are there for everybody."""
    if given.administrator or given.create_expressions:
        return Finding(True, "I can add emoji and stickers to this server, for those who may.")
    return Finding(
        True, "I can't add emoji and stickers to this server; for that allow Create Expressions for my role."
    )


def _name_list(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
