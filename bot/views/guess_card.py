"""The message of a round of Guess the dream while it is open: `(posting, how it stands) => card`.

Nothing here knows what is grown: neither words nor names of files nor the files themselves say it.
"""

from __future__ import annotations

from bot import play_wording
from bot.store.posting import Posting
from bot.views.message_card import Card, Picture, speaks_as_posting
from engine.queue.job import JobId, Place


@speaks_as_posting
def waiting_card(id: JobId, posting: Posting, shown: bytes, place: Place | None) -> Card:
    """In the line, with noise."""
    return _card(id, play_wording.waiting_words(place, play_wording.about_words(posting)), shown)


@speaks_as_posting
def growing_card(id: JobId, posting: Posting, shown: bytes, fraction: float, left_s: float) -> Card:
    """Under way, with the latest preview, or noise until there is one."""
    return _card(
        id, play_wording.growing_words(fraction, left_s, play_wording.about_words(posting)), shown, posting.choices
    )


@speaks_as_posting
def grown_card(id: JobId, posting: Posting, shown: bytes, until: float) -> Card:
    """Finished, and not guessed yet; `shown` is without the settings that a file of ours says."""
    return _card(id, play_wording.grown_words(until, play_wording.about_words(posting)), shown, posting.choices)


def _card(id: JobId, text: str, shown: bytes, choices: tuple[str, ...] = ()) -> Card:
    picture = Picture(shown, play_wording.GUESS_ALT) if shown else None
    return Card(text, picture, id=id, choices=choices)
