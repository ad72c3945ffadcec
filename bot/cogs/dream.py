"""`/dream` and its two context menus: `options => dream`."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot import wording
from bot.components.autocomplete import layers, networks, own_presets, subjects
from bot.components.choices import VARIATIONS
from bot.components.option_range import OptionRange
from bot.gateway.client import Client
from bot.requests import picture_sources, video_sources
from bot.requests.derivation import draw_surprise
from bot.requests.limits import check_at_most_one
from bot.requests.picture_sources import SURPRISE, Original, choose_guide, of_attachment, starting_picture
from bot.requests.replies import say
from engine.params import Dream, override
from engine.queue.job import JobId

Here = discord.Interaction[Client]
Person = discord.User | discord.Member


class DreamCog(commands.Cog):
    """Enhance what a layer sees in a picture, or dream it towards a subject."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.menus = (
            app_commands.ContextMenu(name=wording.DREAM_THIS, callback=self.dream_message),
            app_commands.ContextMenu(name=wording.DREAM_AVATAR, callback=self.dream_avatar),
        )

    async def cog_load(self) -> None:
        """Context menus cannot be declared in a cog."""
        for menu in self.menus:
            self.client.tree.add_command(menu)

    @app_commands.command(description=wording.COMMANDS["dream"])
    @app_commands.describe(
        **{
            name: wording.OPTIONS[name]
            for name in (
                "image", "subject", "layer", "strength", "start", "user", "variations", "preset", "size", "seed",
                "private", "look", "where", "guide", "guide_user", "mask", "original", "palette", "model", "guide_by",
                "protect",
            )
        }
    )  # fmt: skip
    @app_commands.choices(variations=VARIATIONS)
    @app_commands.choices(
        start=[Choice(name=name, value=word) for name, word in wording.STARTS],
        palette=[Choice(name=name, value=word) for name, word in wording.COLOURS],
        protect=[Choice(name=name, value=word) for name, word in wording.PROTECT],
        look=[Choice(name=name, value=word) for name, word in wording.LOOKS],
        where=[Choice(name=name, value=word) for name, word in wording.WHERE],
        guide_by=[Choice(name=name, value=word) for name, word in wording.GUIDE_BY],
    )
    @app_commands.autocomplete(layer=layers, subject=subjects, preset=own_presets, model=networks)
    async def dream(
        self,
        interaction: Here,
        image: discord.Attachment | None = None,
        subject: Annotated[str, OptionRange(Dream, "subject")] | None = None,
        layer: str | None = None,
        strength: Annotated[float, OptionRange(Dream, "strength")] | None = None,
        start: str | None = None,
        user: Person | None = None,
        variations: int | None = None,
        preset: str | None = None,
        size: Annotated[int, OptionRange(Dream, "size")] | None = None,
        seed: Annotated[int, OptionRange(Dream, "seed")] | None = None,
        private: bool | None = None,
        look: str | None = None,
        where: str | None = None,
        guide: discord.Attachment | None = None,
        guide_user: Person | None = None,
        mask: discord.Attachment | None = None,
        original: Annotated[float, OptionRange(Dream, "keep")] | None = None,
        palette: str | None = None,
        model: str | None = None,
        guide_by: str | None = None,
        protect: str | None = None,
    ) -> None:
        """Dream the picture, else the avatar."""
        check_at_most_one(guide=guide, guide_user=guide_user)
        others = {"guide": choose_guide(guide, guide_user), "mask": of_attachment(mask) if mask else None}
        guided = others["guide"] is not None
        begun = await starting_picture(
            self.client.service.dispatch, self.client.service.stands, interaction, image, start, user
        )
        if not (image or user or start):
            begun = await self._with_last_image(begun, interaction.channel_id)
        params = await self._params(
            interaction.user.id, preset, surprise=start == SURPRISE, guided=guided, layer=layer,
            subject=subject or "" if guided else subject,  # a guide takes the place of one that nobody typed
            strength=strength, size=size, seed=seed, variations=variations,
            guide_by=guide_by, keep=original, colours=palette, protect=protect, look=look, where=where,
            network=model,
        )  # fmt: skip
        further = {name: link for name, link in others.items() if link is not None}
        original_picture = dataclasses.replace(begun, others=further)
        await self.client.service.take(interaction, params, original_picture, private=private)

    async def _with_last_image(self, begun: Original, channel_id: int | None) -> Original:
        """The offer of the channel's last image, where that came after its last dream."""
        last = await self.client.service.dispatch.row(JobId(begun.offer)) if begun.offer else None
        offer = await self.client.channel_images.offer(channel_id, last)
        return dataclasses.replace(begun, offer=offer) if offer else begun

    async def _params(self, user_id: int, preset: str | None, *, surprise: bool, guided: bool, **options: Any) -> Dream:
        """Params of a dream; a surprise goes before what the preset has, and behind what was given."""
        service = self.client.service
        if not surprise:
            return await service.params(Dream, user_id, preset, **options)
        kept = await service.options(Dream, user_id, preset)
        given = {name: value for name, value in options.items() if value is not None}
        drawn = draw_surprise(service.catalog, {**kept, **given}, guided=guided)
        return await service.params(Dream, user_id, **override(override(kept, drawn), given))

    async def dream_message(self, interaction: Here, message: discord.Message) -> None:
        """Dream the pictures of a message, of what moves its first frame, with an offer to dream all of it; what moves
        and is no picture, as a video."""
        service, name = self.client.service, message.author.display_name
        moving = video_sources.of_message(message, service.downloader.is_allowed)
        links = picture_sources.all_of_message(message, service.downloader.is_allowed)
        if moving and not links:
            await self.client.video_offers.dream(interaction, name, moving)
            return
        if picture_sources.require_link(message, service.downloader.is_allowed) is None:
            await say(interaction, wording.NO_PICTURE)
            return
        params = await service.params(Dream, interaction.user.id)
        original = picture_sources.of_links(name, links, service.most_pictures)
        await service.take(interaction, params, original)
        if moving:
            await self.client.video_offers.offer(interaction, name, moving)

    async def dream_avatar(self, interaction: Here, user: discord.Member | discord.User) -> None:
        """Dream someone's avatar."""
        service = self.client.service
        params = await service.params(Dream, interaction.user.id)
        await service.take(interaction, params, picture_sources.choose_original(None, user))


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(DreamCog(client))
