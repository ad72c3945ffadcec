"""The program `pareidolia VERB`: which verbs there are, and which module has them.

A module is imported when one of its verbs is asked for, so that help answers at once and nobody waits for what a verb
does not need (`tests/engine/cli/test_program.py` watches what is imported).
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from engine.cli.error_line import print_error
from engine.errors import PareidoliaError, SettingsError
from engine.platform.terminal import replace_unprintable, say


class Verb(NamedTuple):
    """Where a verb is, and what the list says of it: the first paragraph of its docstring."""

    module: str
    about: str
    hidden: bool = False
    reads_settings: bool = True
    """Or another program is started, which reads them."""


VERBS: Final[Mapping[str, Verb]] = {
    "dream": Verb(
        "commands", "Dream pictures: what a layer sees in them grows, or a subject does, or what a guide shows."
    ),
    "zoom": Verb(
        "commands", "Zoom endlessly into a dream, as a GIF, or as a WebP or an MP4 where the name of -o ends so."
    ),
    "video": Verb(
        "commands",
        "Dream a video, steadily, as an MP4 with its sound, or as a GIF or a WebP where the name of -o ends so.",
    ),
    "style": Verb("commands", "Paint pictures in the style of a painting: one of six, or one of yours."),
    "concept": Verb("commands", "Draw what the network imagines, alone or grown out of a picture."),
    "morph": Verb(
        "commands",
        "Let one thing become another, and the first again, as an animation that plays for ever or a strip of stills.",
    ),
    "channel": Verb("commands", "Draw what one channel of a layer responds to, or the atlas of a layer."),
    "neuron": Verb("commands", "Draw what one channel of a layer responds to, or the atlas of a layer.", hidden=True),
    "see": Verb("commands", "Show what the network sees in a picture, and why, on one page."),
    "upscale": Verb("commands", "Make a dream twice as large, with new detail, as its own options have it."),
    "poster": Verb(
        "commands", "Dream a picture so large that it can be printed: up to 8192 pixels. Says first what that takes."
    ),
    "imprint": Verb("commands", "Show how a file was made; `--like FILE` makes another like it."),
    "animate": Verb(
        "commands", "Animate how a dream came about, as a GIF, or as a WebP or an MP4 where the name of -o ends so."
    ),
    "screen": Verb("screen_verb", "Show an endless zoom full screen in a browser, for a dark room or a stream."),
    "subjects": Verb("subject_verb", "List what a picture can be dreamed towards."),
    "networks": Verb("network_verbs", "List the networks and their layers, or fetch one."),
    "run": Verb("bot_verbs", "Run the bot on Discord, with one engine.", reads_settings=False),
    "setup": Verb(
        "bot_verbs", "Ask for the bot's token, check it, and print the link that invites the bot.", reads_settings=False
    ),
    "doctor": Verb("bot_verbs", "Check everything that must work, and say how to mend what does not."),
    "exhibit": Verb(
        "bot_verbs",
        "Write a gallery of the bot as a web page: its dreams with title, maker and settings.",
        reads_settings=False,
    ),
    "backup": Verb("backup_verbs", "Write dreams, pictures and presets into one file, while the bot runs."),
    "restore": Verb(
        "backup_verbs", "Put a backup in place of what is there. Stop the bot first; the old database is set aside."
    ),
    "engine": Verb(
        "fleet_verbs",
        "Run an engine alone: the bot is elsewhere, or was started with --no-engine.",
        reads_settings=False,
    ),
    "migrate-to-fleet": Verb(
        "fleet_verbs",
        "Move dreams, pictures and presets to the PostgreSQL and the store of `[fleet]`. Stop the bot first.",
    ),
    "fleet": Verb("fleet_verbs", "Look after many machines."),
}


class VerbGroup(TyperGroup):
    """Lists all verbs without importing them; the one that is called takes the place of its line."""

    def __init__(self, **attributes: Any) -> None:
        lines = {name: TyperCommand(name, help=verb.about, hidden=verb.hidden) for name, verb in VERBS.items()}
        super().__init__(**attributes | {"commands": lines})
        keep_brackets(self)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb's name, the verb, and the words after it."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, load(str(name)), rest


def load(name: str) -> Any:
    """A verb as typer's command, from its module."""
    group = typer.main.get_group(importlib.import_module(f"engine.cli.{VERBS[name].module}").app)
    keep_brackets(group)
    return group.commands[name]


def keep_brackets(command: Any) -> None:
    """Let help show `[brackets]` as they are: typer takes all help for rich's markup, which drops them."""
    for one in (command, *command.params):
        if getattr(one, "help", None):
            one.help = one.help.replace("[", r"\[")
    for further in getattr(command, "commands", {}).values():
        keep_brackets(further)


app = typer.Typer(
    cls=VerbGroup,
    no_args_is_help=True,
    add_completion=False,
    help="Pareidolia: a Discord bot that posts dreamed images.",
)


@app.callback()
def begin(context: typer.Context) -> None:
    """Say what whoever runs this should hear of the settings; verbs that need them say what is wrong."""
    if VERBS[str(context.invoked_subcommand)].reads_settings:
        from engine import settings

        with contextlib.suppress(SettingsError):
            settings.read()  # the networks that users brought are known from here on
            if said := settings.notice():
                say.print(said)


def main() -> None:
    """Run the verb; an error that has a sentence is that sentence, and exit status 1."""
    replace_unprintable()
    try:
        app()
    except PareidoliaError as error:
        print_error(error)
        sys.exit(1)
