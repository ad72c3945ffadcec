"""Every sentence of the games of `/play`: `(facts) => text`. What holds for `bot.wording` holds here."""

from __future__ import annotations

from collections.abc import Sequence

from bot.languages import sentence_module, stored_words
from bot.languages.current import speaks_publicly
from bot.languages.stored_words import said_when_read
from bot.languages.translation import gettext as _
from bot.languages.translation import pgettext
from bot.store.posting import Posting
from bot.wording import (
    ALT_LIMIT,
    duration,
    escape,
    escape_code,
    left_words,
    percent,
    place_words,
    quantity,
)
from engine.queue.job import Place

COMMANDS = {
    "play": "Games with dreams, in the channels that this server gave for them",
    "play guess": "Guess the dream: something grows out of noise, who sees first what it is?",
    "play dex": "The Dreamdex: all that was dreamed in this server so far, and what is still missing",
    "play fool": "Fool the network: post a real photo that I take for the word of the day",
    "play table": "Who guessed most dreams right this week",
    "play exquisite": "Begin a dream that 2 to 8 people go on with, each with a subject of their own",
}
OPTIONS = {
    "photo": "A real photo (without one: the word of the day, and who leads)",
    "page": "Page of the wall (without it: where something was found last)",
    "level": "Easy: four kinds of things. Medium: four of one kind. Hard: near relatives",
    "image of a game": "Image to begin with (defaults to your avatar)",
}
LEVELS = (("Easy", "easy"), ("Medium", "medium"), ("Hard", "hard"))
GUESS_TITLE = "**Guess the dream**"
GUESS_ALT = "Something grows here. What is it?"
GUESS_SOON = "-# Four answers come up as soon as it grows. One answer each; the fastest right one wins."
GUESS_RULES = "-# One answer each; the fastest right one wins."
GROWN = "It has grown. What is it?"
RIGHT = "Right, and you were the first!"
WRONG = "That's not it, and it was your one answer. Watch what it becomes."
ANSWERED = "You've answered already: one answer each. Watch what it becomes."
OVER = "That round is over. Start another with `/play guess`."
WEEK_TITLE = "**Guess the dream, this week**"
NO_WEEK = "Nobody has guessed a dream yet this week. Start a round with `/play guess`."
FOOL_TITLE = "**Fool the network**"
NOBODY_YET = "Nobody has posted a photo that I take for it. Be the first: `/play fool image:`"
PERSON = "People don't count"
NEXT_WORD = "-# `/play fool` draws the next word."
SHOWN_FOOLS = 3
"""Photos that are named when a round ends."""
DEX_HINT = "-# Any dream or concept in a channel for games counts: `/concept subject:` and one of these names."
SHOWN = 10
"""People in a table."""


@said_when_read
def round_words(level: str) -> str:
    """What a round is made of, where others say of what picture."""
    return _("{level} round").format(level=level_words(level))


def level_words(level: str) -> str:
    """How hard a round is, in the middle of a sentence."""
    return {
        "easy": pgettext("of a round", "easy"),
        "medium": pgettext("of a round", "medium"),
        "hard": pgettext("of a round", "hard"),
    }.get(level, level)


def about_words(posting: Posting) -> str:
    """Beside a round: how hard it is, and who started it."""
    return _("{round}, started by {name}").format(round=stored_words.read(posting.frame), name=escape(posting.name))


def waiting_words(place: Place | None, about: str) -> str:
    """A round that has not begun to grow."""
    return f"{_(GUESS_TITLE)} · {place_words(place)}\n-# {about}\n{_(GUESS_SOON)}"


def growing_words(fraction: float, left_s: float, about: str) -> str:
    """A round that grows: "What grows here? 40% · about 8 s left"."""
    asked = _("What grows here? {percent}%").format(percent=min(99, int(fraction * 100)))
    return f"{_(GUESS_TITLE)} · {asked}{left_words(left_s)}\n-# {about}\n{_(GUESS_RULES)}"


def grown_words(until: float, about: str) -> str:
    """A round whose picture is finished, until that moment (Unix seconds)."""
    ends = _("The round ends {time}.").format(time=f"<t:{int(until)}:R>")
    return f"{_(GUESS_TITLE)} · {_(GROWN)} {ends}\n-# {about}\n{_(GUESS_RULES)}"


def won_words(winner: str, subject: str, took_s: float, level: str, table: str) -> str:
    """Above what was guessed."""
    said = _("{user} got it in {time}: **{subject}** ({level})") if winner else ""
    said = said or _("Somebody got it in {time}: **{subject}** ({level})")
    facts = {"user": f"<@{winner}>", "time": duration(took_s), "level": level_words(level)}
    return _headline(said.format(subject=escape(subject, 80), **facts), table)


def missed_words(subject: str, level: str, table: str) -> str:
    """Above what nobody guessed."""
    said = _("Nobody got it: **{subject}** ({level})")
    return _headline(said.format(subject=escape(subject, 80), level=level_words(level)), table)


def broken_words(level: str) -> str:
    """Above a round that could not be grown."""
    said = _("This {level} round is off. Start another with `/play guess`.").format(level=level_words(level))
    return f"{_(GUESS_TITLE)} · {said}"


def _headline(said: str, table: str) -> str:
    week = _("-# This week: {table}").format(table=table) if table else ""
    return "\n".join(filter(None, (f"{_(GUESS_TITLE)} · {said}", week)))


