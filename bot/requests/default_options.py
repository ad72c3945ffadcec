"""Options that nobody typed: `(a person's settings and default preset, what was typed) => options`.

    typed, or of a preset that was named  >  the default preset  >  the settings

What does not fit what was typed makes room for it: the layers and words of a network are its own.
"""

from __future__ import annotations

from typing import Any

from bot.store.presets import SHARED_OPTIONS
from bot.store.user_settings import UserSettings
from engine.catalog import weighted_terms
from engine.catalog.catalog import Catalog
from engine.errors import Refusal
from engine.params import AIM_OPTIONS, TEXT_LIMIT, Dream, Params, override

Options = dict[str, Any]


def with_defaults(
    kind: type[Params], typed: Options, settings: UserSettings, preset: Options, catalog: Catalog
) -> Options:
    """What was typed, over the defaults of a person; `preset` are the options of the default one, or none."""
    network = _network(typed, preset, catalog)
    fitting = [_fitting(options, network, catalog) for options in (settings.options, preset)]
    named = {"network": network} if network == preset.get("network") else {}
    defaults = {**override(*fitting), **named}
    shared = set(SHARED_OPTIONS.get(kind, ()))
    if typed.get("look") == "2015":
        shared -= {*AIM_OPTIONS, *Dream.NOTEBOOK}
    return override({name: value for name, value in defaults.items() if name in shared}, typed)


def _network(typed: Options, preset: Options, catalog: Catalog) -> str:
    """The network that dreams: the one that was typed, else the preset's if it is there and knows what was typed."""
    if typed.get("network"):
        return catalog.match_network(str(typed["network"])[:TEXT_LIMIT])
    chosen = str(preset.get("network", ""))
    return chosen if chosen in catalog.ready() and _knows(chosen, typed, catalog) else catalog.default_network()


def _fitting(options: Options, network: str, catalog: Catalog) -> Options:
    """Options without their network, and without a layer or subject that this one does not know."""
    unfit = frozenset() if _knows(network, options, catalog) else AIM_OPTIONS
    return {name: value for name, value in options.items() if name != "network" and name not in unfit}


def _knows(network: str, options: Options, catalog: Catalog) -> bool:
    try:
        if options.get("layer"):
            weighted_terms.read(catalog, network, options["layer"])
        if options.get("subject"):
            catalog.aim(network, options["subject"])
    except Refusal:
        return False
    return True
