"""Finds the picture that someone means: `attachment, user or message => link`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import discord

from bot.requests.downloader import Link
from bot.requests.message_options import ADDRESS
from engine.errors import ForeignUrl

AVATAR_SIZE = 1024
COVERED = re.compile(r"\|\|(.+?)\|\|", re.DOTALL)


def of_attachment(attachment: discord.Attachment) -> Link:
    """What was attached to a command."""
    return Link(attachment.url, attachment.size, spoiler=attachment.is_spoiler())


def of_user(user: discord.User | discord.Member) -> Link | None:
    """The avatar that is shown here, else the user's own; None for those who have none."""
    avatar = user.guild_avatar if isinstance(user, discord.Member) else None
    avatar = avatar or user.avatar
    if avatar is None:
        return None
    return Link(avatar.replace(size=AVATAR_SIZE, static_format="png", format="png").url, optional=True)


def of_message(message: discord.Message, allowed: Callable[[str], bool]) -> Link | None:
    """The first picture of a message that lies where pictures are taken from."""
    return next((link for link in _links(message) if allowed(link.url)), None)


def meant(message: discord.Message, allowed: Callable[[str], bool]) -> Link | None:
    """The same. Raises `ForeignUrl` where there is only a link, which somebody may take for the picture behind it."""
    found = of_message(message, allowed)
    if found is None and ADDRESS.search(message.content):
        raise ForeignUrl
    return found


def _links(message: discord.Message) -> Iterator[Link]:
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    for part in parts:
        shown = [*_media(list(part.components))]
        hidden = {_path(item.url) for item, spoiler in shown if spoiler}
        for item in part.attachments:
            if (item.content_type or "image/").startswith("image/"):
                link = of_attachment(item)
                yield replace(link, spoiler=link.spoiler or _path(item.url) in hidden)
        for media, spoiler in shown:
            yield from (Link(url, spoiler=spoiler) for url in (media.url, media.proxy_url) if url)
        for embed in part.embeds:
            urls = [url for media in (embed.image, embed.thumbnail) for url in (media.proxy_url, media.url) if url]
            spoiler = _is_hidden(part.content, embed.url, *urls)
            yield from (Link(url, spoiler=spoiler) for url in urls)


def _media(components: object, hidden: bool = False) -> Iterator[tuple[discord.UnfurledMediaItem, bool]]:
    """What components show, and whether it, or anything around it, is covered."""
    for component in components if isinstance(components, list) else []:
        covered = hidden or bool(getattr(component, "spoiler", False))
        if isinstance(component, discord.MediaGalleryComponent):
            yield from ((item.media, covered or item.spoiler) for item in component.items)
        elif isinstance(component, discord.ThumbnailComponent | discord.FileComponent):
            yield component.media, covered
        else:
            inside = [*getattr(component, "children", ()), *filter(None, [getattr(component, "accessory", None)])]
            yield from _media(inside, covered)


def _path(url: str) -> str:
    """An address without its signature, which differs each time."""
    return url.partition("?")[0]


def _is_hidden(text: str, *urls: str | None) -> bool:
    """Whether an embed is of an address that stands between two ||: Discord covers it, too."""
    return any(url and url in covered for covered in COVERED.findall(text) for url in urls)
