"""Words in facts of errors, and in findings, which are said in English where they are found: `English => what is said`.

The engine, and what has no language of its own (`operations.questions`), says whole phrases with something filled in.
Each is one of these, and is known again by it; what is none of them stays as it is.
"""

from __future__ import annotations

import functools
import re

from bot.languages import sentence_module
from bot.languages.catalogs import ENGLISH
from bot.languages.current import spoken
from bot.languages.translation import gettext as _

WORDED_FACTS = frozenset({
    "problem", "hint", "where", "kinds", "asks", "lacking", "category", "what", "kind", "rules",
    "limit",
})  # fmt: skip
"""The facts that hold phrases; others hold numbers, or what people typed."""
LONGEST = 400
"""Characters of a phrase that is looked for."""
UNTRANSLATED = frozenset({"ENGLISH", "WORDED_FACTS"})
"""Constants that are no phrases."""

PHRASES = (
    "has to be one of those that are offered",
    "has to be one of {numbers}",
    "has to be one in which people write",
    "has to be a text channel that I can see",
    "has to be a time zone such as Europe/Berlin, or UTC+2",
    "has to be a number, or empty for no limit",
    "has to be another time than from",
    "has to be a time such as 22:00",
    "has {number} others with rules of their own, which is the limit",
    "is none that I know: write Europe/Berlin or UTC+2",
    "is of the wrong kind",
    "is a bot, which cannot ask me for anything",
    "is not known: {problem}",
    "would leave no channel: pause me, or choose other channels first",
    "takes the place of a subject: leave one of them out",
    "makes several of one image: send one, or leave it out",
    "goes from {low} to {high}, and that dream has {before}",
    "can be at most {number} here",
    "2015 climbs one layer: name one layer and no subject",
    "and `search` are one too many: leave one of them out",
    "takes at most {number} with > between them, not {found}",
    "needs a word before and behind each >, as in dogs > castles",
    "takes at most {number} words, and those were {found}",
    "should be greater than or equal to {number}",
    "should be less than or equal to {number}",
    "should be greater than {number}",
    "should be less than {number}",
    "should be {choices}",
    "should have at most {number} characters",
    "should have at least {number} character",
    "should be a valid integer, unable to parse string as an integer",
    "should be a valid number, unable to parse string as a number",
    "should be a finite number",
    '"{channel}" is no channel\'s number',
    "there is 1 of them",
    "there are {number} of them",
    # a mix of layers
    "this is one layer more than the {number} that a dream may have; leave some out",
    "this is longer than the {number} characters that I read; leave a layer out",
    "a weight is from {low} to {high}",
    "a layer is missing",
    "no layer {name}; the nearest is {near}",
    "no layer {name}",
    "expected a channel, which is a whole number such as 21",
    "expected a weight, which is a number such as 0.7",
    # what a file says
    "it does not say in which way",
    "a newer version of me",
    "it says more than I know of",
    "it takes more than {number} bytes for it",
    "its text is nested too deep",
    "its text is no JSON",
    "its text is no JSON object",
    "it says something twice",
    "one of its numbers is none",
    "its options are missing",
    "what it leaves out is no number of dreams",
    "a network that I do not have",
    "a layer or a subject that I do not know",
    "its `{option}` cannot be",
    "one of its options is none of mine",
    "its options do not go together",
    "its further pictures are none that I know of",
    # what may have been meant
    " Did you mean {word}?",
    "Did you mean {word}?",
    "Save one with `/preset save` first.",
    "`/preset list` shows yours.",
    "{first} or {second}",
    # where and what a server forbids
    "in this server",
    "in this channel",
    "apes on other people's avatars",
    "weapons",
    "underwear",
    "spiders",
    "a weapon",
    "a tie",
    "a bird",
    "a machine",
    "a part of the body",
    "of corn",
    "an animal",
    "a part of a computer",
    "a bird's",
    "an airplane's",
    "View Channel",
    "Send Messages",
    "Attach Files",
    "Read Message History",
    "Create Public Threads",
    "Send Messages In Threads",
    "{first}, {second}",
    # what a server is given of its own
    "emoji",
    "animated emoji",
    "sticker",
    "all",
    "2 to 32 letters, digits and underscores, without spaces",
    "2 to 30 characters",
)
FINDINGS = (
    "I lack {permission} in {channels}.",
    "{channels} and {number} more",
    "Allow it there for my role, so that I can {reason}.",
    "see the channel",
    "post results that outlast 15 minutes",
    "post pictures",
    "not post anything twice after a restart",
    "open a thread under a result",
    "post in it",
    "I have the permissions that I need in 1 channel.",
    "I have the permissions that I need in {number} channels.",
    "Dreams are paused.",
    "`/server resume` lets people dream again.",
    "Choose the channels again on the page Channels of `/server panel`.",
    "{number} of the channels in the rules are gone.",
    "{number} of the roles in the rules are gone.",
    "Their limits do nothing any more.",
    "Set them again with an offset, such as UTC+2.",
    "I don't know the time zone {zone} of the quiet hours.",
    "The bot's owner allows {number}, which counts. Ask them, or lower yours.",
    "A limit lets people have {number} in the queue at once.",
    "No limits of your own: the bot owner's count.",
    "The log channel is gone.",
    "Choose another on the page Results of `/server panel`.",
    "I can't write in the log channel.",
    "Allow me to view it and to send messages there.",
    "I can write in the log channel.",
    "What people ask for waits. Tell the bot's owner to run `pareidolia doctor`.",
    "The engine is at work.",
    "The engine is not there.",
    "This server is on shard {number} of {total}, counted from 0, which is connected.",
    "This server is on shard {number} of {total}, counted from 0, which is not connected.",
    "It reconnects by itself. If that takes minutes, look at discordstatus.com, then tell the bot's owner.",
    "Images are not checked; `/server panel` switches that on.",
    "Images are checked: what looks unsafe for work is {what}.",
    "a spoiler",
    "kept to age-restricted channels",
    "refused",
    "Images are not checked; for that the bot's owner needs `{command}`.",
    "Ask the bot's owner to run `{command}` and to start me again.",
    "Images are not checked, though that is switched on.",
    "I can add emoji and stickers to this server, for those who may.",
    "I can't add emoji and stickers to this server; for that allow Create Expressions for my role.",
)
"""What `/server check` finds."""


def say_fact(name: str, fact: object) -> object:
    """A fact of an error; its phrase in the language that is spoken, if it holds one."""
    return say(fact) if name in WORDED_FACTS and isinstance(fact, str) else fact


def say(text: str) -> str:
    """A phrase in the language that is spoken."""
    if spoken() == ENGLISH or len(text) > LONGEST:
        return text
    for phrase, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return _(phrase).format(**{name: say(part) for name, part in found.groupdict().items()})
    return text


@functools.cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Every phrase with what finds it, those with most words of their own first."""
    phrases = sorted((*PHRASES, *FINDINGS), key=lambda one: -len(re.sub(r"\{\w+\}", "", one)))
    return tuple((one, re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(one)))) for one in phrases)


sentence_module.install(__name__)
