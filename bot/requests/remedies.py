"""Buttons that mend what a refusal says: `(refusal, request) => "Use castle", which makes the same request with it`.

What was asked for is remembered here for as long as the bot runs, the newest offers only: a command's options and the
files that came with it are nowhere else, and are good for some hours only. Of an older offer its button says so.
"""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import discord
from discord import app_commands, ui

from bot import discord_internals, wording
from bot.views.message_card import Layout
from bot.views.result_card import next_smaller
from engine.errors import NotYours, PareidoliaError, SizeBarred, TooLong, UnknownLayer, UnknownSubject
from engine.params import AIM_OPTIONS, Params

MOST = 500
"""Offers that are remembered; a person is not offered more than one at a time."""
ASKED = "asked"
"""The key of what was asked for, among the extras of an interaction that asks it again."""

Options = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a button would do, and for whom."""

    user_id: int
    label: str
    run: Callable[[discord.Interaction[Any]], Awaitable[None]]


class Remedies:
    """The offers that stand."""

    def __init__(self) -> None:
        self._offers: OrderedDict[str, Remedy] = OrderedDict()

    def panel(self, text: str, remedy: Remedy) -> Layout:
        """Words with the button of a remedy below."""
        key = secrets.token_urlsafe(15)
        self._offers[key] = remedy
        if len(self._offers) > MOST:
            self._offers.popitem(last=False)
        button: ui.Button[Layout] = ui.Button(
            label=remedy.label[:80], style=discord.ButtonStyle.primary, custom_id=f"use:{key}"
        )
        return Layout(ui.TextDisplay(text), ui.ActionRow(button))

    def take(self, key: str, user_id: int) -> Remedy | None:
        """The remedy of a button, once; None if it is not known any more. Raises `NotYours` for somebody else's."""
        offer = self._offers.get(key)
        if offer is not None and offer.user_id != user_id:
            raise NotYours
        return self._offers.pop(key, None)

    def give_back(self, key: str, remedy: Remedy) -> None:
        """It was refused again, for another reason perhaps: its button works once more."""
        self._offers[key] = remedy


def of_command(interaction: discord.Interaction[Any], error: Exception) -> Remedy | None:
    """What mends a command that was refused, if one thing does: it is run again with that."""
    command, options = interaction.extras.get(ASKED) or (interaction.command, _options(interaction))
    if not isinstance(command, app_commands.Command) or not isinstance(error, PareidoliaError):
        return None
    mended = _mended(options, error)
    if mended is None or not mended.keys() <= {one.display_name for one in command.parameters}:
        return None
    changed = {**options, **mended}

    async def run(pressed: discord.Interaction[Any]) -> None:
        pressed.extras[ASKED] = (command, changed)
        await discord_internals.run_again(command, pressed, changed)

    return Remedy(interaction.user.id, _label(mended), run)


def near_word(error: Exception) -> str:
    """The word that a refusal says is near to the one that it does not know, or `layer:name`; "" if there is none."""
    return str(error.facts.get("nearest", "")) if isinstance(error, UnknownSubject | UnknownLayer) else ""


def corrected(text: str, error: Exception) -> str | None:
    """A text with the near word in place of the unknown one; None if there is none, or it is not what the text says."""
    near = near_word(error)
    if not near or ":" in near or not isinstance(error, PareidoliaError):
        return None
    name = re.escape(str(error.facts["name"]))
    fixed, count = re.subn(name, lambda _: near, text, count=1, flags=re.IGNORECASE)
    return fixed if count else None


def _options(interaction: discord.Interaction[Any]) -> Options:
    """What was given to a command."""
    if not isinstance(interaction.command, app_commands.Command):
        return {}
    return {name: value for name, value in interaction.namespace}  # noqa: C416 (to `dict` it looks like a mapping)


def _mended(options: Options, error: PareidoliaError) -> Options | None:
    """The options that differ once an error is mended; None where nothing does it. What is None is left out."""
    if isinstance(error, SizeBarred):
        return {"size": error.facts["limit"]}
    if isinstance(error, TooLong):
        size = next_smaller(cast(Params, error.facts["params"]))
        return {"size": size} if size else None
    option, _, word = near_word(error).partition(":")
    if word and option in AIM_OPTIONS:
        return {**dict.fromkeys(AIM_OPTIONS & options.keys()), option: word}
    fixed = {name: corrected(text, error) for name, text in options.items() if isinstance(text, str)}
    return next(({name: text} for name, text in fixed.items() if text), None)


def _label(mended: Options) -> str:
    if "size" in mended:
        return wording.VERBS["smaller"]
    return next(wording.use_words(str(value)) for value in mended.values() if value is not None)
