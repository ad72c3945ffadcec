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
from engine.errors import AmbiguousSubject, NotYours, PareidoliaError, SizeBarred, TooLong, UnknownLayer, UnknownSubject
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

    def panel(self, text: str, *offers: Remedy) -> Layout:
        """Words with a button for each remedy below, of which there are 1 to 5."""
        return Layout(ui.TextDisplay(text), ui.ActionRow(*(self._button(one) for one in offers)))

    def _button(self, remedy: Remedy) -> ui.Button[Layout]:
        key = secrets.token_urlsafe(15)
        self._offers[key] = remedy
        if len(self._offers) > MOST:
            self._offers.popitem(last=False)
        return ui.Button(label=remedy.label[:80], style=discord.ButtonStyle.primary, custom_id=f"use:{key}")

    def take(self, key: str, user_id: int) -> Remedy | None:
        """The remedy of a button, once; None if it is not known any more. Raises `NotYours` for somebody else's."""
        offer = self._offers.get(key)
        if offer is not None and offer.user_id != user_id:
            raise NotYours
        return self._offers.pop(key, None)

    def give_back(self, key: str, remedy: Remedy) -> None:
        """It was refused again, for another reason perhaps: its button works once more."""
        self._offers[key] = remedy


def of_command(interaction: discord.Interaction[Any], error: Exception) -> list[Remedy]:
    """What mends a command that was refused: it is run again with that. Several where a word has several meanings."""
    command, options = interaction.extras.get(ASKED) or (interaction.command, _options(interaction))
    if not isinstance(command, app_commands.Command) or not isinstance(error, PareidoliaError):
        return []
    mended = [_mend(options, error, word) for word in near_words(error) or ("",)]
    known = {one.display_name for one in command.parameters}
    return [_rerun(interaction.user.id, command, options, one) for one in mended if one and one.keys() <= known]


def _rerun(user_id: int, command: app_commands.Command[Any, ..., Any], options: Options, mended: Options) -> Remedy:
    """A command once more, with some options changed."""
    changed = {**options, **mended}

    async def run(pressed: discord.Interaction[Any]) -> None:
        pressed.extras[ASKED] = (command, changed)
        await discord_internals.run_again(command, pressed, changed)

    return Remedy(user_id, _label(mended), run)


def near_words(error: Exception) -> tuple[str, ...]:
    """The word that a refusal says is near to the one that it does not know, or one for each meaning of an ambiguous
    one; each may be `layer:name`. Empty where there is none."""
    if isinstance(error, AmbiguousSubject):
        return tuple(cast(list[str], error.facts["words"]))
    near = str(error.facts.get("nearest", "")) if isinstance(error, UnknownSubject | UnknownLayer) else ""
    return (near,) if near else ()


def correct_word(text: str, error: Exception, near: str) -> str | None:
    """A text with a near word in place of the unknown one; None if there is none, or it is not what the text says."""
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


def _mend(options: Options, error: PareidoliaError, near: str) -> Options | None:
    """The options that differ once an error is mended; None where nothing does it. What is None is left out."""
    if isinstance(error, SizeBarred):
        return {"size": error.facts["limit"]}
    if isinstance(error, TooLong):
        size = next_smaller(cast(Params, error.facts["params"]))
        return {"size": size} if size else None
    option, _, word = near.partition(":")
    if word and option in AIM_OPTIONS:
        return {**dict.fromkeys(AIM_OPTIONS & options.keys()), option: word}
    fixed = {name: correct_word(text, error, near) for name, text in options.items() if isinstance(text, str)}
    return next(({name: text} for name, text in fixed.items() if text), None)


def _label(mended: Options) -> str:
    if "size" in mended:
        return wording.VERBS["smaller"]
    return next(wording.use_words(str(value)) for value in mended.values() if value is not None)
