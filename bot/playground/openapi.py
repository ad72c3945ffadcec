"""Requests against Discord's published API description: `(method, path, body) => problems`.

Needs `jsonschema`, which only the tests install; nothing is imported or read before an instance is made.
"""

from __future__ import annotations

import functools
import importlib
import json
import lzma
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.playground.rejections import JsonDict, Problem

ADDRESS = "urn:discord-api"
COMPONENTS = "#/components/schemas/"
REMEMBERED = 512
"""Judgements that are kept: every bot that starts sends the same commands again, and judging them takes longest."""


class Specification:
    """Discord's OpenAPI 3.1 file, plain or as .xz, ready to judge requests; ImportError without `jsonschema`."""

    def __init__(self, path: Path) -> None:
        jsonschema = importlib.import_module("jsonschema")
        referencing = importlib.import_module("referencing")
        dialect = importlib.import_module("referencing.jsonschema").DRAFT202012
        content = path.read_bytes()
        self._document: JsonDict = json.loads(lzma.decompress(content) if path.suffix == ".xz" else content)
        # Discord takes numbers for snowflakes as well, and its own libraries send them.
        self._document["components"]["schemas"]["SnowflakeType"]["type"] = ["string", "integer"]
        resource = referencing.Resource.from_contents(self._document, default_specification=dialect)
        self._registry = referencing.Registry().with_resource(ADDRESS, resource)
        self._one_of = jsonschema.Draft202012Validator.VALIDATORS["oneOf"]
        self._validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"oneOf": self._judge_one_of})
        self._validators: dict[str, Any] = {}
        self._judged = functools.lru_cache(REMEMBERED)(self._judge)
        self._paths = [(template, pattern_of(template)) for template in sorted(self._document["paths"], key=precedence)]

    def problems(self, method: str, path: str, body: Any) -> list[Problem]:
        """Return what the description says is wrong with a request; `path` starts after /api/v10."""
        template = next((name for name, pattern in self._paths if pattern.fullmatch(path)), None)
        operation = self._document["paths"].get(template, {}).get(method.lower()) if template else None
        if operation is None:
            return [Problem("", "UNKNOWN_OPERATION", f"{method} {path} is not in Discord's description")]
        if "application/json" not in operation.get("requestBody", {}).get("content", {}):
            return []
        return list(self._judged(str(template), method.lower(), json.dumps(body)))

    def _judge(self, template: str, method: str, body: str) -> tuple[Problem, ...]:
        """Problems of a body, which is JSON: what can be remembered."""
        validator = self._validator_of(template, method)
        return tuple(problem_of(error) for error in validator.iter_errors(json.loads(body)))

    def _judge_one_of(
        self, validator: Any, alternatives: list[JsonDict], instance: Any, schema: JsonDict
    ) -> Iterator[Any]:
        """`oneOf`, which on its own goes through all that every other kind of component needs: seven times as long."""
        possible = [one for one in alternatives if self._may_be(one, instance)]
        if sum(validator.evolve(schema=one).is_valid(instance) for one in possible) != 1:
            yield from self._one_of(validator, alternatives, instance, schema)

    def _may_be(self, alternative: JsonDict, instance: Any) -> bool:
        """False where its `type`, or what it has in place of one, shows that it is something else."""
        schema = self._resolve(alternative)
        if "const" in schema:
            return bool(schema["const"] == instance)
        if schema.get("type") == "null":
            return instance is None
        kinds = schema.get("properties", {}).get("type", {}).get("enum")
        if kinds is None or "type" not in schema.get("required", ()) or not isinstance(instance, dict):
            return True
        return bool(instance.get("type") in kinds)

    def _resolve(self, schema: JsonDict) -> JsonDict:
        name = schema.get("$ref", "").removeprefix(COMPONENTS)
        found: JsonDict = self._document["components"]["schemas"].get(name, schema)
        return found

    def _validator_of(self, template: str, method: str) -> Any:
        escaped = template.replace("~", "~0").replace("/", "~1")
        pointer = f"{ADDRESS}#/paths/{escaped}/{method}/requestBody/content/application~1json/schema"
        if pointer not in self._validators:
            self._validators[pointer] = self._validator({"$ref": pointer}, registry=self._registry)
        return self._validators[pointer]


def precedence(template: str) -> tuple[int, str]:
    """Sort literal paths before those with parameters."""
    return template.count("{"), template


def pattern_of(template: str) -> re.Pattern[str]:
    """Return the pattern of a path template."""
    parts = re.split(r"\{[^}]+\}", template)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


def problem_of(error: Any) -> Problem:
    """Return a validation error as a problem; the deepest cause of a union says the most."""
    cause = error
    while cause.context:
        cause = max(cause.context, key=lambda one: len(one.absolute_path))
    path = ".".join(str(step) for step in cause.absolute_path)
    return Problem(path, "SCHEMA", str(cause.message)[:300])
