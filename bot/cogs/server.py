"""`/server panel, check, week, blocked, pause, resume, channel, limit, ritual`: `server => its rules`.

For those who manage it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot import ritual_words, wording
from bot.components.place_option import PlaceOption
from bot.gateway.client import Client
from bot.requests.replies import say, show
from bot.requests.server_actions import HIGHEST, read_size, with_channel, with_limits
from bot.rituals.actions import OFFERED
from bot.rituals.local_time import STEPS
from bot.store.server_rules import ServerRules
from bot.views.server_panel import LIMITS, PLACES, WHOLE
from engine.errors import BadOption

Here = discord.Interaction[Client]
Number = Range[int, 0, HIGHEST]


@app_commands.guild_only()
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.default_permissions(manage_guild=True)
class ServerCog(commands.GroupCog, group_name="server", group_description=wording.COMMANDS["server"]):
    """What a server decides."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["server panel"])
    async def panel(self, interaction: Here) -> None:
        """Show all rules, with the means to change them."""
        await show(interaction, await self.client.server_actions.panel(interaction))

    @app_commands.command(description=wording.COMMANDS["server check"])
    async def check(self, interaction: Here) -> None:
        """Say what is wrong, each with its remedy."""
        await say(interaction, await self.client.server_actions.check(interaction))

    @app_commands.command(description=wording.COMMANDS["server week"])
    async def week(self, interaction: Here) -> None:
        """Say what was made."""
        await say(interaction, await self.client.server_actions.week(interaction))

    @app_commands.command(name="blocked", description=wording.COMMANDS["server blocked"])
    async def list_blocks(self, interaction: Here) -> None:
        """Show who and what is refused, with the means to take it back."""
        await show(interaction, await self.client.server_actions.blocks_panel(interaction))

    @app_commands.command(description=wording.COMMANDS["server pause"])
    async def pause(self, interaction: Here) -> None:
        """Take no new dreams."""
        await self.client.server_actions.change(interaction, lambda rules: replace(rules, paused=True))
        await say(interaction, wording.PAUSED_WORDS)

    @app_commands.command(description=wording.COMMANDS["server resume"])
    async def resume(self, interaction: Here) -> None:
        """Take dreams again."""
        await self.client.server_actions.change(interaction, lambda rules: replace(rules, paused=False))
        await say(interaction, wording.RESUMED_WORDS)

    @app_commands.command(description=wording.COMMANDS["server channel"])
    @app_commands.describe(
        channel=wording.OPTIONS["channel of a server"],
        answers=wording.OPTIONS["answers"],
        size=wording.OPTIONS["most size"],
        posts=wording.OPTIONS["posts"],
    )
    async def channel(
        self,
        interaction: Here,
        channel: Annotated[app_commands.AppCommandChannel, PlaceOption()],
        answers: bool | None = None,
        size: Number | None = None,
        posts: Number | None = None,
    ) -> None:
        """Change what holds in one channel."""
        if channel.type not in PLACES:
            raise BadOption(option="channel", problem="has to be one in which people write")
        fields = {"most_size": _size(size), "posts_hourly": posts or None}
        typed = {"most_size": size, "posts_hourly": posts}
        chosen = {name: fields[name] for name, value in typed.items() if value is not None}

        def change(rules: ServerRules) -> ServerRules:
            return with_answers(with_channel(rules, f"c{channel.id}", **chosen), str(channel.id), answers)

        await self.client.server_actions.change(interaction, change)
        await show(interaction, await self.client.server_actions.panel(interaction))

    @app_commands.command(description=wording.COMMANDS["server limit"])
    @app_commands.describe(
        role=wording.OPTIONS["role"],
        at_once=wording.OPTIONS["at once"],
        hourly=wording.OPTIONS["hourly"],
        daily=wording.OPTIONS["daily"],
        cooldown=wording.OPTIONS["cooldown"],
    )
    async def limit(
        self,
        interaction: Here,
        role: discord.Role | None = None,
        at_once: Number | None = None,
        hourly: Number | None = None,
        daily: Number | None = None,
        cooldown: Number | None = None,
    ) -> None:
        """Change how much a person may ask for."""
        typed = {"at_once": at_once, "hourly": hourly, "daily": daily, "cooldown_s": cooldown}
        numbers = {name: value or None for name, value in typed.items() if value is not None}
        scope = f"r{role.id}" if role else WHOLE
        await self.client.server_actions.change(interaction, lambda rules: with_limits(rules, scope, numbers))
        await show(interaction, await self.client.server_actions.panel(interaction, LIMITS))

    @app_commands.command(description=wording.COMMANDS["server ritual"])
    @app_commands.describe(
        kind=wording.OPTIONS["ritual"],
        channel=wording.OPTIONS["ritual channel"],
        hour=wording.OPTIONS["ritual hour"],
        zone=wording.OPTIONS["ritual zone"],
        every=wording.OPTIONS["ritual every"],
        stars=wording.OPTIONS["ritual stars"],
    )
    @app_commands.choices(kind=[Choice(name=name, value=word) for name, word in ritual_words.names_of(OFFERED)])
    @app_commands.choices(every=[Choice(name=ritual_words.every_words(hours), value=hours) for hours in STEPS])
    async def ritual(
        self,
        interaction: Here,
        kind: str | None = None,
        channel: Annotated[app_commands.AppCommandChannel, PlaceOption()] | None = None,
        hour: Range[int, 0, 23] | None = None,
        zone: Range[str, 1, 40] | None = None,
        every: int | None = None,
        stars: Range[int, 1, 100] | None = None,
    ) -> None:
        """Switch something on that happens again and again, or show what there is."""
        if kind is None:
            await self.client.ritual_actions.listing(interaction)
            return
        place = channel or interaction.channel
        await self.client.ritual_actions.switch_on(interaction, kind, place, hour, zone, every_h=every, threshold=stars)


def with_answers(rules: ServerRules, id: str, answers: bool | None) -> ServerRules:
    """Rules with a channel among those where dreams are made, or not. Raises `BadOption` where none would be left."""
    if answers is None or answers == (id in rules.channels):
        return rules
    left = tuple(one for one in rules.channels if one != id)
    if not answers and not left:
        raise BadOption(option="answers", problem="would leave no channel: pause me, or choose other channels first")
    return replace(rules, channels=(*left, id) if answers else left)


def _size(size: int | None) -> int | None:
    """A largest size that was typed. Raises `BadOption` for one that nothing can have."""
    return read_size(str(size)) if size else None


async def setup(client: Client) -> None:
    """Called by `Client.load_cogs`."""
    await client.add_cog(ServerCog(client))
