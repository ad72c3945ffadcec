"""The range of a command's option, as params declare it: `(kind, name) => transformer`, for `Annotated[int, ...]`.

Discord refuses what is out of range while it is typed. The range stands once, in `engine.params`.
"""

from __future__ import annotations

from typing import Any, Final, get_args

import discord
from discord import AppCommandOptionType, app_commands

from engine.params import Params, bounds

TYPES: Final = {
    str: AppCommandOptionType.string,
    int: AppCommandOptionType.integer,
    float: AppCommandOptionType.number,
}


class OptionRange(app_commands.Transformer):
    """Takes values as they come, of the type and in the range of an option of params; a text has a character at least.

    Discord's names for a text's shortest and longest are those for a number's least and most.
    """

    def __init__(self, kind: type[Params], name: str) -> None:
        field = kind.model_fields[name]
        typed = next(one for one in (field.annotation, *get_args(field.annotation)) if one in TYPES)
        number = float if typed is float else int
        declared = {bound: number(value) for bound, value in bounds(kind, name).items()}
        self._type = TYPES[typed]
        self._least, self._most = declared.get("ge", 1), declared.get("le", declared.get("max_length"))

    @property
    def type(self) -> AppCommandOptionType:
        """What may be typed."""
        return self._type

    @property
    def min_value(self) -> Any:
        """The least number, or the fewest characters."""
        return self._least

    @property
    def max_value(self) -> Any:
        """The largest number, or the most characters."""
        return self._most

    async def transform(self, interaction: discord.Interaction[Any], value: Any, /) -> Any:
        """As it is: params look at it again."""
        return value
