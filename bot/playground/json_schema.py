"""A JSON schema as a predicate: `(schema, definitions) => (instance => whether it conforms)`.

Of JSON Schema 2020-12 it has what Discord's API description uses, and an unknown keyword is a ValueError: nothing
conforms to what is not understood. A predicate says no more than yes or no; a validator that also collects what is
wrong takes many times as long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from bot.playground.rejections import JsonDict

Predicate = Callable[[Any], bool]
"""Of an instance as `json.loads` makes them."""

COMPONENTS: Final = "#/components/schemas/"
ANNOTATIONS: Final = frozenset(("contentEncoding", "description", "format", "title", "x-discord-union"))
"""Keywords that forbid nothing, `format` among them: 2020-12 leaves it to who wants it."""
CONTAINERS: Final = frozenset(("$ref", "allOf", "anyOf", "items", "oneOf", "properties"))
"""Keywords that lead into other schemas: they are asked last, for what is at hand mostly tells alternatives apart."""


def is_number(instance: Any) -> bool:
    """JSON's numbers, of which True is none."""
    return isinstance(instance, int | float) and not isinstance(instance, bool)


TYPES: Final[Mapping[str, Predicate]] = {
    "null": lambda it: it is None,
    "boolean": lambda it: isinstance(it, bool),
    "string": lambda it: isinstance(it, str),
    "array": lambda it: isinstance(it, list),
    "object": lambda it: isinstance(it, dict),
    "number": is_number,
    "integer": lambda it: is_number(it) and (isinstance(it, int) or it.is_integer()),
}
BOUNDS: Final[Mapping[str, Callable[[Any], Predicate]]] = {
    "required": lambda names: lambda it: not isinstance(it, dict) or all(name in it for name in names),
    "minProperties": lambda least: lambda it: not isinstance(it, dict) or len(it) >= least,
    "maxProperties": lambda most: lambda it: not isinstance(it, dict) or len(it) <= most,
    "minItems": lambda least: lambda it: not isinstance(it, list) or len(it) >= least,
    "maxItems": lambda most: lambda it: not isinstance(it, list) or len(it) <= most,
    "uniqueItems": lambda must: lambda it: not must or not isinstance(it, list) or all_differ(it),
    "minLength": lambda least: lambda it: not isinstance(it, str) or len(it) >= least,
    "maxLength": lambda most: lambda it: not isinstance(it, str) or len(it) <= most,
    "minimum": lambda least: lambda it: not is_number(it) or it >= least,
    "maximum": lambda most: lambda it: not is_number(it) or it <= most,
    "const": lambda value: lambda it: same(it, value),
    "enum": lambda values: lambda it: any(same(it, value) for value in values),
}
"""Keywords that look at an instance alone: `value => predicate`."""


class Schemas:
    """Predicates of one document's schemas, which may refer to each other and to themselves."""

    def __init__(self, definitions: Mapping[str, JsonDict]) -> None:
        """`definitions` are those that "#/components/schemas/" leads to."""
        self._definitions = definitions
        self._named: dict[str, Predicate] = {}

    def predicate(self, schema: JsonDict) -> Predicate:
        """Of a schema of the document; ValueError where it, or one that it leads to, has a keyword unknown here."""
        alone = set(schema) - ANNOTATIONS - {"additionalProperties"}
        keywords = sorted(alone, key=lambda keyword: (keyword in CONTAINERS, keyword))
        tests = [self._test(keyword, schema[keyword]) for keyword in keywords]
        if "additionalProperties" in schema:
            tests.append(self._others(schema["additionalProperties"], frozenset(schema.get("properties", ()))))
        return tests[0] if len(tests) == 1 else lambda it: all(test(it) for test in tests)

    def _test(self, keyword: str, value: Any) -> Predicate:
        if keyword in BOUNDS:
            return BOUNDS[keyword](value)
        match keyword:
            case "type":
                kinds = [TYPES[kind] for kind in ([value] if isinstance(value, str) else value)]
                return kinds[0] if len(kinds) == 1 else lambda it: any(is_kind(it) for is_kind in kinds)
            case "pattern":
                found = re.compile(value).search
                return lambda it: not isinstance(it, str) or found(it) is not None
            case "$ref":
                return self._reference(value)
            case "properties":
                return self._properties({name: self.predicate(one) for name, one in value.items()})
            case "items":
                conforms = self.predicate(value)
                return lambda it: not isinstance(it, list) or all(conforms(one) for one in it)
            case "allOf" | "anyOf":
                parts, enough = [self.predicate(one) for one in value], all if keyword == "allOf" else any
                return lambda it: enough(part(it) for part in parts)
            case "oneOf":
                alternatives = [self.predicate(one) for one in value]
                return lambda it: sum(one(it) for one in alternatives) == 1
        raise ValueError(f"unknown keyword {keyword!r}")

    def _reference(self, pointer: str) -> Predicate:
        if not pointer.startswith(COMPONENTS):
            raise ValueError(f"unknown place {pointer!r}")
        name = pointer.removeprefix(COMPONENTS)
        if name not in self._named:
            self._named[name] = lambda it: self._named[name](it)  # found by itself, while it is made
            self._named[name] = self.predicate(self._definitions[name])
        return lambda it: self._named[name](it)

    @staticmethod
    def _properties(known: Mapping[str, Predicate]) -> Predicate:
        def conform(instance: Any) -> bool:
            if not isinstance(instance, dict):
                return True
            return all(known[name](value) for name, value in instance.items() if name in known)

        return conform

    def _others(self, schema: JsonDict | bool, known: frozenset[str]) -> Predicate:
        """Of `additionalProperties`: what `properties` beside it does not name."""
        conforms: Predicate = (lambda _: schema is True) if isinstance(schema, bool) else self.predicate(schema)

        def conform(instance: Any) -> bool:
            if not isinstance(instance, dict):
                return True
            return all(conforms(value) for name, value in instance.items() if name not in known)

        return conform


def same(one: Any, other: Any) -> bool:
    """Equality as JSON has it: 1 is 1.0 and not true, in whatever lists and objects."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    return bool(one == other)


def all_differ(items: Iterable[Any]) -> bool:
    """No two of them are the same."""
    seen: list[Any] = []
    for item in items:
        if any(same(item, one) for one in seen):
            return False
        seen.append(item)
    return True
