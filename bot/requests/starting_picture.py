"""The picture that a command begins with: `(image, start, user) => original`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import discord

from bot import wording
from bot.requests.limits import check_at_most_one
from bot.requests.picture_sources import Original, choose_original, find_last_dream, of_result, of_server
from engine.errors import BadOption, NoLastDream

if TYPE_CHECKING:
    from bot.requests.service import RequestService

Person = discord.User | discord.Member
STARTS = tuple(value for _, value in wording.STARTS)
SURPRISE = "surprise"


async def starting_picture(
    service: RequestService,
    interaction: discord.Interaction,
    image: discord.Attachment | None,
    start: str | None,
    user: Person | None,
) -> Original:
    """The one picture that was chosen, else the avatar of who asks, with the channel's last dream as an offer.

    Raises `OptionConflict`, `NoServerIcon`, `NoLastDream`, and `BadOption` for a start that is not offered.
    """
    check_at_most_one(image=image, start=None if start == SURPRISE else start, user=user)
    match start:
        case "noise":
            return Original(None, wording.NOISE)
        case "server icon":
            return of_server(interaction.guild)
        case "last dream":
            return await _last_dream(service, interaction.channel_id)
    if start is not None and start not in STARTS:
        raise BadOption(option="start", problem="has to be one of those that are offered")
    chosen = choose_original(image, user or interaction.user)
    if image or user or start == "avatar":
        return chosen
    last = await find_last_dream(service.dispatch, interaction.channel_id)
    return dataclasses.replace(chosen, offer=last.id if last else "")


async def _last_dream(service: RequestService, channel_id: int | None) -> Original:
    """The last dream here. Raises `NoLastDream`, also where its message was deleted."""
    row = await find_last_dream(service.dispatch, channel_id)
    if row is None or row.result is None or not await service.stands(row):
        raise NoLastDream
    return of_result(row, row.result.blob)
