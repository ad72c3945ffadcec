"""Finds the picture that someone means: `attachment, user or message => link`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import discord

from bot.intake import Link
from bot.typed import ADDRESS
from engine.jobs.errors import ForeignUrl

AVATAR_SIZE = 1024


def of_attachment(attachment: discord.Attachment) -> Link:
    """What was attached to a command."""
    return Link(attachment.url, attachment.size)


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
        pictures = [item for item in part.attachments if (item.content_type or "image/").startswith("image/")]
        yield from (of_attachment(item) for item in pictures)
        for item in _media(list(part.components)):
            yield from (Link(url) for url in (item.url, item.proxy_url) if url)
        for embed in part.embeds:
            yield from (
                Link(url) for media in (embed.image, embed.thumbnail) for url in (media.proxy_url, media.url) if url
            )


def _media(components: object) -> Iterator[discord.UnfurledMediaItem]:
    for component in components if isinstance(components, list) else []:
        if isinstance(component, discord.MediaGalleryComponent):
            yield from (item.media for item in component.items)
        elif isinstance(component, discord.ThumbnailComponent):
            yield component.media
        else:
            yield from _media(list(getattr(component, "children", ())))
