"""When garbage is looked for."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from engine.platform.garbage import nothing_discarded


def test_it_is_looked_for_neither_meanwhile_nor_later_in_what_was_made() -> None:
    runs: list[str] = []

    def hear(phase: str, _: dict[str, Any]) -> None:
        runs.append(phase)

    kept: list[list[object]] = []
    gc.callbacks.append(hear)
    try:
        with nothing_discarded():
            kept += ([] for _ in range(3 * gc.get_threshold()[0]))
            assert runs == []
    finally:
        gc.callbacks.remove(hear)
    assert gc.isenabled()
    looked_at = {id(one) for one in gc.get_objects()}
    assert not looked_at & {id(one) for one in kept}


def test_what_fails_meanwhile_leaves_it_on() -> None:
    with pytest.raises(ImportError), nothing_discarded():
        raise ImportError
    assert gc.isenabled()
