"""Buttons that mend what a refusal says: `(refusal, request) => "Use castle", which makes the same request with it`.

What was asked for is remembered here and in a folder, for the bot that is started next: a command's options and the
files that came with it are nowhere else. Of an offer that is too old, or one of too many, its button says so.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import discord
from discord import app_commands, ui

from bot import discord_internals, wording
from bot.operations import persistent_state
from bot.views.message_card import Layout
from bot.views.result_card import next_smaller
from engine.errors import AmbiguousSubject, NotYours, PareidoliaError, SizeBarred, TooLong, UnknownLayer, UnknownSubject
from engine.params import AIM_OPTIONS, Params

MOST = 500
"""Offers that are remembered; a person is not offered more than one at a time."""
LONGEST_S = 24 * 3600.0
"""How long an offer stands: Discord's links to the files of a command are good for about a day."""
ASKED = "asked"
"""The key of what was asked for, among the extras of an interaction that asks it again."""

COMMAND = "command"
"""The kind of a remedy that runs a command again."""

Options = Mapping[str, Any]
Saved = Mapping[str, Any]
"""A remedy as JSON: its `kind`, and what that kind needs to do it again."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a button would do, and for whom."""

    user_id: int
    label: str
    run: Callable[[discord.Interaction[Any]], Awaitable[None]]
    saved: Saved | None = None
    """What the next bot makes the same of; None where that is not possible."""


class Remedies:
    """The offers that stand, each also a file `key.json` of a folder that only this user can enter."""

    def __init__(self, folder: Path) -> None:
        self._offers: OrderedDict[str, Remedy] = OrderedDict()
        self._folder = folder
        self._readers: dict[str, Callable[[int, str, Saved], Remedy | None]] = {}
        folder.mkdir(mode=0o700, exist_ok=True)
        self._drop_old()

    def read_with(self, kind: str, reader: Callable[[int, str, Saved], Remedy | None]) -> None:
        """How a kind of remedy is made of (user id, label, what was saved); None where it cannot be any more."""
        self._readers[kind] = reader

    def panel(self, text: str, *offers: Remedy) -> Layout:
        """Words with a button for each remedy below, of which there are 1 to 5."""
        return Layout(ui.TextDisplay(text), ui.ActionRow(*(self._button(one) for one in offers)))

    def _button(self, remedy: Remedy) -> ui.Button[Layout]:
        key = secrets.token_urlsafe(15)
        self._remember(key, remedy)
        return ui.Button(label=remedy.label[:80], style=discord.ButtonStyle.primary, custom_id=f"use:{key}")

    def take(self, key: str, user_id: int) -> Remedy | None:
        """The remedy of a button, once; None if it is not known any more. Raises `NotYours` for somebody else's."""
        offer = self._offers.get(key) or self._read(key)
        if offer is not None and offer.user_id != user_id:
            raise NotYours
        self._drop(key)
        return offer

    def give_back(self, key: str, remedy: Remedy) -> None:
        """It was refused again, for another reason perhaps: its button works once more."""
        self._remember(key, remedy)

    def forget_user(self, user_id: int) -> None:
        """Drop what was offered to a person."""
        for path in self._files():
            if (facts := _facts(path)) is None or facts["user"] == user_id:
                self._drop(path.stem)
        for key in [key for key, offer in self._offers.items() if offer.user_id == user_id]:
            self._drop(key)

    def _remember(self, key: str, remedy: Remedy) -> None:
        self._offers[key] = remedy
        if remedy.saved is not None:
            facts = {"user": remedy.user_id, "label": remedy.label, "at": time.time(), "saved": remedy.saved}
            persistent_state.write(self._file(key), facts)
        if len(self._offers) > MOST:
            self._drop(next(iter(self._offers)))

    def _read(self, key: str) -> Remedy | None:
        """What an earlier bot offered."""
        facts = _facts(self._file(key))
        if facts is None or time.time() - facts["at"] > LONGEST_S:
            return None
        reader = self._readers.get(facts["saved"]["kind"])
        return reader(facts["user"], facts["label"], facts["saved"]) if reader else None

    def _drop(self, key: str) -> None:
        self._offers.pop(key, None)
        with contextlib.suppress(OSError):
            self._file(key).unlink(missing_ok=True)

    def _drop_old(self) -> None:
        """Keep the newest of what earlier bots offered."""
        dated = {path: facts["at"] if (facts := _facts(path)) else 0.0 for path in self._files()}
        for place, path in enumerate(sorted(dated, key=lambda path: -dated[path])):
            if place >= MOST or time.time() - dated[path] > LONGEST_S:
                self._drop(path.stem)

    def _files(self) -> list[Path]:
        return list(self._folder.glob("*.json"))

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.json"


def _facts(path: Path) -> dict[str, Any] | None:
    """What a file says; None where it is not there, or is not one of ours."""
    try:
        found = persistent_state.read(path)
        return {"user": int(found["user"]), "label": str(found["label"]), "at": float(found["at"]),
                "saved": {"kind": "", **found["saved"]}}  # fmt: skip
    except (OSError, ValueError, TypeError, KeyError):
        return None


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
    return _command_remedy(user_id, _label(mended), command, {**options, **mended})


def _command_remedy(user_id: int, label: str, command: app_commands.Command[Any, ..., Any], options: Options) -> Remedy:
    async def run(pressed: discord.Interaction[Any]) -> None:
        pressed.extras[ASKED] = (command, options)
        await discord_internals.run_again(command, pressed, options)

    packed = {name: _as_json(value) for name, value in options.items() if value is not None}
    saved = {"kind": COMMAND, "command": command.qualified_name, "options": packed}
    return Remedy(user_id, label, run, saved)


def read_command(tree: app_commands.CommandTree[Any], user_id: int, label: str, saved: Saved) -> Remedy | None:
    """The remedy of a command that an earlier bot refused; None if there is no such command any more."""
    name, *rest = str(saved["command"]).split()
    command: Any = tree.get_command(name)
    for part in rest:
        command = command.get_command(part) if isinstance(command, app_commands.Group) else None
    if not isinstance(command, app_commands.Command):
        return None
    options = {name: _from_json(tree.client, value) for name, value in saved["options"].items()}
    return _command_remedy(user_id, label, command, options)


def _as_json(value: Any) -> Any:
    """An option's value; a file, and a person, as Discord described them."""
    if isinstance(value, discord.User | discord.Member):
        return discord_internals.person_payload(value)
    return {**value.to_dict(), "ephemeral": value.ephemeral} if isinstance(value, discord.Attachment) else value


def _from_json(client: discord.Client, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    make = discord_internals.person_from if "username" in value else discord_internals.attachment_from
    return make(client, value)


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
