"""What can go wrong with an edit or a message: `Discord's answer => what it means to whoever posts`."""

from __future__ import annotations


class PostError(Exception):
    """An edit did not arrive."""


class MessageGone(PostError):
    """Someone deleted the message: there is nothing left to do."""


class TooLarge(PostError):
    """The upload is over the limit."""


class Unwelcome(PostError):
    """Discord will never take this edit."""


class OutOfReach(Unwelcome):
    """The token is dead and the channel is closed to us."""


class Archived(Unwelcome):
    """The thread is archived: nothing in it can be edited before it is opened again."""


class Unavailable(PostError):
    """Discord cannot be reached now; it may be tried again `after_s` seconds."""

    def __init__(self, text: str = "", after_s: float = 0.0) -> None:
        self.after_s = after_s
        super().__init__(text)
