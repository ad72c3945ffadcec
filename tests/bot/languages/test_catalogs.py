"""Every catalogue is whole, and what is filled in or typed is the same in every language (docs/translating.md)."""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Iterator

import pytest

from bot import export_words, help_pages, wording
from bot.gateway.client import Client
from bot.gateway.command_sync import payload_of
from bot.languages import catalogs
from bot.languages.catalogs import ENGLISH, closest
from bot.languages.command_translator import CommandTranslator
from bot.languages.current import speaking
from bot.playground import registry
from bot.playground.rejections import JsonDict
from engine import errors
from tests import catalogues
from tests.bot.gateway.test_client import client  # noqa: F401

TRANSLATED = [one for one in catalogs.locales() if one != ENGLISH]
MARKS = ("**", "\n")
"""Of which a translation has as many."""


catalog_of = functools.cache(catalogues.read)


def pairs(locale: str) -> Iterator[tuple[str, str]]:
    """Every form of every message, and its translation."""
    for message in catalog_of(locale):
        ids, said = forms(message.id), forms(message.string)
        yield from ((ids[min(at, len(ids) - 1)], one) for at, one in enumerate(said) if ids[0])


def forms(text: object) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (str(text),)


def names(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


def typed(text: str) -> list[str]:
    """The commands in a text; what somebody may attach is said in words."""
    return sorted(re.sub(r"image:.*", "image:", one) for one in re.findall(r"`(/[^`]*)`", text))


def test_german_is_one_of_them() -> None:
    assert catalogs.locales()[0] == ENGLISH
    assert "de" in TRANSLATED
    assert [closest(one) for one in ("de", "de-AT", "en-GB", "fi", "")] == ["de", "de", "en", "en", "en"]


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_sentence_is_there_and_no_other(locale: str) -> None:
    """If this fails: `make translations`, then translate what is empty in the file."""
    assert catalogs.path_of(locale).read_text("utf-8") == catalogues.updated(locale)
    assert [english for english, said in pairs(locale) if not said.strip()] == []
    assert [one.id for one in catalog_of(locale) if one.fuzzy and one.id] == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_what_is_filled_in_and_typed_is_the_same(locale: str) -> None:
    for english, said in pairs(locale):
        assert names(said) == names(english), english
        assert typed(said) == typed(english), english
        assert [said.count(mark) for mark in MARKS] == [english.count(mark) for mark in MARKS], english
        assert (said[0].isspace(), said[-1].isspace()) == (english[0].isspace(), english[-1].isspace()), english
        assert said.startswith("-#") == english.startswith("-#"), english


@pytest.mark.parametrize("locale", TRANSLATED)
def test_catalogues_have_every_plural_form_of_their_language(locale: str) -> None:
    catalog = catalog_of(locale)
    plural = [one for one in catalog if isinstance(one.id, tuple)]
    assert len(plural) > 10
    assert {len(forms(one.string)) for one in plural} == {catalog.num_plurals}


async def test_commands_hold_their_limits_in_every_language_and_keep_their_names(client: Client) -> None:  # noqa: F811
    await client.tree.set_translator(CommandTranslator())
    for command in client.tree.get_commands():
        payload = await payload_of(client.tree, command)
        assert registry.letters(payload) <= registry.MOST_LETTERS
        for part in parts_of(payload):
            assert "value" in part or not part.get("name_localizations"), "only choices have other names"
            if part.get("description"):
                assert set(TRANSLATED) <= set(part["description_localizations"]), part["name"]
            for key, most in (("name_localizations", 100), ("description_localizations", 100)):
                assert all(1 <= len(said) <= most for said in (part.get(key) or {}).values()), part


def parts_of(payload: JsonDict) -> Iterator[JsonDict]:
    yield payload
    for key in ("options", "choices"):
        for part in payload.get(key) or ():
            yield from parts_of(part)


@pytest.mark.parametrize("locale", TRANSLATED)
def test_what_is_short_on_discord_is_short_in_every_language(locale: str) -> None:
    with speaking(locale):
        short = {
            100: (*wording.SERVER_PROMPTS.values(), *(about for _, about in wording.LIMIT_LABELS.values())),
            80: (
                *wording.VERBS.values(), *wording.SETTINGS_VERBS.values(), *wording.SWITCH_VERBS.values(),
                *wording.SERVER_VERBS.values(), *wording.SERVER_PAGES.values(), *wording.INFO_PAGES.values(),
                *wording.PAGE_WAYS.values(), *export_words.EXPORT_VERBS.values(),
            ),
            45: (
                *wording.LIMITS_TITLES.values(), *(label for label, _ in wording.LIMIT_LABELS.values()),
                wording.QUIET_TITLE, wording.SAVE_TITLE, wording.TYPE_TITLE, wording.REPORT_TITLE,
                *export_words.ADD_TITLES.values(), export_words.NAME_LABEL,
            ),
        }  # fmt: skip
        pages = [page.format(layers="x" * 400, reads=help_pages.READS_ALL) for page in help_pages.HELP_PAGES.values()]
    assert {text: most for most, texts in short.items() for text in texts if len(text) > most} == {}
    assert max(map(len, pages)) <= 2000


def test_the_english_of_an_error_is_its_docstring() -> None:
    assert wording.error_sentence(errors.TwoAims()) == f"{errors.TwoAims()}\n-# {errors.TwoAims.code}"
    with speaking("de"):
        said = wording.error_sentence(errors.UnknownSubject(name="dgo", hint=" Did you mean dogs?", nearest="dogs"))
    assert "„dgo“" in said
    assert "Meinst du dogs?" in said
