"""Brings the catalogues up to date with the sentences: `python -m tests.catalogues`, or `make translations`.

With the code of a locale, as Discord has it, also begins a new one: `python -m tests.catalogues fr`. See
docs/translating.md.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog

from bot import export_words, fact_words, help_pages, play_wording, ritual_words, wording
from bot.languages import catalogs, sentence_module
from engine import classification_sentence, errors, notes
from engine.catalog.catalog import shipped_catalog

MODULES = (wording, play_wording, ritual_words, export_words, help_pages, fact_words)
"""Those with sentences. A new one goes here."""
SAYING = {"_": ("",), "ngettext": ("", ""), "pgettext": ("context", "")}
UNSEEN = (errors.NetworkError, errors.SettingsError)
"""Errors that only the command line says, which speaks English."""

UNSAID = tuple(
    f'"{name}' for name in ("Project-Id", "Report-", "POT-", "PO-Rev", "Last-", "Language-Team", "Generated")
)
"""Headers that nobody reads, or that change each time."""

Message = tuple[str, str, str]
"""A context, or "", a message, and its plural, or ""."""


def messages() -> list[Message]:
    """All that is said, in the order in which it is written; each once."""
    found = [
        *(one for module in MODULES for one in of_module(Path(str(module.__file__)))),
        *(("", text, "") for module in MODULES for text in sentence_module.sentences(module) if not is_plural(text)),
        *(("", text, "") for text in engine_sentences()),
        *(("", one, several) for one, several in wording.QUANTITIES.values()),
    ]
    return list(dict.fromkeys(found))


def is_plural(text: str) -> bool:
    """Whether a constant is a form of what is counted."""
    return any(text in forms for forms in wording.QUANTITIES.values())


def engine_sentences() -> Iterator[str]:
    """What the engine has sentences for: errors, notes, and what things are about."""
    unseen = {one for kind in UNSEEN for one in errors.kinds()[kind]}
    yield from (one.template() for found in errors.kinds().values() for one in found if one not in unseen)
    yield from notes.TEMPLATES.values()
    yield from (classification_sentence.PERSON, classification_sentence.UNKNOWN)
    catalog = shipped_catalog()
    for name, network in catalog.networks().items():
        yield network.about
        yield from (one.about for one in network.friendly.values())
        yield from (one.about for one in catalog.subjects(name).values())


def of_module(path: Path) -> Iterator[Message]:
    """What a module says by `_`, `ngettext` and `pgettext`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
            given = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
            if len(given) >= len(SAYING[node.func.id]):
                yield of_call(node.func.id, *given[:2])


def of_call(function: str, first: str, second: str = "") -> Message:
    """The message of a call of one of gettext's functions."""
    return {"_": ("", first, ""), "ngettext": ("", first, second), "pgettext": (first, second, "")}[function]


def template() -> Catalog:
    """All messages, without translations."""
    made = Catalog(project="Pareidolia", charset="utf-8")
    for context, one, several in messages():
        made.add((one, several) if several else one, context=context or None)
    return made


def read(locale: str) -> Catalog:
    """A catalogue as it is written; an empty one for a new locale."""
    path, name = catalogs.path_of(locale), locale.replace("-", "_")
    if not path.exists():
        return Catalog(locale=name, project="Pareidolia", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return pofile.read_po(file, locale=name, abort_invalid=True)


def updated(locale: str) -> str:
    """The text of a catalogue with all that is said, and nothing that is not."""
    catalog = read(locale)
    catalog.update(template(), no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    catalog.header_comment = "# How to translate: docs/translating.md"
    out = io.BytesIO()
    pofile.write_po(out, catalog, width=0, no_location=True, omit_header=False, ignore_obsolete=True)
    lines = out.getvalue().decode().splitlines()
    return "\n".join(one for one in lines if not one.startswith(UNSAID)).rstrip() + "\n"


def main() -> None:
    """Write them."""
    for locale in {*catalogs.locales(), *sys.argv[1:]} - {catalogs.ENGLISH}:
        catalogs.path_of(locale).write_text(updated(locale), "utf-8")


if __name__ == "__main__":
    main()
