"""Words that are stored and read later, each time in the reader's language: `Ada's avatar => [["whose_words", "Ada",
"avatar"]]`.

What a row says of a picture is read by one person or by a server, and the next dream of it by others: so a row keeps
which function says it, and of what.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec

P = ParamSpec("P")
SEPARATOR = " · "
_functions: dict[str, Callable[..., str]] = {}


def said_when_read(say: Callable[P, str]) -> Callable[P, str]:
    """Makes a function return what can be stored in place of what it says, "" where it says nothing. It takes strings
    and numbers, by position only, and keeps its name: rows have it."""
    _functions[say.__name__] = say

    @functools.wraps(say)
    def store(*args: P.args, **kwargs: P.kwargs) -> str:
        assert not kwargs, "by position only"
        return json.dumps([[say.__name__, *args]], ensure_ascii=False) if say(*args, **kwargs) else ""

    return store


def join(*stored: str) -> str:
    """Several of them as one."""
    return json.dumps([one for text in stored if text for one in _calls(text)], ensure_ascii=False)


def read(stored: str) -> str:
    """What is said, in the language that is spoken. Words of a version that stored them as such stay as they are."""
    return SEPARATOR.join(filter(None, map(_say, _calls(stored))))


def _calls(stored: str) -> Iterator[Any]:
    """The functions and what they are given, or the words themselves."""
    try:
        found = json.loads(stored) if stored.startswith("[") else stored
    except ValueError:
        found = stored
    yield from found if isinstance(found, list) else (found,)


def _say(call: Any) -> str:
    """Nothing for what a newer version says."""
    if isinstance(call, str):
        return call
    try:
        name, *given = call
        return _functions[name](*given)
    except (LookupError, TypeError, ValueError):
        return ""
