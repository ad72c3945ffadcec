"""Whose language is spoken: `with speaking("de"): ...`. Of this task only, and of those that it begins.

There are two at a time: what one person reads is said in theirs, what a whole server reads in the server's.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from bot.languages.catalogs import ENGLISH, closest

P = ParamSpec("P")
T = TypeVar("T")
_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)
_public: ContextVar[str] = ContextVar("public", default=ENGLISH)


def spoken() -> str:
    """The locale in which something is said now."""
    return _spoken.get()


def public() -> str:
    """The locale of whatever everybody reads there."""
    return _public.get()


@contextmanager
def speaking_between(person: str, server: str) -> Iterator[None]:
    """Say things in the locale of a person, and in that of the server what everybody reads."""
    before = _spoken.set(closest(person)), _public.set(closest(server))
    try:
        yield
    finally:
        _spoken.reset(before[0])
        _public.reset(before[1])


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Say everything in one locale."""
    with speaking_between(locale, locale):
        yield


def speaks_publicly(say: Callable[P, T]) -> Callable[P, T]:
    """Makes a function say what it says in the language of the server: everybody there reads it."""

    @functools.wraps(say)
    def say_publicly(*args: P.args, **kwargs: P.kwargs) -> T:
        with speaking(public()):
            return say(*args, **kwargs)

    return say_publicly
