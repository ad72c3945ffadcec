"""Requests against Discord's published API description: `(method, path, body) => problems`.

Needs `jsonschema`, which only the tests install; nothing is imported or read before an instance is made.
"""

from __future__ import annotations

import importlib
import json
import lzma
import re
from pathlib import Path
from typing import Any

from bot.playground.json_schema import Predicate, Schemas
from bot.playground.rejections import JsonDict, Problem

ADDRESS = "urn:discord-api"


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
        self._validator = jsonschema.Draft202012Validator
        self._schemas = Schemas(self._document["components"]["schemas"])
        self._predicates: dict[tuple[str, str], Predicate] = {}
        self._conformed: dict[tuple[str, str], str] = {}
        """What was sent last of each request, where it conforms: a bot that starts sends all of its commands again."""
        self._paths = [(template, pattern_of(template)) for template in sorted(self._document["paths"], key=precedence)]

    def problems(self, method: str, path: str, body: Any) -> list[Problem]:
        """Return what the description says is wrong with a request; `path` starts after /api/v10."""
        template = next((name for name, pattern in self._paths if pattern.fullmatch(path)), None)
        operation = self._document["paths"].get(template, {}).get(method.lower()) if template else None
        if operation is None:
            return [Problem("", "UNKNOWN_OPERATION", f"{method} {path} is not in Discord's description")]
        if "application/json" not in operation.get("requestBody", {}).get("content", {}):
            return []
        called, sent = (str(template), method.lower()), json.dumps(body)
        if self._conformed.get(called) == sent:
            return []
        body = json.loads(sent)  # as it is sent: the validator would not know a tuple
        if self._conforms(*called, body):
            self._conformed[called] = sent
            return []
        return [problem_of(error) for error in self.validator_of(*called).iter_errors(body)]

    def _conforms(self, template: str, method: str, body: Any) -> bool:
        """The short way: nearly all that is sent conforms, and the validator would take 30 times as long to find so."""
        if (template, method) not in self._predicates:
            content = self._document["paths"][template][method]["requestBody"]["content"]
            self._predicates[template, method] = self._schemas.predicate(content["application/json"]["schema"])
        return self._predicates[template, method](body)

    def validator_of(self, template: str, method: str) -> Any:
        """`jsonschema`'s validator of a request's body, which says what is wrong with one."""
        escaped = template.replace("~", "~0").replace("/", "~1")
        pointer = f"{ADDRESS}#/paths/{escaped}/{method}/requestBody/content/application~1json/schema"
        return self._validator({"$ref": pointer}, registry=self._registry)


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
