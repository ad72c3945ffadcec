"""Short answers that nobody else sees: `(interaction, words or panel) => answered`."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import NamedTuple

import discord

from bot.delivery import interaction_response
from bot.views.message_card import Layout

log = logging.getLogger(__name__)


class Upload(NamedTuple):
    """A picture that was made just now."""

    name: str
    data: bytes


async def replace_with(interaction: discord.Interaction, text: str) -> None:
    """Words in place of the panel that was pressed."""
    view = Layout(discord.ui.TextDisplay(text))
    await interaction_response.respond(
        interaction,
        lambda: interaction.response.edit_message(view=view, allowed_mentions=discord.AllowedMentions.none()),
    )


async def say(interaction: discord.Interaction, text: str) -> None:
    """A sentence that only the user sees, as the answer or after it."""
    nobody = discord.AllowedMentions.none()
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True, allowed_mentions=nobody)
        return
    await interaction_response.respond(
        interaction,
        lambda: interaction.response.send_message(text, ephemeral=True, allowed_mentions=nobody),
    )


async def post(interaction: discord.Interaction, text: str) -> None:
    """A sentence that everybody sees, as the answer."""
    nobody = discord.AllowedMentions.none()
    await interaction_response.respond(
        interaction, lambda: interaction.response.send_message(text, allowed_mentions=nobody)
    )


async def try_say(interaction: discord.Interaction, text: str) -> None:
    """The same, where nothing depends on whether it arrives."""
    try:
        await say(interaction, text)
    except (discord.HTTPException, *interaction_response.CONNECTION_ERRORS) as error:
        log.warning("a sentence was not delivered: %s", interaction_response.describe_error(error))


async def replace_panel(interaction: discord.Interaction, view: Layout, picture: Path | Upload | None = None) -> None:
    """Another panel, with a picture of ours or without, in place of the one that was pressed."""
    nobody = discord.AllowedMentions.none()
    await interaction_response.respond(
        interaction,
        lambda: interaction.response.edit_message(view=view, attachments=_files(picture), allowed_mentions=nobody),
    )


async def show(interaction: discord.Interaction, view: Layout, picture: Path | Upload | None = None) -> None:
    """A panel that only the user sees, with a picture of ours or without, as the answer."""
    nobody = discord.AllowedMentions.none()
    await interaction_response.respond(
        interaction,
        lambda: interaction.response.send_message(
            view=view, files=_files(picture), ephemeral=True, allowed_mentions=nobody
        ),
    )


async def show_after(interaction: discord.Interaction, view: Layout) -> None:
    """A panel that only the user sees, after an answer."""
    await interaction.followup.send(view=view, ephemeral=True, allowed_mentions=discord.AllowedMentions.none())


def _files(picture: Path | Upload | None) -> list[discord.File]:
    """Opened anew for each attempt."""
    if isinstance(picture, Upload):
        return [discord.File(io.BytesIO(picture.data), picture.name)]
    return [discord.File(io.BytesIO(picture.read_bytes()), picture.name)] if picture else []
