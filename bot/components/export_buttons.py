"""What is pressed to make a dream ours: `custom_id "export:kind:job" => a file`, or `"export:add_kind:job" => a form`.
It survives restarts."""

from __future__ import annotations

import re
from typing import Any, Self, cast

import discord
from discord import ui

from bot import discord_internals, export_words
from bot.components.client_protocol import ServiceClient
from bot.components.expression_modal import NameExpression
from bot.delivery import interaction_response
from bot.views.export_panel import PREFIX
from engine import logs

ADD = "add_"


class ExportButton(
    ui.DynamicItem[ui.Button[Any]],
    template=rf"{PREFIX}:(?P<verb>{'|'.join(export_words.EXPORT_VERBS)}):(?P<id>[A-Za-z0-9_-]{{20}})",
):
    """A button of an export."""

    @classmethod
    def knows(cls, custom_id: str) -> bool:
        """Whether this is one of ours."""
        return discord_internals.matches(cls, custom_id)

    def __init__(self, item: ui.Button[Any], verb: str, id: str) -> None:
        super().__init__(item)
        self._verb = verb
        self._job = id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """What Discord says was pressed."""
        return cls(cast("ui.Button[Any]", item), match["verb"], match["id"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do it; whatever goes wrong becomes words."""
        client = cast(ServiceClient, interaction.client)
        try:
            if not await client.admits(interaction):
                return
            logs.set_job(self._job)
            row = await client.service.row(self._job, interaction.user.id)
            if not self._verb.startswith(ADD):
                await client.exports.export(interaction, row, self._verb)
                return
            await client.exports.check_add(interaction, row)
            form = NameExpression(row, self._verb.removeprefix(ADD))
            await interaction_response.respond(interaction, lambda: interaction.response.send_modal(form))
        except Exception as error:
            await client.apologise(interaction, error)
