"""The catalogues: `a locale of Discord => its translations`.

A catalogue is a file `de.po` beside this one, named as Discord names the locale. Babel reads it once, when the bot
starts: nothing has to be compiled, and whoever corrects a sentence restarts the bot. English is the source and needs
none.
"""

from __future__ import annotations

import functools
import gettext
import io
from pathlib import Path

from babel.messages import mofile, pofile

ENGLISH = "en"
FOLDER = Path(__file__).parent


@functools.cache
def locales() -> tuple[str, ...]:
    """All locales that something can be said in, English first."""
    return (ENGLISH, *sorted(path.stem for path in FOLDER.glob("*.po")))


def closest(locale: str) -> str:
    """The one of `locales` that comes next to a locale of Discord: "de" for "de", "en" for "en-GB" and for "fi"."""
    language = locale.partition("-")[0]
    return next((one for one in (locale, language) if one in locales()), ENGLISH)


def path_of(locale: str) -> Path:
    """The file of a locale."""
    return FOLDER / f"{locale}.po"


@functools.cache
def catalog(locale: str) -> gettext.NullTranslations:
    """The translations of one of `locales`. Takes a tenth of a second the first time: see `load`."""
    if locale == ENGLISH:
        return gettext.NullTranslations()
    with path_of(locale).open("rb") as file:
        read = pofile.read_po(file, locale=locale.replace("-", "_"), abort_invalid=True)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, read)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def load() -> None:
    """Read all of them: at the start, and not while somebody waits."""
    for locale in locales():
        catalog(locale)
