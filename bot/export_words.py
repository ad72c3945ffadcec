"""What people read of making a dream theirs, as an emoji, a sticker, an avatar or a banner; the rest is in
`bot.wording`."""

from __future__ import annotations

import re
from typing import Final

from bot import wording
from bot.exports.export_files import ExportFile
from bot.exports.export_kinds import KIB
from bot.languages import sentence_module
from bot.languages.catalogs import ENGLISH
from bot.languages.current import speaking, speaks_publicly
from bot.languages.translation import gettext as _
from engine.queue.job import JobRow

UNTRANSLATED: Final = frozenset({"ENGLISH", "NAME_RULES", "SLOT_NAMES"})
"""Constants that are no sentences, or that become facts of errors, whose phrases are in `bot.fact_words`."""
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


ADDED_LINES: Final = {
    "emoji": "{name} added the emoji `{expression}` from a dream",
    "sticker": "{name} added the sticker `{expression}` from a dream",
}
"""For the log channel of a server."""


def file_words(made: ExportFile, *, addable: bool) -> str:
    """Under a file: what it is, and what to do with it."""
    size = -(-len(made.data) // KIB)
    first = (
        _("**{kind}** · {width} × {height}, {size} KB, moving")
        if made.moves
        else _("**{kind}** · {width} × {height}, {size} KB")
    )
    how = _("{how}, or press Add to server.") if addable else _("{how}.")
    notes = [_(STOPPED)] if made.stopped else []
    notes += [_(SOFT)] if made.enlarged > SOFT_FROM else []
    return "\n".join([
        first.format(kind=_(EXPORT_VERBS[made.kind.name]), width=made.width, height=made.height, size=size),
        how.format(how=_(HOW[made.kind.name])),
        *(f"-# {note}" for note in notes),
    ])  # fmt: skip


def alt_words(row: JobRow, kind: str) -> str:
    """For those who cannot see it."""
    said = _("{kind} of a dream: {aim}")
    aim = wording.aim_words(row.job.params)
    return wording.plain(said.format(kind=_(EXPORT_VERBS[kind]), aim=aim), wording.ALT_LIMIT)


def suggested_name(row: JobRow) -> str:
    """A name by what was dreamed towards, in English, as subjects are: "castles", or "dream"."""
    with speaking(ENGLISH):
        aim = wording.aim_words(row.job.params)
    said = re.sub(r"[^a-z0-9]+", "_", aim.lower()).strip("_")[:32].strip("_")
    return said if len(said) > 1 else "dream"


def added_words(kind: str, name: str, mention: str) -> str:
    """Once a server has it."""
    if kind == "emoji":
        return _("Added: {emoji} Use it with {code}").format(emoji=mention, code=f"`:{wording.escape_code(name)}:`")
    return _("Added: the sticker **{name}** is among this server's stickers now.").format(name=wording.escape(name))


def already_words(kind: str, name: str, mention: str) -> str:
    """Where it was added before."""
    said = mention if kind == "emoji" else _("The sticker **{name}**").format(name=wording.escape(name))
    there = _("{what} is in this server already. To add it once more, delete that one in Server Settings first.")
    return there.format(what=said)


@speaks_publicly
def added_line(person: str, kind: str, name: str) -> str:
    """For the log channel of a server."""
    return _(ADDED_LINES[kind]).format(name=wording.escape(person), expression=wording.escape_code(name))


@speaks_publicly
def add_reason(person: str) -> str:
    """For the audit log of a server."""
    return _("{name} pressed {button}").format(name=person, button=_(EXPORT_VERBS["add_emoji"]))


sentence_module.install(__name__)
