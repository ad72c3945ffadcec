"""The panels of `/server`: `(rules, what is shown) => components`. What was chosen is shown in each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import discord
from discord import ui

from bot import wording
from bot.store.server_blocks import Block
from bot.store.server_rules import ChannelRules, ServerRules
from bot.views.message_card import Layout
from bot.views.tune_panel import SIZES, Choice
from engine.params import KINDS
from engine.params.sensitive_subjects import LABELS

OVERVIEW, CHANNELS, LIMITS, RESULTS, SUBJECTS = PAGES = tuple(wording.SERVER_PAGES)
"""By their names in a `custom_id`: frozen."""
WHOLE = "all"
"""The scope of what holds in all channels; that of one channel is "c" and its id, that of a role "r" and its id."""
ANY_SIZE = "any"
ON, OFF = "on", "off"
PLACES = [
    discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.voice, discord.ChannelType.forum,
]  # fmt: skip
MOST_CHOSEN = 25
SHOWN_BLOCKS = 20
"""More would not fit in a message."""
Row = ui.ActionRow[Layout]


def features() -> list[str]:
    """What can be made, as people call it."""
    named = [str(kind.model_fields["recipe"].default) for kind in KINDS]
    return list(dict.fromkeys(wording.COMMAND_NAMES.get(name, name) for name in named))


def overview_page(name: str, rules: ServerRules) -> Layout:
    """All rules in words, and what can be done at once."""
    text = f"{wording.server_title(name)}\n{wording.rules_words(wording.rules_lines(rules))}"
    pausing = _button("resume" if rules.paused else "pause", discord.ButtonStyle.primary)
    buttons = Row(pausing, _button("check"), _button("week"), _button("blocked"))
    return Layout(ui.TextDisplay(text), buttons, _pages(OVERVIEW))


def channels_page(rules: ServerRules, scope: str = WHOLE) -> Layout:
    """Where dreams are made, and what is made there: in all channels, or in one."""
    id = scope[1:]
    held = rules.whole if scope == WHOLE else rules.by_channel.get(id, ChannelRules())
    title = wording.scope_words("" if scope == WHOLE else id, rules, held)
    places = {"answers": rules.channels, "games": rules.games} if scope == WHOLE else {}
    items = [_places(name, WHOLE, chosen, MOST_CHOSEN) for name, chosen in places.items()]
    return Layout(
        ui.TextDisplay(title),
        *items,
        _recipes(held, scope),
        _size(held, scope),
        _places("one_channel", WHOLE, [] if scope == WHOLE else [id]),
        _pages(CHANNELS),
    )


def limits_page(rules: ServerRules, owner_at_once: int) -> Layout:
    """How much one person may ask for, and a channel take."""
    lines = wording.rules_lines(rules)
    shown = {name: line for name, line in lines.items() if name == "Everyone" or name.startswith("<")}
    hint = wording.LIMITS_HINT.format(at_once=owner_at_once)
    roles: ui.RoleSelect[Layout] = ui.RoleSelect(
        custom_id="server:limits_role", placeholder=wording.SERVER_PROMPTS["limits_role"]
    )
    return Layout(
        ui.TextDisplay(f"**{wording.SERVER_PAGES[LIMITS]}**\n{wording.rules_words(shown, 2800)}\n{hint}"),
        Row(_button("limits_all")),
        Row(roles),
        _places("limits_channel", WHOLE, []),
        _switch("one_chain", on=rules.one_chain),
        _pages(LIMITS),
    )


def results_page(rules: ServerRules) -> Layout:
    """Where results are shown, and when not."""
    return Layout(
        ui.TextDisplay(f"**{wording.SERVER_PAGES[RESULTS]}**"),
        _switch("private", on=rules.private),
        _switch("threads", on=rules.threads),
        ui.Section(
            ui.TextDisplay(wording.quiet_hours_words(rules.quiet)),
            accessory=_button("quiet_edit"),
        ),
        _places("log", WHOLE, [rules.log_channel] if rules.log_channel else [], optional=True),
        _pages(RESULTS),
    )


def safety_page(rules: ServerRules, about_nsfw: str) -> Layout:
    """What is not made here; `about_nsfw` is what is said of the check of images."""
    choices = [(wording.CATEGORIES[name], name) for name in LABELS]
    actions = [(label[:1].upper() + label[1:], name) for name, label in wording.NSFW_ACTIONS.items()]
    return Layout(
        ui.TextDisplay(f"{wording.hidden_title(wording.rules_lines(rules)['Hidden'])}\n{wording.SUBJECTS_HINT}"),
        _several("hidden", WHOLE, choices, rules.hidden, least=0),
        _switch("others_avatars", on=rules.others_avatars),
        ui.TextDisplay(f"**{wording.SERVER_PROMPTS['nsfw']}**\n{about_nsfw}"),
        _one("nsfw", WHOLE, actions, rules.nsfw),
        _pages(SUBJECTS),
    )


def blocked_page(blocks: Sequence[Block]) -> Layout:
    """Who and what is refused, with a select that takes it back."""
    shown = blocks[:SHOWN_BLOCKS]
    choices = [(wording.block_label(one), f"{one.kind} {one.value}") for one in shown]
    items = [_several("unblock", WHOLE, choices, ())] if choices else []
    return Layout(ui.TextDisplay(wording.blocks_words(shown, len(blocks))), *items, _pages(""))


def text_page(text: str) -> Layout:
    """Words, such as what a check found, with the way back."""
    return Layout(ui.TextDisplay(text), _pages(""))


def _pages(current: str) -> Row:
    """A button for each page; the one that is shown stands out."""
    styles = {current: discord.ButtonStyle.primary}
    return Row(
        *(
            ui.Button(
                label=label, style=styles.get(name, discord.ButtonStyle.secondary), custom_id=f"server:page_{name}"
            )
            for name, label in wording.SERVER_PAGES.items()
        )
    )


def _button(name: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary) -> ui.Button[Layout]:
    return ui.Button(label=wording.SERVER_VERBS[name], style=style, custom_id=f"server:{name}")


def _switch(name: str, *, on: bool) -> ui.Section[Layout]:
    other = OFF if on else ON
    return ui.Section(
        ui.TextDisplay(wording.server_switch_words(name, on=on)),
        accessory=ui.Button(label=wording.SWITCH_VERBS[other], custom_id=f"server:{name}:{other}"),
    )


def _places(name: str, scope: str, chosen: Iterable[str], most: int = 1, *, optional: bool = False) -> Row:
    """A select of channels, with those that were chosen."""
    values = [discord.SelectDefaultValue(id=int(id), type=discord.SelectDefaultValueType.channel) for id in chosen]
    select: ui.ChannelSelect[Layout] = ui.ChannelSelect(
        custom_id=custom_id(name, scope), placeholder=wording.SERVER_PROMPTS[name], channel_types=PLACES,
        default_values=values[:most], min_values=0 if most > 1 or optional else 1, max_values=most,
    )  # fmt: skip
    return Row(select)


def _recipes(held: ChannelRules, scope: str) -> Row:
    named = features()
    return _several(
        "recipes", scope, [(name.title(), name) for name in named], [one for one in named if one not in held.barred]
    )


def _size(held: ChannelRules, scope: str) -> Row:
    prompt, value = wording.SERVER_PROMPTS["size"], str(held.most_size or ANY_SIZE)
    sizes = sorted({*SIZES, *([held.most_size] if held.most_size else [])})
    choices: list[Choice] = [(wording.NO_SIZE_LIMIT, ANY_SIZE), *((f"{side} px", str(side)) for side in sizes)]
    return _one("size", scope, [(f"{prompt}: {label}", word) for label, word in choices], value)


def _one(name: str, scope: str, choices: Sequence[Choice], chosen: str) -> Row:
    """A select of which one is chosen."""
    options = [discord.SelectOption(label=label, value=word, default=word == chosen) for label, word in choices]
    prompt = wording.SERVER_PROMPTS[name]
    return Row(ui.Select(custom_id=custom_id(name, scope), placeholder=prompt, options=options))


def _several(name: str, scope: str, choices: Sequence[Choice], chosen: Iterable[str], least: int = 1) -> Row:
    """A select of which any number may be chosen."""
    marked = set(chosen)
    options = [discord.SelectOption(label=label, value=word, default=word in marked) for label, word in choices]
    select: ui.Select[Any] = ui.Select(
        custom_id=custom_id(name, scope), placeholder=wording.SERVER_PROMPTS[name], options=options, min_values=least,
        max_values=len(options),
    )  # fmt: skip
    return Row(select)


def custom_id(name: str, scope: str = WHOLE) -> str:
    """The `custom_id` of a part of the panel."""
    return f"server:{name}" if scope == WHOLE else f"server:{name}:{scope}"
