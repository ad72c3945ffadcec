"""Images that do not look safe for work: `score => covered, age-restricted channels only, or refused`.

The bot's owner decides what happens to them everywhere (`moderation` in the settings), and a server for itself, with
`/server`; the stricter counts. Without the extra nothing is scored. What was scored once is not scored again: a dream
keeps the score of what it was made of, and is held against what is decided when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.store.server_rules import NSFW_ACTIONS, NSFW_AGE, NSFW_OFF, NSFW_REFUSE, NSFW_SPOILER
from engine.errors import ImageExplicit, ImageForAdults
from engine.settings import Moderation


@dataclass(frozen=True, slots=True)
class NsfwRule:
    """What holds for one request."""

    action: str = NSFW_OFF
    threshold: float = 1.0
    for_adults: bool = False
    """It is asked for where only adults see it, or nobody else."""
    allows_unchecked: bool = False

    @property
    def is_on(self) -> bool:
        """Whether images have to be scored."""
        return self.action != NSFW_OFF

    def holds(self, score: float | None) -> bool:
        """Whether an image of that score is one that does not look safe for work."""
        return self.is_on and score is not None and score >= self.threshold

    def check(self, score: float | None) -> None:
        """Raises `ImageExplicit` and `ImageForAdults`."""
        if not self.holds(score):
            return
        if self.action == NSFW_REFUSE:
            raise ImageExplicit
        if self.action == NSFW_AGE and not self.for_adults:
            raise ImageForAdults

    def covers(self, score: float | None) -> bool:
        """Whether what is made of it is a spoiler."""
        return self.action == NSFW_SPOILER and self.holds(score)

    def restricts(self, score: float | None) -> bool:
        """Whether what is made of it stays in age-restricted channels."""
        return self.action == NSFW_AGE and self.holds(score)


class NsfwCheck:
    """What the bot's owner decided, and whether it can be done."""

    def __init__(self, owner: Moderation | None = None, *, is_installed: bool = False) -> None:
        self.owner = owner or Moderation()
        self.is_installed = is_installed

    def action(self, server: str) -> str:
        """The stricter of the owner's and a server's."""
        return max(self.owner.action, server, key=lambda one: NSFW_ACTIONS.index(one) if one in NSFW_ACTIONS else 0)

    def rule(self, server: str, *, for_adults: bool) -> NsfwRule:
        """What holds for a request; `server` is what its server decided."""
        if not self.is_installed:
            return NsfwRule()
        return NsfwRule(self.action(server), self.owner.threshold, for_adults, self.owner.unchecked == "allow")
