"""Every error has a code of its own, a sentence that helps, and a line in docs/errors.md."""

from __future__ import annotations

import re
import string
from collections import Counter
from pathlib import Path

import pytest

from engine import errors
from engine.errors import PareidoliaError

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
EVERY = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, PareidoliaError)]
EVERY.remove(PareidoliaError)


def test_the_page_is_the_generated_one() -> None:
    assert PAGE.read_text("utf-8") == errors.page(), "run `make docs`"


def test_every_kind_is_on_it() -> None:
    rows = re.findall(r"^\| ([A-Z]\d\d) \| (\w+) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted((one.code, one.__name__) for one in EVERY)


def test_codes_are_unique_and_begin_with_their_kind() -> None:
    assert [code for code, count in Counter(one.code for one in EVERY).items() if count > 1] == []
    kinds = PareidoliaError.__subclasses__()
    assert len({kind.code[0] for kind in kinds}) == len(kinds)
    assert [one for one in EVERY for kind in kinds if issubclass(one, kind) and one.code[0] != kind.code[0]] == []


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_the_docstring_is_a_sentence_and_stands_in_the_tree(kind: type[PareidoliaError]) -> None:
    facts = {name: "x" for _, name, _, _ in string.Formatter().parse(kind.__doc__ or "") if name}
    said = str(kind(**facts))
    assert said
    assert "\n" not in said
    assert "  " not in said
    assert kind.__name__ in (errors.__doc__ or "")
