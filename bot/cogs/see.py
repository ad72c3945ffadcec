"""`/see` and its context menu: `picture => what is in it, and why`; `layer and channel => what they respond to`."""

from __future__ import annotations

from typing import Annotated, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import wording
from bot.components.autocomplete import layers, networks, searches
from bot.components.option_range import OptionRange
from bot.games.game_place import refuse_open_round
from bot.gateway.client import Client
from bot.requests import picture_sources
from bot.requests.limits import check_at_most_one
from bot.requests.picture_sources import Original
from bot.requests.replies import say
from engine.params import AnyParams, Channel, See

Here = discord.Interaction[Client]


class SeeCog(commands.Cog):
    """What a picture is to the network, and what the parts of the network look for."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.menu = app_commands.ContextMenu(name=wording.SEE_THIS, callback=self.see_message)

    async def cog_load(self) -> None:
        """Context menus cannot be declared in a cog."""
        self.client.tree.add_command(self.menu)

    @app_commands.command(description=wording.COMMANDS["see"])
    @app_commands.describe(
        image=wording.OPTIONS["image to see"],
        layer=wording.OPTIONS["layer to see"],
        **{name: wording.OPTIONS[name] for name in ("channel", "search", "top", "seed", "private", "model")},
    )
    @app_commands.autocomplete(layer=layers, search=searches, model=networks)
    async def see(
        self,
        interaction: Here,
        image: discord.Attachment | None = None,
        layer: str | None = None,
        channel: Annotated[int, OptionRange(Channel, "channel")] | None = None,
        search: Annotated[str, OptionRange(Channel, "search")] | None = None,
        top: Annotated[int, OptionRange(Channel, "top")] | None = None,
        seed: Annotated[int, OptionRange(See, "seed")] | None = None,
        private: bool | None = None,
        model: str | None = None,
    ) -> None:
        """Look at the picture, else at the avatar; or draw one channel, or the atlas of a layer."""
        service, user = self.client.service, interaction.user
        inside: dict[str, Any] = {"layer": layer, "channel": channel, "search": search, "top": top}
        looks_inside = any(value is not None for value in inside.values())
        if looks_inside:
            refuse_useless(image, channel, search, top)
            params: AnyParams = await service.params(Channel, user.id, **inside, seed=seed, network=model)
        else:
            params = await service.params(See, user.id, seed=seed, network=model)
        original = picture_sources.choose_original(image, user, avatar=not looks_inside)
        await service.take(interaction, params, original, private=private)

    async def see_message(self, interaction: Here, message: discord.Message) -> None:
        """Look at the first picture of a message."""
        service = self.client.service
        refuse_open_round(message)
        link = picture_sources.require_link(message, service.downloader.is_allowed)
        if link is None:
            await say(interaction, wording.NO_PICTURE)
            return
        words = wording.original_words(message.author.display_name, "picture")
        await service.take(interaction, await service.params(See, interaction.user.id), Original(link, words))


def refuse_useless(image: discord.Attachment | None, channel: int | None, search: str | None, top: int | None) -> None:
    """Raise `OptionConflict` for what would change nothing: one channel is drawn out of nothing and is one picture,
    and what is searched is imagined."""
    check_at_most_one(channel=channel, search=search, image=image)
    check_at_most_one(channel=channel, top=top)


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(SeeCog(client))
