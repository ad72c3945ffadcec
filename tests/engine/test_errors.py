"""Every error has a code of its own, a sentence that helps, and a line in docs/errors.md."""

from __future__ import annotations

import json
import re
import string
from collections import Counter
from pathlib import Path

import pytest

from engine import errors
from engine.errors import BadOption, PareidoliaError, TooMuchMemory, by_code

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
EVERY = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, PareidoliaError)]
EVERY.remove(PareidoliaError)


def test_the_page_is_the_generated_one() -> None:
    assert PAGE.read_text("utf-8") == errors.page(), "run `make docs`"


def test_every_kind_is_on_it() -> None:
    rows = re.findall(r"^\| ([A-Z]\d+) \| (\w+) \|", PAGE.read_text("utf-8"), re.MULTILINE)
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


def test_every_error_is_found_by_its_code_and_made_again_of_its_facts() -> None:
    every: list[type[PareidoliaError]] = [PareidoliaError, *EVERY]
    assert [by_code(one.code) for one in every] == every
    assert by_code("F99") is by_code("") is None
    stored = json.loads(json.dumps(TooMuchMemory(needed=900, limit=1.5).plain_facts()))
    assert str(TooMuchMemory(**stored)) == str(TooMuchMemory(needed=900, limit=1.5))


def test_what_json_does_not_know_is_a_fact_as_text() -> None:
    assert BadOption(option=Path("a/b"), problem=None, limits=(1, 2)).plain_facts() == {
        "option": "a/b", "problem": None, "limits": [1, 2],
    }  # fmt: skip
