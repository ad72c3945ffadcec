"""Every sentence of the games of `/play`: `(facts) => text`. What holds for `bot.wording` holds here."""

from __future__ import annotations

from collections.abc import Sequence

from bot.store.posting import Posting
from bot.wording import ALT_LIMIT, duration, escape, escape_code, place_words, quantity
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


def round_words(level: str) -> str:
    """What a round is made of, where others say of what picture."""
    return f"{level} round"


def about_words(posting: Posting) -> str:
    """Beside a round: how hard it is, and who started it."""
    return f"{posting.frame}, started by {escape(posting.name)}"


def waiting_words(place: Place | None, about: str) -> str:
    """A round that has not begun to grow."""
    return f"{GUESS_TITLE} · {place_words(place)}\n-# {about}\n{GUESS_SOON}"


def growing_words(fraction: float, left_s: float, about: str) -> str:
    """A round that grows: "What grows here? 40% · about 8 s left"."""
    left = f" · about {duration(left_s)} left" if left_s >= 1 else ""
    return f"{GUESS_TITLE} · What grows here? {min(99, int(fraction * 100))}%{left}\n-# {about}\n{GUESS_RULES}"


def grown_words(until: float, about: str) -> str:
    """A round whose picture is finished, until that moment (Unix seconds)."""
    return f"{GUESS_TITLE} · {GROWN} The round ends <t:{int(until)}:R>.\n-# {about}\n{GUESS_RULES}"


def won_words(winner: str, subject: str, took_s: float, level: str, table: str) -> str:
    """Above what was guessed."""
    who = f"<@{winner}> got it" if winner else "Somebody got it"
    return _headline(f"{who} in {duration(took_s)}: **{escape(subject, 80)}** ({level})", table)


def missed_words(subject: str, level: str, table: str) -> str:
    """Above what nobody guessed."""
    return _headline(f"Nobody got it: **{escape(subject, 80)}** ({level})", table)


def broken_words(level: str) -> str:
    """Above a round that could not be grown."""
    return f"{GUESS_TITLE} · This {level} round is off. Start another with `/play guess`."


def _headline(said: str, table: str) -> str:
    return "\n".join(filter(None, (f"{GUESS_TITLE} · {said}", table and f"-# This week: {table}")))


def table_line(wins: Sequence[tuple[str, int]], most: int = 3) -> str:
    """The first few of a week in one line: "<@1> 3 · <@2> 1"."""
    return " · ".join(f"<@{user}> {count}" for user, count in wins[:most])


def table_words(wins: Sequence[tuple[str, int]]) -> str:
    """The table of a week."""
    if not wins:
        return NO_WEEK
    lines = [f"{at}. <@{user}> · {quantity(count, 'dream')}" for at, (user, count) in enumerate(wins[:SHOWN], 1)]
    return "\n".join([WEEK_TITLE, *lines])


def log_line(posting: Posting) -> str:
    """For a server's log: who started a round, and where; not of what."""
    where = posting.link or f"<#{posting.channel_id}>"
    return f"{escape(posting.name)} (<@{posting.user_id}>) started a round of Guess the dream · {where}"


def new_words(names: Sequence[str], count: int, total: int) -> str:
    """Above what was grown in a server for the first time: "New here: hartebeest, 214 of 1000"."""
    return f"New here: {', '.join(f'**{escape(name, 80)}**' for name in names)}, {count} of {total}"


def dex_words(count: int, total: int, page: int, pages: int, missing: Sequence[str]) -> str:
    """Beside a page of the wall: how much was found in all, and what is missing there."""
    title = f"**Dreamdex** · {count} of {total} found here · page {page} of {pages}"
    lacks = f"Missing on this page: {escape(', '.join(missing), 1500)}" if missing else "All of this page is found!"
    return f"{title}\n{lacks}\n{DEX_HINT}"


def latest_words(name: str, user_id: str) -> str:
    """What was found last, and by whom, if that is remembered."""
    return f"\n-# Latest: {escape(name, 80)}{f' by <@{user_id}>' if user_id else ''}"


def dex_alt(names: Sequence[str]) -> str:
    """For who cannot see a page of the wall."""
    return f"A wall of small dreams: {', '.join(names) or 'nothing was found on this page yet'}"[:ALT_LIMIT]


def word_words(word: str, ends: float) -> str:
    """The beginning of a round of Fool the network."""
    said = f"{FOOL_TITLE} · The word of the day is **{escape(word, 80)}**."
    return f"{said} Post a real photo of something else that I take for it, with `/play fool image:`.\n{_ends(ends)}"


def standing_words(word: str, ends: float, standings: Sequence[tuple[str, float]]) -> str:
    """How a round stands."""
    lines = [f"{at}. <@{user}> · {_percent(share)}" for at, (user, share) in enumerate(standings[:SHOWN], 1)]
    first = f"{FOOL_TITLE} · The word of the day is **{escape(word, 80)}**."
    return "\n".join([first, *(lines or [NOBODY_YET]), _ends(ends)])


def _ends(ends: float) -> str:
    return f"-# The highest percentage wins. It ends <t:{int(ends)}:R>."


def taken_words(word: str, share: float, leader: str, *, person: bool = False) -> str:
    """Above a photo that was looked at: how surely it is taken for the word."""
    nothing = PERSON if person else f"Not a trace of {escape(word, 80)}"
    said = f"**{_percent(share)}** {escape(word, 80)}" if share > 0 else nothing
    return f"{FOOL_TITLE} · {said}{f' · {leader}' if leader else ''}"


def leader_words(user_id: str, share: float) -> str:
    """Whose photo leads."""
    return f"<@{user_id}> leads with {_percent(share)}"


def winner_words(word: str, standings: Sequence[tuple[str, float, str]]) -> str:
    """The end of a round: who won, each with a link to the photo."""
    (user, share, link), *others = standings
    lines = [f"{at}. <@{user}> · {_percent(share)} · {link}" for at, (user, share, link) in enumerate(others, 2)]
    won = f"<@{user}> fooled me: {_percent(share)} **{escape(word, 80)}** · {link}"
    return "\n".join([f"{FOOL_TITLE} · {won}", *lines, NEXT_WORD])


def lost_fool_line(channel_id: str) -> str:
    """For a server's log: a round of Fool the network ended where nothing can be said any more."""
    return f"A round of Fool the network in <#{channel_id}> is over: I can't write there any more."


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%" if share < 0.1 else f"{share:.0%}"


def lost_line(posting: Posting) -> str:
    """For a server's log: a round ended where nothing can be shown any more."""
    return f"A round of Guess the dream in <#{posting.channel_id}> is over: I can't write there any more."


def choice_label(emoji: str, name: str) -> str:
    """An answer, on its button."""
    return escape_code(f"{emoji} {name}".strip(), 78)


def games_off_hint(channels: Sequence[str]) -> str:
    """Where games are, for somebody who asked where they are not."""
    return f" Play in {', '.join(f'<#{id}>' for id in channels)}." if channels else ""
