"""What people read of making a dream theirs, as an emoji, a sticker, an avatar or a banner; the rest is in
`bot.wording`."""

from __future__ import annotations

import re
from typing import Final

from bot import wording
from bot.exports.export_files import ExportFile
from bot.exports.export_kinds import KIB
from engine.queue.job import JobRow

EXPORT_VERBS: Final = {
    "emoji": "Emoji",
    "sticker": "Sticker",
    "avatar": "Avatar",
    "banner": "Banner",
    "add_emoji": "Add to server",
    "add_sticker": "Add to server",
}
PANEL: Final = (
    "**Make it ours**\nEmoji (128 px) and sticker (320 px) for the server, avatar (square) and banner (960 × 540): "
    "each as a file for you, cut around what there is to see."
)
HOW: Final = {
    "emoji": "Upload it in Server Settings › Emoji",
    "sticker": "Upload it in Server Settings › Stickers",
    "avatar": "Choose it in User Settings › Profiles, or as a server's icon",
    "banner": "Choose it as a server's banner, or as the cover of an event",
}
STOPPED: Final = "Moving, it would be larger than Discord takes, so this one stands still."
SOFT: Final = "It is larger than it was dreamed, and so a little soft. Upscale the dream first for a sharper one."
SOFT_FROM: Final = 1.5
"""So many times as large as it was dreamed."""
NAME_LABEL: Final = "Name"
NAME_HINTS: Final = {"emoji": "letters, digits and _", "sticker": "2 to 30 characters"}
ADD_TITLES: Final = {"emoji": "Add an emoji", "sticker": "Add a sticker"}
NAME_LIMITS: Final = {"emoji": (2, 32), "sticker": (2, 30)}
"""Characters, by Discord."""
NAME_RULES: Final = {
    "emoji": "2 to 32 letters, digits and underscores, without spaces",
    "sticker": "2 to 30 characters",
}
TAG: Final = "✨"
"""The emoji for which Discord suggests a sticker."""
SLOT_NAMES: Final = {"emoji": "emoji", "moving emoji": "animated emoji", "sticker": "sticker"}
"""What there is no room for."""


def file_words(made: ExportFile, *, addable: bool) -> str:
    """Under a file: what it is, and what to do with it."""
    moving = ", moving" if made.moves else ""
    first = f"**{EXPORT_VERBS[made.kind.name]}** · {made.width} × {made.height}, {-(-len(made.data) // KIB)} KB{moving}"
    how = HOW[made.kind.name] + (", or press Add to server." if addable else ".")
    notes = [STOPPED] if made.stopped else []
    notes += [SOFT] if made.enlarged > SOFT_FROM else []
    return "\n".join([first, how, *(f"-# {note}" for note in notes)])


def alt_words(row: JobRow, kind: str) -> str:
    """For those who cannot see it."""
    return wording.plain(f"{EXPORT_VERBS[kind]} of a dream: {wording.aim_words(row.job.params)}", wording.ALT_LIMIT)


def suggested_name(row: JobRow) -> str:
    """A name by what was dreamed towards: "castles", or "dream"."""
    said = re.sub(r"[^a-z0-9]+", "_", wording.aim_words(row.job.params).lower()).strip("_")[:32].strip("_")
    return said if len(said) > 1 else "dream"


def added_words(kind: str, name: str, mention: str) -> str:
    """Once a server has it."""
    if kind == "emoji":
        return f"Added: {mention} Use it with `:{wording.escape_code(name)}:`"
    return f"Added: the sticker **{wording.escape(name)}** is among this server's stickers now."


def already_words(kind: str, name: str, mention: str) -> str:
    """Where it was added before."""
    said = mention if kind == "emoji" else f"The sticker **{wording.escape(name)}**"
    return f"{said} is in this server already. To add it once more, delete that one in Server Settings first."


def added_line(person: str, kind: str, name: str) -> str:
    """For the log channel of a server."""
    return f"{wording.escape(person)} added the {kind} `{wording.escape_code(name)}` from a dream"
