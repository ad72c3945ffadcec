"""Whose language is spoken: `with speaking("de"): ...`. Of this task only, and of those that it begins.

What one person reads is said in theirs, what a whole server reads in the server's. So there are up to three at a time:
of an answer, of what everybody reads, and of what the person is sent directly.
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
_direct: ContextVar[str] = ContextVar("direct", default=ENGLISH)


def spoken() -> str:
    """The locale in which something is said now."""
    return _spoken.get()


def public() -> str:
    """The locale of whatever everybody reads there."""
    return _public.get()


def direct() -> str:
    """The locale of whatever is sent to the person directly."""
    return _direct.get()


@contextmanager
def speaking_between(person: str, server: str) -> Iterator[None]:
    """Say things in the locale of a person, and in that of the server what everybody reads."""
    with _setting((_spoken, person), (_public, server), (_direct, person)):
        yield


@contextmanager
def answering_message(person: str, server: str) -> Iterator[None]:
    """Say things in the locale of the server, in which a message is answered, and in the person's what is sent to them
    directly."""
    with _setting((_spoken, server), (_public, server), (_direct, person)):
        yield


@contextmanager
def _setting(*locales: tuple[ContextVar[str], str]) -> Iterator[None]:
    before = [(one, one.set(closest(locale))) for one, locale in locales]
    try:
        yield
    finally:
        for one, token in before:
            one.reset(token)


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
