"""How presets are shown: `shared preset => card` for everyone, and `own preset => panel` for its owner."""

from __future__ import annotations

from discord import ui

from bot import wording
from bot.languages.current import speaks_publicly
from bot.store.presets import Preset
from bot.store.share_codes import shown_code
from bot.store.shared_presets import SharedPreset, shared_options
from bot.views.message_card import Card, Layout, button
from engine import params as engine_params
from engine.catalog.catalog import Catalog
from engine.errors import Refusal
from engine.params import Dream

SHARED_VERBS = ("preset_save", "preset_try")


@speaks_publicly
def share_card(shared: SharedPreset, sharer: str, catalog: Catalog) -> Card:
    """What everyone in the channel sees of a shared preset, with what anyone may do with it."""
    words = wording.share_card_words(sharer, shared.name, settings_words(shared.options, catalog))
    return Card(words, verbs=SHARED_VERBS, id=shared.id)


def panel(preset: Preset, shared: SharedPreset | None, catalog: Catalog) -> Layout:
    """One's own preset, and what its owner can do with it; `shared` is what was shared last of it."""
    code = shown_code(shared.code) if shared else ""
    changed = shared is not None and (shared.name, shared.options) != (preset.name, shared_options(preset.options))
    words = wording.preset_panel_words(preset.name, settings_words(preset.options, catalog), code, changed=changed)
    verbs = ("preset_dream", "preset_share", *(("preset_unshare",) if shared else ()), "preset_delete")
    return Layout(ui.TextDisplay(words), ui.ActionRow(*(button(verb, preset.name) for verb in verbs)))


def settings_words(options: dict[str, object], catalog: Catalog) -> str:
    """The settings of a preset in words; as they are kept, where its model is not known here any more."""
    try:
        return wording.preset_settings(engine_params.make(Dream, catalog, **options))
    except Refusal:
        return wording.raw_settings(options)
