"""What Discord says when it says no: `(name) => (status, code, message, error tree)`.

Codes and sentences follow Discord's published list of JSON error codes, so that a client which was
written against Discord takes the same branches here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

JsonDict = dict[str, Any]

KNOWN: dict[str, tuple[int, int, str]] = {
    "unauthorized": (401, 0, "401: Unauthorized"),
    "not_found": (404, 0, "404: Not Found"),
    "unknown_application": (404, 10002, "Unknown Application"),
    "unknown_channel": (404, 10003, "Unknown Channel"),
    "unknown_guild": (404, 10004, "Unknown Guild"),
    "unknown_member": (404, 10007, "Unknown Member"),
    "unknown_message": (404, 10008, "Unknown Message"),
    "unknown_user": (404, 10013, "Unknown User"),
    "unknown_emoji": (400, 10014, "Unknown Emoji"),
    "unknown_webhook": (404, 10015, "Unknown Webhook"),
    "unknown_interaction": (404, 10062, "Unknown interaction"),
    "unknown_command": (404, 10063, "Unknown application command"),
    "too_many_emojis": (400, 30008, "Maximum number of emojis reached (50)"),
    "too_many_animated_emojis": (400, 30018, "Maximum number of animated emojis reached (50)"),
    "too_many_stickers": (400, 30039, "Maximum number of stickers reached (5)"),
    "sticker_too_large": (400, 50045, "File uploaded exceeds the maximum size"),
    "asset_too_large": (400, 50138, "Failed to resize asset below the maximum size: 262144"),
    "invalid_asset": (400, 50046, "Invalid Asset"),
    "sticker_too_long": (400, 170007, "Sticker animation duration exceeds maximum of 5 seconds"),
    "too_many_reactions": (400, 30010, "Maximum number of reactions reached (20)"),
    "too_many_attachments": (400, 30015, "Maximum number of attachments in a message reached (10)"),
    "too_large": (413, 40005, "Request entity too large"),
    "already_acknowledged": (400, 40060, "Interaction has already been acknowledged."),
    "too_many_follow_ups": (400, 40094, "This interaction has reached the maximum number of follow up messages"),
    "missing_access": (403, 50001, "Missing Access"),
    "not_your_message": (403, 50005, "Cannot edit a message authored by another user"),
    "empty_message": (400, 50006, "Cannot send an empty message"),
    "missing_permission": (403, 50013, "Missing Permissions"),
    "dead_token": (401, 50027, "Invalid Webhook Token"),
    "invalid_form": (400, 50035, "Invalid Form Body"),
    "cannot_message_user": (403, 50007, "Cannot send messages to this user"),
    "no_mutual_servers": (
        403,
        50278,
        "Cannot send messages to this user due to having no mutual guilds",
    ),
    "no_thread_here": (400, 50024, "Cannot execute action on this channel type"),
    "thread_exists": (400, 160004, "A thread has already been created for this message"),
    "archived_thread": (400, 50083, "Thread is archived"),
    "too_many_edits": (429, 30046, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    "moderated": (400, 200000, "Message was blocked by automatic moderation"),
    "internal_network_error": (403, 40333, "internal network error"),
    "invalid_json": (400, 50109, "The request body contains invalid JSON."),
}


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a form: dotted path into the body, Discord's code, a sentence."""

    path: str
    code: str
    message: str


class Rejection(Exception):
    """The request was refused; `to_json()` is what Discord would have sent."""

    def __init__(self, name: str, problems: Sequence[Problem] = ()) -> None:
        self.status, self.code, self.message = KNOWN[name]
        self.problems = tuple(problems)
        super().__init__(self.summary())

    def summary(self) -> str:
        """Return one line for a log: the message and the paths that were wrong."""
        details = "; ".join(f"{problem.path}: {problem.message}" for problem in self.problems)
        return f"{self.code} {self.message}" + (f" ({details})" if details else "")

    def to_json(self) -> JsonDict:
        """Return the JSON body of Discord's refusal, with the error tree where there is one."""
        body: JsonDict = {"message": self.message, "code": self.code}
        if self.problems:
            body["errors"] = error_tree(self.problems)
        return body


def error_tree(problems: Sequence[Problem]) -> JsonDict:
    """Nest problems by their dotted paths; the leaves are `_errors` lists."""
    tree: JsonDict = {}
    for problem in problems:
        node = tree
        for step in problem.path.split(".") if problem.path else ():
            node = node.setdefault(step, {})
        node.setdefault("_errors", []).append({"code": problem.code, "message": problem.message})
    return tree


def invalid(path: str, code: str, message: str) -> Rejection:
    """Return an "Invalid Form Body" with a single problem."""
    return Rejection("invalid_form", [Problem(path, code, message)])
