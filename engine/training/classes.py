"""What the pocket network tells apart: label -> emoji. Textures follow behind them (`textures.TEXTURES`).

Chosen for dreams: animals, eyes, buildings and ornaments, and everyday things that people ask to see ("banana"). The
list itself is the catalogue's, `engine/catalog/labels.toml`: people name classes by it, too.
"""

from typing import Final

from engine.catalog.catalog import shipped_catalog
from engine.training.textures import TEXTURES

_FACES: Final = """
mouse face|rabbit face|bear|koala|cow face|pig face|monkey face|horse face|chicken|chick|penguin|skull|alien|robot|ghost
ogre|clown|baby|man|woman|old man|smiling face|snowman|sun|moon|panda|unicorn|dragon face
"""

FACES: Final = frozenset(_FACES.strip().replace("\n", "|").split("|"))
"""Two dots above a third: drawn half as often, because eyes and noses otherwise take over the middle layers."""


def emoji() -> dict[str, str]:
    """Label -> one character, in the order of the labels: {"dog face": "🐶", ...}."""
    known = shipped_catalog().labels("pocket").items()
    return {label: sign.removesuffix("\ufe0f") for label, sign in known if label not in TEXTURES}


def sketched_emoji() -> list[str]:
    """Every emoji that shows a class of a network which begins with sketches, one character each."""
    catalog = shipped_catalog()
    names = (name for name, entry in catalog.networks().items() if entry.sketches)
    return list(dict.fromkeys(one for name in names for shown in catalog.sketch_emoji(name).values() for one in shown))
