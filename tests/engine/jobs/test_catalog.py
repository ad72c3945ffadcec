"""The catalogue's data is whole."""

from __future__ import annotations

from engine.jobs import catalog


def test_friendly_words_name_layers_that_exist() -> None:
    for name, entry in catalog.networks().items():
        assert {"low", "mid", "high"} <= set(entry.friendly), name
        assert all(word.layer in entry.layers for word in entry.friendly.values()), name


def test_low_mid_high_go_deeper() -> None:
    for entry in catalog.networks().values():
        depths = [entry.layers.index(entry.friendly[word].layer) for word in ("low", "mid", "high")]
        assert depths == sorted(set(depths))


def test_every_choice_is_read_back() -> None:
    for label, word in catalog.choices("pocket"):
        assert catalog.friendly("pocket", label) == word
        assert catalog.meaning("pocket", word).layer in catalog.network("pocket").layers
