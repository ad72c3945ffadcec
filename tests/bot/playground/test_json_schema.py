"""Predicates of schemas, held against the validator of `jsonschema`."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from bot.playground.json_schema import COMPONENTS, Schemas

TREE = {"type": "object", "required": ["leaf"], "properties": {"branches": {"items": {"$ref": f"{COMPONENTS}Tree"}}}}
SCHEMAS: list[dict[str, Any]] = [
    {"format": "int32", "description": "a", "title": "b"},
    *({"type": kind} for kind in ("null", "boolean", "string", "array", "object", "number", "integer")),
    {"type": ["string", "integer", "null"]}, {"const": 1}, {"const": False}, {"const": "a"}, {"const": [1, [True]]},
    {"enum": [0, 2, "a"]}, {"enum": [True, {"a": 1}]}, {"enum": []}, {"minLength": 2}, {"maxLength": 2},
    {"pattern": "^(0|[1-9][0-9]*)$"}, {"minimum": 1}, {"maximum": 1}, {"minItems": 2}, {"maxItems": 2},
    {"uniqueItems": True}, {"uniqueItems": False}, {"required": ["a"]}, {"minProperties": 2}, {"maxProperties": 1},
    {"items": {"type": "integer"}}, {"properties": {"a": {"type": "integer"}, "b": {"type": "string"}}},
    {"additionalProperties": {"type": "integer"}}, {"additionalProperties": False}, {"additionalProperties": True},
    {"properties": {"a": {}}, "additionalProperties": False, "required": ["b"]},
    {"oneOf": [{"type": "integer"}, {"minimum": 2}]}, {"anyOf": [{"type": "integer"}, {"type": "array"}]},
    {"allOf": [{"type": "number"}, {"minimum": 1}]}, {"$ref": f"{COMPONENTS}Tree"},
    {"$ref": f"{COMPONENTS}Tree", "maxProperties": 1},
]  # fmt: skip
INSTANCES: list[Any] = [
    None, True, False, 0, 1, 2, -1, 1.0, 1.5, 2.5, "", "a", "ab", "abc", "12", "012", "12\n", [], [1], [1, 1],
    [1, True], [1, 1.0], [0, False], ["a", "b", "c"], [[1], [True]], [[1], [1.0]], [{"a": 1}, {"a": 1.0}],
    [{"a": 1}, {"a": True}], [1, [True]], [1, [1]], {}, {"a": 1}, {"a": True}, {"a": "a"}, {"b": 1}, {"a": 1, "b": "a"},
    {"b": "a", "c": 2}, {"leaf": 1}, {"leaf": 1, "branches": [{"leaf": 2, "branches": []}]},
    {"leaf": 1, "branches": [{"branches": []}]},
    {"leaf": 1, "branches": 5},
]  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_a_predicate_says_what_the_validator_says(schema: dict[str, Any]) -> None:
    conforms = Schemas({"Tree": TREE}).predicate(schema)
    validator = importlib.import_module("jsonschema").Draft202012Validator(
        {**schema, "components": {"schemas": {"Tree": TREE}}}
    )
    for instance in INSTANCES:
        assert conforms(instance) == validator.is_valid(instance), instance


@pytest.mark.parametrize("schema", [{"not": {}}, {"items": {"multipleOf": 2}}, {"$ref": "#/$defs/a"}], ids=str)
def test_what_is_not_known_is_no_predicate(schema: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="unknown"):
        Schemas({}).predicate(schema)
