"""Finds the video that someone means: `attachment or message => link, and what to call it`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import discord

from bot import wording
from bot.requests.downloader import Link
from bot.requests.picture_sources import Original, is_age_restricted, is_hidden, of_attachment, parts_of
from engine.params import Video
from engine.queue.job import VIDEO

FORMATS = {".gif": "gif", ".webp": "webp"}
"""What comes out of what goes in, by the names of files; of everything else an MP4."""
MOVING_TYPES = ("image/gif", "video/")
"""How the types of files begin that may move. Of other images Discord says it."""


def of_link(name: str, link: Link) -> Original:
    """A video that somebody sent, as what is dreamed."""
    return Original(None, wording.original_words(name, "video"), {VIDEO: link})


def options_of(original: Original) -> dict[str, str]:
    """The options that follow from a video, if the original is one."""
    link = original.others.get(VIDEO)
    return {"format": format_of(link.url)} if isinstance(link, Link) else {}


def format_of(address: str) -> str:
    """The format of what is made of a file of that name or address."""
    name = address.partition("?")[0].lower()
    return FORMATS.get(name[name.rfind(".") :], "mp4")


def seconds_of(seconds: float | None, fps: int | None) -> float | None:
    """How much of a video is dreamed: as much as was asked for, else as much as has room at so many frames a second.
    None for the usual."""
    usual = float(Video.model_fields["seconds"].default)
    if seconds is not None or fps is None or fps * usual <= Video.CHAT_FRAMES:
        return seconds
    return Video.CHAT_FRAMES / fps


def of_film(message: discord.Message) -> Link | None:
    """The first MP4 attached to a message, or to what it forwards: no picture, but it may be a file of ours."""
    return next((of_attachment(one) for one in _attachments(message) if one.content_type == "video/mp4"), None)


def of_message(message: discord.Message, allowed: Callable[[str], bool]) -> Link | None:
    """The first thing in a message that moves, as far as Discord says, and lies where files are taken from."""
    found = [of_attachment(one) for one in _attachments(message) if moves(one)]
    link = next((one for one in (*found, *_gifs(message)) if allowed(one.url)), None)
    return link and replace(link, owner=message.author.id, age_restricted=is_age_restricted(message))


def moves(attachment: discord.Attachment) -> bool:
    """Whether a file may move."""
    return attachment.flags.animated or (attachment.content_type or "").startswith(MOVING_TYPES)


def _attachments(message: discord.Message) -> Iterator[discord.Attachment]:
    return (one for part in parts_of(message) for one in part.attachments)


def _gifs(message: discord.Message) -> Iterator[Link]:
    """What Discord shows of links to GIFs, which it has as videos."""
    for part in parts_of(message):
        for one in part.embeds:
            if one.type == "gifv" and one.video.proxy_url:
                yield Link(one.video.proxy_url, spoiler=is_hidden(part.content, one.url, one.video.url))