def table_line(wins: Sequence[tuple[str, int]], most: int = 3) -> str:
    """The first few of a week in one line: "<@1> 3 · <@2> 1"."""
    return " · ".join(f"<@{user}> {count}" for user, count in wins[:most])


def table_words(wins: Sequence[tuple[str, int]]) -> str:
    """The table of a week."""
    if not wins:
        return _(NO_WEEK)
    lines = [f"{at}. <@{user}> · {quantity(count, 'dream')}" for at, (user, count) in enumerate(wins[:SHOWN], 1)]
    return "\n".join([_(WEEK_TITLE), *lines])


@speaks_publicly
def log_line(posting: Posting) -> str:
    """For a server's log: who started a round, and where; not of what."""
    where = posting.link or f"<#{posting.channel_id}>"
    said = _("{name} ({user}) started a round of Guess the dream · {where}")
    return said.format(name=escape(posting.name), user=f"<@{posting.user_id}>", where=where)


def new_words(names: Sequence[str], count: int, total: int) -> str:
    """Above what was grown in a server for the first time: "New here: hartebeest, 214 of 1000"."""
    said = _("New here: {names}, {count} of {total}")
    return said.format(names=", ".join(f"**{escape(name, 80)}**" for name in names), count=count, total=total)


def dex_words(count: int, total: int, page: int, pages: int, missing: Sequence[str]) -> str:
    """Beside a page of the wall: how much was found in all, and what is missing there."""
    title = _("**Dreamdex** · {count} of {total} found here · page {page} of {pages}")
    title = title.format(count=count, total=total, page=page, pages=pages)
    lacks = _("Missing on this page: {names}").format(names=escape(", ".join(missing), 1500))
    return f"{title}\n{lacks if missing else _('All of this page is found!')}\n{_(DEX_HINT)}"


def latest_words(name: str, user_id: str) -> str:
    """What was found last, and by whom, if that is remembered."""
    said = _("-# Latest: {name} by {user}") if user_id else _("-# Latest: {name}")
    return "\n" + said.format(name=escape(name, 80), user=f"<@{user_id}>")


def dex_alt(names: Sequence[str]) -> str:
    """For who cannot see a page of the wall."""
    shown = ", ".join(names) or _("nothing was found on this page yet")
    return _("A wall of small dreams: {names}").format(names=shown)[:ALT_LIMIT]


@speaks_publicly
def word_words(word: str, ends: float) -> str:
    """The beginning of a round of Fool the network."""
    asked = _("Post a real photo of something else that I take for it, with `/play fool image:`.")
    return f"{_word_of_the_day(word)} {asked}\n{_ends(ends)}"


def _word_of_the_day(word: str) -> str:
    return f"{_(FOOL_TITLE)} · {_('The word of the day is **{word}**.').format(word=escape(word, 80))}"


def standing_words(word: str, ends: float, standings: Sequence[tuple[str, float]]) -> str:
    """How a round stands."""
    lines = [f"{at}. <@{user}> · {_percent(share)}" for at, (user, share) in enumerate(standings[:SHOWN], 1)]
    return "\n".join([_word_of_the_day(word), *(lines or [_(NOBODY_YET)]), _ends(ends)])


def _ends(ends: float) -> str:
    return _("-# The highest percentage wins. It ends {time}.").format(time=f"<t:{int(ends)}:R>")


def taken_words(word: str, share: float, leader: str, *, person: bool = False) -> str:
    """Above a photo that was looked at: how surely it is taken for the word."""
    nothing = _(PERSON) if person else _("Not a trace of {word}").format(word=escape(word, 80))
    said = f"**{_percent(share)}** {escape(word, 80)}" if share > 0 else nothing
    return f"{_(FOOL_TITLE)} · {said}{f' · {leader}' if leader else ''}"


def leader_words(user_id: str, share: float) -> str:
    """Whose photo leads."""
    return _("{user} leads with {share}").format(user=f"<@{user_id}>", share=_percent(share))


def winner_words(word: str, standings: Sequence[tuple[str, float, str]]) -> str:
    """The end of a round: who won, each with a link to the photo."""
    (user, share, link), *others = standings
    lines = [f"{at}. <@{user}> · {_percent(share)} · {link}" for at, (user, share, link) in enumerate(others, 2)]
    won = _("{user} fooled me: {share} **{word}** · {link}")
    won = won.format(user=f"<@{user}>", share=_percent(share), word=escape(word, 80), link=link)
    return "\n".join([f"{_(FOOL_TITLE)} · {won}", *lines, _(NEXT_WORD)])


def lost_fool_line(channel_id: str) -> str:
    """For a server's log: a round of Fool the network ended where nothing can be said any more."""
    said = _("A round of Fool the network in {channel} is over: I can't write there any more.")
    return said.format(channel=f"<#{channel_id}>")


def _percent(share: float) -> str:
    return percent(share, digits=1 if share < 0.1 else 0)


def lost_line(posting: Posting) -> str:
    """For a server's log: a round ended where nothing can be shown any more."""
    said = _("A round of Guess the dream in {channel} is over: I can't write there any more.")
    return said.format(channel=f"<#{posting.channel_id}>")


def choice_label(emoji: str, name: str) -> str:
    """An answer, on its button."""
    return escape_code(f"{emoji} {name}".strip(), 78)


def games_off_hint(channels: Sequence[str]) -> str:
    """Where games are, for somebody who asked where they are not."""
    said = _(" Play in {channels}.").format(channels=", ".join(f"<#{id}>" for id in channels))
    return said if channels else ""


sentence_module.install(__name__)
