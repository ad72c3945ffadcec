"""The panels of `/settings`: `(settings, presets, catalogue) => components`. What was chosen is shown in each."""

from __future__ import annotations

import discord
from discord import ui

from bot import wording
from bot.store.presets import Preset
from bot.store.user_settings import UserSettings
from bot.views.message_card import Layout
from bot.views.tune_panel import OPTIONS_LIMIT, SIZES, Choice, select
from engine.catalog.catalog import Catalog
from engine.params import AIM_OPTIONS

USUAL = "usual"
"""The choice that leaves an option as it is for everyone."""
SWITCHES = ("direct", "spoiler", "opted_out")
"""What is on or off, in the order in which it is shown."""
ON, OFF = "on", "off"


def panel(settings: UserSettings, presets: list[Preset], catalog: Catalog) -> Layout:
    """The selects, the switches, and what can be done with one's data."""
    selects = [_aim_select(settings, catalog), _strength_select(settings), _size_select(settings)]
    if presets:
        selects.insert(0, _preset_select(presets))
    return Layout(
        ui.TextDisplay(wording.SETTINGS if presets else f"{wording.SETTINGS}\n{wording.SETTINGS_PRESET_HINT}"),
        *selects,
        *(_switch(name, on=getattr(settings, name)) for name in SWITCHES),
        ui.ActionRow(_button("export"), _button("delete")),
    )


def deletion_panel() -> Layout:
    """Asks once."""
    return Layout(
        ui.TextDisplay(wording.DELETE_PROMPT),
        ui.ActionRow(_button("delete_all", discord.ButtonStyle.danger), _button("back")),
    )


def deleted_panel(text: str) -> Layout:
    """What was deleted, and the way back to the settings."""
    return Layout(ui.TextDisplay(text), ui.ActionRow(_button("back")))


def _preset_select(presets: list[Preset]) -> ui.ActionRow[Layout]:
    chosen = next((one.name for one in presets if one.is_default), None)
    named = [(one.name, f"={one.name}") for one in presets]
    return _select("preset", wording.NO_DEFAULT_PRESET, named, f"={chosen}" if chosen else USUAL)


def _aim_select(settings: UserSettings, catalog: Catalog) -> ui.ActionRow[Layout]:
    network = catalog.default_network()
    friendly = catalog.network(network).friendly
    layers = [(label, f"layer:{word}") for label, word in catalog.choices(network) if word in friendly]
    subjects = [(label, f"subject:{word}") for label, word in catalog.subject_choices(network)]
    chosen = [f"{name}:{word}" for name, word in settings.options.items() if name in AIM_OPTIONS]
    return _select("aim", wording.USUAL_AIM, wording.offers([*layers, *subjects]), next(iter(chosen), USUAL))


def _strength_select(settings: UserSettings) -> ui.ActionRow[Layout]:
    choices = [(label, f"{value:g}") for label, value in wording.STRENGTHS]
    chosen = f"{settings.strength:g}" if settings.strength else USUAL
    return _select("strength", wording.USUAL_STRENGTH, choices, chosen)


def _size_select(settings: UserSettings) -> ui.ActionRow[Layout]:
    choices = [(f"{side} px", str(side)) for side in SIZES]
    return _select("size", wording.USUAL_SIZE, choices, str(settings.size or USUAL))


def _select(name: str, usual: str, choices: list[Choice], chosen: str) -> ui.ActionRow[Layout]:
    return select(f"settings:{name}", wording.SETTING_NAMES[name], [(usual, USUAL), *choices][:OPTIONS_LIMIT], chosen)


def _switch(name: str, *, on: bool) -> ui.Section[Layout]:
    other = OFF if on else ON
    return ui.Section(
        ui.TextDisplay(wording.switch_words(name, on=on)),
        accessory=ui.Button(
            label=wording.SWITCH_VERBS[other],
            custom_id=f"settings:{name}:{other}",
        ),
    )


def _button(name: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary) -> ui.Button[Layout]:
    return ui.Button(label=wording.SETTINGS_VERBS[name], style=style, custom_id=f"settings:{name}")
