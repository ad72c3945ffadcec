"""What Discord lets people type is what params take, told to it in Discord's own terms."""

from __future__ import annotations

from typing import Any

import pytest
from discord import AppCommandOptionType

from bot.components.option_range import OptionRange
from engine.params import Channel, Dream, Params, Zoom


@pytest.mark.parametrize(
    ("kind", "name", "declared"),
    [
        (Dream, "strength", (AppCommandOptionType.number, 0.1, 4.0)),
        (Dream, "size", (AppCommandOptionType.integer, 128, 1024)),
        (Zoom, "size", (AppCommandOptionType.integer, 128, Zoom.model_fields["size"].metadata[1].le)),
        (Channel, "channel", (AppCommandOptionType.integer, 0, 99_999)),
        (Dream, "subject", (AppCommandOptionType.string, 1, 200)),
    ],
)
async def test_the_range_is_that_of_params(kind: type[Params], name: str, declared: tuple[Any, ...]) -> None:
    option = OptionRange(kind, name)
    assert (option.type, option.min_value, option.max_value) == declared
    assert type(option.max_value) is type(declared[2])
