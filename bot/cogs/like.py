"""The menu "Copy settings": `message => the same options over a picture of one's own`.

Of our own messages the ledger knows how they were made; of any other, a file may say it itself, if it is one of ours.
What is dreamed is the picture that the user last chose in this channel, else the avatar, as `/dream` does: a menu can
ask for nothing, and a form in between would be one step more than dreaming from scratch.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

import discord
from discord import app_commands
from discord.ext import commands

from bot import wording
from bot.gateway.client import Client
from bot.requests import picture_sources, video_sources
from bot.requests.derivation import dream_like
from bot.requests.limits import check_ready, check_work
from bot.requests.replies import say
from bot.requests.service import is_private
from engine.files.blobs import BlobKey
from engine.params import Animate, AnyParams, Channel, Concept, Dream, Morph, Poster, See, Style, Upscale, Video, Zoom

Here = discord.Interaction[Client]
REUSABLE_PICTURES = ("guide", "painting")
"""Further pictures that suit any picture; a mask only suits its own."""


@dataclass(frozen=True, slots=True)
class Origin:
    """How something was made."""

    params: AnyParams
    others: Mapping[str, BlobKey] = field(default_factory=dict)
    """The further pictures that can be used again ..."""
    missing: tuple[str, ...] = ()
    """... and those that cannot be had."""
    private: bool = False
    spoiler: bool = False
    """A picture of it was hidden by whoever sent it."""


class LikeCog(commands.Cog):
    """A picture of one's own, made like somebody's dream."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.menu = app_commands.ContextMenu(name=wording.LIKE_THIS, callback=self.like_message)

    async def cog_load(self) -> None:
        """Context menus cannot be declared in a cog."""
        self.client.tree.add_command(self.menu)

    async def like_message(self, interaction: Here, message: discord.Message) -> None:
        """Dream like the first picture of a message, and say with which options."""
        service, user = self.client.service, interaction.user
        made = await self._find_origin(message, user.id)
        if made is None:
            await say(interaction, wording.NO_PICTURE)
            return
        params = for_a_picture(made.params)
        check_ready(params)
        check_work(params)
        original = await service.recent_picture(user, interaction.channel_id)
        if made.others and isinstance(params, Dream | Style):
            original = dataclasses.replace(original, others=made.others, hidden=original.hidden or made.spoiler)
        await service.take(interaction, params, original, private=made.private or None)
        await self.client.try_say(interaction, wording.like_words(params, original.words, made.missing))

    async def _find_origin(self, message: discord.Message, user_id: int) -> Origin | None:
        """How what is in a message was made; None if no picture is in it. Raises the `Refusal`s of imprints."""
        row = await self.client.service.row_of_message(message.id, user_id)
        if row is not None:
            others = {name: key for name, key in row.job.others.items() if name in REUSABLE_PICTURES}
            return Origin(row.job.params, others, (), is_private(row), row.job.spoiler)
        link = video_sources.of_film(message)
        link = link or picture_sources.require_link(message, self.client.service.downloader.is_allowed)
        if link is None:
            return None
        said = await self.client.service.imprint(link, user_id)
        return Origin(said.params, missing=tuple(name for name in said.others if name in REUSABLE_PICTURES))


def for_a_picture(params: AnyParams) -> Dream | Zoom | See | Style:
    """The same for a picture: what was imagined out of nothing is dreamed into it, as the button Deeper does, and of a
    film the dream at its end, of a morph what it becomes last."""
    if isinstance(params, Animate):
        params = params.last
    if isinstance(params, Concept | Channel | Upscale | Poster | Morph | Video):
        return dream_like(params, params.seed)
    return params.model_copy(update={"continued": False}) if isinstance(params, Zoom) else params


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(LikeCog(client))
