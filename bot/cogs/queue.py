"""`/queue`: `user => their dreams and the line`."""

from __future__ import annotations

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot import wording
from bot.gateway.client import Client
from bot.requests.replies import show
from bot.store.posting import Posting
from bot.views.message_card import Layout, button

SHOWN_JOBS = 8
"""Dreams of one user that are listed; a message holds 40 components."""


class QueueCog(commands.Cog):
    """Who waits, and for how long."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(description=wording.COMMANDS["queue"])
    async def queue(self, interaction: discord.Interaction[Client]) -> None:
        """Show the user's dreams with a way to cancel each, and the length of the line."""
        line = await self.client.service.dispatch.list_waiting()
        mine = [(row, place) for row, place in line if row.job.requester == str(interaction.user.id)][:SHOWN_JOBS]
        items: list[ui.Item[Layout]] = [
            ui.Section(
                ui.TextDisplay(wording.queue_line(row, place, Posting.from_json(row.posting).link)),
                accessory=button("cancel", row.id),
            )
            for row, place in mine
        ]
        if not mine:
            items.append(ui.TextDisplay(wording.queue_none(len(line))))
        if line:
            last = max(place.eta_s for _, place in line)
            items.append(ui.TextDisplay(wording.queue_total(len(line), last)))
        await show(interaction, Layout(*items))


async def setup(client: Client) -> None:
    """Called by `load_extension`."""
    await client.add_cog(QueueCog(client))
